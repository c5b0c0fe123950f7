"""How long files and functions may be."""

import re

import tree

MAX_PRODUCTION_LINES = 400
MAX_TEST_LINES = 800
MAX_FUNCTION_LINES = 60
MAX_README_LINES = 30

_SCOPE = re.compile(r"\b(?:namespace|class|struct|union|enum)\b[^()]*$|\bextern\s*$")
_CONTROL = re.compile(r"^\s*(?:if|for|while|switch|catch|do|else|try)\b")
_PREPROCESSOR = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)


def long_functions(text):
    """(line, length) of each function that is too long, from the line that opens its body to the one that closes
    it. A block is a function's when what stands before it since the last ; { or } has a parameter list and what is
    around it is a namespace or a class."""
    code = _PREPROCESSOR.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), tree.code_only(text))
    blocks, found, since = [], [], 0  # blocks: (kind, line)
    for match in re.finditer(r"[;{}]", code):
        if match.group() == "{":
            before = code[since:match.start()]
            in_scope = all(kind == "scope" for kind, _ in blocks)
            if in_scope and _SCOPE.search(before):
                kind = "scope"
            elif in_scope and ")" in before and not _CONTROL.match(before):
                kind = "function"
            else:
                kind = "block"
            blocks.append((kind, tree.line_of(code, match.start())))
        elif match.group() == "}" and blocks:
            kind, opened = blocks.pop()
            length = tree.line_of(code, match.start()) - opened + 1
            if kind == "function" and length > MAX_FUNCTION_LINES:
                found.append((opened, length))
        since = match.end()
    return found


def check(root):
    problems = []
    for path in tree.files(root):
        if not path.endswith(tree.CPP) and not path.endswith("README.md"):
            continue
        text = tree.read(root, path)
        lines = text.count("\n")
        if tree.is_production(path):
            if lines > MAX_PRODUCTION_LINES:
                problems.append(f"{path}: {lines} lines, {MAX_PRODUCTION_LINES} are allowed; split it by job")
            for line, length in long_functions(text):
                problems.append(f"{path}:{line}: a function of {length} lines, {MAX_FUNCTION_LINES} are allowed")
        elif path.endswith(tree.CPP) and lines > MAX_TEST_LINES:
            problems.append(f"{path}: {lines} lines, {MAX_TEST_LINES} are allowed in tests; split it by subject")
        elif tree.folder_of(path) in tree.PRODUCTION and path.count("/") == 1 and lines > MAX_README_LINES:
            problems.append(f"{path}: {lines} lines, {MAX_README_LINES} are allowed; details belong to the headers")
    return problems
