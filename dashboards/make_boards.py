#!/usr/bin/env python3
"""Writes boards and rules from source/ and thresholds.toml: dashboards/make_boards.py [--check] [--out DIR]

One source keeps them alike. --check fails when the committed files differ from what would be written; --out writes them
elsewhere.
"""
import argparse
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from source import alerts, autoscale, balance, consumer_lag, overview, recording, yaml_text  # noqa: E402
from source.grafana import board_json  # noqa: E402
from source.thresholds import T  # noqa: E402

BOARDS = (overview.BOARD, balance.BOARD, consumer_lag.BOARD, autoscale.BOARD)
MADE = "Made by dashboards/make_boards.py; do not edit."


def alert_rule(alert):
    rule = {"alert": alert.name, "expr": alert.expr}
    if alert.for_:
        rule["for"] = alert.for_
    if alert.keep:
        rule["keep_firing_for"] = alert.keep
    rule["labels"] = {"severity": alert.severity}
    rule["annotations"] = {"summary": alert.summary, "description": alert.description,
                           "runbook_url": f"{T.links.runbooks}/{alert.name}.md"}
    return rule


def alert_groups():
    return [(name, [alert_rule(alert) for alert in group]) for name, group in alerts.ALERTS]


def record_groups():
    return [("levelwind-lag-records", [{"record": record.name, "expr": record.expr} for record in recording.RECORDS])]


def boards():
    return {f"levelwind-{board.name}.json": board_json(board) for board in BOARDS}


def files():
    """{name: text} of all that is written."""
    made = {name: json.dumps(board, indent=1, ensure_ascii=False) + "\n" for name, board in boards().items()}
    made["alerts.yml"] = yaml_text.rule_file(
        MADE + "\nAlert rules. Thresholds are in thresholds.toml, what to do in docs/runbooks.", alert_groups())
    made["recording.yml"] = yaml_text.rule_file(
        MADE + "\nRecording rules, optional: boards and alerts do not need them.", record_groups())
    return made


def differing():
    """Names of committed files that are not what would be written."""
    wrong = []
    for name, text in files().items():
        path = os.path.join(HERE, name)
        if not os.path.exists(path):
            wrong.append(name)
            continue
        with open(path, encoding="utf-8") as file:
            if file.read() != text:
                wrong.append(name)
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--out", default=HERE, metavar="DIR")
    arguments = parser.parse_args()
    if arguments.check:
        wrong = differing()
        if wrong:
            sys.exit(f"not what dashboards/make_boards.py writes, run it: {', '.join(wrong)}")
        return
    for name, text in files().items():
        with open(os.path.join(arguments.out, name), "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main()
