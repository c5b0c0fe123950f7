"""Something to look at: two real brokers, a load with one group that falls behind and one that catches up, and the daemon."""

import json
import os
import subprocess
import urllib.request

from proof.prometheus import free_port, wait_until

LOAD = {
    "topics": [{"name": "orders", "partitions": 4, "replication_factor": 2},
               {"name": "payments", "partitions": 2, "replication_factor": 1}],
    "fill": [{"topic": "orders", "bytes": "1MiB"}, {"topic": "payments", "bytes": "12MiB"}],
    "produce": [{"topic": "orders", "rate": "200/s"}, {"topic": "payments", "rate": "20/s"}],
    "consume": [{"group": "billing", "topic": "orders", "max_rate": "40/s"},
                {"group": "warehouse", "topic": "payments", "max_rate": "120/s"}],
}
DAEMON = """\
cluster: {name: proof}
collect: {metadata_interval: 1s, offset_interval: 1s, log_dir_interval: 2s, log_start_interval: 5s, rate_window: 12s}
lag: {window: 20s, patience: 5s, floor: 2s, exact_interval: 5s}
autoscale: {groups: [{group: '.*'}]}
"""


class Cluster:
    """All of it ends with the `with` block; what it wrote is in `folder`."""

    def __init__(self, root, folder, binary, load):
        self.root, self.folder, self.binary, self.load = root, folder, binary, load
        self.kafka = os.path.join(folder, "kafka")
        self.target = f"127.0.0.1:{free_port()}"
        self.processes = []

    def _path(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def _start(self, name, *command):
        """Returns the file that its output goes to."""
        path = os.path.join(self.folder, name + ".out")
        with open(path, "wb") as out, open(os.path.join(self.folder, name + ".log"), "wb") as log:
            self.processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=log))
        return path

    def _get(self, path):
        try:
            with urllib.request.urlopen(f"http://{self.target}{path}", timeout=2) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return {}

    def __enter__(self):
        try:
            self._enter()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _enter(self):
        subprocess.run([os.path.join(self.root, "scripts", "kafka-cluster"), "start", "--dir", self.kafka, "--brokers", "2",
                        "--racks", "r1,r2", "--parent", str(os.getpid())], check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(os.path.join(self.kafka, "cluster.json"), encoding="utf-8") as file:
            bootstrap = json.load(file)["bootstrap"]
        out = self._start("load", self.load, "--spec", self._path("load.json", json.dumps(LOAD)), "--bootstrap", bootstrap)

        def filled():
            with open(out, encoding="utf-8") as file:
                return "filled" in file.read()
        wait_until(filled, 60, f"the topics are filled ({out})")
        self._start("serve", self.binary, "serve", "--config", self._path("levelwind.yaml", DAEMON), "--bootstrap", bootstrap,
                    "--listen", self.target)
        wait_until(lambda: (self._get("/api/v1/status").get("snapshot") or {}).get("rates_known"), 60,
                   f"produce rates are known (logs in {self.folder})")
        # So that there is a proposal to show.
        subprocess.run([self.binary, "plan"], check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, env={**os.environ, "LEVELWIND_API": f"http://{self.target}"})

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(30)
        subprocess.run([os.path.join(self.root, "scripts", "kafka-cluster"), "stop", "--dir", self.kafka], check=False,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
