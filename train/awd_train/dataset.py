"""All training frames resident on the device, filled by a thread while recorders still run and training goes on."""

from __future__ import annotations

import threading
import time
import traceback

import numpy as np
import torch
from torch import Tensor

from .colours import colour_labels
from .config import PolicyConfig
from .demos import Demo, read_demos
from .losses import Batch, regression_targets
from .normalise import NormStats
from .recorder import RecorderPool
from .tokens import Tokenizer

_LABEL_FRAMES = 128  # frames labelled at a time, which bounds the memory of the colour masks
_POLL_S = 0.2
_CONTRAST, _BRIGHTNESS = 0.1, 0.05  # half widths of the jitter


class FrameStore:
    """Frames 0..size-1 on one device. One thread appends, others read below `size`; nothing moves once written."""

    def __init__(self, config: PolicyConfig, tokenizer: Tokenizer, capacity: int, device: torch.device) -> None:
        c, side, cameras = config, config.image_size, len(config.cameras)

        def make(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
            return torch.zeros(capacity, *shape, dtype=dtype, device=device)

        self.config, self.device, self.capacity = c, device, capacity
        self._tokenizer = tokenizer
        self._prompt_ids: dict[str, list[int]] = {}
        self.images = make(cameras, side, side, 3, dtype=torch.uint8)
        self.patch_pixels = make(cameras, c.patches, 3, dtype=torch.uint8)
        self.centroid = make(cameras, 3, 2)
        self.pixels = make(cameras, 3)
        self.states = make(c.state_dim)
        self.actions = make(c.action_dim)
        self.objects = make(3, 4)
        self.target = make(dtype=torch.long)
        self.segment_end = make(dtype=torch.long)
        self.tokens: Tensor | None = None  # [capacity, L] i64, once the first prompt tells L
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
            (self.objects, demo.objects),
            (self.target, demo.target),
            (self.segment_end, np.minimum(demo.segment_end, count) + start),
        ):
            store[start:end] = torch.from_numpy(values[:count]).to(self.device)
        ids = self.prompt_ids(demo.prompt)
        self.tokens[start:end] = torch.tensor(ids, device=self.device)
        for camera, images in enumerate(demo.images):
            # A writable copy of a read-only memory map: torch warns otherwise, and the copy is cheap.
            self.images[start:end, camera] = torch.from_numpy(np.array(images[:count])).to(self.device)
        for a in range(start, end, _LABEL_FRAMES):
            b = min(a + _LABEL_FRAMES, end)
            labels = colour_labels(self.images[a:b], self.config.patch_size)
            self.patch_pixels[a:b], self.centroid[a:b], self.pixels[a:b] = labels
        if self.device.type == "cuda":
            torch.cuda.current_stream(self.device).synchronize()
        if held_out:
            self._held_out.append((start, end))
        self.demos += 1
        self.size = end  # last: readers may now see the frames

    def prompt_ids(self, prompt: str) -> list[int]:
        """Token ids of an instruction. The first sets the width of `tokens`; ValueError if another has not as many."""
        ids = self._prompt_ids.setdefault(prompt, self._tokenizer.prompt(prompt))
        if self.tokens is None:
            self.tokens = torch.zeros(self.capacity, len(ids), dtype=torch.long, device=self.device)
        if len(ids) != self.tokens.shape[1]:
            raise ValueError(f"[tokens] prompts of one training set must have equal length; {prompt!r} has {len(ids)}")
        return ids

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


class Sampler:
    """Batches of a store in normalised units."""

    def __init__(self, store: FrameStore, stats: NormStats, draws: int) -> None:
        def tensor(x: np.ndarray) -> Tensor:
            return torch.tensor(x, dtype=torch.float32, device=store.device)

        self._store, self._draws = store, draws
        self._state_mean, self._state_scale = tensor(stats.state.mean), tensor(stats.state.scale)
        self._action_mean, self.action_scale = tensor(stats.actions.mean), tensor(stats.actions.scale)

    def batch(self, frames: Tensor, jitter: bool = True) -> Batch:
        """The batch of `frames` [B]. Labels beyond a frame's segment are masked and repeat its last action."""
        s, c = self._store, self._store.config
        size, device, cameras = len(frames), s.device, len(c.cameras)
        step = frames[:, None] + torch.arange(c.horizon, device=device)
        end = s.segment_end[frames][:, None]
        actions = s.actions[torch.minimum(step, end - 1)]
        strength = 1.0 if jitter else 0.0
        spread = strength * (2 * torch.rand(2, size, cameras, 1, 1, 1, device=device) - 1)
        state, centroid, pixels = s.states[frames], s.centroid[frames], s.pixels[frames]
        targets, weights = regression_targets(s.target[frames], state, s.objects[frames], centroid, pixels)
        return Batch(
            images=s.images[frames],
            gain=1 + _CONTRAST * spread[0],
            offset=_BRIGHTNESS * spread[1],
            tokens=s.tokens[frames],
            state=(state - self._state_mean) / self._state_scale,
            actions=(actions - self._action_mean) / self.action_scale,
            mask=(step < end).float(),
            noise=torch.randn(size, self._draws, c.horizon, c.action_dim, device=device),
            time_draw=torch.rand(size, self._draws, device=device),
            patch_pixels=s.patch_pixels[frames].float(),
            centroid=centroid,
            targets=targets,
            target_weights=weights,
        )


class Loader(threading.Thread):
    """Drives a recorder pool and moves its finished shards into a store until that is full. The first is held out."""

    def __init__(self, pool: RecorderPool, store: FrameStore) -> None:
        super().__init__(name="loader", daemon=True)
        self._pool, self._store = pool, store
        self._stopping = threading.Event()
        self.error: str | None = None

    def run(self) -> None:
        try:
            if self._store.device.type == "cuda":
                with torch.cuda.stream(torch.cuda.Stream(self._store.device)):
                    self._load()
            else:
                self._load()
        except Exception:  # the main thread raises it
            self.error = traceback.format_exc()
        finally:
            self._pool.close()

    def check(self) -> None:
        """Raises RuntimeError with the traceback if the thread failed."""
        if self.error:
            raise RuntimeError(f"[loader] {self.error}")

    def stop(self) -> None:
        """End the thread and the recorders."""
        self._stopping.set()
        self.join()

    def _load(self) -> None:
        store = self._store
        while not store.full and not self._stopping.is_set():
            self._pool.fill(self._shards_wanted())
            files = self._pool.take_finished()
            for path in files:
                held_out = store.size == 0
                for demo in read_demos(path, store.config.cameras):
                    store.append(demo, held_out)
                path.unlink()
            if not files:
                time.sleep(_POLL_S)

    def _shards_wanted(self) -> int:
        """Shards that fill the store if the coming ones are like the loaded ones; no bound before the first."""
        if not self._store.size:
            return 1 << 30
        per_shard = self._store.size / max(self._pool.finished, 1)
        return self._pool.failed + self._pool.finished + int((self._store.capacity - self._store.size) / per_shard) + 2
