"""Writes the rule files: as much YAML as they need, and no library for it."""

import json
import re

# What YAML takes for a plain string whatever surrounds it.
_PLAIN = re.compile(r"\d+[smhd]|[A-Za-z(][^\n]*[^\n:\s]|[A-Za-z]")
_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}


def scalar(value, indent):
    """A plain or quoted string, or a block when it has several lines."""
    text = str(value)
    if "\n" in text:
        return "|-\n" + "\n".join(" " * (indent + 2) + line for line in text.split("\n"))
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS and ": " not in text and " #" not in text
    return text if plain else json.dumps(text, ensure_ascii=False)


def mapping(items, indent):
    """Lines "key: value"; a dict is a mapping below its key."""
    lines = []
    for key, value in items.items():
        if isinstance(value, dict):
            lines += [" " * indent + f"{key}:", *mapping(value, indent + 2)]
        else:
            lines.append(" " * indent + f"{key}: {scalar(value, indent)}")
    return lines


def rule_file(comment, groups):
    """`groups`: [(name, [rule as a dict])]."""
    lines = [f"# {line}" for line in comment.split("\n")] + ["groups:"]
    for name, rules in groups:
        lines += [f"  - name: {name}", "    rules:"]
        for rule in rules:
            first, *rest = mapping(rule, 8)
            lines += [" " * 6 + "- " + first.lstrip(), *rest]
    return "\n".join(lines) + "\n"
