"""Errors on held-out demonstrations, per task, with the averaged weights."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from .losses import Batch, Learner, augmented_images
from .model import Policy
from .sampler import Sampler
from .store import FrameStore

_STEPS = 10  # of a chunk that are compared
_CHUNK = 128  # frames at a time
_MM_PER_ACTION = 50.0  # an action of 1 is 5 cm


class Errors(NamedTuple):
    """Means over the frames of one task, or of all."""

    frames: int
    target_mm: float  # distance, focus position read from the last token against the truth
    relative_mm: float  # likewise, relative to the TCP
    action_mm: float  # error of a translation step over the first ten
    gripper: float  # absolute error of the gripper action, which is -1 or 1

    def __str__(self) -> str:
        return (
            f"target {self.target_mm:.1f} mm, relative {self.relative_mm:.1f} mm, "
            f"actions {self.action_mm:.2f} mm/step, gripper {self.gripper:.4f}, {self.frames} frames"
        )


class Validation(NamedTuple):
    overall: Errors
    flow: float
    tasks: dict[str, Errors]

    def lines(self) -> list[str]:
        """For the log."""
        per_task = [f"held out, {name}: {errors}" for name, errors in sorted(self.tasks.items())]
        return [f"held out: flow {self.flow:.4f}, {self.overall}", *per_task]


@torch.no_grad()
def validate(learner: Learner, average: Policy, store: FrameStore, sampler: Sampler, frames: int) -> Validation:
    """Position errors of the learner's heads, action errors of the averaged policy from zero noise; fresh prefixes."""
    held_out = store.held_out_frames()
    index = torch.linspace(0, len(held_out) - 1, min(frames, len(held_out)), device=store.device).long()
    chosen = held_out[index]
    errors, flow = [], 0.0
    for part in chosen.split(_CHUNK):
        batch = sampler.batch(part, augment=False, lag=torch.zeros_like(part))
        _, losses = learner(batch)
        flow += float(losses.flow) * len(part) / len(chosen)
        errors.append(torch.stack([losses.target_mm, losses.relative_mm, *_action_errors(average, sampler, batch)], 1))
    errors, task = torch.cat(errors), store.task[chosen]
    tasks = {name: _mean(errors[task == i]) for i, name in enumerate(list(store.tasks)) if (task == i).any()}
    return Validation(_mean(errors), flow, tasks)


def _mean(errors: Tensor) -> Errors:
    return Errors(len(errors), *errors.mean(dim=0).tolist())


def _action_errors(average: Policy, sampler: Sampler, batch: Batch) -> tuple[Tensor, Tensor]:
    """([B] translation error in mm per step, [B] gripper error), means over labelled steps."""
    cache = average.prefix(augmented_images(batch), batch.tokens)
    actions = average.denoise(cache, batch.state, torch.zeros_like(batch.actions))
    error = ((actions - batch.actions) * sampler.action_scale)[:, :_STEPS]
    mask = batch.mask[:, :_STEPS]
    labelled = mask.sum(dim=1)  # at least the frame's own step
    translation = (error[..., :3].norm(dim=-1) * mask).sum(dim=1) / labelled * _MM_PER_ACTION
    return translation, (error[..., 6].abs() * mask).sum(dim=1) / labelled
