#!/usr/bin/env bash
# Fuzzes one target after another: fuzz/run.sh SECONDS [TARGET...] (all targets by default; ./dev fuzz builds them first).
# Prints a line for each. An input that ends a target is kept in build/fuzz/findings and makes the exit code 1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly SECONDS_EACH=${1:?usage: fuzz/run.sh SECONDS [TARGET...]}
shift
readonly BUILD=build/fuzz/fuzz FINDINGS=build/fuzz/findings FOUND=build/fuzz/corpus LOGS=build/fuzz/logs
# A finding, too: a slower input, a larger allocation, more memory in all.
readonly LIMITS=(-timeout=5 -malloc_limit_mb=256 -rss_limit_mb=1024 -max_len=8192)

targets=("$@")
if ((${#targets[@]} == 0)); then
  for corpus in fuzz/corpus/*/; do targets+=("$(basename "$corpus")"); done
fi

# The files that inputs become live in memory.
scratch=$(mktemp -d -p /dev/shm awd_fuzz.XXXXXX 2>/dev/null || mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$FINDINGS" "$LOGS"

code=0
for target in "${targets[@]}"; do
  mkdir -p "$FOUND/$target"
  log=$LOGS/$target.log
  result=nothing
  TMPDIR=$scratch "$BUILD/awd_fuzz_$target" "${LIMITS[@]}" -max_total_time="$SECONDS_EACH" \
    -dict="fuzz/dictionaries/$target.dict" -artifact_prefix="$FINDINGS/${target}_" -print_final_stats=1 \
    "$FOUND/$target" "fuzz/corpus/$target" >"$log" 2>&1 || result="A FINDING, see $log" code=1
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  coverage=$(grep -ao 'cov: [0-9]* ft: [0-9]*' "$log" | tail -n 1 || true)
  printf '%-14s %6s s %12s runs  %-22s found %s\n' "$target" "$SECONDS_EACH" "${runs:-?}" "${coverage:-}" "$result"
done
exit "$code"
