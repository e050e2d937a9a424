#!/usr/bin/env python3
"""Stands in for `awd record` in tests: the same arguments and file layout, with pictures and motions made up here.

A coloured square shows where the object is; the action points from the hand to it, so that there is something to learn.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import h5py
import numpy as np

# task, instruction, colour of what it is about
TASKS = (
    ("put_red_cube", "put the red cube in the bin", 0),
    ("put_green_cylinder", "put the green cylinder in the bin", 1),
    ("put_blue_box", "put the blue box in the bin", 2),
    ("stack_red_on_blue", "stack the red cube on the blue box", 0),
    ("push_to_mark", "push the blue box to the mark", 2),
    ("press_button", "press the button", 3),
    ("pick_turntable", "pick the green cylinder from the turntable", 1),
)
PAINT = np.array([[200, 30, 30], [30, 160, 30], [30, 50, 200], [240, 200, 10]], dtype=np.uint8)


def write_shard(path: Path | str, episodes: int, seed: int, size: int = 112, frames: int = 24) -> None:
    rng = np.random.default_rng(seed)
    with h5py.File(path, "w") as file:
        data = file.create_group("data")
        data.attrs.update({"num_demos": episodes, "env_name": "fake", "macros_image_convention": "opencv"})
        data.attrs["total"] = episodes * frames
        for i in range(episodes):
            _write_demo(data.create_group(f"demo_{i}"), TASKS[i % len(TASKS)], rng, size, frames)


def _write_demo(demo: h5py.Group, task: tuple[str, str, int], rng: np.random.Generator, size: int, frames: int) -> None:
    name, prompt, colour = task
    position = np.array([rng.uniform(0.4, 0.56), rng.uniform(-0.1, 0.1), 0.02])
    hand = np.linspace([0.45, 0.0, 0.25], position, frames) + rng.normal(0, 1e-3, (frames, 3))
    actions = np.zeros((frames, 7), np.float32)
    actions[:, :3] = np.clip(8 * (position - hand), -1, 1)
    actions[:, 6] = np.where(np.arange(frames) < frames // 2, -1, 1)
    obs = demo.create_group("obs")
    for camera, x in (("agentview_rgb", position[None].repeat(frames, 0)), ("eye_in_hand_rgb", position - hand)):
        obs[camera] = np.stack([_picture(p, colour, size) for p in x])
    obs["ee_states"] = np.concatenate([hand, np.zeros((frames, 3))], axis=1).astype(np.float32)
    obs["gripper_states"] = np.full((frames, 2), 0.03, np.float32)
    demo["actions"] = actions
    demo["awd/object_poses"] = np.tile(np.array([*position, 0.3], np.float32), (frames, 3, 1))
    demo["awd/focus"] = np.tile(np.array([*position, 0.3], np.float32), (frames, 1))
    demo["awd/goal"] = np.tile(np.array([0.5, 0.2, 0.0, 0.0], np.float32), (frames, 1))
    demo["awd/target"] = np.full(frames, min(colour, 2), np.int32)
    demo["awd/segment_end"] = np.where(np.arange(frames) < 10, 10, frames).astype(np.int32)
    demo.attrs.update({"num_samples": frames, "task": name, "language_instruction": prompt, "success": True})


def _picture(position: np.ndarray, colour: int, size: int) -> np.ndarray:
    image = np.full((size, size, 3), 120, np.uint8)
    x, y = (int(size * (0.3 + 1.5 * abs(p))) % (size - 12) for p in position[:2])
    image[y : y + 12, x : x + 12] = PAINT[colour]
    return image


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("command", choices=["record"])
    p.add_argument("--out", required=True)
    for name in ("--episodes", "--seed", "--size", "--compress"):
        p.add_argument(name, type=int, required=True)
    p.add_argument("--tasks", required=True)
    p.add_argument("--perturb", type=float, required=True)
    p.add_argument("--scenarios", default="")
    p.add_argument("--no-labels", action="store_true")
    args = p.parse_args()
    write_shard(Path(args.out).with_suffix(".part"), args.episodes, args.seed, args.size)
    Path(args.out).with_suffix(".part").rename(args.out)


if __name__ == "__main__":
    main()
