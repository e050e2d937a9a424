"""Finds pictures, state and instruction in the observation of another project: openpi's dicts, LeRobot's batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from awd._core import Error

# Names by which projects call things, most telling first.
STATE_KEYS: tuple[tuple[str, ...], ...] = (
    ("observation/state",),
    ("observation.state",),
    ("observation/joint_position", "observation/gripper_position"),
    ("state",),
)
JOINT_KEYS = ("observation/joint_position",)
PROMPT_KEYS = ("prompt", "task")
WRIST_WORDS = ("wrist", "hand", "gripper")
MASKS_KEY = "awd/robot_masks"


@dataclass
class View:
    """What the gate sees of one observation."""

    images: list[Any]  # per camera: uint8 [height, width, 3] or what Gate.decide() converts; None: missing
    state: Any  # [n]
    prompt: str = ""
    joints: Any = None  # [n] rad
    robot_masks: Any = None  # uint8 [cameras, 16, 16]


@dataclass(frozen=True)
class Keys:
    """Which keys of an observation hold what; None: found by the names that projects use."""

    cameras: Sequence[str] | None = None
    state: str | Sequence[str] | None = None
    joints: str | None = None
    prompt: str | None = None
    robot_masks: str | Callable[[Mapping[str, Any]], Any] | None = None


class Viewer:
    """Reads the observations of one policy. Cameras are looked up at the first one, and stay."""

    def __init__(self, keys: Keys, on_device: bool):
        self._keys = keys
        self._on_device = on_device
        self._cameras = list(keys.cameras) if keys.cameras is not None else None

    def __call__(self, observation: Mapping[str, Any]) -> View:
        flat = flatten(observation)
        if self._cameras is None:
            self._cameras = find_cameras(flat)
        missing = [key for key in self._cameras if key not in flat]
        if len(missing) == len(self._cameras):
            raise Error(f"[observation] expected pictures at {', '.join(missing)}, got keys {', '.join(flat)}")
        return View(
            images=[self._picture(flat.get(key)) for key in self._cameras],
            state=self._state(flat),
            prompt=self._prompt(flat),
            joints=self._joints(flat),
            robot_masks=self._masks(observation, flat),
        )

    def _picture(self, picture: Any) -> Any:
        if not hasattr(picture, "detach"):
            return picture if picture is None or hasattr(picture, "__array_interface__") else np.asarray(picture)
        return _torch_picture(picture, self._on_device)

    def _state(self, flat: Mapping[str, Any]) -> NDArray[np.float32]:
        wanted = self._keys.state
        if wanted is None:
            found = next((keys for keys in STATE_KEYS if all(key in flat for key in keys)), ())
        else:
            found = (wanted,) if isinstance(wanted, str) else tuple(wanted)
        if not found:
            raise Error(f"[observation] expected a state, such as observation/state, got keys {', '.join(flat)}")
        return np.concatenate([_numbers(_at(flat, key), key) for key in found])

    def _joints(self, flat: Mapping[str, Any]) -> NDArray[np.float32] | None:
        if self._keys.joints is not None:
            return _numbers(_at(flat, self._keys.joints), self._keys.joints)
        key = next((key for key in JOINT_KEYS if key in flat), None)
        return None if key is None else _numbers(flat[key], key)

    def _prompt(self, flat: Mapping[str, Any]) -> str:
        if self._keys.prompt is not None:
            prompt = _at(flat, self._keys.prompt)
        else:
            prompt = next((flat[key] for key in PROMPT_KEYS if key in flat), "")
        if isinstance(prompt, list | tuple) and len(prompt) == 1:
            prompt = prompt[0]  # a batch of one
        return prompt.decode() if isinstance(prompt, bytes) else str(prompt)

    def _masks(self, observation: Mapping[str, Any], flat: Mapping[str, Any]) -> Any:
        source = self._keys.robot_masks
        if callable(source):
            return source(observation)
        return flat.get(MASKS_KEY) if source is None else _at(flat, source)


def flatten(observation: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested dicts as one, keys joined by "/"."""
    flat: dict[str, Any] = {}
    for key, value in observation.items():
        if isinstance(value, Mapping):
            flat.update(flatten(value, f"{prefix}{key}/"))
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def find_cameras(flat: Mapping[str, Any]) -> list[str]:
    """Keys of what looks like pictures, fixed cameras before wrists, else in the observation's order."""
    cameras = [key for key, value in flat.items() if "image" in key and _is_picture(value)]
    if not cameras:
        raise Error(f"[observation] expected pictures under keys with the word image, got keys {', '.join(flat)}")
    return sorted(cameras, key=lambda key: any(word in key for word in WRIST_WORDS))


def _is_picture(value: Any) -> bool:
    shape = tuple(getattr(value, "shape", ()))
    return len(shape) >= 3 and 3 in (shape[-1], shape[-3])


def _at(flat: Mapping[str, Any], key: str) -> Any:
    if key not in flat:
        raise Error(f"[observation] expected the key {key}, got keys {', '.join(flat)}")
    return flat[key]


def _numbers(value: Any, key: str) -> NDArray[np.float32]:
    if hasattr(value, "detach"):
        value = value.detach().float().cpu().numpy()
    try:
        numbers = np.asarray(value, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise Error(f"[observation] {key}: expected numbers, got {type(value).__name__}") from error
    while numbers.ndim > 1 and numbers.shape[0] == 1:
        numbers = numbers[0]
    if numbers.ndim > 1:
        raise Error(f"[observation] {key}: expected one row of numbers, got shape {list(numbers.shape)}")
    return numbers.reshape(-1)


def _torch_picture(picture: Any, on_device: bool) -> Any:
    """A tensor as the gate takes it. On a GPU it becomes bytes first, so that a quarter crosses to the host."""
    picture = picture.detach()
    if not picture.is_cuda:
        return picture if picture.element_size() != 2 else picture.float()
    while picture.ndim > 3 and picture.shape[0] == 1:
        picture = picture[0]
    if picture.is_floating_point():
        picture = (picture.clamp(0, 1) * 255 + 0.5).byte()
    if picture.shape[0] == 3 and picture.shape[-1] != 3:
        picture = picture.permute(1, 2, 0)
    picture = picture.contiguous()
    return picture if on_device else picture.cpu()
