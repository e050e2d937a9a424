#!/usr/bin/env bash
# Remakes bench/results/signals.json (which signal knows that going on with the held plan loses the episode) and
# bench/results/calibration.json (a limit with a guarantee). About 10 minutes on 2 cores.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
read -ra awd <<< "${AWD:-./dev awd}"
rm -rf runs/signals runs/calibrate
"${awd[@]}" signals --policy models/tiny --tasks all --episodes 8 --k 10 --seed 5000 --max-steps 70 --out runs/signals \
  --json bench/results/signals.json \
  --scenario 'nudge{distance=0.06},target_move{distance=0.1,spread=0.02,earliest=0.5,latest=0.9},slip'
cp runs/signals/run.json bench/results/signals.run.json
"${awd[@]}" calibrate --policy models/tiny --arm awd-guarded --grid 'max_masked_residual=2,8' \
  --scenario 'nudge{distance=0.06,times=2,pause=8}' --tasks put_red_cube,put_green_cylinder,stack_red_on_blue \
  --trials 16 --check-trials 16 --max-steps 70 --limit 0.15 --out runs/calibrate --json bench/results/calibration.json
