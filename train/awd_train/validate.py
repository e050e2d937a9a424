"""Errors on held-out demonstrations, with the averaged weights."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from .dataset import FrameStore, Sampler
from .losses import Batch, Learner
from .model import Policy

_STEPS = 10  # of a chunk that are compared
_CHUNK = 128  # frames at a time
_MM_PER_ACTION = 50.0  # an action of 1 is 5 cm


class Validation(NamedTuple):
    frames: int
    target_mm: float  # mean distance, object position read from the last token against the truth
    relative_mm: float  # likewise, relative to the TCP
    flow: float
    action_mm: float  # mean error of a translation step over the first ten
    gripper: float  # mean absolute error of the gripper action, which is -1 or 1

    def __str__(self) -> str:
        return (
            f"held out ({self.frames} frames): target {self.target_mm:.1f} mm, relative {self.relative_mm:.1f} mm, "
            f"flow {self.flow:.4f}, actions {self.action_mm:.2f} mm/step, gripper {self.gripper:.4f}"
        )


@torch.no_grad()
def validate(learner: Learner, average: Policy, store: FrameStore, sampler: Sampler, frames: int) -> Validation:
    """Position errors of the learner's heads, action errors of the averaged policy from zero noise."""
    held_out = store.held_out_frames()
    index = torch.linspace(0, len(held_out) - 1, min(frames, len(held_out)), device=store.device).long()
    chosen = held_out[index]
    sums = torch.zeros(5, device=store.device)
    for part in chosen.split(_CHUNK):
        batch = sampler.batch(part, jitter=False)
        _, losses = learner(batch)
        errors = [losses.target_mm, losses.relative_mm, losses.flow, *_action_errors(average, sampler, batch)]
        sums += len(part) * torch.stack(errors)
    return Validation(len(chosen), *(sums / len(chosen)).tolist())


def _action_errors(average: Policy, sampler: Sampler, batch: Batch) -> tuple[Tensor, Tensor]:
    """(translation error in mm per step, gripper error), means over labelled steps."""
    cache = average.prefix(batch.images.permute(0, 1, 4, 2, 3).float() / 127.5 - 1, batch.tokens)
    actions = average.denoise(cache, batch.state, torch.zeros_like(batch.actions))
    error = ((actions - batch.actions) * sampler.action_scale)[:, :_STEPS]
    mask = batch.mask[:, :_STEPS]
    translation = (error[..., :3].norm(dim=-1) * mask).sum() / mask.sum() * _MM_PER_ACTION
    return translation, (error[..., 6].abs() * mask).sum() / mask.sum()
