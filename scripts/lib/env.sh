# shellcheck shell=bash
# Where Levelwind's scripts keep and find things. Sourced by the other scripts (and by anyone who wants
# to call cmake by hand); it only sets variables, so that sourcing it costs nothing.
#
# What the build finds with it, by the same names on Debian 12 and 13:
#   pkg-config rdkafka++ rdkafka   librdkafka's C++ and C API: static from the cache on 12, Debian's
#                                  shared library on 13
#   pkg-config cpp-httplib         httplib.h: header-only from the cache on 12, Debian's compiled library
#                                  on 13; always with TLS and poll()

# Everything that is made or fetched lives in the cache, never in the tree: a second clone is ready at
# once, and `git clean` cannot cost anyone a download.
export LEVELWIND_CACHE="${LEVELWIND_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/levelwind}"

# "12", "13", ...; empty on anything that is not Debian.
LEVELWIND_DEBIAN="$(. /etc/os-release 2>/dev/null && [ "${ID:-}" = debian ] && echo "${VERSION_ID:-}")" || true
export LEVELWIND_DEBIAN

# Debian 12 needs newer libraries than it ships; they are under this prefix. From 13 on the packages do.
if [ "$LEVELWIND_DEBIAN" = 12 ]; then
  export LEVELWIND_DEPS_PREFIX="$LEVELWIND_CACHE/deps/$LEVELWIND_DEBIAN"
  case ":${PKG_CONFIG_PATH:-}:" in
    *":$LEVELWIND_DEPS_PREFIX/lib/pkgconfig:"*) ;;
    *) export PKG_CONFIG_PATH="$LEVELWIND_DEPS_PREFIX/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}" ;;
  esac
else
  export LEVELWIND_DEPS_PREFIX=/usr
fi

export LEVELWIND_KAFKA_VERSION="${LEVELWIND_KAFKA_VERSION:-4.3.1}"
# What the integration tests also run against: the last with ZooKeeper in wide use, and the last 3.x.
export LEVELWIND_OLD_KAFKA_VERSIONS="2.8.2 3.9.1"
# Whose message schemas the tables in kafka/protocol are compared with (scripts/check-schemas).
export LEVELWIND_SCHEMA_VERSIONS="2.8.2 3.0.2 3.9.1 4.3.1 4.4.0"
export LEVELWIND_KAFKA_HOME="$LEVELWIND_CACHE/kafka/$LEVELWIND_KAFKA_VERSION"
export LEVELWIND_KAFKA_LIBS="$LEVELWIND_KAFKA_HOME/libs"
# There when all jars are. Raise the number when lib/kafka-pom.xml changes: what an older one fetched is then
# fetched again.
export LEVELWIND_KAFKA_STAMP="$LEVELWIND_KAFKA_HOME/complete-2"

# The exporter that the metrics tests put into the test brokers.
export LEVELWIND_JMX_VERSION=1.0.1
export LEVELWIND_JMX_SHA256=7d61f737fd661610ccc14aea79764faa1ea94a340cbc8f0029b3d2edea3d80c1
export LEVELWIND_JMX_AGENT="$LEVELWIND_CACHE/jmx/jmx_prometheus_javaagent-$LEVELWIND_JMX_VERSION.jar"

export CCACHE_DIR="${CCACHE_DIR:-$LEVELWIND_CACHE/ccache}"
# Build directories and clones share what they compile: the working directory is not part of the key, at
# the price that debug information names the directory that compiled first.
export CCACHE_NOHASHDIR=1
