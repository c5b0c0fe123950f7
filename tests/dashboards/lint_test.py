"""Each rule of dashboards/linter fires: a small board, or a small set of rules, that is right in every respect, and one fault
at a time. The PromQL reader has tests of its own."""

import copy
import os
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "dashboards"))

import lint  # noqa: E402
import make_boards  # noqa: E402
from linter import boards, metrics, promql, rules  # noqa: E402
from source.grafana import Board, Panel, Query, Row, SELECT, board_json  # noqa: E402

METRICS = {"levelwind_groups", "levelwind_group_lag", "levelwind_operations", "levelwind_build_info",
           "levelwind_cluster_info", "levelwind_http_requests_total"}


def good_board():
    return board_json(Board("small", "Levelwind / Small", "A board for tests.", (Row("One", (
        Panel("Groups", "How many groups there are.", "short", "stat", 6, (Query(f"levelwind_groups{{{SELECT}}}", "groups"),)),
        Panel("Requests", "Requests a second that are answered.", "reqps", "timeseries", 12,
              (Query(f"sum(rate(levelwind_http_requests_total{{{SELECT}}}[$__rate_interval]))", "requests"),)),
    )),)))


class BoardRules(unittest.TestCase):
    seen = set()

    def setUp(self):
        self.board = good_board()
        self.groups_panel, self.requests_panel = self.board["panels"][1:]

    def problems(self, **around):
        asked = [promql.without_variables(expr) for _, expr in boards.expressions(self.board)]
        return boards.lint(self.board, boards.Around(METRICS, invalid=lint.invalid_of(asked), **around))

    def variable(self, name):
        return boards.variables(self.board)[name]

    def expect(self, rule, part, **around):
        problems = self.problems(**around)
        self.assertTrue(any(p.startswith(rule + ": ") and part in p for p in problems), problems)
        self.assertEqual({p.split(": ")[0] for p in problems}, {rule}, problems)
        BoardRules.seen.add(rule)

    def ask(self, expr):
        self.requests_panel["targets"][0]["expr"] = expr

    def test_the_good_board_is_clean(self):
        self.assertEqual(self.problems(), [])

    def test_uid(self):
        self.board["uid"] = "mine"
        self.expect("board-identity", "'mine'")
        self.board = good_board()
        self.expect("board-identity", "another board's", other_uids=["levelwind-small"])

    def test_title_and_tags(self):
        self.board["title"] = "Small"
        self.expect("board-identity", "does not begin")
        self.board = good_board()
        self.board["tags"] = ["kafka"]
        self.expect("board-identity", "tags")

    def test_editable(self):
        self.board["editable"] = True
        self.expect("board-uneditable", "is not false")

    def test_schema(self):
        self.board["schemaVersion"] = 16
        self.expect("board-schema", "is 16")

    def test_refresh_and_time(self):
        self.board["refresh"] = "5s"
        self.expect("board-time", "5s")
        self.board = good_board()
        self.board["time"] = {"from": "now-1h", "to": "now"}
        self.expect("board-time", "6 hours")

    def test_datasource_variable(self):
        self.variable("datasource")["label"] = "Prometheus"
        self.expect("template-datasource", "is not called")
        self.board["templating"]["list"] *= 2
        self.expect("template-datasource", "2 data source variables")

    def test_missing_variable(self):
        self.board["templating"]["list"] = [v for v in self.board["templating"]["list"] if v["name"] != "instance"]
        problems = self.problems()
        self.assertIn("template-required: variables: there is no $instance", problems)
        self.assertTrue(any(p.startswith("template-used: ") and "$instance" in p for p in problems))

    def test_variable_that_takes_one_value(self):
        self.variable("job")["multi"] = False
        self.expect("template-required", "several values")

    def test_instance_that_does_not_follow_the_cluster(self):
        self.variable("instance")["query"] = "label_values(levelwind_cluster_info, instance)"
        problems = self.problems()
        self.assertTrue(any(p.startswith("template-required: variable instance: does not follow") for p in problems))

    def test_all_value(self):
        self.variable("job")["allValue"] = ".*"
        self.expect("template-all-value", "not .+")
        self.variable("job")["allValue"] = ".+"
        self.variable("instance")["allValue"] = ".+"
        self.expect("template-all-value", "would leave the chosen cluster")

    def test_variables_that_are_read_once(self):
        self.variable("job")["refresh"] = 1
        self.expect("template-reload", "variable job")

    def test_variable_queries(self):
        self.variable("job")["query"] = "label_values(levelwind_build_info{, job)"
        problems = self.problems()
        self.assertTrue(any(p.startswith("template-promql: variable job: could not parse") for p in problems), problems)
        self.variable("job")["query"] = "query_result(levelwind_build_info)"
        self.assertTrue(any("no label_values" in p for p in self.problems()))
        self.board = good_board()
        self.variable("job")["datasource"] = {"type": "prometheus", "uid": "abc"}
        self.expect("template-promql", "${datasource}")

    def test_variables_and_their_use(self):
        self.ask('sum(levelwind_group_lag{' + SELECT + ',topic=~"$topic"})')
        self.expect("template-used", "$topic is used and not defined")
        self.board = good_board()
        extra = copy.deepcopy(self.variable("job"))
        extra["name"] = "rack"
        self.board["templating"]["list"].append(extra)
        self.expect("template-used", "variable rack")

    def test_old_panel_types(self):
        self.requests_panel["type"] = "graph"
        self.expect("panel-kind", "graph")

    def test_panel_datasource(self):
        self.groups_panel["datasource"] = {"type": "prometheus", "uid": "abc"}
        self.expect("panel-datasource", "Groups")
        self.board = good_board()
        self.board["panels"][1]["targets"][0]["datasource"] = {"type": "prometheus", "uid": "abc"}
        self.expect("panel-datasource", "Groups A")

    def test_titles_and_descriptions(self):
        self.groups_panel["description"] = ""
        self.expect("panel-title-description", "no description")
        self.board = good_board()
        self.board["panels"][1]["title"] = "Requests"
        self.expect("panel-title-description", "another panel")
        self.board = good_board()
        self.board["panels"][1]["title"] = ""
        self.expect("panel-title-description", "has no title")

    def test_units(self):
        del self.groups_panel["fieldConfig"]["defaults"]["unit"]
        self.expect("panel-units", "None")
        self.board = good_board()
        self.board["panels"][1]["fieldConfig"]["overrides"] = [
            {"matcher": {}, "properties": [{"id": "unit", "value": "seconds"}]}]
        self.expect("panel-units", "'seconds'")

    def test_panels_without_queries(self):
        self.groups_panel["targets"] = []
        self.expect("panel-targets", "asks nothing")
        self.groups_panel["targets"] = good_board()["panels"][1]["targets"] * 2
        self.expect("panel-targets", "one letter")

    def test_tables_whose_rows_do_not_become_one(self):
        self.groups_panel["type"] = "table"
        ask = lambda *exprs: self.groups_panel.update(targets=[
            {"refId": "AB"[n], "expr": expr, "instant": True} for n, expr in enumerate(exprs)])
        by = lambda labels: f"max by ({labels}) (levelwind_groups{{{SELECT}}})"
        ask(by("instance, group"), f"levelwind_groups{{{SELECT}}}")
        self.expect("panel-table-joins", "query B is no aggregation")
        ask(by("instance"), by("instance, group"))
        self.expect("panel-table-joins", "same labels")
        ask(by("instance, group"), by("instance"))
        self.assertEqual(self.problems(), [])

    def test_places(self):
        self.requests_panel["gridPos"]["x"] = 4
        self.expect("panel-grid", "lies over")
        self.requests_panel["gridPos"]["x"] = 20
        self.expect("panel-grid", "wider")
        self.requests_panel["gridPos"]["x"] = 6
        self.requests_panel["id"] = self.groups_panel["id"]
        self.expect("panel-grid", "another panel's")

    def test_promql(self):
        self.ask(f"sum(levelwind_groups{{{SELECT}}}")
        self.expect("target-promql", "unclosed")

    def test_matchers(self):
        self.ask('sum(levelwind_groups{job=~"$job"})')
        self.expect("target-matchers", "instance")
        self.ask('sum(levelwind_groups{' + SELECT + '}) + sum(levelwind_groups{instance=~"$instance"})')
        self.expect("target-matchers", "job")

    def test_annotations_are_queries_too(self):
        self.board["annotations"]["list"][0]["expr"] = 'sum(levelwind_operations{job="mine",instance=~"$instance"})'
        self.expect("target-matchers", "annotation Operations")

    def test_rate_interval(self):
        self.ask(f"sum(rate(levelwind_http_requests_total{{{SELECT}}}[5m]))")
        self.expect("target-rate-interval", "[5m]")

    def test_counters(self):
        self.ask(f"sum(levelwind_http_requests_total{{{SELECT}}})")
        self.expect("target-counter", "not inside rate")
        self.ask(f"sum(rate(levelwind_groups{{{SELECT}}}[$__rate_interval]))")
        self.expect("target-counter", "no counter")

    def test_metrics_that_the_daemon_does_not_have(self):
        self.ask(f"sum(levelwind_group_lags{{{SELECT}}})")
        self.expect("target-metric-known", "levelwind_group_lags")

    def test_legends(self):
        self.requests_panel["targets"][0]["legendFormat"] = ""
        self.expect("target-legend", "Requests A")

    def test_ranges_for_one_value(self):
        self.groups_panel["targets"][0]["instant"] = False
        self.expect("target-instant", "Groups A")

    def test_a_line_for_each_partition(self):
        self.ask(f"levelwind_group_lag{{{SELECT}}}")
        self.expect("target-bounded", "topk")
        self.ask(f"topk(10, levelwind_group_lag{{{SELECT}}})")
        self.assertEqual(self.problems(), [])


GOOD_ALERT = {
    "alert": "LevelwindDown", "expr": "absent(levelwind_build_info)", "for": "5m", "labels": {"severity": "warning"},
    "annotations": {"summary": "It is not scraped.", "runbook_url": "docs/runbooks/LevelwindDown.md",
                    "description": "Nothing was scraped for 5 minutes. See that `levelwind serve` runs."}}
GOOD_RECORD = {"record": "group:levelwind_group_lag:sum", "expr": "sum by (group) (levelwind_group_lag)"}
TESTS = """
      - {eval_time: 9m, alertname: LevelwindDown, exp_alerts: []}
      - eval_time: 9m
        alertname: LevelwindDown
        exp_alerts:
          - exp_labels: {severity: warning}
"""


class RuleRules(unittest.TestCase):
    seen = set()

    def setUp(self):
        self.alert, self.record = copy.deepcopy(GOOD_ALERT), copy.deepcopy(GOOD_RECORD)
        self.groups = [("a", [self.alert]), ("b", [self.record])]
        self.tests = TESTS

    def problems(self):
        invalid = lint.invalid_of(rule["expr"] for _, rule in rules.all_rules(self.groups))
        return rules.lint(self.groups, rules.Around(METRICS, ROOT, self.tests, invalid))

    def expect(self, rule, part):
        problems = self.problems()
        self.assertTrue(any(p.startswith(rule + ": ") and part in p for p in problems), problems)
        self.assertEqual({p.split(": ")[0] for p in problems}, {rule}, problems)
        RuleRules.seen.add(rule)

    def fire_on(self, expr):
        self.alert["expr"] = expr
        self.alert["annotations"]["description"] = "It is {{ $value }} now and should not be. `levelwind status` says why."

    def test_the_good_rules_are_clean(self):
        self.assertEqual(self.problems(), [])

    def test_names_that_occur_twice(self):
        self.groups.append(("a", []))
        self.expect("rules-unique", "two groups")
        self.groups[2] = ("c", [self.record])
        self.expect("rules-unique", "two rules")

    def test_alert_name(self):
        self.alert["alert"] = "down"
        self.assertTrue(any(p.startswith("alert-name: down") for p in self.problems()))

    def test_severity(self):
        self.alert["labels"]["severity"] = "page"
        self.expect("alert-severity", "page")
        self.alert["labels"] = {}
        self.expect("alert-severity", "None")

    def test_for(self):
        del self.alert["for"]
        self.expect("alert-for", "no `for`")
        self.alert["for"] = "30s"
        self.expect("alert-for", "30s")
        del self.alert["for"]
        self.fire_on("max_over_time(levelwind_groups[15m]) > 1")
        self.assertEqual(self.problems(), [])

    def test_summary(self):
        for text in ("", "no full stop", "It is {{ $value }}."):
            self.alert["annotations"]["summary"] = text
            self.expect("alert-summary", "fixed sentence")

    def test_description(self):
        self.fire_on("levelwind_groups > 5")
        self.assertEqual(self.problems(), [])
        self.alert["annotations"]["description"] = "There are too many consumer groups here. `levelwind groups` names them."
        self.expect("alert-description", "the value")
        self.alert["annotations"]["description"] = "There are {{ $value }} consumer groups here, and that is too many."
        self.expect("alert-description", "what to do")
        self.alert["annotations"]["description"] = "short"
        self.expect("alert-description", "sentences")

    def test_labels_in_the_description(self):
        self.fire_on("sum by (topic) (levelwind_group_lag) > 5")
        self.alert["annotations"]["description"] += " Group {{ $labels.group }} is it."
        self.expect("alert-labels", "group")
        self.fire_on("levelwind_group_lag > 5")
        self.alert["annotations"]["description"] += " Group {{ $labels.consumergroup }} is it."
        self.expect("alert-labels", "consumergroup")

    def test_runbook(self):
        self.alert["annotations"]["runbook_url"] = "docs/runbooks/LevelwindNowhere.md"
        self.expect("alert-runbook", "LevelwindNowhere")
        self.alert["annotations"]["runbook_url"] = "docs/runbooks/LevelwindBrokerDead.md"
        self.expect("alert-runbook", "its name")
        del self.alert["annotations"]["runbook_url"]
        self.expect("alert-runbook", "''")

    def test_alerts_that_compare_with_nothing(self):
        self.fire_on("levelwind_groups")
        self.expect("alert-comparison", "as long as there is data")
        self.fire_on('levelwind_groups and on (job) levelwind_operations{state="holding"}')
        self.assertEqual(self.problems(), [])

    def test_alerts_without_tests(self):
        self.tests = TESTS.replace("exp_alerts: []", "exp_alerts: [x]")
        self.expect("alert-tested", "silent")
        self.tests = TESTS.replace("exp_alerts:\n", "exp_alerts: []\n")
        self.expect("alert-tested", "firing")

    def test_names_of_records(self):
        self.record["record"] = "levelwind_group_lag_sum"
        self.expect("record-name", "level:metric:operation")
        self.record["record"] = "group:levelwind_groups:sum"
        self.expect("record-name", "not in its expression")

    def test_promql(self):
        self.record["expr"] = "sum by (group) (levelwind_group_lag"
        self.expect("rule-promql", "unclosed")

    def test_metrics_that_the_daemon_does_not_have(self):
        self.fire_on("levelwind_nothing > 1")
        self.expect("rule-metric-known", "levelwind_nothing")

    def test_counters(self):
        self.fire_on("levelwind_http_requests_total > 100")
        self.expect("rule-counter", "not inside rate")
        self.fire_on("rate(levelwind_groups[5m]) > 100")
        self.expect("rule-counter", "no counter")

    def test_matchers_of_one_place(self):
        self.fire_on('levelwind_groups{job="levelwind"} > 1')
        self.expect("rule-no-place", "job")

    def test_patterns_that_are_none(self):
        self.fire_on('levelwind_operations{state=~"holding"} > 1')
        self.expect("rule-regex", "use =")
        self.fire_on('levelwind_operations{state!~"holding"} > 1')
        self.expect("rule-regex", "use !=")


class EveryRule(unittest.TestCase):
    """Runs last (by its name in the module's order): a rule without a test here would never be seen to fire."""

    # Faults that other rules see too, so that `expect` cannot be used.
    ELSEWHERE = {"alert-name"}

    def test_zz_each_rule_has_fired(self):
        missing = {name for name, _, _ in boards.RULES} - BoardRules.seen
        self.assertEqual(missing, set())
        missing = {name for name, _, _ in rules.RULES} - RuleRules.seen - self.ELSEWHERE
        self.assertEqual(missing, set())

    def test_the_readme_lists_each_rule(self):
        with open(os.path.join(ROOT, "dashboards", "README.md"), encoding="utf-8") as file:
            text = file.read()
        missing = [name for name, _, _ in (*boards.RULES, *rules.RULES) if f"`{name}`" not in text]
        self.assertEqual(missing, [])


class Promql(unittest.TestCase):
    def names(self, expr):
        return [selector.name for selector in promql.selectors(expr)]

    def test_selectors_are_told_from_functions_labels_and_words(self):
        self.assertEqual(self.names("sum by (a, b) (rate(x_total[5m])) / on (c) group_left (d) avg(y) > bool 1"),
                         ["x_total", "y"])
        self.assertEqual(self.names("sum(x) without (a) or y offset 5m unless z @ end()"), ["x", "y", "z"])
        self.assertEqual(self.names("label_replace(x, \"a\", \"$1\", \"b\", \"(.*)\") # sum(y)"), ["x"])
        self.assertEqual(self.names('{__name__="x"}'), [""])

    def test_matchers_and_ranges(self):
        selector = promql.selectors('rate(x{a="b{c}",d!~"e|f"}[$__rate_interval])')[0]
        self.assertEqual(selector.matchers, (("a", "=", "b{c}"), ("d", "!~", "e|f")))
        self.assertEqual(selector.range, "$__rate_interval")
        self.assertEqual(selector.functions, ("rate",))

    def test_functions_end_with_their_parenthesis(self):
        inner, outer = promql.selectors("sum(rate(x[5m])) + y")
        self.assertEqual((inner.functions, outer.functions), (("sum", "rate"), ()))

    def test_operators_leave_matchers_out(self):
        self.assertNotIn("!=", promql.operators('x{a!="b"}'))
        self.assertIn("!=", promql.operators('x{a="b"} != 3'))

    def test_what_promtool_cannot_parse(self):
        self.assertEqual(set(promql.invalid(["x", "sum(", "y", "a b"])), {1, 3})


class Metrics(unittest.TestCase):
    def test_the_daemons_metrics_are_found(self):
        found = metrics.emitted()
        for name in ("levelwind_group_lag", "levelwind_http_request_duration_seconds", "consumer_lag_seconds",
                     "process_open_fds", "levelwind_cluster_info"):
            self.assertIn(name, found)
        self.assertTrue(metrics.known("levelwind_http_request_duration_seconds_bucket", found))
        self.assertTrue(metrics.known("group:levelwind_group_lag:sum", found))
        self.assertFalse(metrics.known("levelwind_group_lags", found))


class Committed(unittest.TestCase):
    def test_what_is_committed_keeps_all_rules(self):
        self.assertEqual([*lint.board_problems(lint.committed_boards()), *lint.rule_problems()], [])

    def test_what_is_committed_is_what_is_made(self):
        self.assertEqual(make_boards.differing(), [])

    def test_runbooks_are_linked_where_they_are_published(self):
        from source import consumer_lag, grafana
        before = grafana.T.links.runbooks
        try:
            grafana.T.links.runbooks = "https://example.org/runbooks"
            linked = [p for p in board_json(consumer_lag.BOARD)["panels"] if p.get("links")]
            self.assertTrue(linked)
            self.assertTrue(all(p["links"][0]["url"].startswith("https://example.org/runbooks/Levelwind") for p in linked))
        finally:
            grafana.T.links.runbooks = before
        self.assertFalse([p for p in board_json(consumer_lag.BOARD)["panels"] if p.get("links")])


def suite():
    load = unittest.defaultTestLoader.loadTestsFromTestCase
    return unittest.TestSuite(load(case) for case in (BoardRules, RuleRules, EveryRule, Promql, Metrics, Committed))


if __name__ == "__main__":
    sys.exit(0 if unittest.TextTestRunner(verbosity=1).run(suite()).wasSuccessful() else 1)
