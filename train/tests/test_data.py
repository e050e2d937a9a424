"""From the demonstration file to a batch."""

import dataclasses

import h5py
import numpy as np
import pytest
import torch

from awd_train.colours import colour_labels, named_colour
from awd_train.config import PolicyConfig
from awd_train.demos import read_demos
from awd_train.losses import augmented_images, regression_targets
from awd_train.normalise import measure
from awd_train.sampler import FrameChooser, Sampler
from awd_train.store import FrameStore
from awd_train.tokens import Tokenizer, train_tokenizer
from fake_awd import PAINT, TASKS, write_shard

CONFIG = PolicyConfig(image_size=112)
PROMPTED = dataclasses.replace(CONFIG, variant="pi05", state_input="prompt")
CPU = torch.device("cpu")
OTHER_MATERIALS = {
    "wood": (184, 148, 107),
    "dark wood": (168, 133, 92),
    "robot": (235, 237, 240),
    "skin": (230, 158, 128),
    "orange ball": (242, 115, 13),
    "purple sleeve": (115, 26, 153),
    "cyan stick": (13, 166, 191),
}


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer(train_tokenizer())


@pytest.fixture
def store(tmp_path):
    write_shard(tmp_path / "a.hdf5", episodes=2, seed=1)
    store = FrameStore(CONFIG, capacity=40, device=CPU)
    for i, demo in enumerate(read_demos(tmp_path / "a.hdf5")):
        store.append(demo, held_out=i == 1)
    return store


def make_sampler(store, tokenizer, config=CONFIG, **more):
    stats = measure(store.states.numpy(), store.actions.numpy())
    return Sampler(store, config, stats, tokenizer, draws=2, **more), stats


def test_store_keeps_held_out_frames_apart_and_stops_when_full(store):
    assert store.size == 40 and store.full
    assert store.training_frames().tolist() == list(range(24))
    assert store.held_out_frames().tolist() == list(range(24, 40))
    assert store.segment_end[24:].tolist() == [34] * 10 + [40] * 6  # cut at the end of the store
    assert store.segment_start.tolist() == [0] * 10 + [10] * 14 + [24] * 10 + [34] * 6
    assert store.tasks == [TASKS[0][0], TASKS[1][0]] and store.task.tolist() == [0] * 24 + [1] * 16


def test_labels_end_with_their_segment(store, tokenizer):
    sampler, stats = make_sampler(store, tokenizer)
    batch = sampler.batch(torch.tensor([7, 20]))
    assert batch.mask.sum(dim=1).tolist() == [3, 4]
    offset, scale = (torch.tensor(x) for x in stats.actions.affine("pi0"))
    actions = batch.actions * scale + offset
    torch.testing.assert_close(actions[0, :3].float(), store.actions[7:10])
    torch.testing.assert_close(actions[0, 3:].float(), store.actions[9].expand(17, -1))
    assert batch.noise.shape == (2, 2, 20, 7) and batch.tokens.shape == (2, 9)


def test_stale_prefixes_stay_in_their_segment(store, tokenizer):
    sampler, _ = make_sampler(store, tokenizer, stale=6)
    frames = torch.tensor([0, 3, 10, 13, 23]).repeat_interleave(400)
    lag = sampler.draw_lag(frames).view(5, 400)
    assert [set(row.tolist()) for row in lag] == [{0}, set(range(4)), {0}, set(range(4)), set(range(7))]
    fresh = (lag[4] == 0).float().mean()
    assert 0.45 < fresh < 0.7  # half, and one seventh of the other half
    assert not make_sampler(store, tokenizer)[0].draw_lag(frames).any()


def test_a_stale_batch_mixes_old_pictures_with_fresh_state_and_actions(store, tokenizer):
    sampler, _ = make_sampler(store, tokenizer, stale=6)
    fresh, old = torch.tensor([20, 8]), torch.tensor([15, 8])
    batch = sampler.batch(fresh, augment=False, lag=fresh - old)
    now, then = (sampler.batch(x, augment=False, lag=torch.zeros(2, dtype=torch.long)) for x in (fresh, old))
    for name in ("images", "centroid", "patch_pixels", "targets", "tokens"):
        assert torch.equal(getattr(batch, name), getattr(then, name)), name
    for name in ("state", "actions", "mask"):
        assert torch.equal(getattr(batch, name), getattr(now, name)), name
    assert not torch.equal(now.targets, then.targets)


def test_state_prompts_of_a_batch_are_those_of_the_tokenizer(store, tokenizer):
    sampler, stats = make_sampler(store, tokenizer, PROMPTED)
    frames = torch.tensor([0, 5, 23, 30])
    batch = sampler.batch(frames, augment=False)
    offset, scale = (torch.tensor(x) for x in stats.state.affine("pi05"))
    torch.testing.assert_close(batch.state, ((store.states[frames] - offset) / scale).float())
    for row, frame in enumerate(frames.tolist()):
        prompt = store.prompts[store.prompt[frame]]
        assert batch.tokens[row].tolist() == tokenizer.state_prompt(prompt, batch.state[row].tolist())


def test_unaugmented_pictures_are_the_stored_ones(store, tokenizer):
    sampler, _ = make_sampler(store, tokenizer)
    frames = torch.tensor([3, 4])
    images = augmented_images(sampler.batch(frames, augment=False))
    torch.testing.assert_close(images, store.images[frames].permute(0, 1, 4, 2, 3).float() / 127.5 - 1)


def test_shifted_wrist_pictures_move_their_centroids(store, tokenizer):
    sampler, _ = make_sampler(store, tokenizer)
    frames = torch.arange(24)
    batch = sampler.batch(frames)
    moved = batch.shift[:, 1].abs().sum(dim=1) > 0
    assert moved.any() and not batch.shift[:, 0].any() and batch.shift.abs().max() <= 3
    assert torch.equal(batch.patch_weight[:, 1] == 0, moved) and batch.patch_weight[:, 0].all()
    plain = batch._replace(
        gain=torch.ones_like(batch.gain), offset=torch.zeros_like(batch.offset), grain_scale=batch.grain_scale * 0
    )
    pictures = ((augmented_images(plain) + 1) * 127.5).round().to(torch.uint8).permute(0, 1, 3, 4, 2)
    seen = colour_labels(pictures, CONFIG.patch_size)
    colour = store.colour[0]
    torch.testing.assert_close(seen.centroid[:, 1, colour], batch.centroid[:, 1, colour])


def test_balance_evens_tasks_out(tmp_path):
    write_shard(tmp_path / "short.hdf5", episodes=1, seed=1, frames=12)
    write_shard(tmp_path / "long.hdf5", episodes=2, seed=1, frames=48)
    store = FrameStore(CONFIG, capacity=60, device=CPU)
    store.append(read_demos(tmp_path / "short.hdf5")[0])
    store.append(read_demos(tmp_path / "long.hdf5")[1])  # another task
    torch.manual_seed(0)
    shares = [float((FrameChooser(store, balance).draw(4000) < 12).float().mean()) for balance in (0.0, 0.5, 1.0)]
    assert shares == pytest.approx([1 / 5, 1 / 3, 1 / 2], abs=0.03)


def test_floors_of_the_deviations():
    stats = measure(np.zeros((5, 8)), np.zeros((5, 7)))
    np.testing.assert_allclose(stats.state.std, [0.01] * 3 + [0.05] * 3 + [0.005] * 2)
    np.testing.assert_allclose(stats.actions.std, 0.05)
    offset, scale = stats.actions.affine("pi05")
    np.testing.assert_allclose(offset, 0, atol=1e-6)
    np.testing.assert_allclose(scale, 0.1165, atol=1e-6)


@pytest.mark.parametrize("colour", range(4))
def test_colour_labels_of_a_square(colour):
    images = torch.full((1, 2, 28, 28, 3), 100, dtype=torch.uint8)
    images[0, 1, 16:20, 2:8] = torch.from_numpy(PAINT[colour])
    labels = colour_labels(images, 14)
    assert labels.pixels[0].sum() == 24 and labels.pixels[0, 1, colour] == 24
    assert labels.patch_pixels[0, 1, :, colour].tolist() == [0, 0, 24, 0]  # row 1, column 0
    assert labels.centroid[0, 1, colour].tolist() == [5, 18]


@pytest.mark.parametrize("light", [0.4, 0.7, 1.0])
@pytest.mark.parametrize("name", OTHER_MATERIALS)
def test_other_materials_have_no_label(name, light):
    images = (torch.tensor(OTHER_MATERIALS[name]) * light).to(torch.uint8).expand(1, 1, 14, 14, 3)
    assert not colour_labels(images, 14).pixels.any()


def test_named_colours():
    assert [named_colour(prompt, default=0) for _, prompt, _ in TASKS] == [colour for _, _, colour in TASKS]
    assert named_colour("lift the thing", default=2) == 2


def test_regression_targets_of_the_focus():
    focus = torch.tensor([[0.58, 0.1, 0.0, 2.0]])
    goal = torch.tensor([[0.48, 0.4, 0.0, 0.0]])
    state = torch.tensor([[0.48, 0.0, 0.3, 0, 0, 0, 0.03, 0.03]])
    target, weight = regression_targets(
        torch.tensor([1]), state, focus, goal, torch.zeros(1, 2, 4, 2), torch.zeros(1, 2, 4)
    )
    torch.testing.assert_close(target[0, :9], torch.tensor([1, 1, -1, 0, 0, 2, 1, 1, -3.0]))
    torch.testing.assert_close(target[0, 16:], torch.tensor([-1.0, 3.0]))
    # A cylinder has no yaw; unseen centroids do not count.
    assert weight[0].tolist() == [2, 2, 2, 1, 1, 1, 2, 2, 2, 0, 0, 0, 0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize("value", [3, 4])  # not after its frame; less than that of the frame before
def test_bad_segment_end_is_refused(tmp_path, value):
    write_shard(tmp_path / "a.hdf5", episodes=1, seed=1)
    with h5py.File(tmp_path / "a.hdf5", "r+") as file:
        file["data/demo_0/awd/segment_end"][3] = value
    with pytest.raises(ValueError, match="segment_end"):
        read_demos(tmp_path / "a.hdf5")
