#!/usr/bin/env bash
# Remakes bench/results/analysis_*.json and docs/images/analysis: the study's steps 1, 2 and 4 on 50 recorded
# demonstrations and on a run directory. docs/analysis.md shows them. Minutes on 32 cores, most of it `drift`'s closed loop.
# usage: bench/analysis.sh [PART...]   attention drift triggers report; all of them without an argument
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
read -ra awd <<< "${AWD:-./dev awd}"
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(attention drift triggers report)

work=runs/analysis
images=docs/images/analysis
mkdir -p "$work" "$images" bench/results

# Undisturbed successes of the scripted expert: what the study calls recorded data.
[ -e "$work/demos.hdf5" ] || "${awd[@]}" record --out "$work/demos.hdf5" --episodes 50 --seed 0 --perturb 0 >&2
# The demo's run directory: five arms, three tasks, five trials, objects nudged.
[ -e "$work/run" ] || "${awd[@]}" eval --policy models/tiny --arms none,fixed:20,awd-restart,awd-aligned,awd-guarded \
  --tasks put_red_cube,put_green_cylinder,stack_red_on_blue --trials 5 --seed 0 \
  --scenario 'nudge{distance=0.06,times=2,pause=8}' --max-steps 70 --out "$work/run" >&2

analyse() {  # NAME COMMAND INPUT ARGS...: one analysis into bench/results/analysis_NAME.json
  local name=$1 command=$2 input=$3; shift 3
  rm -rf "${work:?}/$name"
  "${awd[@]}" "$command" "$input" --out "$work/$name" --json "bench/results/analysis_$name.json" "$@"
}

picture() {  # FROM TO: a figure of the run into the documents
  cp "$work/$1" "$images/$2"
}

for part in "${parts[@]}"; do
  case $part in
    attention)
      analyse attention attention "$work/demos.hdf5" --policy models/tiny --stride 2 --figures 7
      picture attention/figures/episode_0000.png attention.png
      analyse attention_run attention "$work/run" --policy models/tiny --arm none --stride 5 --figures 3 ;;
    drift)
      analyse drift drift "$work/demos.hdf5" --policy models/tiny --figures 7 --closed-loop "${CLOSED_LOOP:-30}" --seed 0
      picture drift/figures/episode_0000.png drift.png
      picture drift/figures/distributions.png drift_distributions.png
      analyse drift_run drift "$work/run" --policy models/tiny --figures 3 ;;
    triggers)
      analyse triggers triggers "$work/demos.hdf5" --policy models/tiny
      analyse triggers_run triggers "$work/run"
      picture triggers_run/figures/awd-guarded.png triggers.png ;;
    report)
      "${awd[@]}" report "$work/run" --out "$work/report.html"
      # A picture of the page for the documents, where there is a browser.
      if command -v chromium >/dev/null; then
        chromium --headless --no-sandbox --hide-scrollbars --window-size=1280,3200 --screenshot="$images/report.png" \
          "file://$PWD/$work/report.html" 2>/dev/null
      fi ;;
    *) echo "expected a part as in the usage line of bench/analysis.sh, got $part" >&2; exit 2 ;;
  esac
done
