#!/usr/bin/env python3
"""Prints "RAN FAILED" of a JUnit report that ctest wrote. A test that was not run counts as failed, but for one that
said by its exit status that this machine lacks what it needs: that one is named, with its reason, on standard error."""
import sys
import xml.etree.ElementTree as xml



def left_out(case):
    skipped = case.find("skipped")
    return skipped is not None and skipped.get("message", "").startswith("SKIP_RETURN_CODE")


cases = []
for case in xml.parse(sys.argv[1]).getroot().iter("testcase"):
    if not left_out(case):
        cases.append(case)
        continue
    said = [line for line in (case.findtext("system-out") or "").splitlines() if line.startswith("skipped: ")]
    print(f"{case.get('name')}: {said[-1] if said else 'skipped'}", file=sys.stderr)
bad = sum(
    case.get("status") not in ("run", "pass") or case.find("failure") is not None for case in cases
)
print(len(cases), bad)
