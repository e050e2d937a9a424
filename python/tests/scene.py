"""A robot's view that changes by chance, and policies that predict chunks from it without a network."""

from __future__ import annotations

import numpy as np

HORIZON, ACTION_DIM = 6, 7


class Scene:
    """Two cameras and a state; step() lets both drift."""

    def __init__(self, seed: int = 0, size: int = 224):
        self.rng = np.random.default_rng(seed)
        self.base = self.rng.integers(0, 256, (size, size, 3), dtype=np.uint8)
        self.wrist = self.rng.integers(0, 256, (size, size, 3), dtype=np.uint8)
        self.state = np.full(8, 0.5, np.float32)
        self.prompt = "put the red cube in the bin"

    @property
    def images(self) -> list[np.ndarray]:
        return [self.base, self.wrist]

    def step(self, move: float = 0.01, paint: int = 0) -> None:
        self.state = self.state + self.rng.normal(0, move, 8).astype(np.float32)
        if paint:
            row = self.rng.integers(0, self.base.shape[0] - paint)
            self.base[row : row + paint] += 40

    def openpi(self) -> dict:
        """The keys of openpi's LIBERO policy."""
        return {
            "observation/image": self.base,
            "observation/wrist_image": self.wrist,
            "observation/state": self.state,
            "prompt": self.prompt,
        }


class ToyPolicy:
    """infer() as openpi has it: row k of chunk n is [n, k, state[0], 0, ..]."""

    def __init__(self, horizon: int = HORIZON):
        self.horizon = horizon
        self.queries = 0
        self.resets = 0
        self.seen: list[dict] = []

    def infer(self, obs: dict) -> dict:
        self.queries += 1
        self.seen.append(obs)
        actions = np.zeros((self.horizon, ACTION_DIM))
        actions[:, 0] = self.queries
        actions[:, 1] = np.arange(self.horizon)
        actions[:, 2] = obs["observation/state"][0]
        return {"actions": actions, "policy_timing": {"infer_ms": 70.0}}

    def reset(self) -> None:
        self.resets += 1
