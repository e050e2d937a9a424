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

    task: str
    prompt: str
    images: list[np.ndarray]  # per camera [T, S, S, 3] u8, RGB, upright
    states: np.ndarray  # [T, 8] f32: TCP x y z [m], rotation vector from straight down [rad], fingers [m]
    actions: np.ndarray  # [T, 7] f32 in [-1, 1]
    focus: np.ndarray  # [T, 4] f32: x y z [m], yaw [rad] of the thing the instruction is about
    goal: np.ndarray  # [T, 4] f32: likewise, where that thing has to go
    target: np.ndarray  # [T] i64, index of the object the instruction names
    segment_end: np.ndarray  # [T] i64: actions of [t, segment_end) belong to one uninterrupted stretch

    def __len__(self) -> int:
        return len(self.actions)

    @property
    def segment_start(self) -> np.ndarray:
        """[T] i64: the first frame of each frame's stretch."""
        return np.searchsorted(self.segment_end, self.segment_end, side="left")


def read_demos(path: Path | str, cameras: tuple[str, ...] = ("base", "wrist")) -> list[Demo]:
    """All demonstrations of a file. Raises ValueError where lengths or segment ends make no sense."""
    with h5py.File(path, "r") as file:
        names = sorted(file["data"], key=lambda name: int(name.rsplit("_", 1)[1]))
        return [_read_demo(path, file["data"][name], cameras) for name in names]


def _read_demo(path: Path | str, group: h5py.Group, cameras: tuple[str, ...]) -> Demo:
    obs = group["obs"]
    demo = Demo(
        task=_text(group, "task"),
        prompt=_text(group, "language_instruction"),
        images=[_view(path, obs[CAMERA_DATASETS[camera]]) for camera in cameras],
        states=np.concatenate([obs["ee_states"][:], obs["gripper_states"][:]], axis=1).astype(np.float32),
        actions=group["actions"][:].astype(np.float32),
        focus=group["awd/focus"][:].astype(np.float32),
        goal=group["awd/goal"][:].astype(np.float32),
        target=group["awd/target"][:].astype(np.int64),
        segment_end=group["awd/segment_end"][:].astype(np.int64),
    )
    frames = len(demo)
    arrays = (*demo.images, demo.states, demo.focus, demo.goal, demo.target, demo.segment_end)
    lengths = {len(x) for x in arrays}
    if lengths != {frames}:
        raise ValueError(f"[{path} {group.name}] expected {frames} frames in every dataset, got {sorted(lengths)}")
    end = demo.segment_end
    if not ((end > np.arange(frames)) & (end <= frames)).all() or (np.diff(end) < 0).any():
        raise ValueError(f"[{path} {group.name}] expected t < segment_end <= {frames}, never decreasing")
    if not all(np.isfinite(x).all() for x in (demo.states, demo.actions, demo.focus, demo.goal)):
        raise ValueError(f"[{path} {group.name}] expected finite states, actions and poses")
    return demo


def _text(group: h5py.Group, name: str) -> str:
    value = group.attrs[name]
    return value.decode() if isinstance(value, bytes) else str(value)


def _view(path: Path | str, dataset: h5py.Dataset) -> np.ndarray:
    """Memory map of an uncompressed dataset (HDF5 reads hold the interpreter lock, which would stall training)."""
    offset = dataset.id.get_offset()
    if offset is None:
        return dataset[:]
    return np.memmap(path, dtype=dataset.dtype, mode="r", offset=offset, shape=dataset.shape)
