"""Amazon's own signer at fixed times, for a byte by byte comparison with ours.

msk_signer.py CACHE < cases: one case a line, as JSON: region, key_id, secret, session, unix_s, host, user_agent.
Writes one line per case: the OAUTHBEARER token, a space, the signature of AWS_MSK_IAM for `host`.
Installs aws-msk-iam-sasl-signer-python with pip into CACHE/msk-signer-VERSION, once.
"""

import datetime
import json
import os
import subprocess
import sys
import tempfile

PACKAGE, VERSION = "aws-msk-iam-sasl-signer-python", "1.0.2"


def install(cache):
    target = os.path.join(cache, f"msk-signer-{VERSION}")
    if not os.path.isdir(target):
        os.makedirs(cache, exist_ok=True)
        # Into place only when it is complete: two tests may install at once.
        with tempfile.TemporaryDirectory(dir=cache) as work:
            made = os.path.join(work, "made")
            subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                            "--target", made, f"{PACKAGE}=={VERSION}"], check=True, stdout=sys.stderr)
            try:
                os.rename(made, target)
            except OSError:
                if not os.path.isdir(target):
                    raise
    sys.path.insert(0, target)


def main():
    install(sys.argv[1])
    import botocore.auth
    from aws_msk_iam_sasl_signer import MSKAuthTokenProvider as provider
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    for case in map(json.loads, sys.stdin):
        now = datetime.datetime.fromtimestamp(case["unix_s"], datetime.timezone.utc)
        botocore.auth.get_current_datetime = lambda *_, now=now, **__: now
        setattr(provider, "__get_user_agent__", lambda agent=case["user_agent"]: agent)
        keys = Credentials(case["key_id"], case["secret"], case["session"] or None)
        token, _ = getattr(provider, "__construct_auth_token")(case["region"], keys)
        request = AWSRequest(method="GET", url=f"https://{case['host']}/",
                             params={"Action": "kafka-cluster:Connect"})
        botocore.auth.SigV4QueryAuth(keys, "kafka-cluster", case["region"], expires=900).add_auth(request)
        print(token, request.url.rsplit("X-Amz-Signature=", 1)[1])


main()
