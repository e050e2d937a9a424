"""awd.Engine and awd.Policy on the shipped policy, and awd.wrap() against the C++ runtime on the same observations."""

from __future__ import annotations

import pathlib

import awd
import numpy as np
import pytest
from scene import Scene

FOLDER = str(pathlib.Path(__file__).resolve().parents[2] / "models/tiny")


@pytest.fixture(scope="module")
def engine() -> awd.Engine:
    return awd.Engine(FOLDER, threads=1)


def observation(scene: Scene) -> dict:
    return {"images": scene.images, "state": scene.state, "prompt": scene.prompt}


def test_engine_says_what_it_is(engine):
    info = engine.info
    assert (info["state_dim"], info["action_dim"], info["image_size"], len(info["cameras"])) == (8, 7, 224, 2)


def test_infer_gives_a_chunk_and_its_importance(engine):
    reply = engine.infer(observation(Scene()))
    assert reply["actions"].shape == (engine.info["horizon"], 7)
    assert reply["actions"].dtype == np.float32
    np.testing.assert_allclose(reply["awd/importance"].sum(axis=(1, 2)), 1, rtol=1e-5)
    noise = np.ones((engine.info["horizon"], engine.info["model_action_dim"]), np.float32)
    assert not np.array_equal(engine.infer(observation(Scene()), noise)["actions"], reply["actions"])


def test_policy_acts(engine):
    scene = Scene()
    policy = awd.Policy(engine, "fixed:3")
    results = [policy.act(observation(scene)) for _ in range(4)]
    assert [result.decision.reason for result in results] == ["first_step", "reuse", "reuse", "horizon"]
    assert [result.query_work for result in results] == [1, 0, 0, 1]
    assert results[0].timing["total_ms"] > results[1].timing["total_ms"] > 0
    np.testing.assert_array_equal(policy.plan[0], results[3].action)
    np.testing.assert_array_equal(engine.infer(observation(scene))["actions"], policy.plan)
    np.testing.assert_array_equal(engine.infer(observation(scene))["awd/importance"], policy.importance)
    policy.skip(1)
    assert policy.act(observation(scene)).decision.age == 2
    policy.reset()
    assert policy.importance is None
    assert policy.act(observation(scene)).decision.reason == "first_step"


def test_pictures_by_name_of_the_camera(engine):
    scene = Scene()
    base, wrist = engine.info["cameras"]
    named = {**observation(scene), "images": {wrist: scene.wrist, base: scene.base}}
    np.testing.assert_array_equal(engine.infer(named)["actions"], engine.infer(observation(scene))["actions"])
    alone = {**named, "images": {base: scene.base}}
    assert not np.array_equal(engine.infer(alone)["actions"], engine.infer(named)["actions"])


# The reference of awd.wrap(): the same gate in C++, the same engine as inner policy, the same observations.
ARMS = ["awd-aligned", "awd-aligned{state_threshold=0.03,drift_threshold=0.02}", "awd-guarded"]


@pytest.mark.parametrize("arm", ARMS)
def test_wrap_decides_and_acts_as_the_runtime(engine, arm):
    scene = Scene(seed=3)
    masks = np.zeros((2, 16, 16), np.uint8)
    masks[:, 8:, 4:9] = 255

    class Inner:
        def infer(self, obs):
            return engine.infer(obs)

    wrapped = awd.wrap(Inner(), arm, importance="awd/importance", returns="action",
                       view=lambda obs: awd.View(obs["images"], obs["state"], obs["prompt"], robot_masks=masks))
    runtime = awd.Policy(engine, arm)
    reasons = set()
    for step in range(60):
        if step == 40:
            runtime.reset()
            wrapped.reset()
        if step == 50:
            scene.prompt = "put the green cylinder in the bin"
        scene.step(move=0.005, paint=12 if step % 7 == 3 else 0)
        expected = runtime.act({**observation(scene), "robot_masks": masks})
        actual = wrapped.infer(observation(scene))
        assert repr(wrapped.decision) == repr(expected.decision), step
        assert repr(wrapped.decision.scores) == repr(expected.decision.scores)  # NaN is equal to NaN
        np.testing.assert_array_equal(actual["actions"], expected.action)
        reasons.add(expected.decision.reason)
    assert {"first_step", "new_input", "reuse"} < reasons | {"horizon"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"image": 1}, r'expected keys among images, state, .*, got "image"'),
        ({"images": {"front": None}}, r"images: expected cameras among "),
        ({"images": [np.zeros((112, 112, 3), np.uint8)] * 2}, r"expected 224 x 224 pixels, got 112 x 112"),
        ({"state": np.zeros(7)}, r"state: expected 8 values, got 7"),
        ({"state": np.full(8, np.nan)}, r"state\[0\]: expected a finite number"),
    ],
)
def test_observations_that_do_not_fit(engine, change, message):
    with pytest.raises(awd.Error, match=message):
        awd.Policy(engine).act({**observation(Scene()), **change})


def test_folders_options_and_arms_that_are_not_there(engine, tmp_path):
    with pytest.raises(awd.Error, match="config.json"):
        awd.Engine(str(tmp_path))
    with pytest.raises(awd.Error, match=r'\[Engine\] expected an option of backend, .*, got "device"'):
        awd.Engine(FOLDER, device="cpu")
    with pytest.raises(awd.Error, match=r"\[arm banana\]"):
        awd.Policy(engine, "banana")
