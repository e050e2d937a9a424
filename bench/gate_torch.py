"""Times the study's gate in PyTorch on the CPU beside gate_bench, in alternation, and writes one result file.

Usage: python bench/gate_torch.py --bench build/release/bench/gate_bench [--rounds 7] [--out bench/results/gate.json]

Both sides decide on the same two 224 x 224 x 3 byte pictures; the run stops if their weighted drifts differ. PyTorch is
timed with one thread and with its default, and both with and without the conversion of the bytes to the float pictures
that the study's code starts from. C++ has one thread and always starts from bytes.
  ratios  median of each way of running PyTorch over the median of C++
  ratio   the smaller of the two that start from bytes like C++
Run it on an idle machine: PyTorch's second thread suffers most from other work (`load_average` is that at the start).
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import torch

from provenance import commit, cpu_name

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/golden"))
from gate_case import StudyGate, as_batch, importance, model_input, picture  # noqa: E402

CALLS_PER_ROUND = 300


def percentile(values, p):
    return sorted(values)[int(p * (len(values) - 1))]


def run_cpp(bench):
    """{name: counters} of one run of gate_bench."""
    out = subprocess.run([bench, "--benchmark_format=json", "--benchmark_min_time=0.1"], capture_output=True, text=True,
                         check=True).stdout
    return {b["name"]: b for b in json.loads(out)["benchmarks"]}


class TorchSide:
    """The scene of gate_bench's first call, ready to be decided on again and again."""

    def __init__(self):
        maps = torch.stack([torch.from_numpy(importance(21 + 100 * c)) for c in range(2)])
        self.state = torch.full((8,), 0.5)
        self.bytes = as_batch([picture(1 + 100 * c, 12 + 100 * c) for c in range(2)])
        self.images = model_input(self.bytes)
        self.gate = StudyGate(state_threshold=0.05, drift_threshold=0.5)
        held = as_batch([picture(1 + 100 * c, 11 + 100 * c) for c in range(2)])
        self.gate.update(model_input(held), maps, self.state)

    def drift(self):
        return self.gate.should_recompute(self.images, self.state)[2]

    def drift_from_bytes(self):
        return self.gate.should_recompute(model_input(self.bytes), self.state)[2]

    @torch.no_grad()
    def times_us(self, call, threads):
        torch.set_num_threads(threads)
        for _ in range(20):
            call()
        times = []
        for _ in range(CALLS_PER_ROUND):
            start = time.perf_counter()
            call()
            times.append((time.perf_counter() - start) * 1e6)
        return times


def summary(times):
    return {"p50_us": round(percentile(times, 0.5), 2), "p95_us": round(percentile(times, 0.95), 2), "n": len(times)}


def cpp_summary(rounds, name):
    """Median over rounds of the rounds' percentiles."""
    return {"p50_us": round(statistics.median(r[name]["p50_us"] for r in rounds), 4),
            "p95_us": round(statistics.median(r[name]["p95_us"] for r in rounds), 4),
            "n": int(sum(r[name]["n"] for r in rounds))}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", required=True, help="the built gate_bench")
    parser.add_argument("--rounds", type=int, default=7, help="alternations of C++ and PyTorch")
    parser.add_argument("--out", default="bench/results/gate.json")
    args = parser.parse_args()

    load_average = round(os.getloadavg()[0], 2)
    side, default_threads = TorchSide(), torch.get_num_threads()
    ways = {"bytes_1_thread": (side.drift_from_bytes, 1), "bytes_default": (side.drift_from_bytes, default_threads),
            "float_ready_1_thread": (side.drift, 1), "float_ready_default": (side.drift, default_threads)}
    cpp_rounds, torch_times = [], {name: [] for name in ways}
    for _ in range(args.rounds):
        cpp_rounds.append(run_cpp(args.bench))
        for name, (call, threads) in ways.items():
            torch_times[name] += side.times_us(call, threads)

    expected, actual = side.drift(), cpp_rounds[0]["decide_awd"]["weighted_drift"]
    if abs(actual - expected) > 1e-5 * expected:
        sys.exit(f"weighted drift differs: PyTorch {expected}, C++ {actual}")

    result = {"machine": {"cpu": cpu_name(), "cores": os.cpu_count(), "torch": torch.__version__,
                          "torch_default_threads": default_threads, "load_average": load_average},
              "commit": commit(), "rounds": args.rounds, "weighted_drift": {"torch": expected, "cpp": actual},
              "cpp": {name: cpp_summary(cpp_rounds, name) for name in cpp_rounds[0]},
              "torch": {name: summary(times) for name, times in torch_times.items()}}
    cpp_p50 = result["cpp"]["decide_awd"]["p50_us"]
    result["ratios"] = {name: round(result["torch"][name]["p50_us"] / cpp_p50, 1) for name in ways}
    result["ratio"] = min(result["ratios"]["bytes_1_thread"], result["ratios"]["bytes_default"])
    out = pathlib.Path(args.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
