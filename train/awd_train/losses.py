"""The training loss: flow matching plus auxiliary heads that make the network see the objects.

The heads live beside the policy and are dropped after training.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .colours import COLOURS
from .model import KvCache, Policy

REGRESSION_TARGETS = 18  # see regression_targets
_NEAR_STEPS, _NEAR_WEIGHT = 10, 2.0  # the steps that are usually executed count double
_PATCH_WEIGHT, _OFFSET_WEIGHT = 5.0, 0.3
_REGRESSION_BETA = 0.05  # dm: 5 mm
_WORKSPACE_CENTRE = (0.48, 0.0, 0.1)  # m
_YAW_SYMMETRY = (4.0, 0.0, 2.0, 0.0)  # by colour: a cube looks the same 4 times a turn, a box twice, discs always
_SEEN_PIXELS = {"patch": 10, "base": 8, "wrist": 30}  # below that a colour's centroid is no label


class Batch(NamedTuple):
    """B frames; K (t, noise) pairs share one prefix. C cameras, P patches, H steps, A action dimensions."""

    images: Tensor  # [B, C, S, S, 3] u8
    gain: Tensor  # [B, C, 3, 1, 1] jitter of the image in [-1, 1]: x * gain + offset + grain * grain_scale
    offset: Tensor  # [B, C, 3, 1, 1]
    grain: Tensor  # [B, C, 3, S, S] f16, unit normal
    grain_scale: Tensor  # [B, C, 1, 1, 1]
    shift: Tensor  # [B, C, 2] i64, pixels (x, y) by which the picture is moved; its edge repeats
    tokens: Tensor  # [B, L] i64
    state: Tensor  # [B, state] normalised
    actions: Tensor  # [B, H, A] normalised
    mask: Tensor  # [B, H] 1 where the action is a label
    noise: Tensor  # [B, K, H, A]
    time_draw: Tensor  # [B, K] uniform in [0, 1)
    patch_pixels: Tensor  # [B, C, P, colours] f32
    patch_weight: Tensor  # [B, C] 1 where patch_pixels describe the picture, 0 where it was moved
    centroid: Tensor  # [B, C, colours, 2] pixels
    targets: Tensor  # [B, REGRESSION_TARGETS]
    target_weights: Tensor  # likewise


class Losses(NamedTuple):
    """Scalars of one step, and [B] errors of the position read from the last token, in mm."""

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
        # Per colour: its share of the patch, and (dx, dy) to its centroid.
        self.patch_head = nn.Linear(c.vision.width, 3 * len(COLOURS))
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
        cache, trace = self.policy.prefix_trace(augmented_images(batch), batch.tokens)
        flow = self._flow_loss(cache, batch)
        patch, offset = self._patch_losses(trace.vision, batch)
        regression, predicted = self._regression_loss([h[:, -1] for h in trace.hidden], batch)
        with torch.no_grad():
            error = (predicted - batch.targets) * 100  # dm -> mm
            losses = Losses(flow, patch, offset, regression, error[:, :3].norm(dim=1), error[:, 6:9].norm(dim=1))
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
        colours, patch_size = len(COLOURS), self.policy.config.patch_size
        share = batch.patch_pixels / patch_size**2
        cross_entropy = F.binary_cross_entropy_with_logits(predicted[..., :colours], share, reduction="none")
        weight = batch.patch_weight
        patch = ((cross_entropy * (1 + 10 * share)).mean(dim=(2, 3)) * weight).sum() / (weight.sum() + 1)
        offset = (batch.centroid[:, :, None] - self.patch_centre[:, None]) / patch_size  # [B, C, P, colours, 2]
        distance = (predicted[..., colours:].unflatten(-1, (colours, 2)) - offset).abs().mean(dim=-1)
        seen = (batch.patch_pixels >= _SEEN_PIXELS["patch"]) * weight[:, :, None, None]
        return patch, (distance * seen).sum() / (seen.sum() + 1)

    def _regression_loss(self, last_tokens: list[Tensor], batch: Batch) -> tuple[Tensor, Tensor]:
        """Mean over the layers; also the last layer's prediction."""
        total = 0.0
        for head, token in zip(self.regression_heads, last_tokens, strict=True):
            predicted = head(token).float()
            error = F.smooth_l1_loss(predicted, batch.targets, beta=_REGRESSION_BETA, reduction="none")
            total = total + (error * batch.target_weights).sum() / (batch.target_weights.sum() + 1)
        return total / len(last_tokens), predicted


def augmented_images(batch: Batch) -> Tensor:
    """What the network sees, [B, C, 3, S, S] in about [-1, 1]."""
    size, cameras, side = batch.images.shape[:3]
    axis = torch.arange(side, device=batch.images.device)
    columns, rows = ((axis - batch.shift[..., i, None]).clamp(0, side - 1) for i in (0, 1))  # [B, C, S]
    frame = torch.arange(size, device=axis.device)[:, None, None, None]
    camera = torch.arange(cameras, device=axis.device)[:, None, None]
    moved = batch.images[frame, camera, rows[..., None], columns[:, :, None]]
    images = moved.permute(0, 1, 4, 2, 3).float() / 127.5 - 1
    return images * batch.gain + batch.offset + batch.grain.float() * batch.grain_scale


def regression_targets(
    colour: Tensor, state: Tensor, focus: Tensor, goal: Tensor, centroid: Tensor, pixels: Tensor
) -> tuple[Tensor, Tensor]:
    """What the last token must know, [B, 18], and the weight of each entry.

    Focus xyz, TCP xyz, their difference (dm about the workspace centre), cos and sin of the symmetric yaw, centroid of
    the focus in both cameras (28 pixels = 1), finger opening, goal xy relative to the focus (dm). The focus is the
    thing the instruction is about. colour [B] of the focus, state [B, 8] in robot units, focus and goal [B, 4],
    centroid [B, 2, colours, 2], pixels [B, 2, colours].
    """
    rows = torch.arange(len(colour), device=colour.device)
    centre = torch.tensor(_WORKSPACE_CENTRE, device=state.device)
    symmetry = torch.tensor(_YAW_SYMMETRY, device=state.device)[colour]
    position, tcp = (focus[:, :3] - centre) * 10, (state[:, :3] - centre) * 10
    angle = symmetry * focus[:, 3]
    yaw = torch.stack([angle.cos(), angle.sin()], dim=1) * 0.5
    base, wrist = (centroid[rows, camera, colour] / 28 - 4 for camera in (0, 1))
    fingers = (state[:, 6:8].mean(dim=1, keepdim=True) - 0.03) * 50
    way = (goal[:, :2] - focus[:, :2]) * 10
    one = torch.ones_like(angle)[:, None]
    seen_base = (pixels[rows, 0, colour] >= _SEEN_PIXELS["base"]).float()[:, None]
    seen_wrist = (pixels[rows, 1, colour] >= _SEEN_PIXELS["wrist"]).float()[:, None]
    turns = (symmetry > 0).float()[:, None]
    values = [position, tcp, position - tcp, yaw, base, wrist, fingers, way]
    weights = [2 * one] * 3 + [one] * 3 + [2 * one] * 3 + [turns] * 2
    weights += [seen_base] * 2 + [seen_wrist] * 2 + [one] * 3
    return torch.cat(values, dim=1), torch.cat(weights, dim=1)
