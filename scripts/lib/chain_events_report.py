#!/usr/bin/env python3
"""Sums up a run of scripts/lib/chain-events: what happened in each phase, and whether the claims hold (status 1 if not)."""

import argparse
import csv
import json
import sys
import urllib.request

OBJECTIVE_S = 60
HOT = 7


def number(text):
    return float(text) if text not in ("", "None") else None


def known(rows, field):
    return [value for value in (number(row[field]) for row in rows) if value is not None]


def phases_of(path, end):
    with open(path, encoding="utf-8") as file:
        starts = [line.rstrip("\n").split(" ", 1) for line in file]
    begins = [(float(at), name) for at, name in starts]
    return [(name, at, begins[i + 1][0] if i + 1 < len(begins) else end) for i, (at, name) in enumerate(begins)]


def describe(name, rows, actions):
    members, lags, late = known(rows, "current"), known(rows, "time_lag_seconds"), known(rows, "late_records")
    lags.sort()
    print(f"{name:<26}{min(members):>4.0f} to {max(members):>3.0f} members  {len(actions):>2} actions  time lag "
          f"p50 {lags[len(lags) // 2]:>5.1f} s, p99 {lags[int(len(lags) * 0.99)]:>5.1f} s, most {lags[-1]:>5.1f} s  "
          f"{late[-1] - late[0]:>8.0f} records past {OBJECTIVE_S} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--samples", "--phases", "--fleet", "--brokers", "--api", "--group", "--rate-share"):
        parser.add_argument(name, required=True)
    args = parser.parse_args()
    with open(args.samples, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with open(args.fleet, encoding="utf-8") as file:
        actions = [json.loads(line) for line in file]
    actions = [action for action in actions if action["reason"] not in ("start", "end")]
    with open(args.brokers, encoding="utf-8") as file:
        filled = next((one["replicas"] for one in json.load(file)["brokers"] if one["id"] == 4), 0)
    claims = []
    late_at_fill = None
    for name, begin, end in phases_of(args.phases, float(rows[-1]["t"])):
        inside = [row for row in rows if begin <= float(row["t"]) < end]
        if not known(inside, "current"):
            claims.append((f"there are samples of '{name}'", False))
            continue
        if name == "a broker is filled":
            late_at_fill = known(inside, "late_records")[-1] - known(inside, "late_records")[0]
        describe(name, inside, [action for action in actions if begin <= action["t"] < end])
    late = known(rows, "late_records")
    arrived = sum(rate * 2 for rate in known(rows, "arrival_per_s"))
    with urllib.request.urlopen(f"{args.api}/api/v1/autoscale?group={args.group}", timeout=5) as answer:
        now = json.load(answer)["groups"][0]
    advice = " ".join(row["advice"] for row in rows)
    most = max(known(rows, "current"))
    claims += [
        ("the group grew from 5 and was shrunk again", most > 5 and now["current"] < most),
        ("at most 4 % of all records waited longer than the objective (in the surge chain 7 alone is more than a consumer can do)",
         (late[-1] - late[0]) <= 0.04 * max(arrived, 1)),
        (f"broker 4 was filled ({filled} replicas) and no record waited longer than the objective meanwhile",
         filled > 0 and late_at_fill == 0),
        ("the partition of the hottest chain was named", f"partition {HOT} of chain-events" in advice),
        ("a skew ceiling was told", bool(known(rows, "skew_ceiling"))),
        ("a member's capacity was learned within 20 %",
         abs((number(rows[-1]["capacity_per_s"]) or 0) / (1800 * float(args.rate_share)) - 1) <= 0.2),
    ]
    for claim, holds in claims:
        print(f"{'yes' if holds else 'NO':<4}{claim}")
    print(f"{len(actions)} actions; {late[-1] - late[0]:.0f} of about {arrived:.0f} records past the objective; rates at "
          f"{args.rate_share} of a million events a minute")
    return 0 if all(holds for _, holds in claims) else 1


if __name__ == "__main__":
    sys.exit(main())
