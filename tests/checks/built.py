"""Every source is built, every test is run, every folder says what it is; no safety gate can be taken out of what
is shipped."""

import json
import os
import re

import tree


def _built(build):
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        return {os.path.realpath(os.path.join(entry["directory"], entry["file"])) for entry in json.load(file)}


def _gates(root, build, files):
    """base/sabotage.h is for sources only, and only objects of tests/sabotage have its switch."""
    problems = []
    for path in files:
        if path.endswith(".h") and '#include "base/sabotage.h"' in tree.read(root, path):
            problems.append(f"{path}: includes base/sabotage.h; two objects of a program would have different opinions")
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        for entry in json.load(file):
            command = entry.get("command", "")
            if "LEVELWIND_SABOTAGE" in command and " -o tests/sabotage/" not in command:
                problems.append(f"{entry['file']}: is compiled with LEVELWIND_SABOTAGE outside tests/sabotage")
    return problems


def check(root, build):
    problems = []
    files = tree.files(root)
    built = _built(build)
    for path in files:
        wanted = path.endswith("_test.cc") or (tree.is_production(path) and path.endswith(".cc"))
        if wanted and os.path.realpath(os.path.join(root, path)) not in built:
            problems.append(f"{path}: is not built; a CMakeLists.txt must take it in (then configure again)")
    for path in files:
        if not path.endswith("_test.cc"):
            continue
        code = tree.code_only(tree.read(root, path))
        if not re.search(r"^\s*(?:TYPED_)?TEST(?:_F|_P)?\s*\(|^\s*RC_GTEST_PROP", code, re.MULTILINE):
            problems.append(f"{path}: is called a test and has none")
    known = set(files)
    for folder in sorted({tree.folder_of(p) for p in files if tree.is_production(p)}):
        if f"{folder}/README.md" not in known:
            problems.append(f"{folder}/: has no README.md that says what it is for")
    return problems + _gates(root, build, files)
