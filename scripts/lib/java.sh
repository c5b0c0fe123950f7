# shellcheck shell=bash
# Runs a class with Kafka's jars on the class path, as fast as a JVM starts: small heap, C1 only, and the
# classes it needed the first time in a class data archive (about half the time). Needs env.sh.

# kafka_java CLASS EXTRA_CLASSPATH ARGUMENTS...   Replaces the shell.
kafka_java() {
  local class=$1 classpath=$2 jar archive jvm
  shift 2
  [ -e "$LEVELWIND_KAFKA_STAMP" ] || {
    echo "error: Kafka is not in $LEVELWIND_KAFKA_HOME: run scripts/setup first" >&2
    exit 1
  }
  # Spelled out and sorted: an archive is only good for exactly the class path it was made with.
  for jar in "$LEVELWIND_KAFKA_LIBS"/*.jar; do classpath+="${classpath:+:}$jar"; done
  local -a flags=(
    -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Xlog:disable
    -Djava.awt.headless=true -Dorg.slf4j.simpleLogger.defaultLogLevel="${KAFKA_LOG_LEVEL:-error}"
  )
  # One archive per class, JVM and class path. The JVM checks it and does without when it does not fit.
  jvm=$(readlink -f "$(command -v java)")
  archive="$LEVELWIND_KAFKA_HOME/$class-$(cksum <<<"$jvm $classpath" | cut -d' ' -f1).jsa"
  if [ -e "$archive" ]; then
    exec java "${flags[@]}" -XX:SharedArchiveFile="$archive" -cp "$classpath" "$class" "$@"
  fi
  # Made aside and moved into place, for others may run the same class now. Someone who ends this shell
  # means the JVM, whose process it will be the next time.
  local status=0 made="$archive.$$"
  setpriv --pdeathsig KILL java "${flags[@]}" -XX:ArchiveClassesAtExit="$made" -cp "$classpath" "$class" "$@" || status=$?
  # What a failed run loaded is not what the class usually needs.
  if [ "$status" = 0 ] && [ -e "$made" ]; then mv -f "$made" "$archive"; else rm -f "$made"; fi
  exit "$status"
}
