"""From the tokenizer and the demonstration file to a batch."""

import shutil
import subprocess

import numpy as np
import pytest
import torch

from awd_train.colours import colour_labels
from awd_train.config import PolicyConfig
from awd_train.dataset import FrameStore, Sampler
from awd_train.demos import read_demos
from awd_train.losses import regression_targets
from awd_train.normalise import measure
from awd_train.recorder import RecorderOptions, RecorderPool
from awd_train.tokens import BOS, Tokenizer, clean, state_bin, train_tokenizer
from fake_awd import PROMPTS, write_shard

CONFIG = PolicyConfig(image_size=112)
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer(train_tokenizer())


@pytest.fixture
def store(tmp_path, tokenizer):
    write_shard(tmp_path / "a.hdf5", episodes=2, seed=1)
    store = FrameStore(CONFIG, tokenizer, capacity=40, device=CPU)
    for i, demo in enumerate(read_demos(tmp_path / "a.hdf5")):
        store.append(demo, held_out=i == 1)
    return store


def test_prompts_have_one_piece_per_word(tokenizer):
    newline = tokenizer.encode("\n")
    assert len(newline) == 1
    for prompt in PROMPTS:
        ids = tokenizer.prompt(prompt)
        assert len(ids) == 9 and ids[0] == BOS and ids[-1:] == newline
    assert tokenizer.prompt("put_the red cube\nin the bin ") == tokenizer.prompt(PROMPTS[0])
    assert clean(" a_b\n") == "a b"


def test_tokenizer_is_reproducible_and_knows_every_character(tokenizer):
    assert train_tokenizer() == tokenizer.model
    assert 3 not in tokenizer.state_prompt("Put it on the table, please!", [-0.5, 0.0, 1.0])


@pytest.mark.skipif(not shutil.which("spm_encode"), reason="needs Debian's sentencepiece")
def test_the_cplusplus_library_gives_the_same_ids(tokenizer, tmp_path):
    (tmp_path / "m.model").write_bytes(tokenizer.model)
    texts = [*PROMPTS, "Task: put the red cube in the bin, State: 0 17 255;", "Action: ", " two  spaces"]
    command = ["spm_encode", f"--model={tmp_path / 'm.model'}", "--output_format=id"]
    out = subprocess.run(command, input="\n".join(texts), text=True, capture_output=True, check=True).stdout
    assert [[int(x) for x in line.split()] for line in out.splitlines()] == [tokenizer.encode(t) for t in texts]


def test_state_bins():
    assert [state_bin(x) for x in (-1.1, -1.0, 0.0, 0.992, 3.0)] == [-1, 0, 128, 254, 255]


def test_store_keeps_held_out_frames_apart_and_stops_when_full(store):
    assert store.size == 40 and store.full
    assert store.training_frames().tolist() == list(range(24))
    assert store.held_out_frames().tolist() == list(range(24, 40))
    assert store.segment_end[24:].tolist() == [34] * 10 + [40] * 6  # cut at the end of the store


def test_labels_end_with_their_segment(store):
    stats = measure(store.states.numpy(), store.actions.numpy())
    batch = Sampler(store, stats, draws=2).batch(torch.tensor([7, 20]))
    assert batch.mask.sum(dim=1).tolist() == [3, 4]
    actions = batch.actions * torch.tensor(stats.actions.scale) + torch.tensor(stats.actions.mean)
    torch.testing.assert_close(actions[0, :3].float(), store.actions[7:10])
    torch.testing.assert_close(actions[0, 3:].float(), store.actions[9].expand(17, -1))
    assert batch.noise.shape == (2, 2, 20, 7) and batch.tokens.shape == (2, 9)


def test_floors_of_the_deviations():
    stats = measure(np.zeros((5, 8)), np.zeros((5, 7)))
    np.testing.assert_allclose(stats.state.std, [0.01] * 3 + [0.05] * 3 + [0.005] * 2)
    np.testing.assert_allclose(stats.actions.std, 0.05)


def test_colour_labels_of_a_blue_square():
    images = torch.full((1, 2, 28, 28, 3), 100, dtype=torch.uint8)
    images[0, 1, 16:20, 2:8] = torch.tensor([20, 30, 180], dtype=torch.uint8)
    labels = colour_labels(images, 14)
    assert labels.pixels.tolist() == [[[0, 0, 0], [0, 0, 24]]]
    assert labels.patch_pixels[0, 1, :, 2].tolist() == [0, 0, 24, 0]  # row 1, column 0
    assert labels.centroid[0, 1, 2].tolist() == [5, 18]


def test_regression_targets_of_the_named_object():
    objects = torch.zeros(1, 3, 4)
    objects[0, 1] = torch.tensor([0.58, 0.1, 0.0, 2.0])
    state = torch.tensor([[0.48, 0.0, 0.3, 0, 0, 0, 0.03, 0.03]])
    target, weight = regression_targets(
        torch.tensor([1]), state, objects, torch.zeros(1, 2, 3, 2), torch.zeros(1, 2, 3)
    )
    torch.testing.assert_close(target[0, :9], torch.tensor([1, 1, -1, 0, 0, 2, 1, 1, -3.0]))
    assert weight[0].tolist() == [2, 2, 2, 1, 1, 1, 2, 2, 2, 0, 0, 0, 0, 0, 0, 1]  # a cylinder has no yaw; unseen


def test_bad_segment_end_is_refused(tmp_path):
    import h5py

    write_shard(tmp_path / "a.hdf5", episodes=1, seed=1)
    with h5py.File(tmp_path / "a.hdf5", "r+") as file:
        file["data/demo_0/awd/segment_end"][3] = 3
    with pytest.raises(ValueError, match="segment_end"):
        read_demos(tmp_path / "a.hdf5")


def test_failing_recorders_are_reported(tmp_path):
    script = tmp_path / "awd"
    script.write_text("#!/bin/sh\necho no GL here >&2\nexit 2\n")
    script.chmod(0o755)
    with (
        RecorderPool(RecorderOptions(awd=str(script), workers=2)) as pool,
        pytest.raises(RuntimeError, match="no GL here"),
    ):
        while True:
            pool.fill(100)
            pool.take_finished()
