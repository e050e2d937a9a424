#!/usr/bin/env bash
# pi0.5 at full geometry on this machine's GPU: `awd` in bf16 and fp8, with horizon 50 and three cameras, and its peers,
# one process at a time, in alternation, and how far the actions of bf16 and calibrated fp8 are from f32; writes
# bench/results/gpu_pi05.json.
#   ROUNDS=2 QUERIES=200 AWD=build/gpu/src/cli/awd PYTHON=python3 REALTIME_VLA=CHECKOUT bench/gpu_times.sh
# PYTHON without torch, or no REALTIME_VLA: that peer is left out. Random weights (7 GB) are drawn into KEEP once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${ROUNDS:-2} queries=${QUERIES:-200} awd=${AWD:-build/gpu/src/cli/awd} python=${PYTHON:-python3}
keep=${KEEP:-runs/random} out=${OUT:-bench/results/gpu_pi05.json} modes=${MODES:-graph compile}

samples=$(mktemp -d)
trap 'rm -rf "$samples"' EXIT

# ours NAME ROUND GEOMETRY HORIZON DTYPE OPTIONS...
ours() {
  local file=$samples/$1.$2.json geometry=$3 horizon=$4 dtype=$5
  shift 5
  "$awd" bench --random "$geometry" --keep "$keep/${geometry/:/_}_$horizon" --horizon "$horizon" --backend cuda \
    --dtype "$dtype" --iterations "$queries" --json "$file" "$@" > /dev/null
}

# peer NAME ROUND PROGRAM OPTIONS...: one that fails or takes too long is said and left out.
peer() {
  local file=$samples/$1.$2.json name=$1
  shift 2
  timeout "${PEER_SECONDS:-900}" "$python" "$@" --rounds "$queries" > "$file.part" 2> "$samples/$name.log" &&
    mv "$file.part" "$file" || { echo "bench/gpu_times.sh: $name failed: $(tail -n 1 "$samples/$name.log")" >&2; }
}

for round in $(seq "$rounds"); do
  echo "round $round of $rounds" >&2
  ours awd_bf16 "$round" pi05 10 bf16 --text-tokens 21 --action-error
  ours awd_bf16_stages "$round" pi05 10 bf16 --text-tokens 21 --stage-times
  ours awd_fp8 "$round" pi05 10 fp8 --text-tokens 21 --calibrate scene --action-error
  ours awd_bf16_h50 "$round" pi05 50 bf16 --text-tokens 21
  ours awd_bf16_3_cameras "$round" pi05:generic 10 bf16
  if "$python" -c 'import torch' 2> /dev/null; then
    for mode in $modes; do
      peer "torch_$mode" "$round" bench/gpu_torch.py --mode "$mode"
    done
    peer torch_graph_h50 "$round" bench/gpu_torch.py --mode graph --horizon 50
    if [[ -n ${REALTIME_VLA:-} ]]; then
      peer realtime_vla "$round" bench/gpu_realtime_vla.py "$REALTIME_VLA"
    fi
  fi
  "$python" bench/gpu_summary.py "$samples" "$out" # of the rounds so far: one that is stopped loses no other
done
