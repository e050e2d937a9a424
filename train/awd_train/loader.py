"""The thread that moves finished shards of demonstrations into a frame store while training goes on."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import torch

from .demos import read_demos
from .log import log
from .store import FrameStore

_POLL_S = 0.2


class Source(Protocol):
    """Where shards come from: a RecorderPool or a ShardReader."""

    exhausted: bool  # nothing will come any more

    def request(self, frames: int, loaded: int) -> None: ...  # frames wanted in all, frames loaded so far

    def take(self) -> list[Path]: ...  # finished shards, each once

    def release(self, file: Path) -> None: ...  # the shard was loaded

    def close(self) -> None: ...


class Loader(threading.Thread):
    """Fills the store. The first `held_out_shards` are held out; a demonstration that `accepts` refuses is left out."""

    def __init__(
        self,
        source: Source,
        store: FrameStore,
        cameras: tuple[str, ...],
        held_out_shards: int,
        accepts: Callable[[str], bool],
    ) -> None:
        super().__init__(name="loader", daemon=True)
        self._source, self._store, self._cameras, self._accepts = source, store, cameras, accepts
        self._held_out_shards = held_out_shards
        self._shards = 0
        self._refused: set[str] = set()
        self._stopping = threading.Event()
        self.error: str | None = None

    def run(self) -> None:
        try:
            if self._store.device.type == "cuda":
                with torch.cuda.stream(torch.cuda.Stream(self._store.device)):
                    self._load()
            else:
                self._load()
        except Exception:  # the main thread raises it
            self.error = traceback.format_exc()
        finally:
            self._source.close()

    def check(self) -> None:
        """Raises RuntimeError with the traceback if the thread failed."""
        if self.error:
            raise RuntimeError(f"[loader] {self.error}")

    def stop(self) -> None:
        """End the thread and its source."""
        self._stopping.set()
        self.join()

    def _load(self) -> None:
        store, source = self._store, self._source
        while not (store.full or self._stopping.is_set() or source.exhausted):
            source.request(store.capacity, store.size)
            files = source.take()
            for path in files:
                if self._stopping.is_set():
                    return
                self._load_shard(path)
                source.release(path)
            if not files:
                time.sleep(_POLL_S)

    def _load_shard(self, path: Path) -> None:
        held_out = self._shards < self._held_out_shards
        self._shards += 1
        for demo in read_demos(path, self._cameras):
            if self._accepts(demo.prompt):
                self._store.append(demo, held_out)
            elif demo.prompt not in self._refused:
                self._refused.add(demo.prompt)
                log(f"WARNING: instruction left out, because it has another number of tokens: {demo.prompt!r}")
