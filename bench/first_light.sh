#!/usr/bin/env bash
# Remakes the README's table and picture: 3 tasks x 100 trials per arm (about 20 minutes on 2 cores).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=runs/first_light
rm -rf "$out"
./dev awd eval --arms none,fixed:10,fixed:20,period:10:restart,cosine,awd-restart,awd-aligned \
  --tasks all --trials 100 --seed 0 --out "$out" --video
mkdir -p bench/results docs/images
cp "$out/results.json" bench/results/first_light.json
cp "$out/run.json" bench/results/first_light.run.json

# Four moments of the same episode, restart above aligned.
moments='select=eq(n\,2)+eq(n\,14)+eq(n\,26)+eq(n\,33),scale=640:-1,tile=4x1'
for arm in awd-restart awd-aligned; do
  ffmpeg -v error -y -i "$out/videos/$arm.mp4" -vf "$moments" -frames:v 1 "$out/$arm.png"
done
ffmpeg -v error -y -i "$out/awd-restart.png" -i "$out/awd-aligned.png" -filter_complex vstack docs/images/first_light.png
