"""Observations as openpi's LIBERO client sends them, for the shipped policy."""
import numpy as np


def observation(number=0, **extra):
    """Two pictures that drift slowly with `number`, and a still arm."""
    ramp = np.add.outer(np.arange(224), np.arange(224)) % 200
    picture = np.repeat((ramp + number % 50)[..., None], 3, axis=2).astype(np.uint8)
    return {
        "observation/image": picture,
        "observation/wrist_image": picture[::-1].copy(),
        "observation/state": np.linspace(-0.1, 0.1, 8),
        "prompt": "put the red cube in the bin",
        **extra,
    }
