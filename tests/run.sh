#!/bin/bash
# run.sh: everything that `make test` does.  Installs servers, builds with sanitizers, runs every test, and ends with
# the runners' own closing lines and one line "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
passed=0 failed=0 closing=()
servers=/tmp/dbwarden-test.$$
cache=${DBWARDEN_TEST_CACHE:-/var/tmp/dbwarden-test}
export TS_PORT=${TS_PORT:-21700} PYTHONDONTWRITEBYTECODE=1
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export LSAN_OPTIONS=suppressions=$PWD/tests/leaks.txt:print_suppressions=0

count() { # NAME PASSED FAILED
  passed=$((passed + $2)) failed=$((failed + $3))
  closing+=("$1: $2 passed, $3 failed")
}
finish() {
  tests/servers/testservers.sh stop "$servers" >/dev/null 2>&1
  rm -rf "$servers"
  printf '\n%s\n' "${closing[@]}"
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
  exit
}
die() { count "$1" 0 1; finish; }

tools/deps.sh test || die "install"
if make -s check; then count style 1 0; else count style 0 1; fi

[ -d build-asan ] || meson setup build-asan -Db_sanitize=address,undefined -Db_lundef=false -Dwerror=true >build-asan.log 2>&1 ||
  { cat build-asan.log; die "configure"; }
ninja -C build-asan >build-asan.log 2>&1 || { tail -60 build-asan.log; die "build"; }
rm -f build-asan.log

meson test -C build-asan --no-rebuild --print-errorlogs --timeout-multiplier 4 ||:
read -r ok bad < <(python3 - <<'PY'
import json
results = [json.loads(line)["result"] for line in open("build-asan/meson-logs/testlog.json")]
bad = sum(result not in ("OK", "EXPECTEDFAIL") for result in results)
print(len(results) - bad, bad)
PY
)
count "unit, property and fuzz" "${ok:-0}" "${bad:-1}"

tests/servers/testservers.sh install pg15 pg18 mariadb mysql || die "servers"
mkdir -p "$servers" && chmod 755 "$servers"
tests/servers/testservers.sh start "$servers" pg15 pg18 mariadb mysql || die "servers"
tests/venv.sh "$cache" || die "python packages"

DBWARDEN_PROGRAM=$PWD/build-asan/dbwarden DBWARDEN_TEST_SERVERS=$servers DBWARDEN_TEST_CACHE=$cache \
  "$cache/venv/bin/python" -m pytest tests/integration -q -n "${DBWARDEN_TEST_JOBS:-2}" -p no:cacheprovider \
  --junitxml=build-asan/integration.xml "$@" ||:
read -r ok bad < <(python3 - <<'PY'
import xml.etree.ElementTree as tree
suite = tree.parse("build-asan/integration.xml").getroot().find("testsuite")
bad = int(suite.get("failures")) + int(suite.get("errors"))
print(int(suite.get("tests")) - bad - int(suite.get("skipped")), bad)
PY
)
count "integration" "${ok:-0}" "${bad:-1}"
finish
