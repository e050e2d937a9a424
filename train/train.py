#!/usr/bin/env python3
"""Train a tiny pi0 policy from scratch: record demonstrations, learn from them while more arrive, export.

One command, see train/README.md. Everything is bounded by wall time, so a slow machine gives a
worse policy, not a late one.
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
from awd_train.dataset import FrameStore, Loader, Sampler
from awd_train.export import export_policy
from awd_train.initialise import initialise
from awd_train.log import elapsed_s, log
from awd_train.losses import Learner
from awd_train.model import Policy
from awd_train.normalise import NormStats, measure
from awd_train.optimise import Optimiser
from awd_train.recorder import FIRST_SEED, RecorderOptions, RecorderPool
from awd_train.tokens import Tokenizer, train_tokenizer
from awd_train.validate import Validation, validate

_EXAMPLE_PROMPT = "put the red cube in the bin"  # all instructions have its number of tokens
_PRINT_EVERY = 250  # steps
_REFRESH_EVERY = 50  # steps between looks for new frames
_EXPORT_RESERVE_S = 12  # kept free before the deadline for the last validation and export


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    p.add_argument("--out", type=Path, required=True, help="policy folder to write")
    p.add_argument("--awd", default="build/release/src/cli/awd", help="the awd binary, which records demonstrations")
    p.add_argument("--name", default="tiny", help="name of the policy")
    p.add_argument("--seconds", type=float, default=400, help="training time after the first --start-frames")
    p.add_argument("--deadline", type=float, default=1e9, help="seconds after the start at which all must be done")
    p.add_argument("--frames", type=int, default=130_000, help="frames to record; 0.31 MB of GPU memory each")
    p.add_argument("--start-frames", type=int, default=30_000, help="frames to wait for before training")
    p.add_argument("--start-wait", type=float, default=150, help="longest such wait in seconds, given any frames")
    p.add_argument("--batch", type=int, default=256, help="frames per step")
    p.add_argument("--draws", type=int, default=4, help="(flow time, noise) pairs per frame")
    p.add_argument("--lr", type=float, default=1e-3, help="peak learning rate")
    p.add_argument("--workers", type=int, default=16, help="recorder processes")
    p.add_argument("--episodes", type=int, default=40, help="demonstrations per recorder process")
    p.add_argument("--record-args", default="", help="more arguments for `awd record`, separated by spaces")
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    p.add_argument(
        "--compile", action=argparse.BooleanOptionalAction, default=None, help="torch.compile; default on a GPU"
    )
    p.add_argument("--checkpoint-every", type=float, default=120, help="seconds between exports of the average")
    p.add_argument("--validate-every", type=int, default=1500, help="steps")
    p.add_argument("--validate-frames", type=int, default=1024)
    p.add_argument("--small", action="store_true", help="a network for trying the program out on a CPU")
    p.add_argument("--seed", type=int, default=0, help="of weights and noise")
    return p.parse_args(argv)


def make_config(args: argparse.Namespace, vocab: int) -> PolicyConfig:
    if not args.small:
        return PolicyConfig(name=args.name, llm=LlmConfig(vocab=vocab))
    return PolicyConfig(
        name=args.name, image_size=112, vision=VisionConfig(48, 1, 3, 96), llm=LlmConfig(depth=2, mlp=128, vocab=vocab)
    )


class Run:
    """One training run, stage by stage in the order of the methods."""

    def __init__(self, args: argparse.Namespace) -> None:
        torch.manual_seed(args.seed)
        torch.set_float32_matmul_precision("high")
        torch.backends.cuda.enable_cudnn_sdp(False)  # flash attention takes single query rows and strided keys
        self.args = args
        self.device = torch.device(args.device)
        self.tokenizer = Tokenizer(train_tokenizer())
        self.config = make_config(args, self.tokenizer.vocab)
        recorder = RecorderOptions(
            args.awd, args.workers, args.episodes, self.config.image_size, extra=args.record_args.split()
        )
        self.store = FrameStore(self.config, self.tokenizer, args.frames, self.device)
        self.store.prompt_ids(_EXAMPLE_PROMPT)  # fixes the shape of a batch before the first demonstration
        self.loader = Loader(RecorderPool(recorder), self.store)
        self.loader.start()
        policy = Policy(self.config)
        initialise(policy)
        compile_step = self.device.type == "cuda" if args.compile is None else args.compile
        self.optimiser = Optimiser(Learner(policy).to(self.device), args.lr, compile_step)
        self.stats: NormStats | None = None
        self.sampler: Sampler | None = None
        self.validation = Validation(0, *[float("nan")] * 5)
        parameters = sum(p.numel() for p in policy.parameters()) / 1e6
        log(f"{self.config.name}: {parameters:.2f} M parameters on {self.device}")

    def wait_for_frames(self, count: int, longest_s: float) -> None:
        """Block until `count` training frames are loaded, or until `longest_s` after the start if one batch is."""
        while True:
            self.loader.check()
            ready = len(self.store.training_frames())
            late = elapsed_s() > longest_s and ready >= self.args.batch
            if ready and (ready >= count or late or self.store.full):
                return
            time.sleep(0.2)

    def compile(self) -> None:
        """Compile on a batch of the real shapes while the first demonstrations are still recorded."""
        stats = measure(np.zeros((1, self.config.state_dim)), np.zeros((1, self.config.action_dim)))
        blank = torch.zeros(self.args.batch, dtype=torch.long, device=self.device)
        self.optimiser.warm_up(Sampler(self.store, stats, self.args.draws).batch(blank))
        log(f"ready to train; {self.store.size} frames of {self.store.demos} demonstrations so far")

    def train(self) -> None:
        """Steps until --seconds or --deadline have passed, with exports on the way."""
        args = self.args
        self.wait_for_frames(args.start_frames, args.start_wait)
        frames = self.store.training_frames()
        self.stats = measure(self.store.states[frames].cpu().numpy(), self.store.actions[frames].cpu().numpy())
        self.sampler = Sampler(self.store, self.stats, self.args.draws)
        start, end = elapsed_s(), min(elapsed_s() + args.seconds, args.deadline - _EXPORT_RESERVE_S)
        log(f"training for {end - start:.0f} s from {self.store.size} frames on")
        next_export, loading = start + args.checkpoint_every, True
        while (now := elapsed_s()) < end:
            step = self.optimiser.steps
            if step % _REFRESH_EVERY == 0 and loading:
                loading, frames = self.loader.is_alive(), self.store.training_frames()
                if self.loader.error:  # what is loaded is worth training on
                    log(f"no more frames, because the loader failed: {self.loader.error}")
            chosen = frames[torch.randint(len(frames), (args.batch,), device=self.device)]
            losses, norm = self.optimiser.step(self.sampler.batch(chosen), (now - start) / (end - start))
            if step % _PRINT_EVERY == 0:
                values = " ".join(f"{name} {x:.4f}" for name, x in losses._asdict().items())
                rate = (step + 1) * args.batch / (elapsed_s() - start)
                log(f"step {step} {values} norm {norm:.2f} frames {len(frames)} samples/s {rate:.0f}")
            if step % args.validate_every == 0 and step:
                self._validate()
            if now > next_export:
                next_export = now + args.checkpoint_every
                self.export(now - start)
        self.loader.stop()
        self._validate()
        self.export(elapsed_s() - start)

    def export(self, seconds: float) -> None:
        """Write the averaged policy; `seconds` of training led to it."""
        card = {
            "frames": self.store.size,
            "demos": self.store.demos,
            "first_seed": FIRST_SEED,
            "steps": self.optimiser.steps,
            "batch": self.args.batch,
            "seconds": seconds,
            "target_mm": self.validation.target_mm,
            "action_mm": self.validation.action_mm,
        }
        export_policy(self.args.out, self.optimiser.average, self.tokenizer, self.stats, card)
        log(f"exported step {self.optimiser.steps} to {self.args.out}")

    def _validate(self) -> None:
        with self.optimiser.autocast():
            self.validation = validate(
                self.optimiser.learner, self.optimiser.average, self.store, self.sampler, self.args.validate_frames
            )
        log(str(self.validation))


def main(argv: list[str] | None = None) -> None:
    args = parse_arguments(argv)
    log(f"arguments {vars(args)}")
    run = Run(args)
    try:
        run.compile()
        run.train()
    finally:
        run.loader.stop()
    if run.device.type == "cuda":
        log(f"peak GPU memory {torch.cuda.max_memory_allocated() / 1e9:.1f} GB")
    log("done")


if __name__ == "__main__":
    main()
