#!/usr/bin/env python3
"""Prints "RAN FAILED" of a JUnit report that ctest wrote. A test that was not run counts as failed."""
import sys
import xml.etree.ElementTree as xml

cases = list(xml.parse(sys.argv[1]).getroot().iter("testcase"))
bad = sum(
    case.get("status") not in ("run", "pass") or case.find("failure") is not None for case in cases
)
print(len(cases), bad)
