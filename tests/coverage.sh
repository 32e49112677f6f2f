#!/bin/bash
# coverage.sh [--report | PYTEST-ARGUMENT...]: runs all tests on a build that counts, and reports the lines of src/ that
# ran; fails under 92 %. --report only reports what ran before.
# What tests/coverage-exceptions.txt names is left out, each for the reason that stands there.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
build=build-cov limit=92
tools/deps.sh install test || exit 1
if [ "${1:-}" != --report ]; then
  find "$build" -name '*.gcda' -delete 2>/dev/null
  DBWARDEN_TEST_BUILD=$build DBWARDEN_TEST_LIMIT=${DBWARDEN_TEST_LIMIT:-5400} tests/run.sh "$@"
  tested=$?
fi
excluded=()
while read -r pattern reason; do
  case $pattern in '' | '#'*) continue ;; esac
  [ -n "$reason" ] || { echo "coverage-exceptions.txt: $pattern has no reason" >&2; exit 1; }
  excluded+=(--exclude "$pattern")
done <tests/coverage-exceptions.txt
mkdir -p "$build/coverage"
gcovr --root . --filter src/ "${excluded[@]}" --sort-uncovered \
  --print-summary --txt "$build/coverage/summary.txt" --html-details "$build/coverage/index.html" \
  --json "$build/coverage/lines.json" --fail-under-line "$limit" -j 2 "$build"
covered=$?
cat "$build/coverage/summary.txt"
[ "$covered" = 0 ] || echo "less than $limit % of the lines ran"
echo "details: $build/coverage/index.html"
[ "${tested:-0}" = 0 ] && [ "$covered" = 0 ]
