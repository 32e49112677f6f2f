#!/bin/bash
# run.sh runs|seconds N [SEED [TARGET...]]: lets libFuzzer loose on each target, with sanitizers.
#   runs N     that many inputs, from the stored corpus and the seed (1) alone: every time the same ones
#   seconds N  for that long. What it finds new lies in build-fuzz/found/TARGET and is tried first the next time.
# An input that breaks something is kept in build-fuzz/found/TARGET-*, and printed.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
usage() { sed -n '2s/^# \(run.sh [^:]*\):.*/usage: tests\/fuzz\/\1/p' tests/fuzz/run.sh >&2; exit 2; }
[ $# -ge 2 ] || usage
mode=$1 amount=$2 seed=${3:-1}
shift $(($# < 3 ? $# : 3))
case $mode in runs | seconds) ;; *) usage ;; esac
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
libraries=$(pkg-config --libs jansson libmd sqlite3 yaml-0.1)

fuzz() { # TARGET
  local target=$1 program=$build/fuzz_$1 found=$build/found/$1 inputs
  mkdir -p "$found"
  # shellcheck disable=SC2086 # one word per library is meant
  clang -std=gnu11 -D_GNU_SOURCE -g -O1 -Isrc -include src/base/banned.h -fsanitize=fuzzer,address,undefined \
    "tests/fuzz/fuzz_$target.c" tests/fuzz/folder.c "$build/src/libdbwcore.a" $libraries -ldl -o "$program" || return 1
  if [ "$mode" = runs ]; then
    # Named one by one, because the order in which a folder lists its files is the file system's own.
    printf '%s\n' "tests/fuzz/corpus/$target"/* | LC_ALL=C sort | paste -sd, >"$build/$target.inputs"
    inputs=("-runs=$amount" "-seed_inputs=@$build/$target.inputs")
  else
    inputs=("-max_total_time=$amount" "$found" "tests/fuzz/corpus/$target")
  fi
  ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
    "$program" -seed="$seed" -timeout=20 -rss_limit_mb=2048 -max_len=8192 -print_final_stats=1 \
    -artifact_prefix="$found-" "${inputs[@]}" >"$build/$target.log" 2>&1
}

tell() { # TARGET: its line, and what it printed if it broke
  local since=$SECONDS inputs
  if fuzz "$1"; then
    inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$1.log")
    echo "fuzz $1: $inputs inputs from seed $seed ($((SECONDS - since)) s)"
  else
    echo "fuzz $1: FAILED (seed $seed)"
    tail -60 "$build/$1.log"
    return 1
  fi
}

# One target for each core: they share nothing but the library.
failed=0 running=0
for target in "${targets[@]}"; do
  if [ "$running" -ge "$(nproc)" ]; then
    wait -n || failed=$((failed + 1))
    running=$((running - 1))
  fi
  tell "$target" &
  running=$((running + 1))
done
while [ "$running" -gt 0 ]; do
  wait -n || failed=$((failed + 1))
  running=$((running - 1))
done
[ "$failed" = 0 ]
