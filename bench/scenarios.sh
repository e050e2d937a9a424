#!/usr/bin/env bash
# Remakes the arms x scenarios matrix of docs/findings.md: which gate keeps the success of querying at every step when the
# world does something that the held plan does not know? Several hours on 2 cores, ten minutes on 32.
# usage: bench/scenarios.sh [PART...]   parts: clean disturbed dynamic nuisance (all of them without an argument)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
awd=${AWD:-./dev awd}
limit=(--max-steps 80)  # 4 s: twice the median of an undisturbed episode; a plan that misses seldom gets a second chance
gates=none,fixed:5,fixed:10,fixed:20,awd-aligned,awd-guarded,random:matched:awd-guarded,oracle

matrix() {  # NAME ARGS...: one evaluation into bench/results/NAME.json
  local name=$1; shift
  rm -rf "runs/$name"
  $awd eval --seed 0 --no-video --no-steps-log --out "runs/$name" "${limit[@]}" "$@"
  cp "runs/$name/results.json" "bench/results/$name.json"
  cp "runs/$name/run.json" "bench/results/$name.run.json"
}

for part in "${@:-clean disturbed dynamic nuisance}"; do
  case $part in
    clean) matrix scenario_clean --tasks all --trials 30 --arms "$gates,cosine,awd-restart" ;;
    disturbed)
      for scenario in nudge target_move; do
        matrix "scenario_$scenario" --scenario "$scenario" --tasks all --trials 35 --arms "$gates"
      done
      matrix scenario_slip --scenario slip --tasks all --trials 50 --arms "$gates" ;;
    dynamic) matrix scenario_dynamic --tasks pick_turntable --trials 200 --arms "$gates" ;;
    nuisance)
      for scenario in intruder distractor flicker camera_shake occluded_motion latency; do
        matrix "scenario_$scenario" --scenario "$scenario" --tasks all --trials 30 --arms none,fixed:20,awd-guarded
      done ;;
    *) echo "expected clean, disturbed, dynamic or nuisance, got $part" >&2; exit 2 ;;
  esac
done
