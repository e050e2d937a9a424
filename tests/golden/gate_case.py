"""Synthetic pictures and importance maps of the gate's goldens and benchmark, and the study's formulas in PyTorch.

The generators are integer arithmetic, so src/gate/test_pictures.h makes the same bytes in C++.
"""
import numpy as np
import torch
import torch.nn.functional as F

SIDE = 224
BLOCK = 16  # pixels of one coloured block
GRID = 16   # patches of an importance map
MASK = 0xFFFFFFFF


def lcg_bytes(seed, count):
    """Top bytes of x <- 1664525 x + 1013904223 (mod 2^32), starting after `seed`."""
    out = np.empty(count, np.int64)
    x = seed & MASK
    for i in range(count):
        x = (1664525 * x + 1013904223) & MASK
        out[i] = x >> 24
    return out


def picture(colour_seed, noise_seed, intruder_rows=0):
    """[224, 224, 3] uint8: random 16-pixel blocks plus noise of -16..15; the lowest `intruder_rows` block rows have
    the colours of another seed."""
    blocks = SIDE // BLOCK
    colours = lcg_bytes(colour_seed, blocks * blocks * 3).reshape(blocks, blocks, 3)
    if intruder_rows > 0:
        other = lcg_bytes(colour_seed + 1000, blocks * blocks * 3).reshape(blocks, blocks, 3)
        colours[blocks - intruder_rows:] = other[blocks - intruder_rows:]
    noise = (lcg_bytes(noise_seed, SIDE * SIDE * 3) & 31) - 16
    image = np.kron(colours, np.ones((BLOCK, BLOCK, 1), np.int64)) + noise.reshape(SIDE, SIDE, 3)
    return np.clip(image, 0, 255).astype(np.uint8)


def importance(seed):
    """[16, 16] float32 that sums to 1, with a few strong patches (weights grow with the sixth power of a byte)."""
    weight = (lcg_bytes(seed, GRID * GRID).astype(np.float64) / 255.0) ** 6 + 1e-3
    return (weight / weight.sum()).astype(np.float32).reshape(GRID, GRID)


def as_batch(pictures):
    """List of [224, 224, 3] uint8 arrays -> [B, 224, 224, 3] uint8 tensor."""
    return torch.from_numpy(np.stack(pictures))


def model_input(batch, pixel_range="model"):
    """[B, 224, 224, 3] uint8 -> contiguous [B, 3, 224, 224] float32 in the policy's [-1, 1] (or [0, 1]).

    Scales in place: the fastest of the usual ways to write it, so that the benchmark is fair to PyTorch.
    """
    x = batch.permute(0, 3, 1, 2).to(torch.float32, memory_format=torch.contiguous_format)
    return x.div_(127.5).sub_(1) if pixel_range == "model" else x.div_(255)


def dilated_weight(maps, side, dilation):
    """[B, 16, 16] -> [B, side, side]: bilinear resize, then max-pool dilation."""
    resized = F.interpolate(maps.unsqueeze(1), size=(side, side), mode="bilinear", align_corners=False)
    return F.max_pool2d(resized, kernel_size=dilation, stride=1, padding=dilation // 2).squeeze(1)


def drifts(current, held_small, weight, pool):
    """Per camera: raw sum and weighted sum of the mean absolute RGB difference of the pooled pictures."""
    small = F.avg_pool2d(current, kernel_size=pool, stride=pool)
    difference = (small - held_small).abs().mean(dim=1)
    return difference.sum(dim=(1, 2)), (difference * weight).sum(dim=(1, 2))


class StudyGate:
    """The study's three-layer gate, one call per control step: state guard, pooling, dilated weighting."""

    def __init__(self, state_threshold, drift_threshold, dilation=5):
        self.state_threshold = state_threshold
        self.drift_threshold = drift_threshold
        self.dilation = dilation

    def update(self, image, attention, state):
        self.small = F.avg_pool2d(image, kernel_size=8, stride=8)
        self.attention = attention
        self.state = state.clone()

    def should_recompute(self, image, state):
        """(recompute?, reason, score). The map is resized and dilated at every call, as in the study."""
        state_drift = torch.max(torch.abs(state - self.state)).item()
        if state_drift > self.state_threshold:
            return True, "state_guard", state_drift
        small = F.avg_pool2d(image, kernel_size=8, stride=8)
        difference = torch.abs(small - self.small).mean(dim=1)
        weight = dilated_weight(self.attention, 28, self.dilation)
        drift = (difference * weight).sum(dim=(1, 2)).mean().item()
        return drift > self.drift_threshold, "vision_drift" if drift > self.drift_threshold else "reuse", drift
