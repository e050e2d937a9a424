#!/usr/bin/env bash
# On a machine with a GPU: builds for it, checks every operation and kernel, then times pi0.5 at full size in bf16 and
# fp8 beside its peers (see gpu_times.sh); writes bench/results/gpu_pi05.json.
#   QUERIES=200 BUILD=build/gpu CUDACXX=/usr/local/cuda/bin/nvcc bench/gpu.sh
# Random weights (7 GB) are drawn once into runs/random.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
queries=${QUERIES:-200} build=${BUILD:-build/gpu}
capability=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader --id=0) ||
  { echo "bench/gpu.sh: expected a GPU of NVIDIA's, got none" >&2; exit 2; }
architecture=${capability/./}-real
[[ $architecture == 90-real ]] && architecture=90a-real # with the instructions that only this chip has

cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DAWD_CUDA=ON -DAWD_CUDA_ARCHITECTURES="$architecture"
cmake --build "$build" --target awd awd_cuda_tests frame_bench

"$build/src/backend/awd_cuda_tests" --gtest_brief=1
"$build/bench/frame_bench" "$queries"
AWD="$build/src/cli/awd" QUERIES="$queries" bench/gpu_times.sh
