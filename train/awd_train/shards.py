"""A folder through which one recording feeds several training processes: finished shards, and who has read them.

The writer numbers the shards in the order in which they appear. A reader leaves an empty file `SHARD.READER` beside
each shard it has loaded and `READER.finished` when it wants no more; the writer deletes what all have read.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import h5py

_END = "end"  # no more shards will come


class ShardWriter:
    """The recording side. Owns the files of `folder`, not the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.published = 0
        self.frames = 0

    def publish(self, file: Path) -> None:
        """Move a finished file of the same file system into the folder."""
        with h5py.File(file, "r") as shard:
            self.frames += int(shard["data"].attrs["total"])
        os.rename(file, self._folder / f"{self.published:05d}.hdf5")
        self.published += 1

    def sweep(self, readers: Iterable[str]) -> None:
        """Delete the shards that all of `readers` have loaded or do not want."""
        wanting = [reader for reader in readers if not (self._folder / f"{reader}.finished").exists()]
        for shard in self._folder.glob("*.hdf5"):
            if all((self._folder / f"{shard.name}.{reader}").exists() for reader in wanting):
                shard.unlink()

    def end(self) -> None:
        """Tell the readers that nothing will follow."""
        (self._folder / _END).touch()


class ShardReader:
    """One training process's side: a source of shards for a Loader."""

    def __init__(self, folder: Path, reader: str) -> None:
        self._folder, self._reader = folder, reader
        self._next = 0

    @property
    def exhausted(self) -> bool:
        """Whether nothing is left to take and nothing will follow."""
        return (self._folder / _END).exists() and not self._path(self._next).exists()

    def take(self) -> list[Path]:
        """Shards that appeared since the last call, in order."""
        files = []
        while self._path(self._next).exists():
            files.append(self._path(self._next))
            self._next += 1
        return files

    def release(self, file: Path) -> None:
        """Say that a shard was loaded."""
        (self._folder / f"{file.name}.{self._reader}").touch()

    def request(self, frames: int, loaded: int) -> None:
        """The writer decides how much is recorded."""

    def close(self) -> None:
        if self._folder.is_dir():
            (self._folder / f"{self._reader}.finished").touch()

    def _path(self, index: int) -> Path:
        return self._folder / f"{index:05d}.hdf5"
