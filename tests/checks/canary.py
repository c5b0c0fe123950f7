#!/usr/bin/env python3
"""canary.py --root DIR --logs DIR --build DIR --label LABEL...
Looks for secrets in all that a run of the test suite left behind: the trace file of every process (base/log.cc), the
output of every test program, and the daemon's output, logs, journals and answers (tests/kafka_cluster/kept_output.h).

Every secret of a test has MARKER in it, or is a line of secrets.txt beside this file (published examples, which must be
as they are). Each is looked for as it is, percent-encoded, in hex and in base64, at every alignment. A test program
without a trace file is a problem, unless ctest's report says that it was skipped, and so is a secret in the tests'
sources that is neither.

What real brokers log and are configured with is not Levelwind's and never gets here."""

import argparse
import base64
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as xml

import tree

MARKER = "canary" "-"
LISTED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "secrets.txt")
SHORTEST = 5  # Shorter ones are no secrets: they would be found everywhere.
_LITERALS = (
    re.compile(r'\bSecret\("((?:\\.|[^"\\])*)"'),
    re.compile(r'\bk\w*(?:Password|Passphrase|Secret|Token)\w*\s*=\s*"((?:\\.|[^"\\])*)"'),
    re.compile(r'(?:aws_secret_access_key|aws_session_token)\s*=\s*([^\s"\\]+)'),
    re.compile(r'"(?:SecretAccessKey|Token|access_token)":"((?:\\.|[^"\\])*)"'),
    re.compile(r'AWS_(?:SECRET_ACCESS_KEY|SESSION_TOKEN)"(?:\]\s*=|,)\s*"([^"]*)"'),
)


def listed():
    with open(LISTED, encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line in file]
    return [line for line in lines if line and not line.startswith("#")]


def _base64(secret):
    """What every base64 text has in it that encodes `secret` somewhere in its middle."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + secret)
        # Characters that also depend on the bytes before or after are left out.
        first, last = -(-before * 8 // 6), (before + len(secret)) * 8 // 6
        yield whole[first:last]


def forms(secret):
    """{form: how it is written} of one secret."""
    raw = secret.encode()
    found = {raw: "as it is"}
    for text in _base64(raw):
        found[text] = "in base64"
        found[text.replace(b"+", b"-").replace(b"/", b"_")] = "in base64"
    percent = "".join(f"%{byte:02x}" for byte in raw)
    only_odd = "".join(chr(b) if chr(b).isalnum() or chr(b) in "-._~" else f"%{b:02x}" for b in raw)
    for text in (percent, percent.upper(), only_odd, re.sub(r"%..", lambda m: m.group().upper(), only_odd)):
        found.setdefault(text.encode(), "percent-encoded")
    for text in (raw.hex(), raw.hex().upper()):
        found[text.encode()] = "in hex"
    return found


def search(logs, secrets):
    """Problems: (file: which secret, how written). The secret itself is not repeated."""
    wanted = [(number, form, how) for number, secret in enumerate(secrets, 1) for form, how in forms(secret).items()]
    problems = []
    for folder, _, names in os.walk(logs):
        for name in sorted(names):
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                data = file.read()
            for number, form, how in wanted:
                at = data.find(form)
                if at >= 0:
                    problems.append(f"{path}: byte {at}: secret {number} of {len(secrets)}, {how}")
            if name.endswith(".not-kept.txt"):
                problems.append(f"{path}: files that could not be looked at: {data.decode(errors='replace').strip()}")
    return problems


def silent(logs, programs):
    """Programs of which no process has logged anything at trace level."""
    spoken = set()
    for name in os.listdir(logs):
        match = re.fullmatch(r"(.+)\.\d+\.log", name)
        if match and match.group(1) in programs - spoken:
            with open(os.path.join(logs, name), "rb") as file:
                if b"Z trace " in file.read():
                    spoken.add(match.group(1))
    return [f"{program}: left no line at trace level in {logs}" for program in sorted(programs - spoken)]


def unregistered(root, known):
    """Secrets in the tests' sources that `search` would not find."""
    problems = []
    for path in tree.files(root):
        if not path.startswith("tests/") or not path.endswith((".cc", ".h", ".py", ".sh")) or "tests/checks/" in path:
            continue
        text = tree.read(root, path)
        for pattern in _LITERALS:
            for match in pattern.finditer(text):
                secret = match.group(1)
                if len(secret) >= SHORTEST and MARKER not in secret and secret not in known:
                    problems.append(f"{path}:{tree.line_of(text, match.start())}: a secret without '{MARKER}'; give it "
                                    "that, or a line in tests/checks/secrets.txt")
    return problems


def skipped_tests(report):
    """Names of the tests in a JUnit report of ctest's that said by their exit status that this machine lacks what
    they need: they logged nothing because they did nothing."""
    return {case.get("name") for case in xml.parse(report).getroot().iter("testcase")
            if (skipped := case.find("skipped")) is not None
            and skipped.get("message", "").startswith("SKIP_RETURN_CODE")}


def programs_of(build, labels):
    listing = subprocess.run(
        ["ctest", "--test-dir", build, "--show-only=json-v1", "--label-regex", "^(" + "|".join(labels) + ")$"],
        capture_output=True, check=True).stdout
    reports = [path for label in labels if os.path.exists(path := os.path.join(build, "logs", f"{label}.xml"))]
    skipped = set().union(*map(skipped_tests, reports))
    commands = [test["command"][0] for test in json.loads(listing)["tests"]
                if test.get("command") and test["name"] not in skipped]
    return {os.path.basename(command) for command in commands if command.endswith("_test")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", required=True)
    parser.add_argument("--logs", required=True)
    parser.add_argument("--build", required=True)
    parser.add_argument("--label", required=True, nargs="+")
    arguments = parser.parse_args()
    programs = programs_of(arguments.build, arguments.label)
    if not programs:
        sys.exit(f"canary: no test program has a label of {arguments.label}")
    known = listed()
    problems = search(arguments.logs, [MARKER, *known]) + silent(arguments.logs, programs)
    problems += unregistered(arguments.root, known)
    for problem in problems:
        print(problem)
    sizes = [os.path.getsize(os.path.join(d, n)) for d, _, names in os.walk(arguments.logs) for n in names]
    print(f"canary: {len(programs)} programs, {len(sizes)} files, {sum(sizes) >> 10} KiB, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
