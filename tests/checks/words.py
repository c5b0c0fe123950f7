"""Text that must not be in the repository: places on one machine, hosts of one network, work left undone."""

import re

import tree

BINARY = (".png", ".ico", ".jar", ".gz", ".woff2", ".snappy", ".bin")

# In pieces, so that this file does not find itself.
_RULES = (
    (r"(?<![\w.$}/\"'-])/(?:wor" r"k|roo" r"t)/[\w.]", "a path of one machine"),
    (r"\b(?:repo1?\.mave" r"n|deb\.debia" r"n\.org|pypi\.or" r"g|crates\.i" r"o|registry\.npmj" r"s|ghcr\.i" r"o"
     r"|files\.pythonhoste" r"d)", "the host of a package registry; use what the machine's client is set to"),
    (r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b", "a note of work left undone"),
    (r"\bGTEST_SK" r"IP\b|\bTEST\w*\(\s*\w+\s*,\s*DISABLE" r"D_", "a test that does not test"),
    (r"^(?:<{7}|>{7}) ", "a merge conflict"),
)
# Files in which what the first rule looks for means something else.
MACHINE_PATHS_ALLOWED = {"scripts/fresh": "paths inside the chroot that it makes"}
RULES = tuple((re.compile(pattern, re.MULTILINE), what) for pattern, what in _RULES)


def check(root):
    problems = []
    for path in tree.files(root):
        if path.endswith(BINARY):
            continue
        text = tree.read(root, path)
        rules = RULES[1:] if path in MACHINE_PATHS_ALLOWED else RULES
        for pattern, what in rules:
            for match in pattern.finditer(text):
                problems.append(f"{path}:{tree.line_of(text, match.start())}: '{match.group(0).strip()}' is {what}")
    return problems
