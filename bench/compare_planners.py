#!/usr/bin/env python3
"""Levelwind's planner beside others, in one run, judged by planbench's score.py.

    compare_planners.py --bench BUILD/bin/planner_bench [--planbench DIR] [--cases m10,m50] [--seconds N]

Others: Meta's Rebalancer (PyPI `rebalancer` in its own environment under LEVELWIND_CACHE; it needs
CPython 3.12, and is left out with a message where there is none) with its quick and its thorough moves,
and what Kafka's own reassignment tool generates. Prints a table in Markdown (docs/planner.md has one).
"""
import argparse
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

from planner_planbench import SCENARIOS

HERE = os.path.dirname(os.path.abspath(__file__))
VERSION = "1.0.4"


def run(command, **more):
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


def python_312():
    names = [shutil.which("python3.12"),
             *glob.glob(os.path.expanduser("~/.pyenv/versions/3.12*/bin/python3"))]
    check = "import sys; sys.exit(sys.version_info[:2] != (3, 12))"
    return next((name for name in names if name and run([name, "-c", check]).returncode == 0), None)


def rebalancer_python(cache):
    """An interpreter that has the package, or None and why not."""
    home = os.path.join(cache, f"rebalancer-{VERSION}")
    python = os.path.join(home, "bin", "python3")
    if os.path.exists(python) and run([python, "-c", "import rebalancer"]).returncode == 0:
        return python, ""
    base = python_312()
    if base is None:
        return None, "there is no Python 3.12 here"
    shutil.rmtree(home, ignore_errors=True)
    for command in ([base, "-m", "venv", home],
                    [os.path.join(home, "bin", "pip"), "install", "-q", f"rebalancer=={VERSION}"]):
        done = run(command)
        if done.returncode != 0:
            shutil.rmtree(home, ignore_errors=True)
            return None, f"{' '.join(command)} failed: {done.stderr.strip().splitlines()[-1:]}"
    return python, ""


def ours(options, snapshot, plan):
    done = run([options.bench, "--plan", snapshot, plan, "1", "normal"])
    figures = json.loads(done.stdout)
    return figures["plan_s"], figures["rss_mb"]


def rebalancer(python, moves, options, snapshot, plan):
    done = run([python, os.path.join(HERE, "rebalancer_plan.py"), snapshot, plan, "--moves", moves,
                "--seconds", str(options.seconds)])
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    figures = json.loads(done.stdout.strip().splitlines()[-1])
    return figures["cpu_s"], figures["rss_mb"]


def generate(libraries, snapshot, plan):
    """Kafka's tool looks at nothing but the brokers, their racks and the replication factors."""
    with open(snapshot, encoding="utf-8") as file:
        cluster = json.load(file)
    lines = [f"broker {b['id']} {b['rack']}" for b in cluster["brokers"]
             if b["state"] in ("alive", "new")]
    before = {}
    for topic in cluster["topics"]:
        for number, p in enumerate(topic["partitions"]):
            before[topic["name"], number] = p["replicas"]
            lines.append(f"partition {topic['name']} {number} {','.join(map(str, p['replicas']))}")
    done = run(["java", "-cp", os.path.join(libraries, "*"),
                os.path.join(HERE, "GenerateAssignment.java")], input="\n".join(lines))
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    partitions = []
    for line in done.stdout.splitlines():
        topic, number, replicas = line.split()
        after = [int(word) for word in replicas.split(",")]
        if after != before[topic, int(number)]:
            partitions.append({"topic": topic, "partition": int(number), "replicas": after})
    with open(plan, "w", encoding="utf-8") as file:
        json.dump({"version": 1, "partitions": partitions}, file)
    return int(done.stderr.strip().splitlines()[-1]) / 1000, None


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True, help="the planner_bench program")
    parser.add_argument("--planbench", default=os.environ.get(
        "LEVELWIND_PLANBENCH", os.path.join(HERE, "..", "..", "shared", "planbench")))
    parser.add_argument("--cases", default="tiny,m10,m50")
    parser.add_argument("--seconds", type=int, default=120, help="what Rebalancer may take at most")
    parser.add_argument("--python", default="/usr/bin/python3", help="has numpy, for planbench")
    options = parser.parse_args()
    cache = os.environ.get("LEVELWIND_CACHE", os.path.expanduser("~/.cache/levelwind"))
    planners = [("Levelwind", lambda s, p: ours(options, s, p))]
    python, reason = rebalancer_python(cache)
    if python:
        for moves, name in (("fast", "Rebalancer, SingleFast"), ("swap", "Rebalancer, Single + Swap")):
            planners.append((name, lambda s, p, m=moves: rebalancer(python, m, options, s, p)))
    else:
        print(f"Rebalancer is left out: {reason}", file=sys.stderr)
    libraries = os.environ.get("LEVELWIND_KAFKA_LIBS", "")
    if libraries and shutil.which("java"):
        planners.append(("Kafka --generate", lambda s, p: generate(libraries, s, p)))
    else:
        print("Kafka's own tool is left out: LEVELWIND_KAFKA_LIBS names no jars", file=sys.stderr)
    print("| case | planner | cpu s | RSS MB | hard | out of band | moved / bound | leader changes |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for case in options.cases.split(","):
            snapshot = os.path.join(folder, case + ".json")
            done = run([options.python, os.path.join(options.planbench, "generate.py"),
                        *SCENARIOS[case][0].split(), "--out", snapshot])
            if done.returncode != 0:
                sys.exit(done.stderr)
            for name, planner in planners:
                plan = os.path.join(folder, "plan.json")
                try:
                    seconds, rss = planner(snapshot, plan)
                except (RuntimeError, ValueError) as error:
                    print(f"| {case} | {name} | failed: {error} |", flush=True)
                    continue
                score = json.loads(run([options.python, os.path.join(options.planbench, "score.py"),
                                        snapshot, plan, "--json"]).stdout)
                print(f"| {case} | {name} | {seconds:.2f} | {'-' if rss is None else f'{rss:.0f}'} "
                      f"| {score['hard_violations']} | {score['soft_out_of_band_total']} "
                      f"| {score['moved_over_lower_bound']:.2f} | {score['leader_changes']} |", flush=True)


if __name__ == "__main__":
    main()
