"""Which metrics the daemon has, read from the sources of api/: a name in quotes there is a family."""

import glob
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Made by Prometheus itself.
PROMETHEUS = {"up", "ALERTS", "scrape_duration_seconds", "scrape_samples_scraped"}
_NAME = re.compile(r'"((?:levelwind|process|consumer)_[a-z0-9_]+)"')


def emitted(root=ROOT):
    names = set()
    for path in glob.glob(os.path.join(root, "api", "**", "*.cc"), recursive=True):
        with open(path, encoding="utf-8") as file:
            names.update(_NAME.findall(file.read()))
    return names


def known(name, metrics):
    """Histograms are queried by the names of their parts, recorded series by the metric within."""
    if ":" in name:
        name = name.split(":")[1]
    base = re.sub(r"_(?:bucket|sum|count)$", "", name)
    return name in metrics or base in metrics or name in PROMETHEUS
