"""Initial weights for training from scratch."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from .model import Policy

_TABLE_SCALE = 0.3  # of the 2D sin-cos pattern that the vision position table starts from
_RESIDUAL_SCALE = 0.5  # expert branches start at half strength, so that its tokens survive five layers
_VELOCITY_SCALE = 0.1  # the flow starts near zero


@torch.no_grad()
def initialise(policy: Policy, number_ids: Sequence[int] = ()) -> None:
    """PyTorch's defaults for vision and language; explicit ones where pi0 has no norm in front or a scale behind.
    `number_ids` are the tokens of ascending numbers: neighbours start alike, so that a state prompt is easy to read."""
    c = policy.config
    both = policy.paligemma_with_expert
    table = both.paligemma.model.vision_tower.vision_model.embeddings.position_embedding.weight
    table.copy_(_TABLE_SCALE * sincos_2d(c.grid, c.vision.width) + 0.02 * torch.randn_like(table))
    # The model multiplies by sqrt(width): this makes text tokens unit normal.
    both.paligemma.lm_head.weight.normal_(std=c.llm.width**-0.5)
    if number_ids:
        code = number_code(len(number_ids), c.llm.width).to(both.paligemma.lm_head.weight)
        both.paligemma.lm_head.weight[list(number_ids)] = code * c.llm.width**-0.5
    # Unit variance through the projections in front of the first norm, so that x, t and state weigh alike.
    for _name, module in policy.named_children():
        if isinstance(module, nn.Linear):
            module.weight.normal_(std=module.in_features**-0.5)
            module.bias.zero_()
    policy.action_out_proj.weight.mul_(_VELOCITY_SCALE)
    if c.variant == "pi05":
        _initialise_adaptive_norms(both.gemma_expert.model)
    else:
        for layer in both.gemma_expert.model.layers:
            layer.self_attn.o_proj.weight.mul_(_RESIDUAL_SCALE)
            layer.mlp.down_proj.weight.mul_(_RESIDUAL_SCALE)


def _initialise_adaptive_norms(expert: nn.Module) -> None:
    """Identity norms whose gates (the last third) start at the residual scale."""
    for name, parameter in expert.named_parameters():
        if ".dense." not in name:
            continue
        parameter.zero_()
        if name.endswith("bias"):
            parameter[2 * len(parameter) // 3 :] = _RESIDUAL_SCALE


def number_code(count: int, width: int) -> Tensor:
    """Fixed code [count, width] of the numbers 0..count-1, unit variance: waves of 0.25 to 32 periods in all."""
    position = torch.linspace(0, 1, count)[:, None]
    periods = 0.25 * 128.0 ** (torch.arange(width // 2) / (width // 2))
    angle = 2 * math.pi * periods * position
    return torch.cat([angle.sin(), angle.cos()], dim=1) * math.sqrt(2)


def sincos_2d(side: int, width: int) -> Tensor:
    """Fixed position code [side*side, width] in row-major order: sin | cos of the column, then of the row."""
    frequency = 100.0 ** -(torch.arange(width // 4) / (width // 4))
    angle = torch.arange(side)[:, None] * frequency
    line = torch.cat([angle.sin(), angle.cos()], dim=1)
    columns = line[None].expand(side, -1, -1)
    rows = line[:, None].expand(-1, side, -1)
    return torch.cat([columns, rows], dim=-1).flatten(0, 1)
