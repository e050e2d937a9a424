"""A pool of `awd record` processes that fill a folder with shards of demonstrations."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

FIRST_SEED = 10_000_000  # evaluation uses [0, 1e6)
SEEDS_PER_SHARD = 10_000
_SHARED_MEMORY = Path("/dev/shm")
_SHARED_MEMORY_NEEDED = 8 << 30  # bytes; below that shards go to the ordinary temporary folder
_ROOM_PER_RECORDER = 1 << 29  # bytes that must be free to start one more


@dataclass
class RecorderOptions:
    awd: str = "build/release/src/cli/awd"  # the binary
    workers: int = 16  # processes at a time
    episodes: int = 14  # demonstrations per shard; tasks take turns
    size: int = 224  # pixels
    perturb: float = 0.8  # share of disturbed demonstrations
    scenarios: str = ""  # disturbances of the scene, separated by commas; empty: none
    first_seed: int = FIRST_SEED
    extra: list[str] = field(default_factory=list)  # passed on to `awd record`


class RecorderPool:
    """Keeps `workers` recorders busy until told to stop: a source of shards for a Loader. Owns its folder and
    processes; use as a context manager."""

    exhausted = False

    def __init__(self, options: RecorderOptions) -> None:
        self._options = options
        self.folder = Path(tempfile.mkdtemp(prefix="awd_demos_", dir=_scratch_parent()))
        self._running: dict[int, subprocess.Popen] = {}
        self._next = 0
        self._closing = False
        self.finished = 0
        self.failed = 0

    def __enter__(self) -> RecorderPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def request(self, frames: int, loaded: int) -> None:
        """Keep recording while the shards under way do not fill `frames`, if they are like those `loaded` so far."""
        limit = 1 << 30  # before the first shard nobody knows how many frames one has
        if loaded and self.finished:
            limit = self.failed + self.finished + int((frames - loaded) / (loaded / self.finished)) + 2
        while not self._closing and len(self._running) < self._options.workers and self._next < limit:
            if shutil.disk_usage(self.folder).free < _ROOM_PER_RECORDER * (len(self._running) + 1):
                return
            self._running[self._next] = self._launch(self._next)
            self._next += 1

    def take(self) -> list[Path]:
        """Files of the recorders that ended since the last call; the caller releases or moves them.
        Raises RuntimeError with the recorder's message when more fail than succeed."""
        done = [shard for shard, process in self._running.items() if process.poll() is not None]
        files = []
        for shard in done:
            if self._running.pop(shard).returncode == 0:
                self.finished += 1
                files.append(self._path(shard))
            else:
                self.failed += 1
                self._fail_if_hopeless(shard)
        return files

    def release(self, file: Path) -> None:
        """Delete a file that was loaded."""
        file.unlink()

    def stop(self) -> None:
        """End what still runs; finished files stay until close()."""
        self._closing = True
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()

    def close(self) -> None:
        """Stop, and remove the folder with all that is in it."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _fail_if_hopeless(self, shard: int) -> None:
        if self.failed > max(3, self.finished):
            message = self._log(shard).read_text(errors="replace")[-2000:]
            raise RuntimeError(f"[awd record] {self.failed} recorders failed; the last one said: {message}")

    def _launch(self, shard: int) -> subprocess.Popen:
        o = self._options
        seed = o.first_seed + shard * SEEDS_PER_SHARD
        command = ["nice", "-n", "10", o.awd, "record", "--out", self._path(shard), "--episodes", o.episodes]
        command += ["--seed", seed, "--tasks", "all", "--perturb", o.perturb, "--size", o.size, "--compress", 0]
        command += ["--no-labels"]  # costs time, and training does not look at them
        if o.scenarios:
            command += ["--scenarios", o.scenarios]
        with self._log(shard).open("wb") as log:
            command = [str(x) for x in command + o.extra]
            return subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def _path(self, shard: int) -> Path:
        return self.folder / f"shard_{shard:05d}.hdf5"

    def _log(self, shard: int) -> Path:
        return self.folder / f"shard_{shard:05d}.log"


def _scratch_parent() -> Path | None:
    if _SHARED_MEMORY.is_dir() and shutil.disk_usage(_SHARED_MEMORY).free >= _SHARED_MEMORY_NEEDED:
        return _SHARED_MEMORY
    return None
