#!/usr/bin/env python3
"""Plan every planbench scenario, have planbench's own score.py judge it, compare with the targets.

    planner_planbench.py --bench BUILD/bin/planner_bench [--planbench DIR] [--only m50,tiny]
                         [--seed N] [--effort fast|normal|thorough] [--file-seed N]

Prints one line per scenario, with Cruise Control's published figures next to ours, and a last line
that sums up. --file-seed makes other clusters of the same shapes: the targets are those of the
published files, so only hard rules are held against them. Exit status 1 where a target is missed or
a plan breaks a hard rule, 2 if planbench or a program is missing. Needs numpy (score.py does).
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

# name: (generate.py arguments, Cruise Control's time s, out of band, moved / bound, leader changes)
SCENARIOS = {
    "tiny": ("--brokers 6 --racks 3 --partitions 60 --seed 16", "0.5", 5, 1.48, 19),
    "m10": ("--brokers 10 --racks 5 --partitions 1000 --seed 7", "1.5", 7, 1.73, 83),
    "m50": ("--brokers 50 --racks 5 --partitions 10000 --seed 7", "5-8.5", 24, 1.80, 918),
    "m200": ("--brokers 200 --racks 5 --partitions 100000 --seed 7", "22-93", 154, 1.64, 8948),
    "add": ("--brokers 60 --racks 5 --partitions 10000 --new 10 --seed 11", "13.5", 362, 0.97, 2155),
    "remove": ("--brokers 50 --racks 5 --partitions 10000 --removing 3 --seed 12", "9.3", 153, 0.72,
               1489),
    "dead": ("--brokers 50 --racks 5 --partitions 10000 --dead 2 --seed 13", "5.8", 142, 0.50, 851),
    "hetero": ("--brokers 48 --racks 4 --partitions 10000 --hetero --seed 14", "38.9", 147, 1.95,
               2575),
    "tight": ("--brokers 50 --racks 5 --partitions 10000 --rack-faults 0.05 --seed 15 --age 0.7 "
              "--util 0.6", "11.6", 30, 1.44, 2004),
    "m1000": ("--brokers 1000 --racks 5 --partitions 333000 --seed 7", "518", 596, 1.53, 38128),
}
DEFAULT = "tiny,m10,m50,m200,add,remove,dead,hetero,tight"

# name: (cpu s, RSS MB, out of band, moved / bound, leader changes, potential outbound over)
ANY = 10**9
TARGETS = {
    "tiny": (0.1, 10, 1, 1.2, ANY, ANY),
    "m10": (0.05, 10, 0, 1.15, 90, ANY),
    "m50": (0.5, 15, 2, 1.08, 700, ANY),
    "m200": (2, 60, 0, 1.06, 5500, ANY),
    "m1000": (12, 200, 20, 1.08, 21000, ANY),
    "add": (0.5, 15, 1, 1.03, 1700, ANY),
    "remove": (0.5, 15, 0, 1.03, 1200, ANY),
    "dead": (0.5, 15, 0, 1.03, 850, ANY),
    "hetero": (3, 15, 0, 1.13, ANY, ANY),
    "tight": (0.5, 15, 0, 1.08, 1250, 21),
}
COLUMNS = ("time", "RSS", "out of band", "moved / bound", "leader changes", "potential out")


def run(command, allowed=(0,)):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in allowed:
        sys.exit(f"{' '.join(command)}: exit status {done.returncode}\n{done.stderr}")
    return done.stdout


def judge(name, options, folder):
    arguments = SCENARIOS[name][0].split()
    if options.file_seed is not None:
        arguments[arguments.index("--seed") + 1] = str(options.file_seed)
    snapshot = os.path.join(folder, name + ".json")
    plan = os.path.join(folder, name + ".plan.json")
    python = options.python
    run([python, os.path.join(options.planbench, "generate.py"), *arguments, "--out", snapshot])
    ours = json.loads(run([options.bench, "--plan", snapshot, plan, str(options.seed),
                           options.effort]))
    score = json.loads(run([python, os.path.join(options.planbench, "score.py"), snapshot, plan,
                            "--json"], allowed=(0, 1)))
    return ours, score


def missed(name, ours, score):
    """The columns in which the plan is worse than its target."""
    figures = (ours["plan_s"], ours["rss_mb"], score["soft_out_of_band_total"],
               score["moved_over_lower_bound"] or 0, score["leader_changes"],
               score["potential_nw_out.over_capacity"])
    return [column for column, figure, target in zip(COLUMNS, figures, TARGETS[name])
            if figure > target]


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True, help="the planner_bench program")
    parser.add_argument("--planbench", default=os.environ.get(
        "LEVELWIND_PLANBENCH", os.path.join(here, "..", "..", "shared", "planbench")))
    parser.add_argument("--file-seed", type=int, help="seed of the clusters, not of the search")
    parser.add_argument("--only", default=DEFAULT)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--effort", default="normal")
    parser.add_argument("--python", default=sys.executable)
    options = parser.parse_args()
    for needed in (options.bench, os.path.join(options.planbench, "score.py")):
        if not os.path.exists(needed):
            print(f"{needed}: not there", file=sys.stderr)
            return 2
    print(f"{'name':8}{'hard':>5}{'plan s':>9}{'wall s':>8}{'RSS MB':>8}{'oob':>5}{'x':>7}"
          f"{'pot':>5}{'moved':>8}{'lead':>7} | CC: time s, oob, x, leaders", flush=True)
    broken, misses = 0, []
    with tempfile.TemporaryDirectory() as folder:
        for name in options.only.split(","):
            ours, score = judge(name, options, folder)
            broken += score["hard_violations"]
            worse = missed(name, ours, score) if options.file_seed is None else []
            misses += [f"{name} {column}" for column in worse]
            _, cc_time, cc_oob, cc_x, cc_leaders = SCENARIOS[name]
            print(f"{name:8}{score['hard_violations']:5}{ours['plan_s']:9.3f}{ours['wall_s']:8.2f}"
                  f"{ours['rss_mb']:8.1f}{score['soft_out_of_band_total']:5}"
                  f"{score['moved_over_lower_bound'] or 0:7.3f}"
                  f"{score['potential_nw_out.over_capacity']:5}{score['moved_replicas']:8}"
                  f"{score['leader_changes']:7} | {cc_time}, {cc_oob}, {cc_x}, {cc_leaders}"
                  + (f" | missed: {', '.join(worse)}" if worse else ""), flush=True)
    print(f"hard violations {broken}, targets missed {len(misses)}"
          + (f": {'; '.join(misses)}" if misses else ""))
    return 1 if broken or misses else 0


if __name__ == "__main__":
    sys.exit(main())
