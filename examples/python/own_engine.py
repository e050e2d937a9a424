"""A control loop of your own around AWD's engine: a pi0 or pi0.5 folder, gate and chunk behind one call per step.

Usage: python examples/python/own_engine.py [FOLDER]
"""

import sys

import awd
import numpy as np


def observe(engine):
    """The robot is imaginary: grey pictures and a state that stands still."""
    return {
        "images": {camera: np.full((224, 224, 3), 128, np.uint8) for camera in engine.info["cameras"]},
        "state": np.array([0.46, 0, 0.4, 0, 0, 0, 0.04, 0.04], np.float32),
        "prompt": "put the red cube in the bin",
    }


def main(folder="models/tiny"):
    # [engine]
    engine = awd.Engine(folder, threads=1)  # weights: once, shared by all policies
    policy = awd.Policy(engine, "awd-aligned")  # one per control session
    policy.reset(seed=0)  # at the start of every episode
    for step in range(25):
        result = policy.act(observe(engine))
        # result.action: [action_dim]; result.decision: reuse or recompute, why, and every score behind it
        # [end]
        time_ms = result.timing["total_ms"]
        print(f"step {step:2d}  {result.decision.reason:10s}  dx {result.action[0]:+.3f}  {time_ms:.3f} ms")


if __name__ == "__main__":
    main(*sys.argv[1:])
