#!/usr/bin/env python3
"""Writes what the autoscaler says about a group to a file of comma separated values, every two seconds, until SIGTERM."""

import argparse
import csv
import json
import time
import urllib.request

FIELDS = ("current", "desired", "time_lag_seconds", "lag", "late_records", "arrival_per_s", "capacity_per_s",
          "partition_ceiling", "skew_ceiling", "reason")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--api", "--group", "--out"):
        parser.add_argument(name, required=True)
    args = parser.parse_args()
    with open(args.out, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("t", *FIELDS, "advice"))
        while True:
            try:
                with urllib.request.urlopen(f"{args.api}/api/v1/autoscale?group={args.group}", timeout=5) as answer:
                    for group in json.load(answer)["groups"]:
                        advice = "; ".join(one["text"] for one in group["advice"])
                        out.writerow((f"{time.time():.1f}", *(group[field] for field in FIELDS), advice))
                        file.flush()
            except (OSError, ValueError, KeyError):
                pass  # not decided yet; the report counts the samples
            time.sleep(2)


if __name__ == "__main__":
    main()
