#!/usr/bin/env bash
# wait_for_line.sh FILE TEXT PID SECONDS   Waits until a line of FILE has TEXT in it, printing FILE's last line
# now and then; fails when process PID ends or the time is over.
set -euo pipefail
for ((i = 0; i < $4 * 5; i++)); do
  ! grep -q -- "$2" "$1" 2>/dev/null || exit 0
  kill -0 "$3" 2>/dev/null || { echo "process ended: $(tail -n 1 "$1")" >&2; exit 1; }
  ((i % 10)) || tail -n 1 "$1" 2>/dev/null || true
  sleep 0.2
done
echo "no line '$2' within $4 s; last: $(tail -n 1 "$1")" >&2
exit 1
