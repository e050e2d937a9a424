"""The whole programs on the CPU with made-up demonstrations, and what they leave behind."""

import json

import pytest
import torch
from safetensors.torch import load_file

import train
import train_all
from awd_train.demos import read_demos
from awd_train.initialise import initialise
from awd_train.losses import Learner
from awd_train.model import Policy, load_policy
from awd_train.normalise import measure
from awd_train.optimise import Optimiser, learning_rate_factor
from awd_train.recipes import SHIPPED, Recipe, parse_recipe
from awd_train.sampler import Sampler
from awd_train.store import FrameStore
from awd_train.tokens import INSTRUCTIONS, Tokenizer, train_tokenizer
from fake_awd import write_shard

FILES = {"config.json", "model.safetensors", "norm_stats.json", "tokenizer.model", "README.md"}


def small_arguments(*more):
    small = ["--small", "--device", "cpu", "--batch", "8", "--draws", "2", "--start-frames", "40"]
    return [*small, "--validate-frames", "14", "--held-out-shards", "1", "--seconds", "2", *map(str, more)]


@pytest.mark.parametrize("name", SHIPPED)
def test_twenty_steps_reduce_the_loss(tmp_path, name):
    torch.manual_seed(0)
    recipe, tokenizer = SHIPPED[name], Tokenizer(train_tokenizer())
    config = train.make_config(recipe, tokenizer.vocab, small=True)
    write_shard(tmp_path / "a.hdf5", episodes=4, seed=3, size=config.image_size)
    store = FrameStore(config, 96, torch.device("cpu"))
    for demo in read_demos(tmp_path / "a.hdf5"):
        store.append(demo)
    policy = Policy(config)
    initialise(policy, tokenizer.number_ids() if recipe.state == "prompt" else ())
    optimiser = Optimiser(Learner(policy), learning_rate=0.05, compile_step=False)  # 0.0025 after 20 warm-up steps
    stats = measure(store.states.numpy(), store.actions.numpy())
    sampler = Sampler(store, config, stats, tokenizer, draws=2, stale=recipe.stale)
    steps = [optimiser.step(sampler.batch(torch.randint(96, (16,))), 0.0) for _ in range(20)]
    flow = [float(losses.flow) for losses, _ in steps]
    assert sum(flow[-4:]) < 0.85 * sum(flow[:4])
    assert steps[-1][0].target_mm.mean() < 0.8 * steps[0][0].target_mm.mean()


def test_one_command_from_recorder_to_policy_folder(tmp_path, fake_awd):
    more = ["--awd", fake_awd, "--frames", 400, "--episodes", 7, "--workers", 2, "--checkpoint-every", 1]
    train.main(["--out", str(tmp_path), *small_arguments(*more), "--scenarios", "clean,nudge"])
    out = tmp_path / "tiny"
    assert {path.name for path in out.iterdir()} == FILES

    stored, policy = load_file(out / "model.safetensors"), load_policy(out)
    assert {x.dtype for x in stored.values()} == {torch.bfloat16}
    assert stored.keys() == policy.state_dict().keys()
    assert all(torch.equal(stored[name].float(), x) for name, x in policy.state_dict().items())
    tokenizer = Tokenizer((out / "tokenizer.model").read_bytes())
    assert policy.config.llm.vocab == tokenizer.vocab and len(tokenizer.prompt(INSTRUCTIONS[0])) == 9
    assert json.loads((out / "config.json").read_text())["format"] == "awd-policy-1"
    stats = json.loads((out / "norm_stats.json").read_text())["norm_stats"]
    assert len(stats["state"]["mean"]) == 8 and len(stats["actions"]["q99"]) == 7
    card = (out / "README.md").read_text()
    assert "nan" not in card and "| `press_button` |" in card and "clean,nudge" in card
    assert "held out, press_button" in (tmp_path / "tiny.log").read_text()


def test_several_policies_from_one_recording(tmp_path, fake_awd, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # of the training processes
    groups = ["--group", "=tiny:share=2+tiny-pi05", "--group", "=tiny-nostate+tiny-stale"]
    recorder = ["--awd", fake_awd, "--frames", 400, "--episodes", 7, "--workers", 2, "--size", 112]
    arguments = ["--out", tmp_path, *groups, *recorder, *small_arguments()]
    assert train_all.main([str(x) for x in arguments]) == 0
    for name, recipe in SHIPPED.items():
        assert {path.name for path in (tmp_path / name).iterdir()} == FILES
        config = load_policy(tmp_path / name).config
        assert (config.name, config.variant, config.state_input) == (name, recipe.variant, recipe.state)
    turns = [(tmp_path / f"{name}.log").read_text().splitlines()[-1] for name in ("tiny", "tiny-pi05")]
    steps = [int(line.rsplit(" ", 1)[1]) for line in turns]
    assert abs(steps[0] - 2 * steps[1]) <= 2


def test_recipes():
    assert parse_recipe("tiny-stale:stale=4,share=2") == Recipe("tiny-stale", stale=4, share=2.0)
    assert parse_recipe("x:variant=pi05,state=none").variant == "pi05"
    for bad in ("tiny:colour=red", "tiny-pi05:stale=3", "tiny:share=0", "tiny:stale"):
        with pytest.raises(ValueError, match="recipe"):
            parse_recipe(bad)
    with pytest.raises(ValueError, match="GPU="):
        train_all.parse_group("tiny")


def test_learning_rate_warms_up_and_ends_near_zero():
    assert learning_rate_factor(0, 0.0) < 0.01 < 0.9 < learning_rate_factor(500, 0.1)
    assert learning_rate_factor(10_000, 1.0) < 0.01
