#!/bin/bash
# run.sh [SECONDS [TARGET...]]: lets libFuzzer loose on each target for that long (10), with sanitizers.
# What it finds new lies in build-fuzz/found/TARGET and is tried first the next time; what breaks something, beside it.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
seconds=${1:-10}
shift
build=build-fuzz
if [ ! -f "$build/build.ninja" ]; then
  CC=clang meson setup "$build" -Db_sanitize=address,undefined -Db_lundef=false -Doptimization=1 \
    -Dc_args=-fsanitize=fuzzer-no-link >"$build.log" 2>&1 || { cat "$build.log"; exit 1; }
  rm -f "$build.log"
fi
targets=("$@")
if [ ${#targets[@]} = 0 ]; then
  for file in tests/fuzz/fuzz_*.c; do
    target=${file#*fuzz_}
    targets+=("${target%.c}")
  done
fi
ninja -C "$build" src/libdbwcore.a >"$build/ninja.log" || { cat "$build/ninja.log"; exit 1; }
libraries=$(pkg-config --libs jansson libmd sqlite3 yaml-0.1 libpq libmariadb libcurl)

fuzz() { # TARGET
  local target=$1 program=$build/fuzz_$1 found=$build/found/$1
  mkdir -p "$found"
  # shellcheck disable=SC2086 # one word per library is meant
  clang -std=gnu11 -D_GNU_SOURCE -g -O1 -Isrc -include src/base/banned.h -fsanitize=fuzzer,address,undefined \
    "tests/fuzz/fuzz_$target.c" tests/fuzz/folder.c "$build/src/libdbwcore.a" $libraries -ldl -o "$program" || return 1
  ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
    "$program" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=8192 -print_final_stats=1 \
    -artifact_prefix="$found-" "$found" "tests/fuzz/corpus/$target" >"$build/$target.log" 2>&1
}

failed=0
for target in "${targets[@]}"; do
  if fuzz "$target"; then
    echo "fuzz $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$target.log") inputs in $seconds s"
  else
    failed=$((failed + 1))
    echo "fuzz $target: FAILED"
    tail -60 "$build/$target.log"
  fi
done
[ "$failed" = 0 ]
