#!/usr/bin/env python3
"""Lints the boards and rules that are committed: dashboards/lint.py [--list]. A line per problem; status 1 if there is any.
--list names the rules."""
import glob
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import make_boards  # noqa: E402
from linter import boards, metrics, promql, rules  # noqa: E402


def committed_boards():
    """{file name: board}."""
    found = {}
    for path in sorted(glob.glob(os.path.join(HERE, "*.json"))):
        with open(path, encoding="utf-8") as file:
            found[os.path.basename(path)] = json.load(file)
    return found


_judged = {}  # expression -> what promtool said, empty: nothing


def invalid_of(expressions):
    """{expression: what promtool says} of those that it cannot parse. It is asked about each once."""
    expressions = set(expressions)
    new = sorted(expressions - set(_judged))
    wrong = promql.invalid(new)
    _judged.update({expr: wrong.get(number, "") for number, expr in enumerate(new)})
    return {expr: _judged[expr] for expr in expressions if _judged[expr]}


def board_problems(found):
    known = metrics.emitted()
    asked = {name: [promql.without_variables(expr) for _, expr in boards.expressions(board)] for name, board in found.items()}
    invalid = invalid_of(expr for expressions in asked.values() for expr in expressions)
    for name, board in found.items():
        others = [other["uid"] for other_name, other in found.items() if other_name != name]
        for problem in boards.lint(board, boards.Around(known, others, invalid)):
            yield f"{name}: {problem}"


def rule_problems():
    """Of what make_boards.py writes; that the committed files are the same is make_boards.py --check's to say."""
    groups = make_boards.alert_groups() + make_boards.record_groups()
    with open(os.path.join(HERE, "alerts_test.yml"), encoding="utf-8") as file:
        tests = file.read()
    invalid = invalid_of(rule["expr"] for _, rule in rules.all_rules(groups))
    return rules.lint(groups, rules.Around(metrics.emitted(), metrics.ROOT, tests, invalid))


def main():
    if "--list" in sys.argv:
        for name, what, _ in (*boards.RULES, *rules.RULES):
            print(f"{name:24} {what}")
        return
    found = committed_boards()
    problems = [*board_problems(found), *rule_problems()]
    for problem in problems:
        print(problem)
    count = len(boards.RULES) + len(rules.RULES)
    print(f"{len(problems)} problems" if problems else f"{len(found)} boards and all rules keep the {count} rules")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
