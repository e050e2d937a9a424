#!/usr/bin/env python3
"""Stands in for `awd record` in tests: the same arguments and file layout, with pictures and motions made up here.

A coloured square shows where the object is; the action points from the hand to it, so that there is something to learn.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import h5py
import numpy as np

PROMPTS = ("put the red cube in the bin", "put the green cylinder in the bin", "put the blue box in the bin")
_COLOURS = np.array([[200, 30, 30], [30, 160, 30], [30, 50, 200]], dtype=np.uint8)


def write_shard(path: Path | str, episodes: int, seed: int, size: int = 112, frames: int = 24) -> None:
    rng = np.random.default_rng(seed)
    with h5py.File(path, "w") as file:
        data = file.create_group("data")
        data.attrs.update({"num_demos": episodes, "env_name": "fake", "macros_image_convention": "opencv"})
        for i in range(episodes):
            _write_demo(data.create_group(f"demo_{i}"), rng, size, frames)


def _write_demo(demo: h5py.Group, rng: np.random.Generator, size: int, frames: int) -> None:
    target = int(rng.integers(3))
    position = np.array([rng.uniform(0.4, 0.56), rng.uniform(-0.1, 0.1), 0.02])
    hand = np.linspace([0.45, 0.0, 0.25], position, frames) + rng.normal(0, 1e-3, (frames, 3))
    actions = np.zeros((frames, 7), np.float32)
    actions[:, :3] = np.clip(8 * (position - hand), -1, 1)
    actions[:, 6] = np.where(np.arange(frames) < frames // 2, -1, 1)
    obs = demo.create_group("obs")
    for name, x in (("agentview_rgb", position[None].repeat(frames, 0)), ("eye_in_hand_rgb", position - hand)):
        obs[name] = np.stack([_picture(p, target, size) for p in x])
    obs["ee_states"] = np.concatenate([hand, np.zeros((frames, 3))], axis=1).astype(np.float32)
    obs["gripper_states"] = np.full((frames, 2), 0.03, np.float32)
    demo["actions"] = actions
    demo["awd/object_poses"] = np.tile(np.array([*position, 0.3], np.float32), (frames, 3, 1))
    demo["awd/target"] = np.full(frames, target, np.int32)
    demo["awd/segment_end"] = np.where(np.arange(frames) < 10, 10, frames).astype(np.int32)
    demo.attrs.update({"num_samples": frames, "language_instruction": PROMPTS[target], "success": True})


def _picture(position: np.ndarray, target: int, size: int) -> np.ndarray:
    image = np.full((size, size, 3), 120, np.uint8)
    x, y = (int(size * (0.3 + 1.5 * abs(p))) % (size - 12) for p in position[:2])
    image[y : y + 12, x : x + 12] = _COLOURS[target]
    return image


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("command", choices=["record"])
    p.add_argument("--out", required=True)
    for name in ("--episodes", "--seed", "--size", "--compress"):
        p.add_argument(name, type=int, required=True)
    p.add_argument("--tasks", required=True)
    p.add_argument("--perturb", type=float, required=True)
    args = p.parse_args()
    write_shard(args.out, args.episodes, args.seed, args.size)


if __name__ == "__main__":
    main()
