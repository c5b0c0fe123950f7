"""An OpenID provider that does one thing: tokens for the client credentials grant, signed with RS256.

identity_provider.py DIR CERT KEY: writes DIR/jwks.json, serves https://localhost:PORT/token and prints PORT.
Standard library and the openssl program only. The client is levelwind / canary-client-secret.
"""

import base64
import http.server
import json
import os
import ssl
import subprocess
import sys
import time

CLIENT = "levelwind:canary-client-secret"
LIFE_S = 20


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, check=True, capture_output=True).stdout


def token(key):
    now = int(time.time())
    claims = {"sub": "levelwind", "aud": "kafka", "iss": "https://idp.test", "iat": now, "exp": now + LIFE_S,
              "scope": "kafka"}
    text = b64(json.dumps({"alg": "RS256", "typ": "JWT", "kid": "k1"}).encode()) + "." + b64(json.dumps(claims).encode())
    return text + "." + b64(openssl("dgst", "-sha256", "-sign", key, data=text.encode()))


def main():
    directory, certificate, tls_key = sys.argv[1:]
    key = os.path.join(directory, "idp.key")
    openssl("genrsa", "-out", key, "2048")
    modulus = openssl("rsa", "-in", key, "-noout", "-modulus").decode().strip().split("=")[1]
    with open(os.path.join(directory, "jwks.json"), "w", encoding="utf-8") as out:
        json.dump({"keys": [{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "k1",
                             "n": b64(bytes.fromhex(modulus)), "e": "AQAB"}]}, out)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            given = self.headers.get("Authorization", "")
            wanted = "Basic " + base64.b64encode(CLIENT.encode()).decode()
            if given != wanted:
                status, answer = 401, {"error": "invalid_client", "error_description": "unknown client or secret"}
            elif "grant_type=client_credentials" not in body.split("&"):
                status, answer = 400, {"error": "unsupported_grant_type"}
            else:
                status, answer = 200, {"access_token": token(key), "token_type": "Bearer", "expires_in": LIFE_S}
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, tls_key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_address[1], flush=True)
    server.serve_forever()


main()
