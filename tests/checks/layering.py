"""Who may include whom (ARCHITECTURE.md), where third-party headers may appear, and what only some folders
may do: create threads (daemon), read a clock (base)."""

import re

import tree

# Folder -> folders whose headers it may include, beside its own.
MAY_INCLUDE = {
    "base": set(),
    "model": {"base"},
    "kafka": {"model", "base"},
    "store": {"model", "base"},
    "detectors": {"model", "base"},
    "planner": {"model", "base"},
    "collectors": {"kafka", "model", "base"},
    "actions": {"kafka", "store", "model", "base"},
    "api": {"model", "base", "store", "planner", "actions", "detectors"},
    "cli": {"model", "base", "store", "planner", "actions", "detectors", "config"},
    "config": {"base"},
    "daemon": set(tree.PRODUCTION) - {"daemon"},
}

# First part of an include in angle brackets -> folders that may use it. What is not named here and has a
# slash or ends with .h is an operating system header.
THIRD_PARTY = {
    "fmt": set(tree.PRODUCTION),
    "tl": {"base"},
    "spdlog": {"base"},
    "re2": {"base"},
    "boost": {"kafka", "api"},
    "curl": {"actions"},
    "openssl": {"kafka", "api"},
    "grpc": {"api"},
    "grpcpp": {"api"},
    "externalscaler.grpc.pb.h": {"api"},
    "librdkafka": {"kafka"},
    "lz4frame.h": {"kafka"},
    "nmmintrin.h": {"kafka"},
    "snappy-c.h": {"kafka"},
    "zlib.h": {"kafka"},
    "zstd.h": {"kafka"},
    "zstd_errors.h": {"kafka"},
    "sqlite3.h": {"store"},
    "nlohmann": {"actions", "api", "cli", "collectors", "config", "kafka", "planner", "store"},
    "prometheus": {"api"},
    "httplib.h": {"cli", "collectors"},
    "yaml-cpp": {"config"},
    "CLI": {"cli"},
    "gtest": set(),
    "gmock": set(),
    "benchmark": set(),
    "rapidcheck": set(),
}
# These are used in one part of their folder only: files whose path begins so.
ONE_PART = {"CLI": "cli/command_line"}
# Harmless in headers that other folders see.
PUBLIC = {"fmt", "tl"}

# Folders that must be pure functions of values.
PURE = {"model", "detectors", "planner"}
IMPURE_HEADERS = {"thread", "mutex", "shared_mutex", "condition_variable", "future", "fstream", "semaphore"}

TOKENS = (
    (re.compile(r"\bstd::(j?thread)\b(?!::id)|\bstd::async\b|\bpthread_create\b|\bthread_pool\b"), {"daemon"},
     "creates a thread; only daemon/ may"),
    (re.compile(r"\b(?:system_clock|steady_clock|high_resolution_clock)::now\b|\bgettimeofday\b|\bclock_gettime\b"
                r"|(?:\bstd|(?<![\w>]))::time\(|[^\w.:>]time\((?:nullptr|NULL|0)\)"), {"base"},
     "reads a clock; only base/ may, everybody else is given a Clock"),
    (re.compile(r"\bsleep_(?:for|until)\b|\bu?sleep\(|\bnanosleep\b"), set(),
     "sleeps; wait on a queue or a condition with a stop token instead"),
    (re.compile(r"\.detach\(\)"), set(), "detaches a thread; nothing may outlive its owner"),
)

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


def includes(text):
    """(line, path, quoted) of each include."""
    for match in _INCLUDE.finditer(text):
        yield tree.line_of(text, match.start()), match.group(1) or match.group(2), bool(match.group(1))


def _own_header(path, folder, name, known):
    target = tree.folder_of(name)
    if name not in known and name + ".in" not in known:  # .in: CMake makes the header from it.
        return f'includes "{name}", which is no file of the repository (paths start at its root)'
    if target == folder:
        return None
    if folder == "config" and name.endswith("_options.h"):
        return None
    if path.endswith("_options.h") and target not in ("base", "model"):
        return f'includes "{name}": options are plain values, of base/ and model/ only'
    if target in MAY_INCLUDE[folder]:
        return None
    return f'includes "{name}": {folder}/ may not include {target}/'


def check(root):
    problems = []
    files = tree.files(root)
    known = set(files)
    users = {}        # third party -> files that use it
    heavy = {}        # header -> third party it shows
    included_by = {}  # header -> folders that include it
    for path in filter(tree.is_production, files):
        folder, text = tree.folder_of(path), tree.read(root, path)
        for line, name, quoted in includes(text):
            where = f"{path}:{line}: "
            if quoted:
                included_by.setdefault(name, set()).add(folder)
                problem = _own_header(path, folder, name, known)
                if problem:
                    problems.append(where + problem)
                continue
            party = name if name in THIRD_PARTY else name.split("/", 1)[0]
            if party in THIRD_PARTY:
                users.setdefault(party, set()).add(path)
                if path.endswith(".h") and party not in PUBLIC:
                    heavy.setdefault(path, party)
                if folder not in THIRD_PARTY[party]:
                    problems.append(f"{where}includes <{name}>: {folder}/ may not use {party}")
            if folder in PURE and name in IMPURE_HEADERS:
                problems.append(f"{where}includes <{name}>: {folder}/ is pure, no I/O and no threads")
        code = tree.code_only(text)
        for pattern, allowed, what in TOKENS:
            for match in pattern.finditer(code):
                if folder not in allowed:
                    problems.append(f"{path}:{tree.line_of(code, match.start())}: {what}")
        if path.endswith(".h") and not re.search(r"^#pragma once$", text, re.MULTILINE):
            problems.append(f"{path}:1: has no #pragma once")
    for party, part in ONE_PART.items():
        for path in sorted(users.get(party, ())):
            if not path.startswith(part):
                problems.append(f"{path}: uses {party}, which is for {part}* only")
    for header, party in heavy.items():
        others = included_by.get(header, set()) - {tree.folder_of(header)}
        if others:
            problems.append(f"{header}: shows {party} to {', '.join(sorted(others))}; third-party types stay "
                            "inside their folder")
    return problems
