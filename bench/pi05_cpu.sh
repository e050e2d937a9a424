#!/usr/bin/env bash
# pi0.5 at full geometry on this machine's CPU: `awd` in bf16 and int8, PyTorch in bf16 (our algebra, and openpi's), and
# the bare matrix products of oneDNN, one process at a time, in alternation; writes bench/results/pi05_cpu.json.
#   ROUNDS=5 QUERIES=5 THREADS=2 PYTHON=.venv/bin/python BUILD=build/release bench/pi05_cpu.sh
# PYTHON needs torch (any CPU build with bf16). Random weights (7 GB) are drawn once into runs/random; the first call
# reads them, so that every timed load finds them in the page cache.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${ROUNDS:-5} queries=${QUERIES:-5} threads=${THREADS:-$(nproc)}
python=${PYTHON:-.venv/bin/python} build=${BUILD:-build/release} out=${OUT:-bench/results/pi05_cpu.json}
text_tokens=21
export CUDA_VISIBLE_DEVICES='' OMP_NUM_THREADS=$threads
"$python" -c 'import torch' || { echo "bench/pi05_cpu.sh: no PyTorch in $python (set PYTHON)" >&2; exit 2; }

samples=$(mktemp -d)
trap 'rm -rf "$samples"' EXIT

# ours DTYPE FILE
ours() {
  "$build/src/cli/awd" bench --random pi05 --text-tokens $text_tokens --threads "$threads" --dtype "$1" \
    --iterations "$queries" --json "$2" > /dev/null
}
ours bf16 "$samples/warm_up"
for round in $(seq "$rounds"); do
  echo "round $round of $rounds" >&2
  for dtype in bf16 int8; do
    ours $dtype "$samples/awd_$dtype.$round.json"
    "$build/bench/gemm_only_bench" $dtype "$queries" 2 $text_tokens > "$samples/gemm_$dtype.$round.json"
  done
  for arm in merged plain; do
    "$python" bench/pi05_torch.py --arm $arm --threads "$threads" --rounds "$queries" --text-tokens $text_tokens \
      > "$samples/torch_$arm.$round.json"
  done
done
"$python" bench/pi05_summary.py "$samples" "$out"
