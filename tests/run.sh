#!/bin/bash
# run.sh [PYTEST-ARGUMENT...]: everything that `make test` does.  Installs what is missing, builds with sanitizers,
# starts servers, runs every test, and ends with a line for each part and one line "N passed, N failed".
# DBWARDEN_TEST_BUILD  the build folder, one that the Makefile knows (default build-asan)
# DBWARDEN_TEST_CACHE  the Python packages and what else is kept between runs (default /var/tmp/dbwarden-test)
# DBWARDEN_TEST_JOBS   integration tests at a time (default: one more than there are cores, because many wait)
# DBWARDEN_TEST_FUZZ   inputs for each fuzzer (default 30000)
# SEED                 of all that is random: the same (1) every time, another number, or "random" for a new one
# DBWARDEN_TEST_LIMIT  seconds for all integration tests (default 2400)
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
exec </dev/null
build=${DBWARDEN_TEST_BUILD:-build-asan}
cache=${DBWARDEN_TEST_CACHE:-/var/tmp/dbwarden-test}
passed=0 failed=0 closing=() servers= seed=${SEED:-1}
[ "$seed" != random ] || seed=$(shuf -i 1-999999999 -n 1)
case $seed in *[!0-9]*) echo "run.sh: SEED is a number or \"random\", not \"$seed\"" >&2; exit 2 ;; esac
export DBWARDEN_TEST_SEED=$seed
# Thousands of small databases: a memory file system where there is one.
scratch=/tmp
[ -w /dev/shm ] && [ "$(df --output=avail /dev/shm | tail -1)" -gt 4000000 ] && scratch=/dev/shm
# The first of four blocks of loopback ports that nobody listens on: for the servers of all tests, those of one, and a cluster.
free_ports() {
  local base port
  for base in $(seq 21700 64 23700); do
    for port in $(seq "$base" $((base + 63))); do
      if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then continue 2; fi
    done
    echo "$base"
    return
  done
}
export TS_PORT=${TS_PORT:-$(free_ports)} PYTHONDONTWRITEBYTECODE=1
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export LSAN_OPTIONS=suppressions=$PWD/tests/leaks.txt:print_suppressions=0

count() { # NAME PASSED FAILED
  passed=$((passed + $2)) failed=$((failed + $3))
  closing+=("$1: $2 passed, $3 failed ($((SECONDS - since)) s)")
  since=$SECONDS
}
stop_servers() {
  [ -n "$servers" ] || return
  tests/servers/testservers.sh stop "$servers" >/dev/null 2>&1
  rm -rf "$servers"
  servers=
}
finish() {
  stop_servers
  echo; printf "%s\n" "${closing[@]}"
  [ "$seed" = 1 ] || echo "all that is random came from seed $seed: SEED=$seed repeats it"
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
  exit
}
die() { count "$1" 0 1; finish; }
tell() { printf '\n==> %s\n' "$*"; }
since=$SECONDS
trap stop_servers EXIT
trap 'exit 130' INT TERM HUP

tell "install"
wanted="pg13 pg14 pg15 pg18 mariadb mysql redis"
for kept in mariadb114 tidb vitess; do # which take long to get: a soak does that
  if tests/servers/testservers.sh has "$kept"; then wanted="$wanted $kept"; fi
done
tools/deps.sh install test || die "install"
# shellcheck disable=SC2086 # one word per server is meant
tests/servers/testservers.sh install $wanted || die "servers"

tell "style"
if make -s check; then count style 1 0; else count style 0 1; fi

tell "build"
make -s "$build/build.ninja" >"$build.log" 2>&1 && ninja -C "$build" >>"$build.log" 2>&1 ||
  { tail -80 "$build.log"; die "build"; }
plain=build # what sanitizers have no memory for
{ make -s "$plain/build.ninja" && ninja -C "$plain" dbwarden; } >>"$build.log" 2>&1 || { tail -80 "$build.log"; die "build"; }
rm -f "$build.log"
count build 1 0

tell "unit, golden and property tests, the fuzzers' corpus"
rm -f "$build/meson-logs/testlog.json"
meson test -C "$build" --no-rebuild --print-errorlogs --timeout-multiplier 4
read -r ok bad < <(python3 - "$build/meson-logs/testlog.json" <<'PY'
import json, sys
results = [json.loads(line)["result"] for line in open(sys.argv[1])]
bad = sum(result not in ("OK", "EXPECTEDFAIL", "SKIP") for result in results)
print(sum(result in ("OK", "EXPECTEDFAIL") for result in results), bad)
PY
)
count "unit, golden, property and corpus programs" "${ok:-0}" "${bad:-1}"

if [ "$build" = build-asan ]; then # the fuzzers have a build of their own
  tell "fuzzers"
  tests/fuzz/run.sh runs "${DBWARDEN_TEST_FUZZ:-30000}" "$seed" | tee "$build/fuzz.log"
  status=$?
  bad=$(grep -c '^fuzz .*: FAILED' "$build/fuzz.log")
  [ "$status" = 0 ] || [ "$bad" != 0 ] || bad=1
  count "fuzzers" "$(grep -c '^fuzz .* inputs from' "$build/fuzz.log")" "$bad"
fi

tell "integration tests"
servers=$(mktemp -d "$scratch/dbwarden-test.XXXXXX") && chmod 755 "$servers"
# shellcheck disable=SC2086 # one word per server is meant
tests/servers/testservers.sh start "$servers" $wanted || die "servers"
tests/venv.sh "$cache" || die "python packages"
tests/servers/sqlite.sh "$cache" >/dev/null || die "sqlite"
count "servers and packages" 1 0

rm -f "$build/integration.xml"
limit=${DBWARDEN_TEST_LIMIT:-2400}
DBWARDEN_TEST_TURNS=1 DBWARDEN_PROGRAM=$PWD/$build/dbwarden DBWARDEN_PLAIN_PROGRAM=$PWD/$plain/dbwarden DBWARDEN_TEST_SERVERS=$servers DBWARDEN_TEST_CACHE=$cache \
  timeout --foreground "$limit" \
  "$cache/venv/bin/python" -m pytest tests/unit tests/integration -q -n "${DBWARDEN_TEST_JOBS:-$(($(nproc) + 1))}" -p no:cacheprovider \
  --basetemp="$servers/pytest" --junitxml="$build/integration.xml" --durations=15 "$@"
status=$?
[ -f "$build/integration.xml" ] || { echo "cut off after $limit seconds (DBWARDEN_TEST_LIMIT)"; die "integration tests"; }
read -r ok bad < <(python3 - "$build/integration.xml" <<'PY'
import sys, xml.etree.ElementTree as tree
suite = tree.parse(sys.argv[1]).getroot().find("testsuite")
bad = int(suite.get("failures")) + int(suite.get("errors"))
print(int(suite.get("tests")) - bad - int(suite.get("skipped")), bad)
PY
)
# A runner that broke off is a failure, whatever it had counted by then.
[ "$status" -le 1 ] || bad=$((${bad:-0} + 1))
count "integration tests" "${ok:-0}" "${bad:-1}"
finish
