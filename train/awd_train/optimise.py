"""One optimiser step: compiled forward, clipped gradients, AdamW, and the running average that is exported."""

from __future__ import annotations

import copy
import math

import torch
from torch import Tensor, nn

from .log import log
from .losses import Batch, Learner, Losses

_WEIGHT_DECAY = 0.02
_BETAS = (0.9, 0.95)
_CLIP = 1.0
_WARM_UP_STEPS = 400
_FLOOR = 0.005  # of the learning rate at the end
_AVERAGE_DECAY = 0.9985  # per step
_AVERAGE_EVERY = 5  # steps


def learning_rate_factor(step: int, progress: float) -> float:
    """Warm-up by steps, then a cosine over the share `progress` in [0, 1] of the training time."""
    warm = min(1.0, (step + 1) / _WARM_UP_STEPS)
    return warm * (0.5 * (1 + math.cos(math.pi * min(progress, 1.0))) + _FLOOR)


class Optimiser:
    """Owns the learner's mutable state: parameters, AdamW moments, average, step count."""

    def __init__(self, learner: Learner, learning_rate: float, compile_step: bool) -> None:
        self.learner = learner
        self._device = next(learner.parameters()).device
        # dynamic=False: several learners of one process differ in shapes, each of which is to stay a constant.
        self._forward = torch.compile(learner, dynamic=False) if compile_step else learner
        self._compiled = compile_step
        self._parameters = list(learner.parameters())
        # Embedding rows are multiplied by sqrt(width) in the model. Dividing gradient and rate by it makes training
        # behave as if the rows were stored multiplied: else they would dominate the clipped norm and move too fast.
        self._embedding = learner.policy.paligemma_with_expert.paligemma.lm_head.weight
        self._embedding_factor = learner.policy.config.llm.width**-0.5
        rest = [p for p in self._parameters if p is not self._embedding]
        groups = [
            {"params": [p for p in rest if p.dim() >= 2], "weight_decay": _WEIGHT_DECAY, "factor": 1.0},
            {"params": [p for p in rest if p.dim() < 2], "weight_decay": 0.0, "factor": 1.0},
            {"params": [self._embedding], "weight_decay": 0.0, "factor": self._embedding_factor},
        ]
        self._learning_rate = learning_rate
        self._adam = torch.optim.AdamW(groups, lr=learning_rate, betas=_BETAS, fused=self._device.type == "cuda")
        self.average = copy.deepcopy(learner.policy).requires_grad_(False).eval()
        self.steps = 0

    def warm_up(self, batch: Batch) -> None:
        """Compile forward and backward on a batch of the real shapes without learning. Falls back to eager mode."""
        try:
            self._backward(batch)
        except Exception as error:  # any failure of the compiler stack means the same: run without it
            if not self._compiled:
                raise
            log(f"torch.compile failed, training in eager mode: {str(error)[:500]}")
            self._forward, self._compiled = self.learner, False
            self._backward(batch)
        self._adam.zero_grad(set_to_none=True)

    def step(self, batch: Batch, progress: float) -> tuple[Losses, Tensor]:
        """One update; returns the losses and the norm of the gradient before clipping."""
        rate = self._learning_rate * learning_rate_factor(self.steps, progress)
        for group in self._adam.param_groups:
            group["lr"] = rate * group["factor"]
        losses = self._backward(batch)
        self._embedding.grad.mul_(self._embedding_factor)
        norm = nn.utils.clip_grad_norm_(self._parameters, _CLIP)
        self._adam.step()
        self.steps += 1
        if self.steps % _AVERAGE_EVERY == 0:
            self._update_average()
        return losses, norm

    def autocast(self) -> torch.autocast:
        """bf16 on a GPU, nothing on a CPU."""
        return torch.autocast(self._device.type, torch.bfloat16, enabled=self._device.type == "cuda")

    def _backward(self, batch: Batch) -> Losses:
        with self.autocast():
            loss, losses = self._forward(batch)
        self._adam.zero_grad(set_to_none=True)
        loss.backward()
        return losses

    @torch.no_grad()
    def _update_average(self) -> None:
        # Early on the average is short, so that it does not remember the initial weights.
        decay = min(_AVERAGE_DECAY, 1 - 1 / (0.1 * self.steps + 1)) ** _AVERAGE_EVERY
        torch._foreach_lerp_(list(self.average.parameters()), list(self.learner.policy.parameters()), 1 - decay)
