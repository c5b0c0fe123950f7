#!/usr/bin/env python3
"""Takes scale orders of Levelwind's webhook and runs `COMMAND NAME REPLICAS` for each: systemd units, Nomad, anything.
  WEBHOOK_SECRET=whsec_... webhook_receiver.py PORT STATE_FILE COMMAND...
Standard Webhooks signature; an order is carried out once, and only if it is newer than the last one of its target.
Listens on the loopback: put a proxy with TLS in front of it."""
import base64, datetime, fcntl, hashlib, hmac, http.server, json, os, subprocess, sys, time
KEYS = [base64.b64decode(s.removeprefix("whsec_")) for s in os.environ["WEBHOOK_SECRET"].split()]
PORT, STATE, COMMAND = int(sys.argv[1]), sys.argv[2], sys.argv[3:]

def signed(head, body):
    stamp, told = head.get("webhook-timestamp", ""), head.get("webhook-signature", "").split()
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > 300:
        return False
    text = ("%s.%s." % (head.get("webhook-id", ""), stamp)).encode() + body
    good = ["v1," + base64.b64encode(hmac.new(k, text, hashlib.sha256).digest()).decode() for k in KEYS]
    return any([hmac.compare_digest(a.encode(), b.encode()) for a in told for b in good])

def carry_out(order):
    target, wanted = order["target"], order["replicas"]
    name = "%s/%s/%s" % (order["cluster"], target["kind"], target["name"])
    with open(STATE, "a+", encoding="utf-8") as file:  # one order at a time, and none twice
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        last = json.loads(file.read() or "{}")
        now, before = [order["epoch"], order["seq"]], last.get(name, [-1, -1])
        if now == before:
            return 200, {"applied": wanted["desired"]}
        until = datetime.datetime.fromisoformat(order["expires_at"].replace("Z", "+00:00"))
        if now < before or until < datetime.datetime.now(datetime.timezone.utc):
            return 409, {"last": {"epoch": before[0], "seq": before[1]}}
        if not wanted["min"] <= wanted["desired"] <= (wanted["max"] or wanted["desired"]):
            return 422, {"error": "desired is not from min to max"}
        if not order["dry_run"]:
            if subprocess.run([*COMMAND, target["name"], str(wanted["desired"])]).returncode:
                return 503, {"error": "the command failed"}
            last[name] = now
            file.truncate(0)
            file.write(json.dumps(last))
        return 200, {"applied": wanted["desired"]}

class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 20000))
        code, answer = carry_out(json.loads(body)["data"]) if signed(self.headers, body) else (401, {"error": "signature"})
        self.send_response(code)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Receiver).serve_forever()
