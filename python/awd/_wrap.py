"""Time-aligned, guarded reuse around any policy that predicts chunks of actions: awd.wrap()."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from awd._core import Decision, Error, Gate
from awd._view import Keys, View, Viewer

RESET_KEY = "awd/reset"
STEP_KEY = "awd/step"
DECISION_KEY = "awd/decision"
OWN_KEYS = "awd/"

Importance = str | Callable[[Any, Mapping[str, Any]], Any] | None


@dataclass
class _Held:
    """One answer of the inner policy."""

    reply: Any  # as it came
    chunk: NDArray[np.float32]  # [horizon, action_dim] float32


class Reuse:
    """What wrap() gives. One per control session; attributes that it has not are the inner policy's."""

    def __init__(self, policy: Any, gate: Gate, view: Callable[[Any], View], importance: Importance,
                 replan_steps: int, reset_jump: float):
        if replan_steps < 1:
            raise Error(f"[wrap] replan_steps: expected 1 or more, got {replan_steps}")
        self.policy = policy
        self.gate = gate
        self.decision: Decision | None = None  # of the last step
        self.steps = 0  # decided since wrap()
        self.queries = 0  # of the inner policy since wrap()
        self._view = view
        self._importance = importance
        self._replan_steps = replan_steps
        self._reset_jump = reset_jump
        self._held: _Held | None = None
        self._begin()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "policy":
            raise AttributeError(name)
        return getattr(self.policy, name)

    def reset(self, seed: int = 0) -> None:
        """Starts an episode, for the inner policy, too."""
        if hasattr(self.policy, "reset"):
            self.policy.reset()
        self._begin(seed)

    def _begin(self, seed: int = 0) -> None:
        self.gate.reset(seed)
        self._step: int | None = None
        self._state: NDArray[np.float32] | None = None

    def _advance(self, observation: Mapping[str, Any], ask: Callable[[], _Held]) -> tuple[_Held, Decision]:
        """Decides one step; the chunk in use, of which Gate.row is this step's."""
        view = self._view(observation)
        state = np.asarray(view.state, dtype=np.float32)
        step = observation.get(STEP_KEY)
        if self._is_new_episode(bool(observation.get(RESET_KEY, False)), step, state):
            self._begin()
        self._step = int(step) if step is not None else 0 if self._step is None else self._step + self._replan_steps
        self._state = state

        frame = {"joints": view.joints, "robot_masks": view.robot_masks, "prompt": view.prompt}
        decision = self.gate.decide(view.images, state, step=self._step, **frame)
        self.decision = decision
        self.steps += 1
        if decision.recompute or self._held is None:
            self.queries += 1
            held = ask()
            maps = self._maps(held.reply, observation)
            self.gate.hold(view.images, state, chunk=held.chunk, importance=maps, **frame)
            self._held = held
        return self._held, decision

    def _is_new_episode(self, resets: bool, step: Any, state: NDArray[np.float32]) -> bool:
        if resets or (step is not None and self._step is not None and int(step) <= self._step):
            return True
        if self._reset_jump <= 0 or self._state is None or self._state.shape != state.shape:
            return False
        return bool(np.max(np.abs(state - self._state), initial=0.0) > self._reset_jump)

    def _maps(self, reply: Any, observation: Mapping[str, Any]) -> Any:
        if self._importance is None:
            return None
        if callable(self._importance):
            return self._importance(reply, observation)
        if not isinstance(reply, Mapping) or self._importance not in reply:
            raise Error(f"[wrap] importance: expected the key {self._importance} in the policy's reply, got none")
        return reply[self._importance]


class InferReuse(Reuse):
    """Around openpi's `infer(obs) -> {"actions": [horizon, action_dim], ...}`."""

    returns: Literal["chunk", "action"] = "chunk"

    def infer(self, obs: Mapping[str, Any], **kwargs: Any) -> dict[str, Any]:
        """The reply of the inner policy with `actions` from this step on, and `awd/decision`."""
        start = time.perf_counter()

        def ask() -> _Held:
            reply = self.policy.infer(_without_own(obs), **kwargs)
            if not isinstance(reply, Mapping) or "actions" not in reply:
                raise Error(f"[wrap] expected a reply with actions, got {_keys_text(reply)}")
            chunk = chunk_of(reply["actions"])
            own = chunk if hasattr(reply["actions"], "detach") else np.asarray(reply["actions"]).reshape(chunk.shape)
            return _Held({**reply, "actions": own.copy()}, chunk)

        held, decision = self._advance(obs, ask)
        row = self.gate.row
        actions = held.reply["actions"][rows_from(row, len(held.chunk))]  # a copy: callers may write to it
        out = dict(held.reply)
        out["actions"] = actions[0] if self.returns == "action" else actions
        out[DECISION_KEY] = decision_dict(decision, len(held.chunk) - row)
        if row > 0 and "policy_timing" in out:
            out["policy_timing"] = {"infer_ms": (time.perf_counter() - start) * 1e3}
        return out


class SelectReuse(Reuse):
    """Around LeRobot's `predict_action_chunk(batch)`, or a `select_action(batch)` with a queue; batches of one."""

    def select_action(self, batch: Mapping[str, Any], **kwargs: Any) -> Any:
        """[1, action_dim]: the action of this step."""
        held, _ = self._advance(batch, lambda: self._ask(batch, **kwargs))
        return held.reply[:, [self.gate.row]].reshape(1, -1)

    def predict_action_chunk(self, batch: Mapping[str, Any], **kwargs: Any) -> Any:
        """[1, horizon, action_dim] from this step on; the last row is repeated."""
        held, _ = self._advance(batch, lambda: self._ask(batch, **kwargs))
        return held.reply[:, rows_from(self.gate.row, held.reply.shape[1])]

    def _ask(self, batch: Mapping[str, Any], **kwargs: Any) -> _Held:
        inner = _without_own(batch)
        if hasattr(self.policy, "predict_action_chunk"):
            actions = self.policy.predict_action_chunk(inner, **kwargs)
        else:
            actions = self._pop_queue(inner, **kwargs)
        if actions.ndim != 3 or actions.shape[0] != 1:
            raise Error(f"[wrap] expected actions [1, horizon, action_dim], got shape {list(actions.shape)}")
        return _Held(actions, chunk_of(actions[0]))

    def _pop_queue(self, batch: Mapping[str, Any], **kwargs: Any) -> Any:
        """The chunk that select_action() works off: its first call predicts, the others pop."""
        length = int(getattr(getattr(self.policy, "config", None), "n_action_steps", 0))
        if length < 1 or not hasattr(self.policy, "reset"):
            raise Error("[wrap] expected predict_action_chunk(), or select_action() with reset() and "
                        f"config.n_action_steps, got {type(self.policy).__name__} without")
        self.policy.reset()
        actions = [self.policy.select_action(batch, **kwargs) for _ in range(length)]
        if isinstance(actions[0], np.ndarray):
            return np.stack(actions, axis=1)
        import torch

        return torch.stack(actions, dim=1)


def wrap(
    policy: Any,
    arm: str = "awd-aligned",
    *,
    cameras: Sequence[str] | None = None,
    state: str | Sequence[str] | None = None,
    joints: str | None = None,
    prompt: str | None = None,
    robot_masks: str | Callable[[Mapping[str, Any]], Any] | None = None,
    view: Callable[[Any], View] | None = None,
    importance: Importance = None,
    returns: Literal["chunk", "action"] = "chunk",
    replan_steps: int = 1,
    reset_jump: float = 0.0,
    **options: Any,
) -> InferReuse | SelectReuse:
    """Reuse around `policy`: at every call the gate decides whether the held chunk goes on at the present step, or
    `policy` is asked again. Decisions are those of the C++ runtime in mode aligned (docs/reuse.md).

    policy: an object with openpi's infer(obs), or LeRobot's predict_action_chunk(batch) or select_action(batch)
    arm, **options: the gate, as for awd.Gate; execute=N asks after N steps whatever the gate says
    cameras, state, joints, prompt, robot_masks: keys of the observation, nested ones joined by "/"; None: the names of
        openpi's and LeRobot's robots. Several state keys are joined. robot_masks may be a function of the observation.
    view: observation -> awd.View, in place of all keys
    importance: a key of the reply, or (reply, observation) -> [cameras, 16, 16]; None: every patch weighs the same
    returns: infer() gives the rest of the chunk, filled up with its last row, or the action of this step alone
    replan_steps: steps that the caller executes between two calls; the observation's "awd/step" says it exactly
    reset_jump: change of a state value between two calls that starts an episode; 0: only reset() and "awd/reset" do

    Raises awd.Error on objects, observations and options that do not fit.
    """
    if returns not in ("chunk", "action"):
        raise Error(f'[wrap] returns: expected "chunk" or "action", got "{returns}"')
    gate = Gate(arm, **options)
    if view is None:
        view = Viewer(Keys(cameras, state, joints, prompt, robot_masks), gate.options["gate_device"] == "cuda")
    shared = (policy, gate, view, importance, replan_steps, reset_jump)
    if hasattr(policy, "infer"):
        reuse = InferReuse(*shared)
        reuse.returns = returns
        return reuse
    if not hasattr(policy, "predict_action_chunk") and not hasattr(policy, "select_action"):
        raise Error("[wrap] expected an object with infer(), predict_action_chunk() or select_action(), got "
                    f"{type(policy).__name__}")
    if int(getattr(getattr(policy, "config", None), "n_obs_steps", 1)) > 1:
        raise Error("[wrap] expected a policy of one observation per query, got "
                    f"n_obs_steps={policy.config.n_obs_steps}")
    return SelectReuse(*shared)


def chunk_of(actions: Any) -> NDArray[np.float32]:
    """[horizon, action_dim] float32 of an array or tensor; a single action is a chunk of one."""
    if hasattr(actions, "detach"):
        actions = actions.detach().float().cpu().numpy()
    chunk = np.asarray(actions, dtype=np.float32)
    if chunk.ndim == 1:
        chunk = chunk[None]
    if chunk.ndim != 2 or 0 in chunk.shape:
        raise Error(f"[wrap] expected actions [horizon, action_dim], got shape {list(chunk.shape)}")
    return chunk


def rows_from(row: int, horizon: int) -> NDArray[np.int64]:
    """As many rows as there are, from `row` on: the last one is repeated."""
    return np.minimum(np.arange(row, row + horizon), horizon - 1)


def decision_dict(decision: Decision, rows: int) -> dict[str, Any]:
    """What `awd serve` says of a decision; `rows`: actions left in the chunk."""
    return {"verdict": decision.verdict, "reason": decision.reason, "reuse": decision.reuse, "age": decision.age,
            "mode": "aligned", "rows": rows, "scores": decision.signals}


def _without_own(observation: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in observation.items() if not str(key).startswith(OWN_KEYS)}


def _keys_text(reply: Any) -> str:
    return f"keys {', '.join(map(str, reply))}" if isinstance(reply, Mapping) else type(reply).__name__
