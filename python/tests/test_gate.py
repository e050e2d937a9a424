"""awd.Gate: decisions, the forms of arrays it takes, what it refuses and with which words."""

from __future__ import annotations

import ast
import pathlib
import threading

import awd
import numpy as np
import pytest
from cuda_capsule import DevicePicture
from scene import Scene

CHUNK = np.zeros((6, 7), np.float32)


def held_gate(scene: Scene, **options) -> awd.Gate:
    gate = awd.Gate(**options)
    assert gate.decide(scene.images, scene.state).reason == "first_step"
    gate.hold(scene.images, scene.state, chunk=CHUNK)
    return gate


def test_decision_has_verdict_reason_age_and_scores():
    scene = Scene()
    gate = held_gate(scene, state_threshold=0.05, drift_threshold=0.5)
    decision = gate.decide(scene.images, scene.state)
    assert (decision.verdict, decision.reuse, decision.recompute) == ("reuse", True, False)
    assert (decision.reason, decision.age, gate.row) == ("reuse", 1, 1)
    assert decision.scores["weighted_drift"] == 0
    assert decision.scores["weighted_drift_per_camera"] == [0, 0]
    assert set(decision.signals) <= set(awd.SIGNALS)

    decision = gate.decide(scene.images, scene.state + 0.06)
    assert (decision.reason, decision.age) == ("state_guard", 2)
    assert decision.scores["state_drift"] == pytest.approx(0.06, abs=1e-6)
    assert "weighted_drift" not in decision.scores  # a cheaper rule had decided
    assert decision.reason in awd.REASONS
    assert repr(decision) == "Decision(recompute, reason=state_guard, age=2)"


def test_the_end_of_the_chunk_and_execute_are_rules():
    scene = Scene()
    for execute, due in ((0, 6), (4, 4)):
        gate = held_gate(scene, gate="never", execute=execute)
        reasons = [gate.decide(scene.images, scene.state).reason for _ in range(due)]
        assert reasons == ["reuse"] * (due - 1) + ["horizon"]


def test_steps_that_were_skipped_count():
    scene = Scene()
    gate = awd.Gate(gate="never")
    gate.decide(scene.images, scene.state, step=10)
    gate.hold(scene.images, scene.state, chunk=CHUNK)
    assert gate.decide(scene.images, scene.state, step=13).age == 3
    assert gate.row == 3
    assert gate.decide(scene.images, scene.state, step=16).reason == "horizon"
    with pytest.raises(awd.Error, match=r"step: expected one after 16 .* got 16"):
        gate.decide(scene.images, scene.state, step=16)


def test_reset_prompt_and_cameras_end_the_reuse():
    scene = Scene()
    gate = held_gate(scene, gate="never")
    assert gate.decide(scene.images, scene.state, prompt="another").reason == "new_input"
    gate = held_gate(scene, gate="never")
    assert gate.decide([scene.base, None], scene.state).reason == "new_input"
    gate = held_gate(scene, gate="never")
    gate.reset(seed=1)
    assert gate.decide(scene.images, scene.state).reason == "first_step"


def test_importance_weights_the_drift():
    scene = Scene()
    changed = [scene.base.copy(), scene.wrist]
    changed[0][:56] //= 2  # the upper four rows of patches
    drift = {}
    for name, rows in (("looked at", slice(0, 4)), ("ignored", slice(12, 16))):
        importance = np.zeros((2, 16, 16), np.float32)
        importance[:, rows] = 1 / 64
        gate = awd.Gate(drift_threshold=100)
        gate.decide(scene.images, scene.state)
        gate.hold(scene.images, scene.state, importance=importance)
        drift[name] = gate.decide(changed, scene.state).scores["weighted_drift"]
    assert drift["looked at"] > 0.3
    assert drift["ignored"] == 0


def test_every_form_of_a_picture_gives_the_same_decision():
    scene = Scene()
    changed = [scene.base // 2, scene.wrist]
    read_only = changed[0].copy()
    read_only.flags.writeable = False
    mirrored = np.ascontiguousarray(changed[0][:, ::-1])[:, ::-1]  # another layout of the same pixels
    chw = np.ascontiguousarray(changed[0].transpose(2, 0, 1))
    forms = [changed[0], read_only, mirrored, chw, chw.astype(np.float32) / 255, changed[0] / 255, changed[0][None]]
    scores = []
    for form in forms:
        gate = held_gate(scene, drift_threshold=100)
        scores.append(gate.decide({"base": form, "wrist": scene.wrist}, list(map(float, scene.state))).scores)
    assert all(score == scores[0] for score in scores)
    assert scores[0]["raw_drift"] > 1


def test_torch_tensors_are_taken():
    torch = pytest.importorskip("torch")
    scene = Scene()
    gate = held_gate(scene, drift_threshold=100)
    images = [torch.from_numpy(scene.base), torch.from_numpy(scene.wrist).permute(2, 0, 1).float() / 255]
    decision = gate.decide(images, torch.from_numpy(scene.state))
    assert decision.scores["raw_drift"] == 0
    importance = torch.full((2, 16, 16), 1 / 256)
    gate.hold(images, torch.from_numpy(scene.state), chunk=torch.zeros(6, 7), importance=importance)


def test_an_arm_is_a_set_of_options_that_keywords_change():
    assert awd.Gate("awd-aligned").options["state_threshold"] == "0.23"
    options = awd.Gate("awd-guarded", max_masked_residual=3, explain=True, execute=5).options
    assert (options["gate"], options["max_masked_residual"], options["explain"]) == ("signals", "3", "true")
    assert options["execute"] == "5"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"drfit": 1}, r'\[Gate\] expected an option of gate, state_threshold, .*, got "drfit"'),
        ({"pool": 0}, r'\[Gate\] option pool: expected a number in \[1, 224\] pixels, got "0"'),
        ({"gate": "guess"}, r"\[Gate\] option gate: expected one of always, .* got \"guess\""),
        ({"explain": None}, r"\[Gate\] option explain: expected a value, got None"),
        ({"arm": "awd-restart"}, r"\[Gate\] expected an arm of mode aligned .*, got restart"),
        ({"arm": "banana"}, r"\[arm banana\] expected none, fixed:H"),
    ],
)
def test_options_that_are_refused(options, message):
    with pytest.raises(awd.Error, match=message):
        awd.Gate(**options)


WRONG_FRAMES = [
    ({"images": []}, r"\[gate\] expected 1 to 4 cameras with at least one picture, got 0"),
    ({"images": [None, None]}, r"at least one picture, got 2"),
    ({"images": np.zeros((224, 224), np.uint8)}, r"\[images\[0\]\] expected a picture .*, got uint8 \[224, 224\]"),
    ({"images": [np.zeros((8, 8, 3), np.int32)]}, r"got int32 \[8, 8, 3\]"),
    ({"images": "front"}, r"\[images\[0\]\] expected a picture .*, got str"),
    ({"images": np.full((224, 224, 3), -1.0)}, r"float picture in \[0, 1\] \(not normalised\), got -1"),
    ({"images": np.full((224, 224, 3), np.nan)}, r"float picture in \[0, 1\] \(not normalised\), got nan"),
    ({"images": np.zeros((220, 222, 3), np.uint8)}, r"option pool"),
    ({"images": np.zeros((64, 2048, 3), np.uint8)}, r"expected a width of 1 to 1024 .*, got 64 x 2048"),
    ({"state": [0.0, float("nan")]}, r"state\[1\]: expected a finite number, got nan"),
    ({"state": ["a"]}, r"\[state\] expected numbers"),
    ({"state": np.zeros((2, 8))}, r"\[state\] expected an array of 1 sides .*, got float64 \[2, 8\]"),
    ({"joints": [float("inf")]}, r"joints\[0\]: expected a finite number, got inf"),
    ({"robot_masks": np.zeros((2, 8, 8), np.uint8)}, r"\[robot_masks\] expected uint8 \[2, 16, 16\]"),
]


@pytest.mark.parametrize(("wrong", "message"), WRONG_FRAMES)
def test_a_frame_that_does_not_fit_is_one_clear_error(wrong, message):
    scene = Scene()
    frame = {"images": scene.images, "state": scene.state, **wrong}
    with pytest.raises(awd.Error, match=message):
        awd.Gate().decide(**frame)


def test_an_anchor_that_does_not_fit_is_refused_and_not_held():
    scene = Scene()
    gate = held_gate(scene, gate="awd")
    for wrong, message in (
        ({"importance": np.zeros((3, 16, 16))}, "a map for each of 2 cameras, got 3"),
        ({"importance": np.zeros((16, 16))}, r"\[importance\] expected \[cameras, 16, 16\]"),
        ({"importance": np.full((2, 16, 16), -1.0)}, "finite number >= 0"),
        ({"chunk": np.full((6, 7), np.nan)}, r"chunk\[0\]: expected a finite number"),
        ({"chunk": np.zeros(7)}, r"\[chunk\] expected an array of 2 sides"),
    ):
        with pytest.raises(awd.Error, match=message):
            gate.hold(scene.images, scene.state, **wrong)
    assert gate.decide(scene.images, scene.state).reason == "first_step"
    gate.hold(scene.images, scene.state)
    with pytest.raises(awd.Error, match="112 x 112"):
        gate.decide([scene.base[:112, :112], scene.wrist], scene.state)
    assert gate.decide(scene.images, scene.state).reason == "first_step"


def test_a_gpu_that_is_not_there_is_said_so():
    scene = Scene()
    if "gate_device" not in awd.Gate().options or _has_gpu():
        pytest.skip("there is a GPU")
    with pytest.raises(awd.Error, match="CUDA|cuda"):
        awd.Gate(gate_device="cuda").decide(scene.images, scene.state)


def test_a_picture_on_a_gpu_is_not_read_by_a_gate_on_the_cpu():
    with pytest.raises(awd.Error, match=r"\[images\[0\]\] expected a picture in host memory \(or gate_device="):
        awd.Gate().decide([DevicePicture()], [0.0])


def _has_gpu() -> bool:
    return pathlib.Path("/dev/nvidia0").exists()


def test_threads_run_their_gates_while_one_gate_is_for_one_thread():
    scene = Scene(size=448)
    errors: list[str] = []

    def decide(gate: awd.Gate):
        try:
            for _ in range(200):
                gate.decide(scene.images, scene.state)
        except awd.Error as error:
            errors.append(str(error))

    def run(gates):
        threads = [threading.Thread(target=decide, args=(gate,)) for gate in gates]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]

    run([held_gate(scene, explain=True, gate="never") for _ in range(3)])
    assert errors == []
    run([held_gate(scene, explain=True, gate="never")] * 3)
    assert all("from one thread at a time" in error for error in errors)


def test_stubs_know_the_options():
    package = pathlib.Path(awd.__file__).parent
    assert (package / "py.typed").exists()
    stub = ast.parse((package / "_core.pyi").read_text())
    gate = next(node for node in stub.body if isinstance(node, ast.ClassDef) and node.name == "Gate")
    init = next(node for node in gate.body if isinstance(node, ast.FunctionDef) and node.name == "__init__")
    keywords = {argument.arg for argument in init.args.kwonlyargs}
    assert set(awd.Gate().options) == keywords
