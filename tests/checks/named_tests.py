"""Tests that a page of docs/ names must be there: `Suite.Name`, or `Suite.Rule_` for all that begin so."""

import re

import tree

# A test's name has a suite in upper camel case and a name of several words.
NAMED = re.compile(r"`((?:\w+/)?([A-Z][A-Za-z0-9]+)\.([A-Z]\w+))`")
WRITTEN = re.compile(r"^\s*TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)", re.MULTILINE)


def is_there(there, suite, name):
    if name.endswith("_"):
        return any(s == suite and n.startswith(name) for s, n in there)
    return (suite, name) in there


def check(root):
    there = set()
    pages = []
    for path in tree.files(root):
        if path.startswith("tests/") and path.endswith(".cc"):
            there.update(WRITTEN.findall(tree.read(root, path)))
        elif path.startswith("docs/") and path.endswith(".md"):
            pages.append(path)
    problems = []
    for path in pages:
        text = tree.read(root, path)
        for match in NAMED.finditer(text):
            if not is_there(there, match.group(2), match.group(3)):
                line = tree.line_of(text, match.start())
                problems.append(f"{path}:{line}: there is no test {match.group(1)}")
    return problems
