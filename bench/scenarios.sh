#!/usr/bin/env bash
# Remakes bench/results/scenario_*.json, the arms x scenarios matrix of docs/findings.md: which gate keeps the success of
# querying at every step when the world does something that the held plan does not know? Hours on 2 cores, 10 minutes on 32.
# usage: bench/scenarios.sh [PART...]   clean nudge target_move slip dynamic intruder distractor flicker camera_shake
#                                       latency occluded_motion modes_clean modes_nudge modes_base; all of them without an argument
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
read -ra awd <<< "${AWD:-./dev awd}"
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(clean nudge target_move slip dynamic intruder distractor flicker camera_shake latency occluded_motion
  modes_clean modes_nudge modes_base)

all=none,fixed:5,fixed:10,fixed:20,awd-aligned,awd-guarded,random:matched:awd-guarded,oracle
few=none,fixed:20,awd-guarded
# Every reuse mode under one schedule: what does it cost to keep that part of the last query for 9 of 10 steps?
modes=none,fixed:10,period:10:redenoise,period:10:restart,period:10:base_only,period:10:token,period:10:camera,period:10:warm
# The base camera's part of the prefix kept for ever longer, at last for the whole episode.
base=none,period:10:base_only,period:20:base_only,period:70:base_only
nudge='nudge{distance=0.06,times=2,pause=8}'
target_move='target_move{distance=0.1,spread=0.02,earliest=0.5,latest=0.9,times=2,pause=8}'
bin_stack_push=put_red_cube,put_green_cylinder,put_blue_box,stack_red_on_blue,push_to_mark

# 70 steps are 3.5 s, 1.7 times an undisturbed episode: a plan that misses seldom gets a second chance.
matrix() {  # NAME ARGS...: one evaluation into bench/results/scenario_NAME.json
  local name=$1; shift
  rm -rf "runs/scenario_$name"
  "${awd[@]}" eval --policy models/tiny --seed 0 --max-steps 70 --no-video --no-steps-log --out "runs/scenario_$name" "$@"
  mkdir -p bench/results
  cp "runs/scenario_$name/results.json" "bench/results/scenario_$name.json"
  cp "runs/scenario_$name/run.json" "bench/results/scenario_$name.run.json"
  case $* in *random:matched*) cp "runs/scenario_$name"/figures/*.png "docs/images/queries_$name.png" ;; esac
}

# The strengths are those at which open loop loses 20 points or more against querying at every step.
for part in "${parts[@]}"; do
  case $part in
    clean) matrix clean --tasks all --trials 30 --arms "$all" ;;
    nudge) matrix nudge --scenario "$nudge" --tasks "$bin_stack_push" --trials 40 --arms "$all" ;;
    target_move)
      matrix target_move --scenario "$target_move" --tasks all --trials 35 --arms "$all" ;;
    slip) matrix slip --scenario slip --tasks all --trials 50 --arms "$all" ;;
    modes_clean) matrix modes_clean --tasks all --trials 30 --arms "$modes" ;;
    modes_nudge) matrix modes_nudge --scenario "$nudge" --tasks "$bin_stack_push" --trials 40 --arms "$modes" ;;
    modes_base) matrix modes_base --scenario "clean,$nudge,$target_move,slip" --tasks all --trials 30 --arms "$base" ;;
    dynamic) matrix dynamic --tasks pick_turntable --trials 200 --arms "$all" ;;
    intruder | distractor | flicker | camera_shake | latency | occluded_motion)
      matrix "$part" --scenario "$part" --tasks all --trials 30 --arms "$few" ;;
    *) echo "expected a part as in the usage line of bench/scenarios.sh, got $part" >&2; exit 2 ;;
  esac
done
