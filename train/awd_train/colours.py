"""Where the painted things are in a picture, from the picture's own saturated colours: labels without segmentation.

Colour order: red cube, green cylinder, blue box, then yellow for mark and button.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

COLOURS = ("red", "green", "blue", "yellow")
_YELLOW_THINGS = ("mark", "button")


class ColourLabels(NamedTuple):
    """Labels of n frames with C cameras, P patches per camera, 4 colours."""

    patch_pixels: Tensor  # [n, C, P, 4] u8, pixels of the colour in the patch (patch area <= 255)
    centroid: Tensor  # [n, C, 4, 2] f32, mean (x, y) of the colour in pixels; 0 where it is not seen
    pixels: Tensor  # [n, C, 4] f32, pixels of the colour in the picture


def colour_labels(images: Tensor, patch: int) -> ColourLabels:
    """images [n, C, S, S, 3] u8, patches of patch x patch pixels."""
    mask = colour_masks(images).float()  # [n, C, 4, S, S]
    side = images.shape[2]
    grid = side // patch
    in_patch = mask.unflatten(-1, (grid, patch)).unflatten(-3, (grid, patch)).sum(dim=(-1, -3))
    axis = torch.arange(side, device=images.device) + 0.5
    columns, rows = mask.sum(-2), mask.sum(-1)
    pixels = rows.sum(-1)
    seen = pixels.clamp(min=1)
    centroid = torch.stack([(columns * axis).sum(-1) / seen, (rows * axis).sum(-1) / seen], dim=-1)
    return ColourLabels(in_patch.flatten(-2).transpose(2, 3).contiguous().to(torch.uint8), centroid, pixels)


def colour_masks(images: Tensor) -> Tensor:
    """Pixels of each colour, [n, C, 4, S, S] bool. The thresholds separate the painted things from arm, table, bin,
    a skin-coloured hand and an orange ball, in light and shade."""
    r, g, b = images.short().unbind(-1)
    red = (r > 60) & (r * 10 > g * 25) & (r * 10 > b * 25)
    green = (g > 50) & (g * 10 > r * 15) & (g * 10 > b * 15)
    blue = (b > 60) & (b * 10 > r * 18) & (b * 10 > g * 14)
    yellow = (r > 60) & (g * 10 > b * 22) & (g * 10 > r * 6) & (r * 10 > g * 8)
    return torch.stack([red, green, blue, yellow], dim=2)


def named_colour(instruction: str, default: int) -> int:
    """Index of the colour of the thing an instruction is about: its first colour word or yellow thing."""
    for word in instruction.split():
        if word in COLOURS:
            return COLOURS.index(word)
        if word in _YELLOW_THINGS:
            return COLOURS.index("yellow")
    return default
