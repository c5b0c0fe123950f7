"""Rules for Prometheus rules, after the mixin guide, mixtool and pint. A rule takes all groups, [(name, [rule as a dict])],
and what is around them, and yields (where, what is wrong)."""

import os
import re
from dataclasses import dataclass, field

from linter import metrics as metric_names
from linter import promql
from linter.boards import counters_in_rate

SEVERITIES = {"critical", "warning", "info"}
# Labels of one user's Prometheus, not of the metrics.
OF_ONE_PLACE = {"job", "instance", "cluster", "namespace", "pod"}


@dataclass
class Around:
    metrics: set
    root: str  # of the repository: where runbooks are
    tests: str = ""  # text of the promtool tests
    invalid: dict = field(default_factory=dict)  # expression -> what promtool says


def all_rules(groups):
    for _, rules in groups:
        for rule in rules:
            yield rule.get("alert") or rule.get("record") or "?", rule


def alerts(groups):
    return [(name, rule) for name, rule in all_rules(groups) if "alert" in rule]


def records(groups):
    return [(name, rule) for name, rule in all_rules(groups) if "record" in rule]


def unique(groups, around):
    names = [name for name, _ in groups]
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield name, "is the name of two groups"
    rules = [name for name, _ in all_rules(groups)]
    for name in sorted({n for n in rules if rules.count(n) > 1}):
        yield name, "is the name of two rules"


def alert_name(groups, around):
    for name, _ in alerts(groups):
        if not re.fullmatch(r"Levelwind(?:[A-Z][a-z0-9]+)+", name):
            yield name, "is not CamelCase that begins with Levelwind"


def alert_severity(groups, around):
    for name, rule in alerts(groups):
        severity = rule.get("labels", {}).get("severity")
        if severity not in SEVERITIES:
            yield name, f"its severity is {severity}, not one of {', '.join(sorted(SEVERITIES))}"


def alert_for(groups, around):
    for name, rule in alerts(groups):
        looks_back = any(s.range for s in promql.selectors(rule["expr"]))
        if "for" not in rule and not looks_back:
            yield name, "has no `for`, and its expression does not look back: one bad scrape would fire it"
        if rule.get("for", "1m").endswith("s"):
            yield name, f"for {rule['for']}: less than a minute tells of restarts"


def alert_summary(groups, around):
    for name, rule in alerts(groups):
        text = rule.get("annotations", {}).get("summary", "")
        if not text.endswith(".") or "{{" in text:
            yield name, "its summary is not one fixed sentence"


def alert_description(groups, around):
    for name, rule in alerts(groups):
        text = rule.get("annotations", {}).get("description", "")
        if not text.endswith(".") or len(text) < 40:
            yield name, "its description is not in sentences"
        elif "absent(" not in rule["expr"] and "$value" not in text:
            yield name, "its description does not tell the value"
        if not re.search(r"`levelwind |\. (?:Raise|Start|Bring|See) ", text):
            yield name, "its description does not say what to do"


def alert_labels_exist(groups, around):
    """A label that the description names must be in a selector, a grouping, or be one that the metrics always have."""
    always = {"job", "instance", "severity", "group", "topic", "partition", "collector", "broker", "state", "operation", "type",
              "notifier"}
    for name, rule in alerts(groups):
        kept = {label for labels in re.findall(r"\bby\s*\(([^)]*)\)", rule["expr"]) for label in re.findall(r"\w+", labels)}
        for label in re.findall(r"\$labels\.(\w+)", rule.get("annotations", {}).get("description", "")):
            if label not in always or (kept and label not in kept):
                yield name, f"its description names the label {label}, which its series do not have"


def alert_runbook(groups, around):
    for name, rule in alerts(groups):
        url = rule.get("annotations", {}).get("runbook_url", "")
        path = os.path.join(around.root, "docs", "runbooks", os.path.basename(url))
        if not url or not os.path.isfile(path):
            yield name, f"its runbook '{url}' is not in docs/runbooks"
            continue
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if not text.startswith(f"# {name}\n") or len(text.splitlines()) < 8:
            yield name, "its runbook does not begin with its name, or says next to nothing"


def alert_comparison(groups, around):
    for name, rule in alerts(groups):
        compared = promql.COMPARISONS & set(promql.operators(rule["expr"]))
        chosen = re.search(r'\b(?:and|unless)\b[^{]*\{\w+=~?"', rule["expr"])
        if not compared and not chosen and "absent(" not in rule["expr"]:
            yield name, "compares with nothing: it fires as long as there is data"


def record_name(groups, around):
    for name, rule in records(groups):
        if not re.fullmatch(r"[a-z_]+:[a-z0-9_]+:[a-z0-9_]+", name):
            yield name, "is not level:metric:operation"
        elif name.split(":")[1] not in {s.name for s in promql.selectors(rule["expr"])}:
            yield name, "the metric in its name is not in its expression"


def rule_promql(groups, around):
    for name, rule in all_rules(groups):
        if rule["expr"] in around.invalid:
            yield name, around.invalid[rule["expr"]]


def rule_metric_known(groups, around):
    for name, rule in all_rules(groups):
        for selector in promql.selectors(rule["expr"]):
            if not metric_names.known(selector.name, around.metrics):
                yield name, f"{selector.name} is not a metric of ours"


def rule_counter(groups, around):
    for name, rule in all_rules(groups):
        yield from counters_in_rate(name, rule["expr"])


def rule_no_place(groups, around):
    for name, rule in all_rules(groups):
        for selector in promql.selectors(rule["expr"]):
            for label in sorted(selector.labels() & OF_ONE_PLACE):
                yield name, f"asks for a certain {label}, which another Prometheus does not have"


def rule_regex(groups, around):
    for name, rule in all_rules(groups):
        for selector in promql.selectors(rule["expr"]):
            for label, operator, value in selector.matchers:
                if "~" in operator and not re.search(r"[|.*+?()\[\]\\^$]", value):
                    exact = {"=~": "=", "!~": "!="}[operator]
                    yield name, f'{label}{operator}"{value}" is no pattern; use {exact}'


def alert_tested(groups, around):
    """Both ways: promtool must see it fire, and see it silent while its series are there."""
    if not around.tests:
        return
    for name, _ in alerts(groups):
        cases = re.findall(rf"alertname: {name}\b.*?exp_alerts:[ ]*(\[\])?", around.tests, re.DOTALL)
        if "[]" not in cases:
            yield name, "no test shows it silent"
        if "" not in cases:
            yield name, "no test shows it firing"


RULES = (
    ("rules-unique", "names of groups and rules are unique", unique),
    ("alert-name", "CamelCase that begins with Levelwind", alert_name),
    ("alert-severity", "critical, warning or info", alert_severity),
    ("alert-for", "a minute at least, or an expression that looks back", alert_for),
    ("alert-summary", "one fixed sentence", alert_summary),
    ("alert-description", "sentences with the value and what to do", alert_description),
    ("alert-labels", "the description names labels that the series have", alert_labels_exist),
    ("alert-runbook", "docs/runbooks has a page of the alert's name", alert_runbook),
    ("alert-comparison", "it compares or chooses: data alone does not fire it", alert_comparison),
    ("alert-tested", "a promtool test shows it firing and one silent", alert_tested),
    ("record-name", "level:metric:operation, of the metric that is recorded", record_name),
    ("rule-promql", "promtool can parse every expression", rule_promql),
    ("rule-metric-known", "every metric is one that the daemon has", rule_metric_known),
    ("rule-counter", "counters inside rate or increase, and nothing else there", rule_counter),
    ("rule-no-place", "no job, instance or cluster of one place", rule_no_place),
    ("rule-regex", "`=~` only with a pattern", rule_regex),
)


def lint(groups, around):
    """["rule: where: what"] for all that is wrong."""
    return [f"{name}: {where}: {what}" for name, _, rule in RULES for where, what in rule(groups, around)]
