#!/usr/bin/env bash
# All benchmarks of this machine: answers are checked first, then timed; figures go to bench/results/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p bench/results
AWD_POLICY=models/tiny build/release/bench/engine_bench --benchmark_out=bench/results/engine.json \
  --benchmark_out_format=json "$@"
build/release/bench/importance_bench models/tiny > bench/results/importance.json
python=${PYTHON:-.venv/bin/python}
if "$python" -c 'import torch' 2>/dev/null; then
  CUDA_VISIBLE_DEVICES='' "$python" bench/gate_torch.py --bench build/release/bench/gate_bench
else
  build/release/bench/gate_bench "$@"
  echo "bench/run.sh: no PyTorch in $python, so the ratio to PyTorch was not measured (./dev test-train installs it)" >&2
fi
package=.package/bin/python
if "$package" -c 'import awd' 2>/dev/null; then
  "$package" bench/python_gate.py --bench build/release/bench/gate_bench
else
  echo "bench/run.sh: no Python package in .package, so its gate was not timed (./dev test-python installs it)" >&2
fi
