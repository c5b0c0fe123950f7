"""A Prometheus of our own, on the loopback, with its data in a directory that goes away."""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

CONFIG = """\
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
scrape_configs:
  - job_name: levelwind
    static_configs: [{{targets: ["{target}"]}}]
"""


class Refused(Exception):
    """Prometheus does not take the query; the text is its reason."""


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def wait_until(done, seconds, what):
    """Until done() is true, at most so long; what was waited for is in the error."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.2)


class Prometheus:
    def __init__(self, folder, target, rule_files):
        """`target`: host:port of the daemon; `rule_files`: paths."""
        self.url = f"http://127.0.0.1:{free_port()}"
        config = os.path.join(folder, "prometheus.yml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(rules=", ".join(json.dumps(path) for path in rule_files), target=target))
        self.log = os.path.join(folder, "prometheus.log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={os.path.join(folder, 'data')}",
                 f"--web.listen-address={self.url.removeprefix('http://')}", "--log.level=warn"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def __enter__(self):
        wait_until(self._ready, 30, f"Prometheus is ready (its log: {self.log})")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)

    def _ready(self):
        if self.process.poll() is not None:
            with open(self.log, encoding="utf-8", errors="replace") as file:
                raise RuntimeError(f"Prometheus ended: {file.read()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def get(self, path, **parameters):
        query = urllib.parse.urlencode([(name.removesuffix("_list") + "[]" if name.endswith("_list") else name, value)
                                        for name, value in parameters.items()])
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{query}", timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise Refused(json.load(error).get("error", str(error))) from None

    def series(self, expr, instant):
        """Label sets of the answer: of now, or of the last minute as a chart asks for it."""
        now = time.time()
        if instant:
            answer = self.get("query", query=expr, time=now)
        else:
            answer = self.get("query_range", query=expr, start=now - 60, end=now, step=5)
        return [one["metric"] for one in answer["result"]] if answer["resultType"] != "scalar" else [{}]

    def label_values(self, selector, label):
        return self.get(f"label/{label}/values", match_list=selector)

    def rules(self):
        """(name, health, last error) of all rules."""
        groups = self.get("rules")["groups"]
        return [(rule["name"], rule["health"], rule.get("lastError", "")) for group in groups for rule in group["rules"]]
