#!/usr/bin/env python3
"""Train tiny policies from scratch on one GPU: record demonstrations, learn from them while more arrive, export.

Several policies share the demonstrations and take turns. Everything is bounded by wall time, so a slow machine gives
worse policies, not late ones. See train/README.md; train_all.py starts this program once per GPU.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent))
from awd_train.config import LlmConfig, PolicyConfig, VisionConfig
from awd_train.loader import Loader
from awd_train.log import elapsed_s, log
from awd_train.normalise import measure
from awd_train.recipes import Recipe, parse_recipe
from awd_train.recorder import RecorderOptions, RecorderPool
from awd_train.sampler import FrameChooser
from awd_train.shards import ShardReader
from awd_train.store import FrameStore
from awd_train.tokens import Tokenizer, train_tokenizer
from awd_train.trainee import Trainee, TraineeOptions

_REFRESH_EVERY = 50  # steps between looks for new frames
_RESERVE_S, _RESERVE_PER_POLICY_S = 5, 4  # kept free before the deadline for the last validations and exports


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    p.add_argument("--out", type=Path, required=True, help="gets one policy folder and one log per policy")
    p.add_argument(
        "--policy",
        type=parse_recipe,
        action="append",
        default=[],
        metavar="NAME[:KEY=VALUE,...]",
        help="tiny (default), tiny-nostate, tiny-pi05, tiny-stale or a new one; keys variant, state, stale, share",
    )
    p.add_argument("--awd", default="build/release/src/cli/awd", help="the awd binary, which records demonstrations")
    p.add_argument("--read-shards", type=Path, help="folder of a recording by train_all.py, instead of recording")
    p.add_argument("--reader", default="reader", help="name under which this process reads --read-shards")
    p.add_argument("--seconds", type=float, default=1e9, help="training time after the first --start-frames")
    p.add_argument("--deadline", type=float, default=1e9, help="seconds after the start at which all must be done")
    p.add_argument("--frames", type=int, default=130_000, help="frames to record; 0.31 MB of GPU memory each")
    p.add_argument("--start-frames", type=int, default=30_000, help="frames to wait for before training")
    p.add_argument("--start-wait", type=float, default=150, help="longest such wait in seconds, given any frames")
    p.add_argument("--held-out-shards", type=int, default=3, help="first shards, kept for validation")
    p.add_argument("--balance", type=float, default=0.5, help="0: draw frames alike, 1: draw tasks alike")
    p.add_argument("--batch", type=int, default=256, help="frames per step")
    p.add_argument("--draws", type=int, default=4, help="(flow time, noise) pairs per frame")
    p.add_argument("--lr", type=float, default=1e-3, help="peak learning rate")
    p.add_argument("--workers", type=int, default=14, help="recorder processes")
    p.add_argument("--episodes", type=int, default=14, help="demonstrations per recorder process")
    p.add_argument("--scenarios", default="", help="passed to `awd record`: scenarios in which to demonstrate as well")
    p.add_argument("--record-args", default="", help="more arguments for `awd record`, separated by spaces")
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    p.add_argument(
        "--compile", action=argparse.BooleanOptionalAction, default=None, help="torch.compile; default on a GPU"
    )
    p.add_argument("--checkpoint-every", type=float, default=120, help="seconds between exports of the averages")
    p.add_argument("--validate-every", type=int, default=1500, help="steps of a policy")
    p.add_argument("--validate-frames", type=int, default=1024)
    p.add_argument("--small", action="store_true", help="a network for trying the program out on a CPU")
    p.add_argument("--seed", type=int, default=0, help="of weights and noise")
    args = p.parse_args(argv)
    args.policy = args.policy or [parse_recipe("tiny")]
    return args


def make_config(recipe: Recipe, vocab: int, small: bool) -> PolicyConfig:
    own = {"name": recipe.name, "variant": recipe.variant, "state_input": recipe.state}
    if not small:
        return PolicyConfig(**own, llm=LlmConfig(vocab=vocab))
    return PolicyConfig(
        **own, image_size=112, vision=VisionConfig(48, 1, 3, 96), llm=LlmConfig(depth=2, mlp=128, vocab=vocab)
    )


class Run:
    """One training run, stage by stage in the order of the methods."""

    def __init__(self, args: argparse.Namespace) -> None:
        torch.manual_seed(args.seed)
        torch.set_float32_matmul_precision("high")
        torch.backends.cuda.enable_cudnn_sdp(False)  # flash attention takes single query rows and strided keys
        args.out.mkdir(parents=True, exist_ok=True)
        self.args = args
        device = torch.device(args.device)
        tokenizer = Tokenizer(train_tokenizer())
        configs = [make_config(recipe, tokenizer.vocab, args.small) for recipe in args.policy]
        self.store = FrameStore(configs[0], args.frames, device)
        source = self._make_source(configs[0].image_size)
        self.loader = Loader(source, self.store, configs[0].cameras, args.held_out_shards, tokenizer.is_regular)
        self.loader.start()
        options = TraineeOptions(
            out=args.out,
            batch=args.batch,
            draws=args.draws,
            learning_rate=args.lr,
            compile=device.type == "cuda" if args.compile is None else args.compile,
            validate_every=args.validate_every,
            validate_frames=args.validate_frames,
            scenarios=args.scenarios,
        )
        pairs = zip(args.policy, configs, strict=True)
        self.trainees = [Trainee(recipe, config, tokenizer, self.store, options) for recipe, config in pairs]

    def compile(self) -> None:
        """All policies, one after the other."""
        config = PolicyConfig()
        stats = measure(np.zeros((1, config.state_dim)), np.zeros((1, config.action_dim)))
        for trainee in self.trainees:
            trainee.compile(stats)
        log(f"ready to train; {self.store.size} frames of {self.store.demos} demonstrations so far")

    def wait_for_frames(self) -> None:
        """Block until --start-frames training frames are loaded, or until --start-wait if one batch is."""
        args = self.args
        while True:
            self.loader.check()
            ready = len(self.store.training_frames())
            late = elapsed_s() > args.start_wait and ready >= args.batch
            over = not self.loader.is_alive()
            if ready and (ready >= args.start_frames or late or over):
                return
            if over:
                self.loader.check()
                raise RuntimeError("[loader] the recording ended without a frame to train on")
            time.sleep(0.2)

    def train(self) -> None:
        """Steps of the policies in turn until --seconds or --deadline have passed, with exports on the way."""
        args = self.args
        self.wait_for_frames()
        chooser = FrameChooser(self.store, args.balance)
        stats = measure(*(x[chooser.frames].cpu().numpy() for x in (self.store.states, self.store.actions)))
        for trainee in self.trainees:
            trainee.start(stats)
        reserve = _RESERVE_S + _RESERVE_PER_POLICY_S * len(self.trainees)
        start, end = elapsed_s(), min(elapsed_s() + args.seconds, args.deadline - reserve)
        log(f"training for {end - start:.0f} s from {self.store.size} frames on")
        next_export, steps, loading = start + args.checkpoint_every, 0, True
        while (now := elapsed_s()) < end:
            if steps % _REFRESH_EVERY == 0 and loading:
                loading = self.loader.is_alive()
                chooser.refresh()
                if self.loader.error:  # what is loaded is worth training on
                    log(f"no more frames, because the loader failed: {self.loader.error}")
            trainee = min(self.trainees, key=lambda t: t.turn)
            trainee.step(chooser, (now - start) / (end - start), now - start)
            steps += 1
            if now > next_export:
                next_export = now + args.checkpoint_every
                self._export(now - start)
        trained = elapsed_s() - start
        self.loader.stop()
        self._export(trained)  # before the validations: those may be cut short
        for trainee in self.trainees:
            trainee.validate()
        self._export(trained)

    def _make_source(self, image_size: int) -> RecorderPool | ShardReader:
        args = self.args
        if args.read_shards:
            return ShardReader(args.read_shards, args.reader)
        return RecorderPool(
            RecorderOptions(
                args.awd,
                args.workers,
                args.episodes,
                image_size,
                scenarios=args.scenarios,
                extra=args.record_args.split(),
            )
        )

    def _export(self, seconds: float) -> None:
        for trainee in self.trainees:
            trainee.export(seconds)


def main(argv: list[str] | None = None) -> None:
    args = parse_arguments(argv)
    log(f"arguments {vars(args)}")
    run = Run(args)
    try:
        run.compile()
        run.train()
    finally:
        run.loader.stop()
    if run.store.device.type == "cuda":
        log(f"peak GPU memory {torch.cuda.max_memory_allocated() / 1e9:.1f} GB")
    log("done")


if __name__ == "__main__":
    main()
