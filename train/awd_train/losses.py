"""The training loss: flow matching plus auxiliary heads that make the network see the objects.

The heads live beside the policy and are dropped after training.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .model import KvCache, Policy

REGRESSION_TARGETS = 16  # see regression_targets
_NEAR_STEPS, _NEAR_WEIGHT = 10, 2.0  # the steps that are usually executed count double
_PATCH_WEIGHT, _OFFSET_WEIGHT = 5.0, 0.3
_REGRESSION_BETA = 0.05  # dm: 5 mm
_WORKSPACE_CENTRE = (0.48, 0.0, 0.1)  # m
_YAW_SYMMETRY = (4.0, 0.0, 2.0)  # a cube looks the same 4 times a turn, a cylinder always, a box twice
_SEEN_PIXELS = {"patch": 10, "base": 8, "wrist": 30}  # below that a colour's centroid is no label


class Batch(NamedTuple):
    """B frames; K (t, noise) pairs share one prefix. C cameras, P patches, H steps, A action dimensions."""

    images: Tensor  # [B, C, S, S, 3] u8
    gain: Tensor  # [B, C, 1, 1, 1] brightness jitter of the image in [-1, 1]: x * gain + offset
    offset: Tensor  # [B, C, 1, 1, 1]
    tokens: Tensor  # [B, L] i64
    state: Tensor  # [B, state] normalised
    actions: Tensor  # [B, H, A] normalised
    mask: Tensor  # [B, H] 1 where the action is a label
    noise: Tensor  # [B, K, H, A]
    time_draw: Tensor  # [B, K] uniform in [0, 1)
    patch_pixels: Tensor  # [B, C, P, 3] f32
    centroid: Tensor  # [B, C, 3, 2] pixels
    targets: Tensor  # [B, REGRESSION_TARGETS]
    target_weights: Tensor  # likewise


class Losses(NamedTuple):
    """Scalars of one step; the last two are errors of the object position read from the last token, in mm."""

    flow: Tensor
    patch: Tensor
    offset: Tensor
    regression: Tensor
    target_mm: Tensor
    relative_mm: Tensor


class Learner(nn.Module):
    """The policy with its auxiliary heads. forward(batch) -> (loss, Losses)."""

    def __init__(self, policy: Policy) -> None:
        super().__init__()
        c = policy.config
        self.policy = policy
        self.patch_head = nn.Linear(c.vision.width, 9)  # 3 colour fractions, 3 x (dx, dy) to the colour's centroid
        self.regression_heads = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(c.llm.width), nn.Linear(c.llm.width, REGRESSION_TARGETS))
            for _ in range(c.llm.depth - 1)
        )
        centre = (torch.arange(c.grid) + 0.5) * c.patch_size
        y, x = torch.meshgrid(centre, centre, indexing="ij")
        self.register_buffer("patch_centre", torch.stack([x, y], dim=-1).flatten(0, 1), persistent=False)
        step_weight = torch.ones(c.horizon)
        step_weight[:_NEAR_STEPS] = _NEAR_WEIGHT
        self.register_buffer("step_weight", step_weight, persistent=False)

    def forward(self, batch: Batch) -> tuple[Tensor, Losses]:
        images = batch.images.permute(0, 1, 4, 2, 3).float() / 127.5 - 1
        cache, trace = self.policy.prefix_trace(images * batch.gain + batch.offset, batch.tokens)
        flow = self._flow_loss(cache, batch)
        patch, offset = self._patch_losses(trace.vision, batch)
        regression, predicted = self._regression_loss([h[:, -1] for h in trace.hidden], batch)
        with torch.no_grad():
            error = (predicted - batch.targets) * 100  # dm -> mm
            losses = Losses(
                flow, patch, offset, regression, error[:, :3].norm(dim=1).mean(), error[:, 6:9].norm(dim=1).mean()
            )
        total = flow + _PATCH_WEIGHT * patch + _OFFSET_WEIGHT * offset + regression
        return total, Losses(*(x.detach() for x in losses))

    def _flow_loss(self, cache: KvCache, batch: Batch) -> Tensor:
        """Mean squared velocity error. t ~ Beta(1.5, 1), drawn once in each of K equal shares of its probability."""
        draws = batch.noise.shape[1]
        share = torch.arange(draws, device=batch.noise.device)
        t = ((share + batch.time_draw) / draws).pow(1 / 1.5) * 0.999 + 0.001
        actions = batch.actions[:, None]
        noisy = t[..., None, None] * batch.noise + (1 - t[..., None, None]) * actions
        cache = [(k.repeat_interleave(draws, 0), v.repeat_interleave(draws, 0)) for k, v in cache]
        state = batch.state.repeat_interleave(draws, 0)
        velocity = self.policy.suffix(cache, state, noisy.flatten(0, 1), t.flatten())
        error = (velocity.float() - (batch.noise - actions).flatten(0, 1)).square().mean(dim=-1)
        weight = (batch.mask * self.step_weight).repeat_interleave(draws, 0)
        return (error * weight).sum() / weight.sum()

    def _patch_losses(self, vision: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """Per patch and colour: share of the patch (cross-entropy); where seen, offset to the centroid (patches)."""
        predicted = self.patch_head(vision).float()
        patch_size = self.policy.config.patch_size
        share = batch.patch_pixels / patch_size**2
        cross_entropy = F.binary_cross_entropy_with_logits(predicted[..., :3], share, reduction="none")
        offset = (batch.centroid[:, :, None] - self.patch_centre[:, None]) / patch_size  # [B, C, P, 3, 2]
        distance = (predicted[..., 3:].unflatten(-1, (3, 2)) - offset).abs().mean(dim=-1)
        seen = (batch.patch_pixels >= _SEEN_PIXELS["patch"]).float()
        return (cross_entropy * (1 + 10 * share)).mean(), (distance * seen).sum() / (seen.sum() + 1)

    def _regression_loss(self, last_tokens: list[Tensor], batch: Batch) -> tuple[Tensor, Tensor]:
        """Mean over the layers; also the last layer's prediction."""
        total = 0.0
        for head, token in zip(self.regression_heads, last_tokens, strict=True):
            predicted = head(token).float()
            error = F.smooth_l1_loss(predicted, batch.targets, beta=_REGRESSION_BETA, reduction="none")
            total = total + (error * batch.target_weights).sum() / (batch.target_weights.sum() + 1)
        return total / len(last_tokens), predicted


def regression_targets(
    target: Tensor, state: Tensor, objects: Tensor, centroid: Tensor, pixels: Tensor
) -> tuple[Tensor, Tensor]:
    """What the last token must know, [B, 16], and the weight of each entry.

    Object xyz, TCP xyz, their difference (dm about the workspace centre), cos and sin of the symmetric yaw, centroid of
    the object in both cameras (28 pixels = 1), finger opening. target [B], state [B, 8] in robot units,
    objects [B, 3, 4], centroid [B, 2, 3, 2], pixels [B, 2, 3].
    """
    rows = torch.arange(len(target), device=target.device)
    centre = torch.tensor(_WORKSPACE_CENTRE, device=state.device)
    symmetry = torch.tensor(_YAW_SYMMETRY, device=state.device)[target]
    pose = objects[rows, target]
    position, tcp = (pose[:, :3] - centre) * 10, (state[:, :3] - centre) * 10
    angle = symmetry * pose[:, 3]
    yaw = torch.stack([angle.cos(), angle.sin()], dim=1) * 0.5
    base, wrist = (centroid[rows, camera, target] / 28 - 4 for camera in (0, 1))
    fingers = (state[:, 6:8].mean(dim=1, keepdim=True) - 0.03) * 50
    one = torch.ones_like(angle)[:, None]
    seen_base = (pixels[rows, 0, target] >= _SEEN_PIXELS["base"]).float()[:, None]
    seen_wrist = (pixels[rows, 1, target] >= _SEEN_PIXELS["wrist"]).float()[:, None]
    turns = (symmetry > 0).float()[:, None]
    weights = [2 * one] * 3 + [one] * 3 + [2 * one] * 3 + [turns] * 2 + [seen_base] * 2 + [seen_wrist] * 2 + [one]
    return torch.cat([position, tcp, position - tcp, yaw, base, wrist, fingers], dim=1), torch.cat(weights, dim=1)
