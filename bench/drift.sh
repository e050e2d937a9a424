#!/usr/bin/env bash
# Remakes bench/results/drift_speed.json: wall time of `awd drift` on about 10,000 frames of two cameras from HDF5, with
# importance from the policy and uniform in turn, after a check that two runs give the same bytes. The recording (about
# 200 demonstrations, 3 GB, 10 minutes on 2 cores) is kept in runs/drift_speed for the next time; FRAMES and ROUNDS
# change the size.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
read -ra awd <<< "${AWD:-./dev awd}"
frames=${FRAMES:-10000} rounds=${ROUNDS:-3} folder=runs/drift_speed
mkdir -p "$folder" bench/results
data=$folder/demos_$frames.hdf5
# A demonstration has about 50 frames; what is above the number wanted is measured as well.
[[ -f $data ]] || "${awd[@]}" record --out "$data" --episodes $((frames / 50)) --seed 77 --no-labels

drift() { # KIND OUT: prints wall milliseconds
  local options=() start
  [[ $1 == uniform ]] && options=(--importance uniform)
  rm -rf "$2"
  start=$(date +%s%N)
  "${awd[@]}" drift "$data" --out "$2" --figures 3 "${options[@]}" > "$2.txt"
  echo $((($(date +%s%N) - start) / 1000000))
}

drift policy "$folder/warm" > /dev/null # reads the file into memory, as it would be after recording
drift policy "$folder/policy" > /dev/null
cmp "$folder/warm/drift.csv" "$folder/policy/drift.csv"
diff <(grep -v '"out":' "$folder/warm/drift.json") <(grep -v '"out":' "$folder/policy/drift.json")
: > "$folder/times.txt"
for ((round = 0; round < rounds; ++round)); do
  for kind in policy uniform; do echo "$kind $(drift $kind "$folder/$kind")" >> "$folder/times.txt"; done
done
python3 bench/drift_speed.py "$folder/times.txt" "$folder/policy/drift.json" > bench/results/drift_speed.json
cat bench/results/drift_speed.json
