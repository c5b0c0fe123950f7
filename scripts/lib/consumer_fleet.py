#!/usr/bin/env python3
"""Runs as many consumer processes as Levelwind's scaling webhook asks for: what an orchestrator would be, for the demo
and for tests on one machine.

    consumer_fleet.py --port P --key-file FILE --start N --log FILE -- COMMAND...

Each process is one COMMAND. Signatures (Standard Webhooks) are checked, older decisions are refused, and every change is
a line of JSON in the log: {"t": unix seconds, "from": 5, "to": 7, "reason": "up_rate", "decision": 12}.
Ends with SIGTERM, and its processes with it; they get SIGTERM first, so that they leave their group.
"""

import argparse
import base64
import hashlib
import hmac
import http.server
import json
import signal
import subprocess
import sys
import threading
import time

TOLERANCE_S = 300


class Fleet:
    def __init__(self, command, log):
        self.command, self.log = command, log
        self.lock = threading.Lock()
        self.processes = []
        self.last = (0, 0)

    def scale(self, to, **facts):
        with self.lock:
            self.processes = [p for p in self.processes if p.poll() is None]
            before = len(self.processes)
            while len(self.processes) < to:
                self.processes.append(subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            for process in self.processes[to:]:
                process.terminate()
            # Gone before the next order: a process that is leaving is not one that is there.
            for process in self.processes[to:]:
                process.wait()
            del self.processes[to:]
            if before != to:
                self.log.write(json.dumps({"t": time.time(), "from": before, "to": to, **facts}) + "\n")
                self.log.flush()
            return to


def signature_fits(key, headers, body):
    moment, name = headers.get("webhook-timestamp", ""), headers.get("webhook-id", "")
    if not moment.isdigit() or abs(time.time() - int(moment)) > TOLERANCE_S:
        return False
    wanted = base64.b64encode(hmac.new(key, f"{name}.{moment}.".encode() + body, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest("v1," + wanted, one) for one in headers.get("webhook-signature", "").split())


def handler(fleet, key):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, status, body):
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if not signature_fits(key, self.headers, body):
                return self.answer(401, {"error": "the signature does not fit"})
            data = json.loads(body)["data"]
            order = (data["epoch"], data["seq"])
            if order < fleet.last:
                return self.answer(409, {"last": {"epoch": fleet.last[0], "seq": fleet.last[1]}})
            fleet.last = order
            if not data["dry_run"]:
                fleet.scale(data["replicas"]["desired"], reason=data["reason"], decision=data["seq"])
            return self.answer(200, {"applied": data["replicas"]["desired"]})

        def log_message(self, *_):
            pass

    return Handler


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--key-file", required=True)
    parser.add_argument("--start", type=int, required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    with open(args.key_file, encoding="ascii") as file:
        key = base64.b64decode(file.read().strip().removeprefix("whsec_"))
    command = args.command[1:] if args.command[:1] == ["--"] else args.command
    fleet = Fleet(command, open(args.log, "a", encoding="utf-8"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", args.port), handler(fleet, key))

    def stop(*_):
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    fleet.scale(args.start, reason="start", decision=0)
    print("ready", flush=True)
    server.serve_forever()
    fleet.scale(0, reason="end", decision=0)


if __name__ == "__main__":
    sys.exit(main())
