"""Mean, deviation and quantiles of states and actions: what norm_stats.json holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

# Smallest deviations: noise on a dimension that hardly moves must not be blown up.
STATE_STD_FLOOR = np.array([0.01] * 3 + [0.05] * 3 + [0.005] * 2)  # m, rad, m
ACTION_STD_FLOOR = 0.05
_QUANTILE_FLOORS = 2.33  # deviations between the mean and the 1 % quantile of a normal distribution
_EPS = 1e-6  # openpi adds it to every divisor


@dataclass
class Stats:
    """Per dimension, f64."""

    mean: np.ndarray
    std: np.ndarray
    q01: np.ndarray
    q99: np.ndarray

    def affine(self, variant: str) -> tuple[np.ndarray, np.ndarray]:
        """(offset, scale): a normalised x is (x - offset) / scale. pi0 goes by mean and deviation, pi0.5 maps the
        quantiles to -1 and 1."""
        if variant == "pi0":
            return self.mean, self.std + _EPS
        half = (self.q99 - self.q01 + _EPS) / 2
        return self.q01 + half, half

    def to_json(self) -> dict:
        return {key: [float(x) for x in value] for key, value in vars(self).items()}


@dataclass
class NormStats:
    state: Stats
    actions: Stats

    def save(self, folder: Path | str) -> None:
        data = {"norm_stats": {"state": self.state.to_json(), "actions": self.actions.to_json()}}
        (Path(folder) / "norm_stats.json").write_text(json.dumps(data, indent=1) + "\n")


def measure(states: np.ndarray, actions: np.ndarray) -> NormStats:
    """states [n, 8], actions [n, 7]."""
    return NormStats(_stats(states, STATE_STD_FLOOR), _stats(actions, ACTION_STD_FLOOR))


def _stats(x: np.ndarray, floor: np.ndarray | float) -> Stats:
    x = x.astype(np.float64)
    q01, q99 = np.quantile(x, [0.01, 0.99], axis=0)
    half = np.maximum((q99 - q01) / 2, _QUANTILE_FLOORS * floor)
    middle = (q01 + q99) / 2
    return Stats(x.mean(axis=0), np.maximum(x.std(axis=0), floor), middle - half, middle + half)
