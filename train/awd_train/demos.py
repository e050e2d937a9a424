"""Demonstrations as arrays: one HDF5 file of `awd record` -> the frames a policy learns from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

CAMERA_DATASETS = {"base": "agentview_rgb", "wrist": "eye_in_hand_rgb"}


@dataclass
class Demo:
    """One successful episode of T frames; images may be views of the file, so drop the demo before the file."""

    prompt: str
    images: list[np.ndarray]  # per camera [T, S, S, 3] u8, RGB, upright
    states: np.ndarray  # [T, 8] f32: TCP x y z [m], rotation vector from straight down [rad], fingers [m]
    actions: np.ndarray  # [T, 7] f32 in [-1, 1]
    objects: np.ndarray  # [T, 3, 4] f32: x y z [m], yaw [rad] of every object
    target: np.ndarray  # [T] i32, index of the object the instruction names
    segment_end: np.ndarray  # [T] i32: actions of [t, segment_end) belong to one uninterrupted stretch

    def __len__(self) -> int:
        return len(self.actions)


def read_demos(path: Path | str, cameras: tuple[str, ...] = ("base", "wrist")) -> list[Demo]:
    """All demonstrations of a file. Raises ValueError where lengths or segment ends make no sense."""
    with h5py.File(path, "r") as file:
        names = sorted(file["data"], key=lambda name: int(name.rsplit("_", 1)[1]))
        return [_read_demo(path, file["data"][name], cameras) for name in names]


def _read_demo(path: Path | str, group: h5py.Group, cameras: tuple[str, ...]) -> Demo:
    obs = group["obs"]
    prompt = group.attrs["language_instruction"]
    demo = Demo(
        prompt=prompt.decode() if isinstance(prompt, bytes) else str(prompt),
        images=[_view(path, obs[CAMERA_DATASETS[camera]]) for camera in cameras],
        states=np.concatenate([obs["ee_states"][:], obs["gripper_states"][:]], axis=1).astype(np.float32),
        actions=group["actions"][:].astype(np.float32),
        objects=group["awd/object_poses"][:].astype(np.float32),
        target=group["awd/target"][:].astype(np.int64),
        segment_end=group["awd/segment_end"][:].astype(np.int64),
    )
    frames = len(demo)
    lengths = {len(x) for x in (*demo.images, demo.states, demo.objects, demo.target, demo.segment_end)}
    if lengths != {frames}:
        raise ValueError(f"[{path} {group.name}] expected {frames} frames in every dataset, got {sorted(lengths)}")
    if not ((demo.segment_end > np.arange(frames)) & (demo.segment_end <= frames)).all():
        raise ValueError(f"[{path} {group.name}] expected t < segment_end <= {frames}")
    if not (np.isfinite(demo.states).all() and np.isfinite(demo.actions).all()):
        raise ValueError(f"[{path} {group.name}] expected finite states and actions")
    return demo


def _view(path: Path | str, dataset: h5py.Dataset) -> np.ndarray:
    """Memory map of an uncompressed dataset (HDF5 reads hold the interpreter lock, which would stall training)."""
    offset = dataset.id.get_offset()
    if offset is None:
        return dataset[:]
    return np.memmap(path, dtype=dataset.dtype, mode="r", offset=offset, shape=dataset.shape)
