"""Times awd.Gate.decide() beside the C++ decide() of gate_bench, in alternation, and writes one result file.

Usage: python bench/python_gate.py --bench build/release/bench/gate_bench [--rounds 7] [--out FILE]

Both sides decide on two 224 x 224 x 3 byte pictures with the same gate. The weighted drift is first compared with plain
NumPy. `overhead_us` is the difference of the medians: what Python, the arrays and the chunk around the gate cost.
"""
import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

import awd
import numpy as np

from provenance import commit, cpu_name

CALLS_PER_ROUND = 2000
SCENES = 4
HORIZON, ACTION_DIM, AGE = 20, 7, 10
STUDY = {"gate": "awd", "pixel_range": "model"}


def pictures(seed):
    """Two pictures a little different from those of any other seed: smooth, so that the gate does not fire."""
    rng = np.random.default_rng(seed)
    ramp = np.add.outer(np.arange(224), np.arange(224))[..., None] // 2 % 250 + rng.integers(0, 5, (224, 224, 3))
    return [ramp.astype(np.uint8), ramp[::-1].astype(np.uint8)]


class Case:
    """One gate in the middle of a chunk, with all that it can be given."""

    def __init__(self, arm, torch=None, moved=0.0, **options):
        self.gate = awd.Gate(arm, **options)
        self.scenes = [pictures(seed) for seed in range(SCENES)]
        self.state, self.joints = np.full(8, 0.5, np.float32), np.full(7, 0.5, np.float32)
        self.masks = np.zeros((2, 16, 16), np.uint8)
        self.masks.reshape(2, -1)[:, :42] = 255
        self.chunk = np.zeros((HORIZON, ACTION_DIM), np.float32)
        if torch is not None:
            self.scenes = [[torch.from_numpy(image) for image in scene] for scene in self.scenes]
            self.state = torch.from_numpy(self.state)
        self.hold()
        self.state = self.state + moved

    def hold(self):
        self.gate.reset()
        self.gate.decide(self.scenes[0], self.state, joints=self.joints, robot_masks=self.masks)
        self.gate.hold(self.scenes[0], self.state, chunk=self.chunk, joints=self.joints, robot_masks=self.masks)

    def decide(self, call):
        return self.gate.decide(self.scenes[call % SCENES], self.state, joints=self.joints, robot_masks=self.masks)

    def times_us(self):
        """Decisions at ages 1 to 19 of a chunk; the anchors between are not timed."""
        times, call = [], 0
        while len(times) < CALLS_PER_ROUND:
            for _ in range(HORIZON - 1):
                start = time.perf_counter()
                self.decide(call)
                times.append((time.perf_counter() - start) * 1e6)
                call += 1
            state, self.state = self.state, self.state * 0 + 0.5
            self.hold()
            self.state = state
        return times


def check_answer():
    """Ends the program when the gate's weighted drift is not that of the formula in docs/gate.md."""
    case = Case(None, drift_threshold=1e9, **STUDY)
    actual = case.decide(1).scores["weighted_drift"]
    expected = 0.0
    for now, held in zip(case.scenes[1], case.scenes[0], strict=True):
        pooled = [picture.reshape(28, 8, 28, 8, 3).mean(axis=(1, 3)) / 127.5 - 1 for picture in (now, held)]
        expected += np.abs(pooled[0] - pooled[1]).mean(axis=2).sum() / 256 / 2
    if abs(actual - expected) > 1e-4 * expected:
        sys.exit(f"python_gate: wrong answer: expected {expected}, got {actual}")
    if case.decide(1).reason != "reuse" or Case("awd-guarded").decide(1).reason != "reuse":
        sys.exit("python_gate: wrong answer: expected reuse")


def run_cpp(bench):
    """{name: median us} of one run of gate_bench."""
    out = subprocess.run([bench, "--benchmark_format=json", "--benchmark_min_time=0.1"], capture_output=True, text=True,
                         check=True).stdout
    return {b["name"]: b["p50_us"] for b in json.loads(out)["benchmarks"]}


def summary(times):
    times = sorted(times)
    return {"p50_us": round(times[len(times) // 2], 3), "p95_us": round(times[int(0.95 * (len(times) - 1))], 3),
            "n": len(times)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--out", default="bench/results/python_gate.json")
    arguments = parser.parse_args()
    check_answer()

    cases = {
        "decide_state_guard": Case(None, moved=1.0, **STUDY),
        "decide_awd": Case(None, drift_threshold=1e9, **STUDY),
        "decide_recommended": Case("awd-guarded"),
    }
    try:
        import torch

        cases["decide_state_guard_torch"] = Case(None, torch=torch, moved=1.0, **STUDY)
    except ImportError:
        torch = None
    load = os.getloadavg()[0]
    times, cpp = {name: [] for name in cases}, {}
    for _ in range(arguments.rounds):
        for name, p50 in run_cpp(arguments.bench).items():
            cpp.setdefault(name, []).append(p50)
        for name, case in cases.items():
            times[name] += case.times_us()

    result = {
        "machine": {"cpu": cpu_name(), "cores": os.cpu_count(), "python": platform.python_version(),
                    "numpy": np.__version__, "torch": torch.__version__ if torch else None,
                    "load_average": round(load, 2)},
        "commit": commit(),
        "rounds": arguments.rounds,
        "python": {name: summary(values) for name, values in times.items()},
        "cpp_p50_us": {name: round(statistics.median(values), 3) for name, values in cpp.items()},
    }
    result["overhead_us"] = {
        name: round(result["python"][name]["p50_us"] - result["cpp_p50_us"][name.removesuffix("_torch")], 3)
        for name in cases
    }
    pathlib.Path(arguments.out).write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result["overhead_us"]))


if __name__ == "__main__":
    main()
