"""Where the three objects are in a picture, from the picture's own saturated colours: labels without segmentation.

Colour order is that of the objects: red cube, green cylinder, blue box.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class ColourLabels(NamedTuple):
    """Labels of n frames with C cameras, P patches per camera, 3 colours."""

    patch_pixels: Tensor  # [n, C, P, 3] u8, pixels of the colour in the patch (patch area <= 255)
    centroid: Tensor  # [n, C, 3, 2] f32, mean (x, y) of the colour in pixels; 0 where it is not seen
    pixels: Tensor  # [n, C, 3] f32, pixels of the colour in the picture


def colour_labels(images: Tensor, patch: int) -> ColourLabels:
    """images [n, C, S, S, 3] u8, patches of patch x patch pixels."""
    r, g, b = images.short().unbind(-1)
    # Thresholds separate the painted objects from arm, table and bin in light and shade.
    red = (r > 60) & (r * 10 > g * 18) & (r * 10 > b * 18)
    green = (g > 50) & (g * 10 > r * 15) & (g * 10 > b * 15)
    blue = (b > 60) & (b * 10 > r * 18) & (b * 10 > g * 14)
    mask = torch.stack([red, green, blue], dim=2).float()  # [n, C, 3, S, S]
    side = images.shape[2]
    grid = side // patch
    in_patch = mask.unflatten(-1, (grid, patch)).unflatten(-3, (grid, patch)).sum(dim=(-1, -3))
    axis = torch.arange(side, device=images.device) + 0.5
    columns, rows = mask.sum(-2), mask.sum(-1)
    pixels = rows.sum(-1)
    seen = pixels.clamp(min=1)
    centroid = torch.stack([(columns * axis).sum(-1) / seen, (rows * axis).sum(-1) / seen], dim=-1)
    return ColourLabels(in_patch.flatten(-2).transpose(2, 3).contiguous().to(torch.uint8), centroid, pixels)
