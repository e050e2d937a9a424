"""The whole program on the CPU with made-up demonstrations, and what it leaves behind."""

import json

import torch
from safetensors.torch import load_file

import train
from awd_train.dataset import FrameStore, Sampler
from awd_train.demos import read_demos
from awd_train.initialise import initialise
from awd_train.losses import Learner
from awd_train.model import Policy, load_policy
from awd_train.normalise import measure
from awd_train.optimise import Optimiser, learning_rate_factor
from awd_train.tokens import Tokenizer, train_tokenizer
from fake_awd import write_shard


def small_arguments(out, awd="awd", *more):
    return ["--out", str(out), "--awd", str(awd), "--small", "--device", "cpu", "--batch", "8", *more]


def test_twenty_steps_reduce_the_loss(tmp_path):
    torch.manual_seed(0)
    tokenizer = Tokenizer(train_tokenizer())
    config = train.make_config(train.parse_arguments(small_arguments(tmp_path)), tokenizer.vocab)
    write_shard(tmp_path / "a.hdf5", episodes=4, seed=3, size=config.image_size)
    store = FrameStore(config, tokenizer, 96, torch.device("cpu"))
    for demo in read_demos(tmp_path / "a.hdf5"):
        store.append(demo)
    policy = Policy(config)
    initialise(policy)
    optimiser = Optimiser(Learner(policy), learning_rate=0.05, compile_step=False)  # 0.0025 after 20 warm-up steps
    sampler = Sampler(store, measure(store.states.numpy(), store.actions.numpy()), draws=2)
    steps = [optimiser.step(sampler.batch(torch.randint(96, (16,))), 0.0) for _ in range(20)]
    flow = [float(losses.flow) for losses, _ in steps]
    assert sum(flow[-4:]) < 0.8 * sum(flow[:4])
    assert float(steps[-1][0].target_mm) < 0.8 * float(steps[0][0].target_mm)


def test_one_command_from_recorder_to_policy_folder(tmp_path, fake_awd):
    out = tmp_path / "policy"
    more = [
        "--frames",
        "120",
        "--start-frames",
        "48",
        "--episodes",
        "2",
        "--workers",
        "2",
        "--seconds",
        "3",
        "--checkpoint-every",
        "1",
    ]
    train.main(small_arguments(out, fake_awd, *more, "--draws", "2", "--validate-frames", "16"))
    names = {"config.json", "model.safetensors", "norm_stats.json", "tokenizer.model", "README.md"}
    assert {path.name for path in out.iterdir()} == names

    stored, policy = load_file(out / "model.safetensors"), load_policy(out)
    assert {x.dtype for x in stored.values()} == {torch.bfloat16}
    assert stored.keys() == policy.state_dict().keys()
    assert all(torch.equal(stored[name].float(), x) for name, x in policy.state_dict().items())
    assert policy.config.llm.vocab == Tokenizer((out / "tokenizer.model").read_bytes()).vocab
    assert json.loads((out / "config.json").read_text())["format"] == "awd-policy-1"
    stats = json.loads((out / "norm_stats.json").read_text())["norm_stats"]
    assert len(stats["state"]["mean"]) == 8 and len(stats["actions"]["q99"]) == 7
    assert "nan" not in (out / "README.md").read_text()


def test_learning_rate_warms_up_and_ends_near_zero():
    assert learning_rate_factor(0, 0.0) < 0.01 < 0.9 < learning_rate_factor(500, 0.1)
    assert learning_rate_factor(10_000, 1.0) < 0.01
