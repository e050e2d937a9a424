"""All training frames resident on the device; one thread fills the store while others train from it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .colours import COLOURS, colour_labels, named_colour
from .config import PolicyConfig
from .demos import Demo
from .tokens import INSTRUCTIONS

_LABEL_FRAMES = 128  # frames labelled at a time, which bounds the memory of the colour masks


class FrameStore:
    """Frames 0..size-1 on one device. One thread appends, others read below `size`; nothing moves once written."""

    def __init__(self, config: PolicyConfig, capacity: int, device: torch.device) -> None:
        side, cameras, colours = config.image_size, len(config.cameras), len(COLOURS)

        def make(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
            return torch.zeros(capacity, *shape, dtype=dtype, device=device)

        self.device, self.capacity = device, capacity
        self._patch_size = config.patch_size
        self.images = make(cameras, side, side, 3, dtype=torch.uint8)
        self.patch_pixels = make(cameras, config.patches, colours, dtype=torch.uint8)
        self.centroid = make(cameras, colours, 2)
        self.pixels = make(cameras, colours)
        self.states = make(config.state_dim)
        self.actions = make(config.action_dim)
        self.focus = make(4)
        self.goal = make(4)
        self.colour = make(dtype=torch.long)  # of the thing the instruction is about
        self.prompt = make(dtype=torch.long)  # index into `prompts`
        self.task = make(dtype=torch.long)  # index into `tasks`
        self.segment_start = make(dtype=torch.long)
        self.segment_end = make(dtype=torch.long)
        self.prompts: list[str] = list(INSTRUCTIONS)
        self.tasks: list[str] = []
        self.size = 0
        self.demos = 0
        self._held_out: list[tuple[int, int]] = []
        if device.type == "cuda":
            torch.cuda.synchronize(device)  # the zeros are written before another stream writes frames

    @property
    def full(self) -> bool:
        return self.size >= self.capacity

    def append(self, demo: Demo, held_out: bool = False) -> None:
        """Copy a demonstration to the device, cut where the store is full. Training never sees a held-out one."""
        start, end = self.size, min(self.size + len(demo), self.capacity)
        if start == end:
            return
        count = end - start
        for store, values in (
            (self.states, demo.states),
            (self.actions, demo.actions),
            (self.focus, demo.focus),
            (self.goal, demo.goal),
            (self.segment_start, demo.segment_start + start),
            (self.segment_end, np.minimum(demo.segment_end, count) + start),
        ):
            store[start:end] = torch.from_numpy(values[:count]).to(self.device)
        self.colour[start:end] = named_colour(demo.prompt, default=int(demo.target[0]))
        self.prompt[start:end] = _index(self.prompts, demo.prompt)
        self.task[start:end] = _index(self.tasks, demo.task)
        for camera, images in enumerate(demo.images):
            # A writable copy of a read-only memory map: torch warns otherwise, and the copy is cheap.
            self.images[start:end, camera] = torch.from_numpy(np.array(images[:count])).to(self.device)
        for a in range(start, end, _LABEL_FRAMES):
            b = min(a + _LABEL_FRAMES, end)
            labels = colour_labels(self.images[a:b], self._patch_size)
            self.patch_pixels[a:b], self.centroid[a:b], self.pixels[a:b] = labels
        if self.device.type == "cuda":
            torch.cuda.current_stream(self.device).synchronize()
        if held_out:
            self._held_out.append((start, end))
        self.demos += 1
        self.size = end  # last: readers may now see the frames

    def held_out_frames(self) -> Tensor:
        """Indices of the frames that training never sees."""
        spans = [torch.arange(a, b) for a, b in list(self._held_out)]
        return (torch.cat(spans) if spans else torch.zeros(0, dtype=torch.long)).to(self.device)

    def training_frames(self) -> Tensor:
        """Indices of all other frames loaded so far."""
        keep = torch.ones(self.size, dtype=torch.bool)
        for a, b in list(self._held_out):
            keep[a : min(b, len(keep))] = False
        return keep.nonzero()[:, 0].to(self.device)


def _index(names: list[str], name: str) -> int:
    """Place of a name in a list that grows by the names it lacks."""
    if name not in names:
        names.append(name)
    return names.index(name)
