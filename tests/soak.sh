#!/bin/bash
# soak.sh: the long runs: the laws on thousands of random schemas, faults at hundreds of places, every fuzzer.  Prints the seeds that repeat a
# run, ends with a line for each part and one summary, and fails if any part did.
# SOAK_SQLITE, SOAK_POSTGRESQL  runs of the laws (10000 and 500)     SOAK_FUZZ  seconds of each fuzzer (600)
# SOAK_MYSQL                    runs of the laws on MySQL and each MariaDB (500)
# SOAK_FAULTS                   places to fail at per test (200)     SEED       the first seed (a new one)
# SOAK_CRASHES                  strikes in the crash law, for each engine, on the program, the server and the connection each (1000)
# SOAK_CLICKHOUSE_LAWS          random schemas of ClickHouse (1000)
# SOAK_CLICKHOUSE               the same on ClickHouse, for each shape of statement (100)
# SOAK_CLUSTER                  how often a server of its cluster is killed (50)
# SOAK_GENTLE                   seconds that somebody is in the way in the gentle law (10)
# SOAK_ROUNDS                   rounds of eight runners at once (200)
# SOAK_STARTS, SOAK_LOAD        how often ten applications start together (20), and requests of a round of load (20000)
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
exec </dev/null
seed=${SEED:-random} closing=() failed=0 servers=
[ "$seed" != random ] || seed=$(shuf -i 1-999999999 -n 1)
export DBWARDEN_TEST_SEED=$seed TS_PORT=${TS_PORT:-21860}
stop_servers() {
  [ -n "$servers" ] || return
  tests/servers/testservers.sh stop "$servers" >/dev/null 2>&1
  rm -rf "$servers"
  servers=
}
trap stop_servers EXIT
trap 'exit 130' INT TERM HUP

part() { # NAME COMMAND...
  local name=$1 since=$SECONDS
  shift
  printf '\n==> %s: %s\n' "$name" "$*"
  if "$@"; then
    closing+=("$name: good ($((SECONDS - since)) s)")
  else
    closing+=("$name: FAILED ($((SECONDS - since)) s)")
    failed=$((failed + 1))
  fi
}

tools/deps.sh install test && make -s all build-tsan/build.ninja && ninja -C build-tsan dbwarden || exit 1
laws=build/tests/property/laws
echo "seed $seed"
part "laws on SQLite" "$laws" sqlite "${SOAK_SQLITE:-10000}" "$seed"

for server in pg13 pg14 pg15 pg18; do
  tests/servers/testservers.sh install "$server" || exit 1
  servers=$(mktemp -d /tmp/dbwarden-soak.XXXXXX) && chmod 755 "$servers"
  url=$(tests/servers/testservers.sh start "$servers" "$server" 2>/dev/null | sed -n 's/^PG[0-9]*_TCP_URL=//p')
  part "laws on PostgreSQL ($server)" "$laws" postgresql "${SOAK_POSTGRESQL:-500}" "$seed" "$url"
  part "changes in steps ($server)" build/tests/property/gradual postgresql "${SOAK_POSTGRESQL:-500}" "$seed" "$url"
  stop_servers
done

for server in mariadb mariadb114 mysql; do
  tests/servers/testservers.sh install "$server" || exit 1
  servers=$(mktemp -d /tmp/dbwarden-soak.XXXXXX) && chmod 755 "$servers"
  url=$(tests/servers/testservers.sh start "$servers" "$server" 2>/dev/null | sed -n 's/^M[A-Z0-9]*_URL=mysql//p')
  part "laws on $server" "$laws" "${server%114}" "${SOAK_MYSQL:-500}" "$seed" "${server%114}$url"
  stop_servers
done

cache=${DBWARDEN_TEST_CACHE:-/var/tmp/dbwarden-test}
/usr/bin/python3 tests/integration/support/histories.py install || exit 1
tests/servers/testservers.sh install mariadb mariadb114 mysql tidb vitess && tests/venv.sh "$cache" && tests/servers/sqlite.sh "$cache" >/dev/null || exit 1
servers=$(mktemp -d /tmp/dbwarden-soak.XXXXXX) && chmod 755 "$servers"
tests/servers/testservers.sh start "$servers" pg13 pg14 pg15 pg18 mariadb mariadb114 mysql tidb vitess >/dev/null 2>&1
part "every version" env DBWARDEN_TEST_SERVERS="$servers" "$cache/venv/bin/python" -m pytest tests/integration -q -p no:cacheprovider \
  -m by_turns
part "text cases on every version" env DBWARDEN_TEST_SERVERS="$servers" DBWARDEN_TEST_VERSIONS=all "$cache/venv/bin/python" -m pytest \
  tests/integration/test_property.py -q -p no:cacheprovider -k "older or newer"
part "histories of other tools" env DBWARDEN_TEST_SERVERS="$servers" "$cache/venv/bin/python" -m pytest \
  tests/integration/test_adopt.py tests/integration/test_adopt_alembic.py tests/integration/test_adopt_django.py tests/integration/test_docs.py \
  -k "adopt or from" -q -p no:cacheprovider
part "compatible servers" env DBWARDEN_TEST_SERVERS="$servers" "$cache/venv/bin/python" -m pytest tests/integration/test_compatible.py -q \
  -p no:cacheprovider
part "faults" env DBWARDEN_TEST_SERVERS="$servers" DBWARDEN_TEST_FAULTS="${SOAK_FAULTS:-200}" "$cache/venv/bin/python" -m pytest \
  tests/integration/test_fault.py -q -p no:cacheprovider -k "anywhere or failing"
part "crash law" env DBWARDEN_TEST_SERVERS="$servers" DBWARDEN_TEST_CRASHES="${SOAK_CRASHES:-1000}" "$cache/venv/bin/python" -m pytest \
  tests/integration/test_crash_law.py tests/integration/test_crash_generated.py -q -p no:cacheprovider
part "ClickHouse" env DBWARDEN_TEST_CRASHES="${SOAK_CLICKHOUSE:-100}" "$cache/venv/bin/python" -m pytest tests/integration/test_clickhouse.py \
  -q -p no:cacheprovider
part "ClickHouse, random schemas" env DBWARDEN_TEST_LAWS="${SOAK_CLICKHOUSE_LAWS:-1000}" DBWARDEN_TEST_SEED="$seed" "$cache/venv/bin/python" -m pytest \
  tests/integration/test_clickhouse_schema.py -q -p no:cacheprovider -k "laws or cases"
part "ClickHouse, a cluster" env DBWARDEN_TEST_CRASHES="${SOAK_CLUSTER:-50}" "$cache/venv/bin/python" -m pytest tests/integration/test_clickhouse_cluster.py \
  -q -p no:cacheprovider
part "gentle law" env DBWARDEN_TEST_SERVERS="$servers" DBWARDEN_TEST_GENTLE="${SOAK_GENTLE:-10}" "$cache/venv/bin/python" -m pytest \
  tests/integration/test_gentle_law.py -q -p no:cacheprovider
part "two runners at once" env DBWARDEN_TEST_SERVERS="$servers" DBWARDEN_TEST_ROUNDS="${SOAK_ROUNDS:-200}" "$cache/venv/bin/python" -m pytest \
  tests/integration/test_two.py -q -p no:cacheprovider
part "applications" env DBWARDEN_TEST_SERVERS="$servers" DBWARDEN_TEST_STARTS="${SOAK_STARTS:-20}" DBWARDEN_TEST_LOAD="${SOAK_LOAD:-20000}" \
  "$cache/venv/bin/python" -m pytest tests/integration/test_service.py -q -p no:cacheprovider
part "package, AddressSanitizer" env DBWARDEN_TEST_SERVERS="$servers" DBWARDEN_TEST_PACKAGE=asan "$cache/venv/bin/python" -m pytest \
  tests/integration/test_package.py tests/integration/test_fastapi.py tests/integration/test_old_names.py -q -p no:cacheprovider
part "package, debug build of Python" tests/debug_python.sh "$cache"/package/lib/python3*/site-packages/dbwarden/_core.abi3.so
part "many databases, ThreadSanitizer" env DBWARDEN_PROGRAM="$PWD/build-tsan/dbwarden" DBWARDEN_TEST_SERVERS="$servers" \
  TSAN_OPTIONS="halt_on_error=1 exitcode=66" "$cache/venv/bin/python" -m pytest tests/integration/test_fleet.py -q -p no:cacheprovider
part "package, every Python there is" tests/pythons.sh
part "the tests of fastmigrate" tests/fastmigrate.sh "$cache"
# shellcheck disable=SC2046 # one word per URL is meant
part "wheel on a bare machine" tests/wheel.sh $(tests/servers/testservers.sh env "$servers" | sed -n 's/^\(PG15_TCP\|MARIADB\|MYSQL\)_URL=//p')
stop_servers

part "fuzzers" tests/fuzz/run.sh seconds "${SOAK_FUZZ:-600}" "$seed"

echo; printf "%s\n" "${closing[@]}"
echo "soak from seed $seed: ${#closing[@]} parts, $failed failed"
[ "$failed" = 0 ]
