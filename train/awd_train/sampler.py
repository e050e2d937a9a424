"""Which frames a step learns from, and their batch in one policy's units and token format."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .config import PolicyConfig
from .losses import Batch, regression_targets
from .normalise import NormStats
from .store import FrameStore
from .tokens import STATE_BINS, Tokenizer

_FRESH_SHARE = 0.5  # of the draws of a policy that learns on stale prefixes
# Half widths of the photometric jitter, pictures in [-1, 1]: of a whole picture, and of each channel on top.
_GAIN, _OFFSET = 0.2, 0.1
_CHANNEL_GAIN, _CHANNEL_OFFSET = 0.06, 0.03
_GRAIN = 0.04  # largest standard deviation of the sensor noise
_SHIFT = 3  # pixels, of every second wrist picture
_WRIST = 1  # camera


class FrameChooser:
    """Draws training frames, those of short tasks more often: a task of n frames weighs n^(1 - balance)."""

    def __init__(self, store: FrameStore, balance: float) -> None:
        self._store, self._balance = store, balance
        self.refresh()

    def refresh(self) -> None:
        """Take notice of the frames that were loaded meanwhile."""
        self.frames = self._store.training_frames()
        task = self._store.task[self.frames]
        weight = task.bincount()[task].double() ** -self._balance
        self._cumulative = weight.cumsum(0)

    def draw(self, count: int) -> Tensor:
        """Frame indices [count]."""
        at = torch.rand(count, dtype=torch.double, device=self.frames.device) * self._cumulative[-1]
        return self.frames[torch.searchsorted(self._cumulative, at).clamp(max=len(self.frames) - 1)]


class Sampler:
    """Batches of a store for one policy."""

    def __init__(
        self,
        store: FrameStore,
        config: PolicyConfig,
        stats: NormStats,
        tokenizer: Tokenizer,
        draws: int,
        stale: int = 0,
    ) -> None:
        def tensors(pair: tuple[np.ndarray, np.ndarray]) -> list[Tensor]:
            return [torch.tensor(x, dtype=torch.float32, device=store.device) for x in pair]

        self._store, self._config, self._draws, self._stale = store, config, draws, stale
        self._state_offset, self._state_scale = tensors(stats.state.affine(config.variant))
        self._action_offset, self.action_scale = tensors(stats.actions.affine(config.variant))
        self._prompts = PromptTable(store, config, tokenizer)

    def batch(self, frames: Tensor, augment: bool = True, lag: Tensor | None = None) -> Batch:
        """The batch of `frames` [B]. Labels beyond a frame's segment are masked and repeat its last action.

        Pictures, prompt and what the prefix must know are those of `lag` [B] steps earlier; by default that is drawn
        for a policy that learns on stale prefixes, and 0 for others.
        """
        s, c = self._store, self._config
        if lag is None:
            lag = self.draw_lag(frames)
        seen = frames - lag
        step = frames[:, None] + torch.arange(c.horizon, device=s.device)
        end = s.segment_end[frames][:, None]
        state = (s.states[frames] - self._state_offset) / self._state_scale
        actions = (s.actions[torch.minimum(step, end - 1)] - self._action_offset) / self.action_scale
        shift = self._draw_shift(len(frames), augment)
        centroid, colour = s.centroid[seen] + shift[:, :, None], s.colour[seen]
        targets, weights = regression_targets(
            colour, s.states[seen], s.focus[seen], s.goal[seen], centroid, s.pixels[seen]
        )
        return Batch(
            images=s.images[seen],
            **self._photometric(len(frames), augment),
            shift=shift,
            tokens=self._prompts.tokens(s.prompt[seen], state),
            state=state,
            actions=actions,
            mask=(step < end).float(),
            noise=torch.randn(len(frames), self._draws, c.horizon, c.action_dim, device=s.device),
            time_draw=torch.rand(len(frames), self._draws, device=s.device),
            patch_pixels=s.patch_pixels[seen].float(),
            patch_weight=(shift == 0).all(dim=-1).float(),
            centroid=centroid,
            targets=targets,
            target_weights=weights,
        )

    def draw_lag(self, frames: Tensor) -> Tensor:
        """Age of each frame's prefix: 0 for half of them, else uniform up to the limit within the frame's segment."""
        longest = (frames - self._store.segment_start[frames]).clamp(max=self._stale)
        draw = torch.rand(2, len(frames), device=frames.device)
        lag = (draw[0] * (longest + 1)).long().minimum(longest)
        return torch.where(draw[1] < _FRESH_SHARE, 0, lag)

    def _draw_shift(self, size: int, augment: bool) -> Tensor:
        """(x, y) pixels by which each picture is moved, [size, cameras, 2]."""
        device, cameras = self._store.device, len(self._config.cameras)
        shift = torch.zeros(size, cameras, 2, dtype=torch.long, device=device)
        if augment and cameras > _WRIST:
            drawn = torch.randint(-_SHIFT, _SHIFT + 1, (size, 2), device=device)
            shift[:, _WRIST] = drawn * (torch.rand(size, 1, device=device) < 0.5)
        return shift

    def _photometric(self, size: int, augment: bool) -> dict[str, Tensor]:
        """Gain, offset and noise of each picture."""
        device, cameras, side = self._store.device, len(self._config.cameras), self._config.image_size
        strength = 1.0 if augment else 0.0

        def spread(channels: int) -> Tensor:
            return strength * (2 * torch.rand(size, cameras, channels, 1, 1, device=device) - 1)

        shape = (size, cameras, 3, side, side)
        if augment:
            grain = torch.randn(shape, dtype=torch.float16, device=device)
        else:
            grain = torch.zeros(1, dtype=torch.float16, device=device).expand(shape)
        return {
            "gain": 1 + _GAIN * spread(1) + _CHANNEL_GAIN * spread(3),
            "offset": _OFFSET * spread(1) + _CHANNEL_OFFSET * spread(3),
            "grain": grain,
            "grain_scale": _GRAIN * spread(1).abs(),
        }


class PromptTable:
    """Token ids of a store's instructions, with each frame's state written in where the policy reads it there."""

    def __init__(self, store: FrameStore, config: PolicyConfig, tokenizer: Tokenizer) -> None:
        self._store, self._tokenizer = store, tokenizer
        self._state_dim = config.state_dim if config.state_input == "prompt" else 0
        self._numbers = torch.tensor(tokenizer.number_ids(), device=store.device)
        self._ids = torch.zeros(0, 0, dtype=torch.long, device=store.device)  # [instructions, L]
        self._slots = torch.zeros(0, dtype=torch.long, device=store.device)  # [state_dim], places of the numbers

    def tokens(self, prompt: Tensor, state: Tensor) -> Tensor:
        """[B, L] i64 of instructions `prompt` [B] and normalised states [B, state_dim]."""
        if len(self._ids) < len(self._store.prompts):
            self._fill()
        tokens = self._ids[prompt]
        if self._state_dim:
            # In f64, where the bin edges (multiples of 1/128) and the sum are exact.
            bins = ((state.double() + 1) * (STATE_BINS / 2)).floor().clamp(-1, STATE_BINS - 1).long()
            tokens[:, self._slots] = self._numbers[bins + 1]
        return tokens

    def _fill(self) -> None:
        blank = [0.0] * self._state_dim
        encode = (lambda text: self._tokenizer.state_prompt(text, blank)) if blank else self._tokenizer.prompt
        rows = [encode(text) for text in self._store.prompts]
        self._ids = torch.tensor(rows, device=self._store.device)
        if self._state_dim:
            zero = self._numbers[STATE_BINS // 2 + 1]
            self._slots = (self._ids[0] == zero).nonzero()[:, 0]
            assert len(self._slots) == self._state_dim, "the state prompt has one number per state dimension"
