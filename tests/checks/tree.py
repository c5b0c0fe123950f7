"""The repository as the checks see it: which files there are, and C++ text without comments and strings."""

import os
import re
import subprocess

PRODUCTION = ("base", "model", "kafka", "store", "detectors", "planner", "collectors", "actions", "api", "cli",
              "config", "daemon")
CPP = (".cc", ".h")


def files(root):
    """Paths relative to `root` of all files that git tracks or would track; without git, of all files."""
    listing = subprocess.run(["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                             capture_output=True, check=False)
    if listing.returncode == 0:
        names = listing.stdout.decode().split("\0")
    else:
        names = []
        for folder, folders, here in os.walk(root):
            folders[:] = [f for f in folders if f not in (".git", "build", "__pycache__")]
            names += [os.path.relpath(os.path.join(folder, name), root) for name in here]
    return sorted({n for n in names if n and os.path.isfile(os.path.join(root, n))})


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def folder_of(path):
    return path.split("/", 1)[0]


def is_production(path):
    return folder_of(path) in PRODUCTION and path.endswith(CPP)


_SKIP = re.compile(r'//[^\n]*|/\*.*?\*/|R"([^\s()\\]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'',
                   re.DOTALL)


def code_only(text):
    """`text` with comments and literals blanked, line for line, so that prose is never taken for code."""
    return _SKIP.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1
