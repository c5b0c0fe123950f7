"""Enough of PromQL to find the selectors of an expression and what is done with them. Whether the expression is valid at all
is promtool's to say (invalid below)."""

import json
import re
import subprocess
import tempfile
from dataclasses import dataclass

_TOKEN = re.compile(r"""
    (?P<space>\s+|\#[^\n]*)
  | (?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)
  | (?P<range>\[[^\]]*\])
  | (?P<variable>\$\{?\w+\}?)
  | (?P<number>\d[\w.]*|\.\d+)
  | (?P<name>[A-Za-z_:][\w:]*)
  | (?P<operator>=~|!~|!=|==|>=|<=|[-+*/%^=<>(){},@])
""", re.VERBOSE)
_LABEL_LISTS = {"by", "without", "on", "ignoring", "group_left", "group_right"}
_KEYWORDS = _LABEL_LISTS | {"and", "or", "unless", "bool", "offset", "atan2", "inf", "nan"}
COMPARISONS = {"==", "!=", ">", "<", ">=", "<="}


@dataclass(frozen=True)
class Selector:
    name: str  # "" when only matchers say what is meant
    matchers: tuple  # ((label, operator, value), ...)
    range: str  # "5m", "$__rate_interval"; empty: instant
    functions: tuple  # names of the functions and aggregations around it, the nearest last

    def labels(self):
        return {label for label, _, _ in self.matchers}


def tokens(expr):
    """[(kind, text)]. A character that PromQL does not have becomes an operator: promtool will say so."""
    found, at = [], 0
    while at < len(expr):
        match = _TOKEN.match(expr, at)
        kind, text = (match.lastgroup, match.group()) if match else ("operator", expr[at])
        if kind != "space":
            found.append((kind, text))
        at += len(text)
    return found


def operators(expr):
    """Operators between the operands, matchers left out."""
    found, braces = [], 0
    for kind, text in tokens(expr):
        braces += (text == "{") - (text == "}") if kind == "operator" else 0
        if kind == "operator" and not braces:
            found.append(text)
    return found


def grouping_labels(expr):
    """Labels that by, on and their like name."""
    found, all_tokens = set(), tokens(expr)
    for index, (_, text) in enumerate(all_tokens):
        if text in _LABEL_LISTS:
            found |= {name for name in _list_at(all_tokens, index + 1)[0]}
    return found


def _list_at(all_tokens, index):
    """Names of the parenthesised list that begins at `index`, and where it ends; ([], index) if there is none."""
    if index >= len(all_tokens) or all_tokens[index][1] != "(":
        return [], index
    end = index
    while end < len(all_tokens) and all_tokens[end][1] != ")":
        end += 1
    return [text for kind, text in all_tokens[index:end] if kind == "name"], end + 1


def _matchers_at(all_tokens, index):
    """(matchers, index after them) of the braces that open at `index`."""
    matchers, end = [], index + 1
    while end < len(all_tokens) and all_tokens[end][1] != "}":
        if all_tokens[end][0] == "name" and end + 2 < len(all_tokens):
            matchers.append((all_tokens[end][1], all_tokens[end + 1][1], all_tokens[end + 2][1][1:-1]))
            end += 2
        end += 1
    return tuple(matchers), end + 1


def selectors(expr):
    """All selectors of the expression, in order."""
    all_tokens, found, around, index = tokens(expr), [], [], 0
    pending = ""  # name of a function whose parenthesis comes next
    while index < len(all_tokens):
        kind, text = all_tokens[index]
        following = all_tokens[index + 1][1] if index + 1 < len(all_tokens) else ""
        if kind == "name" and text in _LABEL_LISTS:
            index = _list_at(all_tokens, index + 1)[1] if following == "(" else index + 1
            continue
        if kind == "name" and (following == "(" or following in ("by", "without")):
            pending = text
        elif text == "(":
            around.append(pending)
            pending = ""
        elif text == ")":
            around = around[:-1]
        elif (kind == "name" and text not in _KEYWORDS) or text == "{":
            name = text if kind == "name" else ""
            at = index + 1 if kind == "name" else index
            matchers = ()
            if at < len(all_tokens) and all_tokens[at][1] == "{":
                matchers, at = _matchers_at(all_tokens, at)
            window = all_tokens[at][1][1:-1] if at < len(all_tokens) and all_tokens[at][0] == "range" else ""
            found.append(Selector(name, matchers, window, tuple(name for name in around if name)))
            index = at
            continue
        index += 1
    return found


def without_variables(expr):
    """The expression as Prometheus gets it from Grafana, everything chosen."""
    expr = re.sub(r"\$\{?__rate_interval\}?", "1m", expr)
    expr = re.sub(r"\$\{?__(?:range|interval)\}?", "5m", expr)
    return re.sub(r"\$\{?\w+\}?", ".+", expr)


def invalid(expressions):
    """{index: what promtool says} of those that it cannot parse."""
    lines = ["groups:", "  - name: lint", "    rules:"]
    for number, expr in enumerate(expressions):
        lines += [f"      - record: lint:number:{number}", f"        expr: {json.dumps(expr)}"]
    if not expressions:
        return {}
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        done = subprocess.run(["promtool", "check", "rules", file.name], capture_output=True, text=True, check=False)
    wrong = {}
    for match in re.finditer(r'"lint:number:(\d+)": (.*)', done.stdout + done.stderr):
        wrong[int(match.group(1))] = match.group(2)
    if done.returncode != 0 and not wrong:
        wrong[0] = done.stdout + done.stderr
    return wrong
