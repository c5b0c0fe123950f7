#!/usr/bin/env python3
"""Runs the suites of the safety rules once per gate that is taken out; see scripts/sabotage."""
import argparse
import concurrent.futures
import os
import re
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Folder of the gate -> the programs that must notice.
PROGRAMS = {"actions": ("executor_proof", "actions"), "kafka": ("kafka",), "planner": ("planner", "executor_proof"),
            "store": ("store", "executor_proof")}
# A slice is enough: what a gate keeps out, some of the first clusters meet.
SLICE = {"LEVELWIND_PROOF_STORMS": "80", "LEVELWIND_PROOF_ROWS": "15", "LEVELWIND_PROOF_POINTS": "120"}
PATIENCE_S = 900


def gates():
    """Gate -> folders of the sources that ask for it."""
    found = {}
    for folder in PROGRAMS:
        for where, _, names in os.walk(os.path.join(ROOT, folder)):
            for name in names:
                if not name.endswith(".cc"):
                    continue
                with open(os.path.join(where, name), encoding="utf-8") as file:
                    for gate in re.findall(r'Sabotaged\(\s*"([^"]+)"', file.read()):
                        found.setdefault(gate, set()).add(folder)
    return dict(sorted(found.items(), key=lambda item: (int(re.match(r"I(\d+)", item[0]).group(1)), item[0])))


def promised():
    """Gate -> tests that docs/safety.md names in its row."""
    rows = {}
    with open(os.path.join(ROOT, "docs", "safety.md"), encoding="utf-8") as file:
        for line in file:
            cells = [cell.strip() for cell in line.split("|")]
            gate = re.fullmatch(r"`(I\d+\.[a-z-]+)`", cells[1]) if len(cells) > 3 else None
            if gate:
                rows[gate.group(1)] = re.findall(r"`([^`]+)`", cells[2])
    return rows


class Run:
    def __init__(self, binaries, program, gate):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LEVELWIND_PROOF")} | SLICE
        environment.pop("LEVELWIND_SABOTAGE", None)
        if gate:
            environment["LEVELWIND_SABOTAGE"] = gate
        # The judge's own tests would fail with the rule's name whatever the rule; A19 takes its time.
        command = [os.path.join(binaries, "sabotage_" + program), "--gtest_color=no", "--gtest_filter=-*JudgeFinds*:*A19_*"]
        try:
            done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace",
                                  timeout=PATIENCE_S, cwd=ROOT)
            text, self.ended = done.stdout + done.stderr, done.returncode
        except subprocess.TimeoutExpired as late:
            text = late.stdout or b""
            text, self.ended = text.decode(errors="replace") if isinstance(text, bytes) else text, None
        self.text = text
        self.failed = sorted(set(re.findall(r"^\[  FAILED  \] ([\w/]+\.[\w/]+)", text, re.MULTILINE)))
        begun = re.findall(r"^\[ RUN      \] (\S+)", text, re.MULTILINE)
        over = set(re.findall(r"^\[ .{9}\] (\S+) \(", text, re.MULTILINE))
        if self.ended != 0:  # One that ended the program, or never ended.
            self.failed += [test for test in begun[-1:] if test not in over]
        self.judged = sorted(set(re.findall(r"(?:\\n|\b)(I\d+) at event", text)), key=lambda rule: int(rule[1:]))


def judge(gate, runs, expected):
    """What is wrong with the proof of one gate; nothing when it holds."""
    rule = gate.split(".")[0]
    failed = [test for run in runs for test in run.failed]
    if any(run.ended is None for run in runs):
        return f"a suite did not end in {PATIENCE_S} s"
    if not failed:
        return "NOTHING NOTICED"
    by_name = [test for test in failed if re.search(rf"(?<![A-Z0-9]){rule}(?![0-9])", test)]
    if not by_name and not any(rule in run.judged for run in runs):
        return f"noticed, but not as {rule}: {', '.join(failed[:3])}"
    if expected is None:
        return "docs/safety.md has no row for it"
    missing = [test for test in expected if test not in failed]
    return f"not noticed by {', '.join(missing)}" if missing else ""


def row(gate, runs):
    rule = gate.split(".")[0]
    failed = [test for run in runs for test in run.failed]
    own = [test for test in failed if re.search(rf"(?<![A-Z0-9]){rule}(?![0-9])", test)]
    drawn = [test for test in failed if test.startswith("Storm.") or "B1_AKillAtEachBoundary" in test]
    shown = list(dict.fromkeys(own[:2] + drawn[:1] or failed[:2]))
    judged = sorted({rule for run in runs for rule in run.judged}, key=lambda name: int(name[1:]))
    return f"| `{gate}` | {', '.join(f'`{test}`' for test in shown)} | {', '.join(judged) or '-'} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wanted", nargs="*")
    parser.add_argument("--bin", default=os.path.join(ROOT, "build", "dev", "bin"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    known = gates()
    if arguments.list:
        print("\n".join(known))
        return 0
    wanted = {g: f for g, f in known.items()
              if not arguments.wanted or any(g == w or g.startswith(w + ".") for w in arguments.wanted)}
    for name in arguments.wanted:
        if not any(g == name or g.startswith(name + ".") for g in wanted):
            sys.exit(f"error: there is no gate '{name}'; scripts/sabotage --list names them")
    began, rows, bad = time.monotonic(), promised(), []
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        programs = sorted({p for folders in wanted.values() for f in folders for p in PROGRAMS[f]})
        for program, run in zip(programs, pool.map(lambda p: Run(arguments.bin, p, None), programs)):
            if run.ended != 0:
                bad.append(f"{program} fails though no gate is out")
                print(run.text[-4000:])
        runs = {gate: [pool.submit(Run, arguments.bin, program, gate)
                       for program in dict.fromkeys(p for f in sorted(folders) for p in PROGRAMS[f])]
                for gate, folders in wanted.items()}
        table = []
        for gate, futures in runs.items():
            done = [future.result() for future in futures]
            problem = judge(gate, done, rows.get(gate))
            failed = [test for run in done for test in run.failed]
            rules = sorted({rule for run in done for rule in run.judged}, key=lambda name: int(name[1:]))
            verdict = f"FAILED: {problem}" if problem else f"caught by {len(failed)} tests"
            print(f"{gate:34} {verdict}; judge: {', '.join(rules) or '-'}", flush=True)
            if arguments.verbose:
                print("".join(f"    {test}\n" for test in failed), end="")
            table.append(row(gate, done))
            if problem:
                bad.append(f"{gate}: {problem}")
    if not arguments.wanted:
        bad += [f"{gate}: docs/safety.md names it, no source asks for it" for gate in rows if gate not in known]
    if arguments.table:
        print("\n".join(table))
    for problem in bad:
        print(f"error: {problem}", file=sys.stderr)
    print(f"sabotage: {len(wanted)} gates of {len({g.split('.')[0] for g in wanted})} rules, {len(bad)} problems, "
          f"{time.monotonic() - began:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
