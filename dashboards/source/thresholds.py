"""thresholds.toml as values: T.time_lag.floor is a Duration, T.time_lag.growth a number."""

import os
import re
import tomllib
from types import SimpleNamespace

FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_WORDS = {"s": "second", "m": "minute", "h": "hour", "d": "day"}


class Duration(str):
    """As Prometheus writes it ("5m"), with its seconds and how a person says it ("5 minutes")."""

    @property
    def seconds(self):
        return int(self[:-1]) * _UNITS[self[-1]]

    @property
    def words(self):
        return f"{self[:-1]} {_WORDS[self[-1]]}{'' if self[:-1] == '1' else 's'}"


def _value(value):
    if isinstance(value, dict):
        return SimpleNamespace(**{("for_" if key == "for" else key): _value(v) for key, v in value.items()})
    if isinstance(value, str) and re.fullmatch(r"\d+[smhd]", value):
        return Duration(value)
    return value


def load(path):
    with open(path, "rb") as file:
        return _value(tomllib.load(file))


# Another file for a try-out, or for a proof on a machine that cannot wait six hours (scripts/check-boards).
T = load(os.environ.get("LEVELWIND_THRESHOLDS") or os.path.join(FOLDER, "thresholds.toml"))
