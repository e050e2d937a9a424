"""awd.wrap() around toy policies of openpi's and LeRobot's shape."""

from __future__ import annotations

import types

import awd
import numpy as np
import pytest
from scene import ACTION_DIM, HORIZON, Scene, ToyPolicy


def test_the_chunk_goes_on_in_time():
    scene, toy = Scene(), ToyPolicy()
    policy = awd.wrap(toy, "never{gate=never,mode=aligned}", returns="action")
    actions = [policy.infer(scene.openpi())["actions"] for _ in range(2 * HORIZON + 1)]
    assert [list(action[:2]) for action in actions] == [[1 + step // HORIZON, step % HORIZON] for step in range(13)]
    assert (policy.queries, policy.steps, toy.queries) == (3, 13, 3)
    assert policy.decision.reason == "horizon"


def test_a_reply_keeps_the_shape_of_a_chunk():
    scene = Scene()
    policy = awd.wrap(ToyPolicy(), "never{gate=never,mode=aligned}")
    policy.infer(scene.openpi())
    reply = policy.infer(scene.openpi())
    assert reply["actions"].shape == (HORIZON, ACTION_DIM)
    assert list(reply["actions"][:, 1]) == [1, 2, 3, 4, 5, 5]
    decision = reply["awd/decision"]
    assert (decision["reason"], decision["reuse"], decision["age"], decision["rows"]) == ("reuse", True, 1, 5)
    assert reply["policy_timing"]["infer_ms"] < 70


def test_a_caller_may_write_to_the_reply():
    scene = Scene()
    policy = awd.wrap(ToyPolicy(), "never{gate=never,mode=aligned}")
    policy.infer(scene.openpi())["actions"][:] = 99
    policy.infer(scene.openpi())["actions"][:] = 99
    assert policy.infer(scene.openpi())["actions"][0, 1] == 2


def test_gate_none_is_the_plain_policy():
    scene, plain = Scene(), ToyPolicy()
    policy = awd.wrap(ToyPolicy(), "none")
    for _ in range(5):
        scene.step()
        np.testing.assert_array_equal(policy.infer(scene.openpi())["actions"], plain.infer(scene.openpi())["actions"])


def test_the_gate_asks_when_the_robot_is_elsewhere():
    scene = Scene()
    policy = awd.wrap(ToyPolicy(), "awd-aligned", state_threshold=0.05)
    reasons = []
    for _ in range(4):
        policy.infer(scene.openpi())
        reasons.append(policy.decision.reason)
        scene.state = scene.state + 0.02
    assert reasons == ["first_step", "reuse", "reuse", "state_guard"]


def test_episodes_begin_by_reset_key_step_jump_and_prompt():
    scene, toy = Scene(), ToyPolicy(horizon=50)
    policy = awd.wrap(toy, "never{gate=never,mode=aligned}", reset_jump=0.5)

    def reason(**extra):
        policy.infer({**scene.openpi(), **extra})
        return policy.decision.reason

    assert [reason(), reason()] == ["first_step", "reuse"]
    policy.reset()
    assert toy.resets == 1
    assert [reason(), reason()] == ["first_step", "reuse"]
    assert [reason(**{"awd/reset": True}), reason()] == ["first_step", "reuse"]
    assert [reason(**{"awd/step": 7}), reason(**{"awd/step": 7})] == ["reuse", "first_step"]
    scene.state = scene.state + 0.6
    assert [reason(), reason(), reason(prompt="another")] == ["first_step", "reuse", "new_input"]
    assert not any(key.startswith("awd/") for obs in toy.seen for key in obs)


def test_steps_between_calls():
    scene = Scene()
    policy = awd.wrap(ToyPolicy(), "never{gate=never,mode=aligned}", replan_steps=2)
    rows = [policy.infer(scene.openpi())["actions"][0, 1] for _ in range(4)]
    assert rows == [0, 2, 4, 0]
    assert policy.infer({**scene.openpi(), "awd/step": 9})["actions"][0, 1] == 3


def test_a_failed_query_leaves_nothing_held():
    scene, toy = Scene(), ToyPolicy()
    policy = awd.wrap(toy, "period:2:aligned")
    policy.infer(scene.openpi())
    policy.infer(scene.openpi())
    toy.infer, infer = lambda obs: 1 / 0, toy.infer
    with pytest.raises(ZeroDivisionError):
        policy.infer(scene.openpi())
    toy.infer = infer
    policy.infer(scene.openpi())
    assert policy.decision.reason == "first_step"


@pytest.mark.parametrize(
    ("obs", "names"),
    [
        (lambda s: {"images": {"cam_left_wrist": s.wrist.transpose(2, 0, 1), "cam_high": s.base.transpose(2, 0, 1)},
                    "state": np.zeros(14), "prompt": "x"}, ["images/cam_high", "images/cam_left_wrist"]),
        (lambda s: {"observation/wrist_image_left": s.wrist, "observation/exterior_image_1_left": s.base,
                    "observation/joint_position": np.zeros(7), "observation/gripper_position": np.zeros(1)},
         ["observation/exterior_image_1_left", "observation/wrist_image_left"]),
        (lambda s: {"observation.images.wrist": s.wrist, "observation.images.front": s.base,
                    "observation.state": np.zeros((1, 6)), "task": ["x"]},
         ["observation.images.front", "observation.images.wrist"]),
    ],
)
def test_names_of_other_robots_are_found(obs, names):
    toy = types.SimpleNamespace(infer=lambda _: {"actions": np.zeros((HORIZON, ACTION_DIM))})
    policy = awd.wrap(toy)
    policy.infer(obs(Scene()))
    assert policy._view._cameras == names
    assert policy.infer(obs(Scene()))["awd/decision"]["reason"] == "reuse"


def test_keys_and_importance_of_ones_own():
    scene = Scene()

    def infer(obs):
        return {"actions": np.zeros((HORIZON, ACTION_DIM)), "attention": np.full((1, 16, 16), 1 / 256, np.float32)}

    toy = types.SimpleNamespace(infer=infer)
    policy = awd.wrap(toy, drift_threshold=0, cameras=["cams/front"], state=["arm", "hand"], prompt="say",
                      importance="attention", robot_masks=lambda obs: np.zeros((1, 16, 16), np.uint8))
    obs = {"cams": {"front": scene.base}, "arm": [0.1, 0.2], "hand": 0.3, "say": b"go"}
    policy.infer(obs)
    assert policy.infer(obs)["awd/decision"]["scores"]["weighted_drift"] == 0

    seen = awd.wrap(toy, view=lambda obs: awd.View([obs["pixels"]], obs["q"]), importance=lambda reply, obs: "uniform")
    assert seen.infer({"pixels": scene.base, "q": [0.0]})["awd/decision"]["reason"] == "first_step"


def test_what_is_not_there_is_named():
    scene, toy = Scene(), ToyPolicy()
    for call, message in (
        (lambda: awd.wrap(object()), r"\[wrap\] expected an object with infer\(\), .* got object"),
        (lambda: awd.wrap(toy, returns="all"), r'returns: expected "chunk" or "action", got "all"'),
        (lambda: awd.wrap(toy, replan_steps=0), "replan_steps: expected 1 or more, got 0"),
        (lambda: awd.wrap(toy).infer({"observation/state": [0.0]}), "expected pictures under keys with the word image"),
        (lambda: awd.wrap(toy).infer({"observation/image": scene.base}), "expected a state, such as observation/state"),
        (lambda: awd.wrap(toy, cameras=["front"]).infer(scene.openpi()), "expected pictures at front, got keys obs"),
        (lambda: awd.wrap(toy, state="q").infer(scene.openpi()), "expected the key q"),
        (lambda: awd.wrap(toy, importance="maps").infer(scene.openpi()), "importance: expected the key maps"),
        (lambda: awd.wrap(types.SimpleNamespace(infer=lambda obs: {})).infer(scene.openpi()), "a reply with actions"),
    ):
        with pytest.raises(awd.Error, match=message):
            call()


class SelectPolicy:
    """LeRobot's shape: batches of one, select_action() works off a queue of n_action_steps."""

    def __init__(self):
        self.config = types.SimpleNamespace(n_action_steps=HORIZON, n_obs_steps=1)
        self.queries = 0
        self.queue: list[np.ndarray] = []

    def reset(self):
        self.queue = []

    def chunk(self) -> np.ndarray:
        self.queries += 1
        rows = np.zeros((1, HORIZON, ACTION_DIM), np.float32)
        rows[0, :, 0], rows[0, :, 1] = self.queries, np.arange(HORIZON)
        return rows

    def select_action(self, batch):
        if not self.queue:
            self.queue = list(self.chunk().transpose(1, 0, 2))
        return self.queue.pop(0)


class ChunkPolicy(SelectPolicy):
    def predict_action_chunk(self, batch):
        return self.chunk()


def batch_of(scene: Scene) -> dict:
    picture = scene.base.transpose(2, 0, 1)[None].astype(np.float32) / 255
    return {"observation.images.front": picture, "observation.state": scene.state[None], "task": [scene.prompt]}


@pytest.mark.parametrize("inner", [SelectPolicy, ChunkPolicy])
def test_lerobot_policies(inner):
    scene, toy = Scene(), inner()
    policy = awd.wrap(toy, "fixed:4")
    actions = [policy.select_action(batch_of(scene)) for _ in range(6)]
    assert [list(action[0, :2]) for action in actions] == [[1, 0], [1, 1], [1, 2], [1, 3], [2, 0], [2, 1]]
    rest = policy.predict_action_chunk(batch_of(scene))
    assert list(rest[0, :, 1]) == [2, 3, 4, 5, 5, 5]
    assert policy.config is toy.config
    policy.reset()
    policy.select_action(batch_of(scene))
    assert policy.decision.reason == "first_step"


def test_lerobot_policies_that_cannot_be_wrapped():
    history = ChunkPolicy()
    history.config.n_obs_steps = 2
    with pytest.raises(awd.Error, match="one observation per query, got n_obs_steps=2"):
        awd.wrap(history)
    no_queue = types.SimpleNamespace(select_action=lambda batch: np.zeros((1, 7)))
    with pytest.raises(awd.Error, match="config.n_action_steps"):
        awd.wrap(no_queue).select_action(batch_of(Scene()))
    crowd = types.SimpleNamespace(predict_action_chunk=lambda batch: np.zeros((3, 6, 7)))
    with pytest.raises(awd.Error, match=r"expected actions \[1, horizon, action_dim\], got shape \[3, 6, 7\]"):
        awd.wrap(crowd).select_action(batch_of(Scene()))


def test_lerobot_policies_of_torch():
    torch = pytest.importorskip("torch")
    scene = Scene()

    class Torch(SelectPolicy):
        def predict_action_chunk(self, batch):
            return torch.from_numpy(self.chunk()).requires_grad_()

    batch = {key: torch.from_numpy(value) if isinstance(value, np.ndarray) else value
             for key, value in batch_of(scene).items()}
    policy = awd.wrap(Torch(), "fixed:4")
    rows = [policy.select_action(batch)[0, 1].item() for _ in range(5)]
    assert rows == [0, 1, 2, 3, 0]
    assert policy.predict_action_chunk(batch).shape == (1, HORIZON, ACTION_DIM)
