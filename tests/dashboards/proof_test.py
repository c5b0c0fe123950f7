"""What scripts/check-boards asks, and that it takes nothing for an answer that is none. No Prometheus is needed."""

import os
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "dashboards"))

import make_boards  # noqa: E402
from proof import questions  # noqa: E402
from proof.prometheus import Refused  # noqa: E402


class Answers:
    """A Prometheus that knows some answers and refuses what is none of them."""

    def __init__(self, series=None, values=None):
        self.known, self.values = series or {}, values or {}

    def series(self, expr, instant):
        if expr not in self.known:
            raise Refused("parse error")
        return self.known[expr]

    def label_values(self, selector, label):
        return self.values.get((selector, label), [])


class Judging(unittest.TestCase):
    def problem(self, question, answers):
        question.ask(answers)
        return question.problem

    def test_no_series_is_no_answer(self):
        self.assertEqual(self.problem(questions.Question("a", "x"), Answers({"x": []})), "no data")
        self.assertEqual(self.problem(questions.Question("a", "x"), Answers({"x": [{}]})), "")

    def test_a_label_that_is_shown_must_be_there(self):
        question = questions.Question("a", "x", labels=frozenset({"group"}))
        self.assertEqual(self.problem(question, Answers({"x": [{"topic": "t"}]})), "no label group")
        self.assertEqual(self.problem(question, Answers({"x": [{"topic": "t", "group": "g"}]})), "")

    def test_what_prometheus_refuses(self):
        self.assertEqual(self.problem(questions.Question("a", "x("), Answers()), "refused: parse error")

    def test_values_of_a_variable(self):
        question = questions.Question("a", "x", values_of="job")
        self.assertEqual(self.problem(question, Answers()), "no value")
        self.assertEqual(self.problem(question, Answers(values={("x", "job"): ["j"]})), "")


class Asking(unittest.TestCase):
    def test_every_query_annotation_and_variable_of_a_board_is_asked(self):
        for board in make_boards.boards().values():
            asked = [q.where for q in questions.of_board(board, {})]
            queries = sum(len(panel.get("targets", ())) for panel in board["panels"])
            variables = sum(v["type"] == "query" for v in board["templating"]["list"])
            self.assertEqual(len(asked), queries + variables + 1, board["uid"])
            self.assertGreater(queries, 10)

    def test_labels_of_legends_and_columns(self):
        board = make_boards.boards()["levelwind-consumer-lag.json"]
        labels = {q.where.split(": ")[1]: q.labels for q in questions.of_board(board, {})}
        self.assertEqual(labels["Groups, worst first A"], {"group", "verdict", "state", "instance"})
        self.assertEqual(labels["Groups, worst first B"], set())
        self.assertEqual(labels["Lag by partition A"], {"group", "topic", "partition"})

    def test_no_variable_of_grafana_reaches_prometheus(self):
        for board in make_boards.boards().values():
            for question in questions.of_board(board, {}):
                self.assertNotIn("$", question.expr)

    def test_only_what_says_why_may_be_empty(self):
        board = make_boards.boards()["levelwind-overview.json"]
        reasons = {q.where: q.may_be_empty for q in questions.of_board(board, {"Active anomalies": "nothing is found"})}
        self.assertEqual(reasons["levelwind-overview: Active anomalies A"], "nothing is found")
        self.assertEqual({w for w, why in reasons.items() if why},
                         {"levelwind-overview: Active anomalies A", "levelwind-overview: annotation Operations"})

    def test_of_an_alert_its_series_whatever_their_values(self):
        rule = {"alert": "A", "expr": 'x{state="dead"} > 5 unless on (a) y offset 6h'}
        self.assertEqual([q.expr for q in questions.of_alert(rule)], ['x{state!=""}', "y{}"])


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False, verbosity=1).result.wasSuccessful() else 1)
