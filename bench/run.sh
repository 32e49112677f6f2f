#!/bin/bash
# run.sh [PART...]: builds the floor, starts servers that sync as real ones do, and runs bench.py.
# BENCH_RUNS  rounds of each measurement (5)     BENCH_FULL=1  10,000 migrations and 5,000 tables too
set -euo pipefail
cd "$(dirname "$0")/.."
work=$PWD/build/bench
mkdir -p "$work"
read -ra libraries < <(pkg-config --cflags --libs libpq sqlite3 libmariadb jansson yaml-0.1 libmd smartcols)
gcc -O2 -D_GNU_SOURCE bench/floor.c -Wl,--no-as-needed "${libraries[@]}" -o "$work/floor"
# What a start costs at least: the libraries that the program is linked with, and no others.
read -ra linked < <(pkg-config --libs sqlite3 jansson yaml-0.1 libmd smartcols)
echo 'int main(void) { return 0; }' | gcc -O2 -x c - -Wl,--no-as-needed "${linked[@]}" -o "$work/nothing"
gcc -O2 -D_GNU_SOURCE bench/launch.c -o "$work/launch"
gcc -O2 -D_GNU_SOURCE bench/delay.c -o "$work/delay"

servers=$(mktemp -d /tmp/dbwarden-bench.XXXXXX) && chmod 755 "$servers"
trap 'tests/servers/testservers.sh stop "$servers" >/dev/null 2>&1; rm -rf "$servers"' EXIT
tests/venv.sh "${DBWARDEN_TEST_CACHE:-/var/tmp/dbwarden-test}"
export TS_PORT=${TS_PORT:-21880} TS_DURABLE=1
names=(pg15)
[[ $# -gt 0 && ! " $* " =~ \ (mysql|catalog|diff)\  ]] || names+=(mariadb mysql)
[[ $# -gt 0 && ! " $* " =~ \ clickhouse\  ]] || names+=(clickhouse)
tests/servers/testservers.sh install "${names[@]}"
said=$(tests/servers/testservers.sh start "$servers" "${names[@]}" 2>/dev/null)
url() { sed -n "s/^$1=//p" <<<"$said"; }
BENCH_POSTGRESQL=$(url PG15_TCP_URL) BENCH_MARIADB=$(url MARIADB_URL) BENCH_MYSQL=$(url MYSQL_URL)
BENCH_MARIADB_SOCKET=$(url MARIADB_SOCKET) BENCH_MYSQL_SOCKET=$(url MYSQL_SOCKET)
BENCH_CLICKHOUSE=$(url CLICKHOUSE_URL)
export BENCH_CLICKHOUSE BENCH_MARIADB BENCH_MYSQL BENCH_MARIADB_SOCKET BENCH_MYSQL_SOCKET
export BENCH_POSTGRESQL BENCH_SERVER_LOG=$servers/pg15/log
export BENCH_PEERS=${DBWARDEN_TEST_CACHE:-/var/tmp/dbwarden-test}/peers
[[ $# -gt 0 && " $* " != *" peers "* && " $* " != *" differs "* ]] || bench/peers.sh "$BENCH_PEERS"
export BENCH_PACKAGES=${DBWARDEN_TEST_CACHE:-/var/tmp/dbwarden-test}/bench-packages
[[ $# -gt 0 && " $* " != *" service "* ]] || bench/packages.sh "$BENCH_PACKAGES"
python3 bench/bench.py "$@"
