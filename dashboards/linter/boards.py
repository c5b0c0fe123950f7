"""Rules for boards: those of Grafana's dashboard-linter as far as they apply, and our own. A rule takes the board's JSON and
what is around it, and yields (where, what is wrong)."""

import re
from dataclasses import dataclass, field

from linter import metrics as metric_names
from linter import promql
from linter.units import UNITS

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
KINDS = {"row", "stat", "timeseries", "table", "bargauge", "gauge", "barchart", "heatmap", "state-timeline", "text"}
BUILT_IN = {"__rate_interval", "__range", "__interval", "__all"}
COUNTER_FUNCTIONS = {"rate", "irate", "increase"}
MANY_SERIES = re.compile(r"levelwind_(?:partition|group)_\w+|consumer_lag_seconds")


@dataclass
class Around:
    metrics: set  # names of all families
    other_uids: list = field(default_factory=list)  # of the boards beside this one
    invalid: dict = field(default_factory=dict)  # expression -> what promtool says


def panels(board):
    """All but rows, those of collapsed rows too."""
    for panel in board["panels"]:
        if panel["type"] != "row":
            yield panel
        yield from panel.get("panels", ())


def targets(board):
    for panel in panels(board):
        for target in panel.get("targets", ()):
            yield f"{panel.get('title', panel['id'])} {target.get('refId', '?')}", panel, target


def variables(board):
    return {variable["name"]: variable for variable in board["templating"]["list"]}


def label_values(variable):
    """(selector, label) of a query variable; None where it is no label_values."""
    match = re.fullmatch(r"label_values\((.*),\s*(\w+)\)", variable.get("query", "") or "", re.DOTALL)
    return match and (match.group(1), match.group(2))


def expressions(board):
    """(where, expression) of all that Prometheus is asked: panels, annotations, variables."""
    for where, _, target in targets(board):
        yield where, target["expr"]
    for annotation in board.get("annotations", {}).get("list", ()):
        if "expr" in annotation:
            yield f"annotation {annotation['name']}", annotation["expr"]
    for name, variable in variables(board).items():
        if variable["type"] == "query" and label_values(variable):
            yield f"variable {name}", label_values(variable)[0]


# --- the board ------------------------------------------------------------------------------------------


def identity(board, around):
    if not re.fullmatch(r"levelwind-[a-z0-9-]{1,30}", board.get("uid", "")):
        yield "uid", f"'{board.get('uid')}' is not levelwind-... in at most 40 small letters, digits and dashes"
    if board.get("uid") in around.other_uids:
        yield "uid", f"'{board['uid']}' is another board's too"
    if not board.get("title", "").startswith("Levelwind / "):
        yield "title", f"'{board.get('title')}' does not begin with 'Levelwind / '"
    if not {"levelwind", "kafka"} <= set(board.get("tags", ())):
        yield "tags", "levelwind and kafka are not both among the tags"


def uneditable(board, around):
    if board.get("editable") is not False:
        yield "editable", "is not false: edits in Grafana would be lost with the next version"


def schema(board, around):
    if board.get("schemaVersion") != 39:
        yield "schemaVersion", f"is {board.get('schemaVersion')}, not 39, which Grafana 10 to 13 import"


def time_refresh(board, around):
    if board.get("refresh") != "30s":
        yield "refresh", f"is {board.get('refresh')}, not 30s"
    if board.get("time") != {"from": "now-6h", "to": "now"}:
        yield "time", "is not the last 6 hours"


# --- variables ------------------------------------------------------------------------------------------


def template_datasource(board, around):
    sources = [v for v in board["templating"]["list"] if v["type"] == "datasource"]
    if len(sources) != 1:
        yield "variables", f"{len(sources)} data source variables, not one"
    for source in sources:
        if (source["name"], source.get("query"), source.get("label")) != ("datasource", "prometheus", "Data source"):
            yield f"variable {source['name']}", "is not called datasource, 'Data source', of type prometheus"


def template_required(board, around):
    found = variables(board)
    for name in ("job", "cluster", "instance"):
        variable = found.get(name)
        if variable is None:
            yield "variables", f"there is no ${name}"
            continue
        if variable["type"] != "query" or not (variable.get("multi") and variable.get("includeAll")):
            yield f"variable {name}", "is not a query with several values and All"
        asked = label_values(variable)
        if not asked or asked[1] != name:
            yield f"variable {name}", f"does not ask for the values of the label {name}"
    if "instance" in found and "$cluster" not in found["instance"].get("query", ""):
        yield "variable instance", "does not follow $cluster: choosing a cluster would change nothing"


def template_all_value(board, around):
    for name, variable in variables(board).items():
        if not variable.get("includeAll"):
            continue
        if name == "instance":
            if variable.get("allValue"):
                yield "variable instance", "has an allValue: All would leave the chosen cluster"
        elif variable.get("allValue") != ".+":
            yield f"variable {name}", "its allValue is not .+"


def template_on_time_change_reload(board, around):
    for name, variable in variables(board).items():
        if variable["type"] == "query" and variable.get("refresh") != 2:
            yield f"variable {name}", "is not read again when the time range changes (refresh 2)"


def template_label_promql(board, around):
    for name, variable in variables(board).items():
        if variable["type"] != "query":
            continue
        if variable.get("datasource") != SOURCE:
            yield f"variable {name}", "does not use ${datasource}"
        asked = label_values(variable)
        if not asked:
            yield f"variable {name}", f"'{variable.get('query')}' is no label_values(selector, label)"
        elif promql.without_variables(asked[0]) in around.invalid:
            yield f"variable {name}", around.invalid[promql.without_variables(asked[0])]


def template_used(board, around):
    defined = set(variables(board))
    texts = [expr for _, expr in expressions(board)]
    used = set(re.findall(r"\$\{?(\w+)", "\n".join(texts))) - BUILT_IN
    for name in sorted(used - defined):
        yield "variables", f"${name} is used and not defined"
    for name in sorted(defined - used - {"datasource"}):
        yield f"variable {name}", "is used nowhere"


# --- panels ---------------------------------------------------------------------------------------------


def panel_kind(board, around):
    for panel in board["panels"]:
        if panel["type"] not in KINDS:
            yield panel.get("title", panel["id"]), f"the panel type {panel['type']} is old or not known"


def panel_datasource(board, around):
    for panel in panels(board):
        if panel.get("datasource") != SOURCE:
            yield panel.get("title"), "does not use ${datasource}"
    for where, _, target in targets(board):
        if target.get("datasource", SOURCE) != SOURCE:
            yield where, "does not use ${datasource}"


def panel_title_description(board, around):
    titles = [panel.get("title") for panel in panels(board)]
    for panel in panels(board):
        if not panel.get("title"):
            yield f"panel {panel['id']}", "has no title"
        elif titles.count(panel["title"]) > 1:
            yield panel["title"], "is the title of another panel too"
        text = panel.get("description", "")
        if len(text) < 20 or not re.search(r"[.)]|\.md$", text):
            yield panel.get("title"), "has no description in sentences"


def panel_units(board, around):
    for panel in panels(board):
        config = panel.get("fieldConfig", {})
        used = [config.get("defaults", {}).get("unit")]
        used += [p["value"] for o in config.get("overrides", ()) for p in o["properties"] if p["id"] == "unit"]
        for unit in used:
            if unit not in UNITS:
                yield panel.get("title"), f"'{unit}' is no unit of Grafana's"


def panel_targets(board, around):
    for panel in panels(board):
        letters = [target.get("refId") for target in panel.get("targets", ())]
        if not letters:
            yield panel.get("title"), "asks nothing"
        if len(set(letters)) != len(letters):
            yield panel.get("title"), "two queries have one letter"


def panel_grid(board, around):
    taken, numbers = {}, set()
    for panel in board["panels"]:
        if panel["id"] in numbers:
            yield panel.get("title"), f"its id {panel['id']} is another panel's too"
        numbers.add(panel["id"])
        at = panel["gridPos"]
        if at["x"] + at["w"] > 24:
            yield panel.get("title"), "is wider than the board"
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                if taken.setdefault((x, y), panel["id"]) != panel["id"]:
                    yield panel.get("title"), f"lies over panel {taken[x, y]}"
                    return


# --- queries --------------------------------------------------------------------------------------------


def target_promql(board, around):
    for where, expr in expressions(board):
        if promql.without_variables(expr) in around.invalid:
            yield where, around.invalid[promql.without_variables(expr)]


def target_matchers(board, around):
    for where, expr in expressions(board):
        if where.startswith("variable "):
            continue
        for selector in promql.selectors(expr):
            for name in ("job", "instance"):
                if (name, "=~", f"${name}") not in selector.matchers:
                    yield where, f'{selector.name or "a selector"} has no {name}=~"${name}"'


def target_rate_interval(board, around):
    for where, _, target in targets(board):
        for selector in promql.selectors(target["expr"]):
            counted = selector.functions and selector.functions[-1] in COUNTER_FUNCTIONS
            if counted and selector.range != "$__rate_interval":
                yield where, f"{selector.functions[-1]}() looks over [{selector.range}], not [$__rate_interval]"


def counters_in_rate(where, expr):
    """Shared with the rules of rules."""
    for selector in promql.selectors(expr):
        nearest = selector.functions[-1] if selector.functions else ""
        if ":" in selector.name:
            continue
        if re.search(r"_(?:total|bucket|sum)$", selector.name) and nearest not in COUNTER_FUNCTIONS | {"absent"}:
            yield where, f"the counter {selector.name} is not inside rate or increase"
        elif not re.search(r"_(?:total|bucket|sum|count)$", selector.name) and nearest in COUNTER_FUNCTIONS:
            yield where, f"{nearest}() of {selector.name}, which is no counter"


def target_counter_agg(board, around):
    for where, expr in expressions(board):
        yield from counters_in_rate(where, expr)


def target_metric_known(board, around):
    for where, expr in expressions(board):
        for selector in promql.selectors(expr):
            if not metric_names.known(selector.name, around.metrics):
                yield where, f"{selector.name} is not a metric of ours"


def target_legend(board, around):
    for where, panel, target in targets(board):
        if panel["type"] == "timeseries" and not target.get("legendFormat"):
            yield where, "has no legend: Grafana would write the whole label set"


def target_instant(board, around):
    for where, panel, target in targets(board):
        if panel["type"] in ("stat", "table") and not target.get("instant"):
            yield where, "asks for a range to show one value: an old value would pass for one of now"


def target_bounded(board, around):
    for where, panel, target in targets(board):
        many = any(MANY_SERIES.fullmatch(selector.name) for selector in promql.selectors(target["expr"]))
        if many and not re.search(r"\b(?:topk|bottomk|sum|max|min|count|avg)\b", target["expr"]):
            yield where, "a line per group or partition, and no topk: thousands on a large cluster"


def panel_table_joins(board, around):
    """A metric's name is a column too; rows of two queries are one only where all common columns are equal."""
    for panel in panels(board):
        if panel["type"] != "table" or len(panel.get("targets", ())) < 2:
            continue
        found = [re.match(r"\w+ by \(([^)]*)\)", target["expr"]) for target in panel["targets"]]
        labels = [set(re.findall(r"\w+", match.group(1))) if match else None for match in found]
        if None in labels:
            yield panel.get("title"), f"query {panel['targets'][labels.index(None)]['refId']} is no aggregation by labels"
        elif any(other != labels[1] for other in labels[1:]) or not labels[1] <= labels[0]:
            yield panel.get("title"), "its queries are not by the same labels"


# (name, what it demands, function)
RULES = (
    ("board-identity", "a stable uid of its own, a title that begins with Levelwind, the tags", identity),
    ("board-uneditable", "`editable` is false", uneditable),
    ("board-schema", "schema version 39, which Grafana 10 to 13 import", schema),
    ("board-time", "refreshed every 30 s, the last 6 hours", time_refresh),
    ("template-datasource", "one data source variable, called `datasource`", template_datasource),
    ("template-required", "variables for job, cluster and instance; instance follows cluster", template_required),
    ("template-all-value", "All is `.+`, but for instance", template_all_value),
    ("template-reload", "variables are read again when the time range changes", template_on_time_change_reload),
    ("template-promql", "variables ask a valid `label_values` of the chosen data source", template_label_promql),
    ("template-used", "every variable is used, every used one is there", template_used),
    ("panel-kind", "no panel types that Grafana has dropped", panel_kind),
    ("panel-datasource", "panels and queries use the data source variable", panel_datasource),
    ("panel-title-description", "every panel has a title of its own and a description", panel_title_description),
    ("panel-units", "every panel and column has a unit that Grafana knows", panel_units),
    ("panel-targets", "every panel asks something, each query has its letter", panel_targets),
    ("panel-table-joins", "queries of a table aggregate by the same labels, so that their rows become one", panel_table_joins),
    ("panel-grid", "ids are unique, panels fit and do not overlap", panel_grid),
    ("target-promql", "promtool can parse every query", target_promql),
    ("target-matchers", "every selector is limited to the chosen job and instance", target_matchers),
    ("target-rate-interval", "rates look over `$__rate_interval`", target_rate_interval),
    ("target-counter", "counters inside rate or increase, and nothing else there", target_counter_agg),
    ("target-metric-known", "every metric is one that the daemon has", target_metric_known),
    ("target-legend", "lines have a legend", target_legend),
    ("target-instant", "stats and tables ask for now", target_instant),
    ("target-bounded", "nothing shows each of all groups or partitions", target_bounded),
)


def lint(board, around):
    """["rule: where: what"] for all that is wrong."""
    return [f"{name}: {where}: {what}" for name, _, rule in RULES for where, what in rule(board, around)]
