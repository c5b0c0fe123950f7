#!/usr/bin/env bash
# Makes the certificates of the security tests in the directory $1: two CAs; broker certificates that are good,
# for another host and expired (as PEM keystores for Kafka); a client's, as PEM (key plain and encrypted) and PKCS#12.
set -euo pipefail
cd "$1"
quiet() { openssl "$@" 2>>openssl.log; }
make_ca() { quiet req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=$2" -keyout "$1.key" -out "$1.pem"; }
# make NAME SUBJECT ALTNAMES [extra arguments of openssl ca-less signing]
make() {
  local name=$1 subject=$2 names=$3
  quiet req -newkey rsa:2048 -nodes -subj "$subject" -keyout "$name.key" -out "$name.csr"
  printf 'subjectAltName=%s\n' "$names" > "$name.ext"
  if [ "${4:-}" = expired ]; then
    # openssl x509 cannot date back; a CA run can.
    : > index.txt
    printf '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n' > ca.cnf
    quiet ca -batch -config ca.cnf -cert ca.pem -keyfile ca.key -in "$name.csr" -out "$name.pem" \
      -startdate 20240101000000Z -enddate 20240201000000Z -extfile "$name.ext" -notext
  else
    quiet x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile "$name.ext" \
      -out "$name.pem"
  fi
  quiet pkcs8 -topk8 -nocrypt -in "$name.key" -out "$name.pk8"
  cat "$name.pk8" "$name.pem" > "$name.store.pem"
}
make_ca ca "Levelwind test CA"
make_ca other-ca "Some other CA"
make good "/CN=broker-good" "DNS:localhost,IP:127.0.0.1"
make host "/CN=broker-elsewhere" "DNS:elsewhere.example"
make expired "/CN=broker-expired" "DNS:localhost,IP:127.0.0.1" expired
make client "/CN=levelwind-client" "DNS:client"
printf 'canary-key-password' > key.password
quiet pkcs8 -topk8 -v2 aes256 -passout file:key.password -in client.key -out client.encrypted.key
quiet pkcs12 -export -inkey client.key -in client.pem -certfile ca.pem -passout file:key.password -out client.p12
