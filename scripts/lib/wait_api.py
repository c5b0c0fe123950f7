#!/usr/bin/env python3
"""wait_api.py URL SECONDS [FIELD]   Waits until URL answers 200 and, if given, FIELD (a.b.c) of its JSON is true.
Prints what it sees now and then; exits with 1 when the time is over."""
import json
import sys
import time
import urllib.error
import urllib.request

url, seconds = sys.argv[1], float(sys.argv[2])
field = sys.argv[3].split(".") if len(sys.argv) > 3 else []
end, seen, told = time.monotonic() + seconds, "", 0.0
while time.monotonic() < end:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            value = json.load(answer) if field else True
        for key in field:
            value = value[key]
        if value is True:
            sys.exit(0)
        seen = f"{'.'.join(field)} is {value}"
    except (OSError, urllib.error.URLError, ValueError, KeyError, TypeError) as problem:
        seen = str(problem)
    if time.monotonic() - told > 2:
        told = time.monotonic()
        print(seen, flush=True)
    time.sleep(0.2)
print(f"not after {seconds:.0f} s: {seen}")
sys.exit(1)
