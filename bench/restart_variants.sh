#!/usr/bin/env bash
# Remakes bench/results/restart_variants.json: what the open choices of the study's description change (30 episodes a task).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=runs/restart_variants
rm -rf "$out"
./dev awd eval --tasks all --trials 30 --seed 0 --out "$out" --no-video --arms \
'awd-restart,awd-restart{noise=fresh},awd-restart{state_source=joints},awd-restart{state_source=joints,noise=fresh},awd-restart{pixel_range=model},awd-aligned{state_source=joints},awd-aligned{pixel_range=model}'
mkdir -p bench/results
cp "$out/results.json" bench/results/restart_variants.json
cp "$out/run.json" bench/results/restart_variants.run.json
