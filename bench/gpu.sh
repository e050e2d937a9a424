#!/usr/bin/env bash
# On a machine with a GPU: builds for it, checks every operation and kernel and the engine on it, then times pi0.5 at
# full size in bf16 and fp8 beside its peers (see gpu_times.sh); writes bench/results/gpu_pi05.json.
#   QUERIES=200 BUILD=build/gpu CUDACXX=/usr/local/cuda/bin/nvcc bench/gpu.sh
# Says what is missing before it begins. Random weights (7 GB) are drawn once into runs/random.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
queries=${QUERIES:-200} build=${BUILD:-build/gpu}
export CUDACXX=${CUDACXX:-$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)}

# What the programs are built from; the packages that hold it are those of ./dev setup.
headers=(fmt/format.h nlohmann/json.hpp CLI/CLI.hpp dnnl.hpp sentencepiece_processor.h cairo/cairo.h EGL/egl.h
  mujoco/mujoco.h boost/version.hpp openssl/ssl.h msgpack.hpp prometheus/registry.h gtest/gtest.h gmock/gmock.h
  benchmark/benchmark.h)
missing=()
for tool in nvidia-smi cmake ninja g++ pkg-config python3 "$CUDACXX"; do
  command -v "$tool" > /dev/null || missing+=("$tool")
done
for header in "${headers[@]}"; do
  echo "#include <$header>" | g++ -std=c++20 -x c++ -M - > /dev/null 2>&1 || missing+=("<$header>")
done
pkg-config --exists hdf5 2> /dev/null || missing+=(hdf5)
if ((${#missing[@]} > 0)); then
  echo "bench/gpu.sh: missing ${missing[*]} (all but the GPU's own: ./dev setup)" >&2
  exit 2
fi
capability=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader --id=0) ||
  { echo "bench/gpu.sh: expected a GPU of NVIDIA's, got none" >&2; exit 2; }
architecture=${capability/./}-real
[[ $architecture == 90-real ]] && architecture=90a-real # with the instructions that only this chip has

cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DAWD_CUDA=ON -DAWD_CUDA_ARCHITECTURES="$architecture"
cmake --build "$build" --target awd awd_cuda_tests awd_engine_tests awd_runtime_tests frame_bench

"$build/src/backend/awd_cuda_tests" --gtest_brief=1
for part in engine runtime; do
  "$build/src/$part/awd_${part}_tests" --gtest_brief=1 --gtest_filter='*cuda*'
done
"$build/bench/frame_bench" "$queries"
AWD="$build/src/cli/awd" QUERIES="$queries" bench/gpu_times.sh
