"""Geometry of a policy: the dataclass behind the config.json of a policy folder."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path

FORMAT = "awd-policy-1"
_STATE_INPUTS = {"pi0": ("token", "none"), "pi05": ("prompt", "none")}


@dataclass(frozen=True)
class VisionConfig:
    """SigLIP tower. `width` must be a multiple of `heads`."""

    width: int = 192
    depth: int = 4
    heads: int = 3
    mlp: int = 768


@dataclass(frozen=True)
class LlmConfig:
    """Prefix language model. `heads`, `kv_heads`, `head_dim` and `depth` are those of the action expert too."""

    width: int = 256
    depth: int = 5
    mlp: int = 512
    heads: int = 4
    kv_heads: int = 1
    head_dim: int = 64
    vocab: int = 256


@dataclass(frozen=True)
class ExpertConfig:
    """Action expert; what it shares with the language model stands in LlmConfig."""

    width: int = 256
    mlp: int = 512


@dataclass(frozen=True)
class PolicyConfig:
    """All sizes of a policy. `model_*_dim` are the zero-padded widths inside the network (openpi pads to 32)."""

    name: str = "tiny"
    variant: str = "pi0"  # pi0 | pi05
    cameras: tuple[str, ...] = ("base", "wrist")
    image_size: int = 224
    patch_size: int = 14
    vision: VisionConfig = field(default_factory=VisionConfig)
    llm: LlmConfig = field(default_factory=LlmConfig)
    expert: ExpertConfig = field(default_factory=ExpertConfig)
    state_dim: int = 8
    action_dim: int = 7
    model_state_dim: int = 8
    model_action_dim: int = 7
    horizon: int = 20
    flow_steps: int = 10
    max_tokens: int = 48
    state_input: str = "token"  # pi0: token | none; pi05: prompt | none

    def __post_init__(self) -> None:
        if self.state_input not in _STATE_INPUTS.get(self.variant, ()):
            raise ValueError(f"[config] no policy has variant {self.variant!r} with state_input {self.state_input!r}")
        if self.image_size % self.patch_size or self.vision.width % self.vision.heads:
            raise ValueError("[config] expected whole patches per image and whole channels per vision head")

    @property
    def grid(self) -> int:
        """Patches along one side of an image."""
        return self.image_size // self.patch_size

    @property
    def patches(self) -> int:
        """Vision tokens of one camera."""
        return self.grid**2

    @property
    def has_state_token(self) -> bool:
        """Whether the suffix starts with a token that carries the robot's state."""
        return self.state_input == "token"

    def to_json(self) -> dict:
        return {"format": FORMAT, **dataclasses.asdict(self), "cameras": list(self.cameras)}

    @staticmethod
    def from_json(data: dict) -> PolicyConfig:
        """Inverse of to_json. Raises ValueError for another format, TypeError for an unknown key."""
        data = dict(data)
        if data.pop("format", None) != FORMAT:
            raise ValueError(f"[config] expected format {FORMAT!r}")
        parts = {"vision": VisionConfig, "llm": LlmConfig, "expert": ExpertConfig}
        data.update({key: kind(**data[key]) for key, kind in parts.items()})
        return PolicyConfig(**{**data, "cameras": tuple(data["cameras"])})

    def save(self, folder: Path | str) -> None:
        (Path(folder) / "config.json").write_text(json.dumps(self.to_json(), indent=1) + "\n")

    @staticmethod
    def load(folder: Path | str) -> PolicyConfig:
        return PolicyConfig.from_json(json.loads((Path(folder) / "config.json").read_text()))
