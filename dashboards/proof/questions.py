"""Everything that boards and rules ask, one Question each. A question is answered when there is data, with the labels that are
shown; one that may stay open says why."""

import re
from dataclasses import dataclass, field

from linter import boards, promql
from proof.prometheus import Refused


@dataclass
class Question:
    where: str
    expr: str
    instant: bool = True
    labels: frozenset = frozenset()  # that the answer has to have
    values_of: str = ""  # ask for the values of this label instead
    may_be_empty: str = ""  # why; empty: it may not
    problem: str = field(default="not asked yet")  # why it is not answered; empty: it is

    def ask(self, prometheus):
        try:
            if self.values_of:
                self.problem = "" if prometheus.label_values(self.expr, self.values_of) else "no value"
                return
            series = prometheus.series(self.expr, self.instant)
        except Refused as error:
            self.problem = f"refused: {error}"
            return
        lacking = self.labels - {label for one in series for label in one}
        self.problem = ""
        if not series:
            self.problem = "no data"
        elif lacking:
            self.problem = f"no label {', '.join(sorted(lacking))}"


def _table_labels(panel):
    """Labels that the columns of a table show."""
    for transformation in panel.get("transformations", ()):
        if transformation["id"] == "organize":
            return {name for name in transformation["options"]["renameByName"] if not name.startswith("Value #")}
    return set()


def of_board(board, reasons):
    """`reasons`: {panel title: why it may be empty}."""
    for panel in boards.panels(board):
        shown = _table_labels(panel)
        for index, target in enumerate(panel["targets"]):
            # The first query of a table is the one that has all of its labels.
            labels = set(re.findall(r"{{\s*(\w+)\s*}}", target.get("legendFormat", ""))) | (set() if index else shown)
            yield Question(f"{board['uid']}: {panel['title']} {target['refId']}", promql.without_variables(target["expr"]),
                           bool(target.get("instant")), frozenset(labels), may_be_empty=reasons.get(panel["title"], ""))
    for annotation in board["annotations"]["list"]:
        yield Question(f"{board['uid']}: annotation {annotation['name']}", promql.without_variables(annotation["expr"]),
                       may_be_empty="no operation runs")
    for name, variable in boards.variables(board).items():
        if variable["type"] == "query":
            selector, label = boards.label_values(variable)
            yield Question(f"{board['uid']}: variable {name}", promql.without_variables(selector), values_of=label)


def of_alert(rule, may_be_empty=""):
    """An alert that does not fire has no data; what it looks at has. Values that matchers ask for may not be there now (no
    group is stalled), so that only their labels are asked for."""
    for number, selector in enumerate(promql.selectors(rule["expr"]), 1):
        matchers = ",".join(f'{label}!=""' for label in sorted(selector.labels()))
        yield Question(f"{rule['alert']} {number}", f"{selector.name}{{{matchers}}}", may_be_empty=may_be_empty)


def of_record(rule):
    return Question(rule["record"], rule["record"])
