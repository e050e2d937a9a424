#!/usr/bin/env python3
"""Train all shipped policies from one recording: this program records, one train.py per GPU trains.

`--group GPU=POLICY+POLICY...` says which policies share a GPU; a policy is written as for train.py. Arguments that are
not listed here go to every train.py. All processes share one clock; each policy has its own log in --out.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from awd_train.log import elapsed_s, log, share_clock
from awd_train.recorder import RecorderOptions, RecorderPool
from awd_train.shards import ShardWriter

_POLL_S = 0.2
_GRACE_S = 5  # after the deadline, before what still runs is ended
_DEFAULT_GROUPS = ("0=tiny:share=2+tiny-stale", "1=tiny-nostate+tiny-pi05")  # the first two share a compiled network


@dataclass
class Group:
    """One training process."""

    gpu: str  # for CUDA_VISIBLE_DEVICES; empty: none
    policies: list[str]
    process: subprocess.Popen | None = None

    @property
    def name(self) -> str:
        return f"group{self.gpu}_{self.policies[0].partition(':')[0]}"


def parse_group(text: str) -> Group:
    """Raises ValueError without `GPU=` or without a policy."""
    gpu, equals, policies = text.partition("=")
    if not equals or not policies:
        raise ValueError(f"expected GPU=POLICY+POLICY..., got {text!r}")
    return Group(gpu, policies.split("+"))


def parse_arguments(argv: list[str] | None = None) -> tuple[argparse.Namespace, list[str]]:
    """Own arguments, and those for train.py."""
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter, allow_abbrev=False
    )
    p.add_argument("--out", type=Path, required=True, help="gets one policy folder and one log per policy")
    p.add_argument("--group", type=parse_group, action="append", help=f"one per process; {' '.join(_DEFAULT_GROUPS)}")
    p.add_argument("--awd", default="build/release/src/cli/awd", help="the awd binary, which records demonstrations")
    p.add_argument("--frames", type=int, default=130_000, help="frames to record; 0.31 MB of memory of each GPU each")
    p.add_argument("--workers", type=int, default=(os.cpu_count() or 4) - 4, help="recorder processes")
    p.add_argument("--episodes", type=int, default=14, help="demonstrations per recorder process")
    p.add_argument("--size", type=int, default=224, help="side of the pictures in pixels")
    p.add_argument("--scenarios", default="", help="passed to `awd record`: scenarios in which to demonstrate as well")
    p.add_argument("--record-args", default="", help="more arguments for `awd record`, separated by spaces")
    p.add_argument("--deadline", type=float, default=1e9, help="seconds after the start at which all must be done")
    args, passed = p.parse_known_args(argv)
    args.group = args.group or [parse_group(text) for text in _DEFAULT_GROUPS]
    return args, passed


def start_group(group: Group, shards: Path, args: argparse.Namespace, passed: list[str]) -> None:
    command = [sys.executable, Path(__file__).with_name("train.py"), "--out", args.out, "--read-shards", shards]
    command += ["--reader", group.name, "--frames", args.frames, "--deadline", args.deadline]
    command += ["--scenarios", args.scenarios]
    for policy in group.policies:
        command += ["--policy", policy]
    environment = share_clock() | {"CUDA_VISIBLE_DEVICES": group.gpu}
    group.process = subprocess.Popen([str(x) for x in command] + passed, env=environment, stdin=subprocess.DEVNULL)
    log(f"started {group.name}: {', '.join(group.policies)}")


class Recording:
    """The recorder pool and the folder in which its shards appear for the training processes."""

    def __init__(self, args: argparse.Namespace) -> None:
        options = RecorderOptions(
            args.awd,
            args.workers,
            args.episodes,
            args.size,
            scenarios=args.scenarios,
            extra=args.record_args.split(),
        )
        self._frames = args.frames
        self._pool = RecorderPool(options)
        self.folder = self._pool.folder / "shards"
        self.folder.mkdir()
        self._writer = ShardWriter(self.folder)
        self._over = False

    def turn(self, readers: list[str]) -> None:
        """Start recorders, publish finished shards, delete those that all `readers` have loaded."""
        if not self._over:
            try:
                self._pool.request(self._frames, self._writer.frames)
                for file in self._pool.take():
                    self._writer.publish(file)
            except (RuntimeError, OSError) as error:  # what is recorded may do
                log(f"recording failed: {error}")
                self._end()
            if self._writer.frames >= self._frames:
                self._end()
        self._writer.sweep(readers)

    def close(self) -> None:
        self._pool.close()

    def _end(self) -> None:
        self._over = True
        self._writer.end()
        self._pool.stop()
        log(f"recorded {self._writer.frames} frames in {self._writer.published} shards")


def main(argv: list[str] | None = None) -> int:
    args, passed = parse_arguments(argv)
    log(f"arguments {vars(args)}, for train.py {passed}")
    args.out.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that `finally` cleans up
    recording = Recording(args)
    try:
        for group in args.group:
            start_group(group, recording.folder, args, passed)
        while running := [group for group in args.group if group.process.poll() is None]:
            recording.turn([group.name for group in running])
            if elapsed_s() > args.deadline + _GRACE_S:
                log("deadline passed, ending what still runs")
                break
            time.sleep(_POLL_S)
    finally:
        for group in args.group:
            if group.process and group.process.poll() is None:
                group.process.terminate()
        recording.close()
    codes = {group.name: group.process.wait() for group in args.group}
    log(f"exit codes {codes}")
    return 0 if not any(codes.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
