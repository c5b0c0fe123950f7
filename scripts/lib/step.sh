# shellcheck shell=bash
# Progress for long steps: a line at the start, one every four seconds while it runs, one at the end. The
# step's own output goes to a log that an error message names.

say() { printf '%s\n' "$*"; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# step NAME LOG COMMAND...   Runs COMMAND with its output in LOG. Returns COMMAND's status.
step() {
  local name=$1 log=$2 began=$SECONDS status=0 shown=0 last
  shift 2
  mkdir -p "$(dirname "$log")"
  say "$name ..."
  "$@" >"$log" 2>&1 </dev/null &
  local pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    if ((SECONDS - began >= shown + 4)); then
      shown=$((SECONDS - began))
      # Carriage returns are progress bars: only what would be on screen now is of interest.
      last=$(tail -c 400 "$log" | tr '\r' '\n' | grep -v '^[[:space:]]*$' | tail -n 1 | cut -c 1-70) || true
      say "  $name: ${shown} s${last:+ | $last}"
    fi
  done
  wait "$pid" || status=$?
  if ((status == 0)); then
    say "$name: done in $((SECONDS - began)) s"
  else
    {
      say "$name: FAILED after $((SECONDS - began)) s (status $status). Last lines of $log:"
      tail -n 15 "$log" | sed 's/^/  | /'
    } >&2
  fi
  return "$status"
}
