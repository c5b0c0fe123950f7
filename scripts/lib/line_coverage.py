#!/usr/bin/env python3
"""Prints which lines of a folder were run, from the counters that an instrumented build left.

Usage: line_coverage.py --build DIR --folder FOLDER [--min PERCENT]     from the repository's root
Exit status 1 when fewer than PERCENT of the folder's lines were run.
"""
import argparse
import collections
import json
import os
import subprocess
import sys


def notes(build):
    """Every object of the build that gcov can tell of; those that were never run count as well."""
    for where, _, names in os.walk(build):
        yield from (os.path.join(where, name) for name in names if name.endswith(".gcno"))


def read_counts(build, folder):
    """{file: {line: times run}}. A line of a header or template is run if any object ran it."""
    counts = collections.defaultdict(lambda: collections.defaultdict(int))
    paths = sorted(notes(build))
    prefix = folder + os.sep
    for at in range(0, len(paths), 50):
        command = ["gcov", "--json-format", "--stdout"] + paths[at:at + 50]
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        for text in filter(None, run.stdout.decode().splitlines()):
            report = json.loads(text)
            for entry in report["files"]:
                path = os.path.join(report["current_working_directory"], entry["file"])
                name = os.path.relpath(path)
                if name.startswith(prefix):
                    for line in entry["lines"]:
                        counts[name][line["line_number"]] += line["count"]
    return counts


def ranges(lines):
    """[3, 4, 5, 9] -> "3-5 9"."""
    out = []
    for line in sorted(lines):
        if out and out[-1][1] == line - 1:
            out[-1][1] = line
        else:
            out.append([line, line])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in out)


def percent(run, of):
    return 100 * run / of if of else 100.0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--min", type=float, default=0)
    args = parser.parse_args()

    counts = read_counts(args.build, args.folder)
    if not counts:
        sys.exit(f"error: {args.build} has no counters for {args.folder}; run scripts/coverage {args.folder}")
    rows, parts = [], collections.defaultdict(lambda: [0, 0])
    for name, lines in counts.items():
        missed = [line for line, count in lines.items() if count == 0]
        run = len(lines) - len(missed)
        rows.append((percent(run, len(lines)), name, len(lines), missed))
        for part in (os.path.dirname(name), "total"):
            parts[part][0] += run
            parts[part][1] += len(lines)
    print(f"{'':2}{'%':>6} {'lines':>6}  file: lines that nothing ran")
    for share, name, count, missed in sorted(rows, key=lambda row: (row[0], -len(row[3]), row[1])):
        if missed:
            print(f"{share:8.1f} {count:6}  {name}: {ranges(missed)}")
    complete = sum(1 for row in rows if not row[3])
    print(f"{'':8} {'':6}  {complete} of {len(rows)} files whole")
    total = parts.pop("total")
    for part, (run, of) in sorted(parts.items()):
        print(f"{percent(run, of):8.1f} {of:6}  {part}/")
    share = percent(*total)
    print(f"{share:8.1f} {total[1]:6}  {args.folder}: {total[0]} of {total[1]} lines run")
    if share < args.min:
        sys.exit(f"error: {share:.1f} % of {args.folder} is run by its tests, less than {args.min:g} %; "
                 "write tests for the lines above")


if __name__ == "__main__":
    main()
