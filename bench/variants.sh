#!/usr/bin/env bash
# Remakes bench/results/variants_*.json: what training changes about reuse. Takes the policies of train/train_all.py
# (one GPU run, train/README.md) from the folder POLICIES; 7 tasks x 30 layouts per arm.
# usage: bench/variants.sh POLICIES
set -euo pipefail
policies=$(realpath "${1:?usage: bench/variants.sh POLICIES}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
awd=${AWD:-./dev awd}
mkdir -p bench/results
for policy in tiny tiny-nostate tiny-pi05 tiny-stale; do
  out=runs/variants/$policy
  rm -rf "$out"
  $awd eval --policy "$policies/$policy" --tasks all --trials 30 --seed 0 --no-video --no-steps-log --out "$out" \
    --arms none,period:10:restart,period:10:redenoise,period:10:aligned,period:10:base_only,awd-restart
  cp "$out/results.json" "bench/results/variants_$policy.json"
  cp "$out/run.json" "bench/results/variants_$policy.run.json"
done
