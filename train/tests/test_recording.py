"""Recorder processes, and one recording that several processes read."""

import pytest

from awd_train.demos import read_demos
from awd_train.recorder import RecorderOptions, RecorderPool
from awd_train.shards import ShardReader, ShardWriter
from fake_awd import write_shard


def test_failing_recorders_are_reported(tmp_path):
    script = tmp_path / "awd"
    script.write_text("#!/bin/sh\necho no GL here >&2\nexit 2\n")
    script.chmod(0o755)
    with (
        RecorderPool(RecorderOptions(awd=str(script), workers=2)) as pool,
        pytest.raises(RuntimeError, match="no GL here"),
    ):
        while True:
            pool.request(100, 0)
            pool.take()


def test_shards_live_until_every_reader_has_them(tmp_path):
    folder = tmp_path / "shards"
    folder.mkdir()
    writer, readers = ShardWriter(folder), {name: ShardReader(folder, name) for name in "ab"}
    for i in range(2):
        write_shard(tmp_path / "new.hdf5", episodes=1, seed=i, frames=12)
        writer.publish(tmp_path / "new.hdf5")
    assert writer.frames == 24
    first = readers["a"].take()
    assert [path.name for path in first] == ["00000.hdf5", "00001.hdf5"] and readers["a"].take() == []
    assert len(read_demos(first[0])) == 1
    for path in first:
        readers["a"].release(path)
    writer.sweep("ab")
    assert first[0].exists() and not readers["b"].exhausted
    path, _ = readers["b"].take()
    readers["b"].release(path)
    writer.sweep("ab")
    assert not first[0].exists() and first[1].exists()
    readers["b"].close()  # wants no more
    writer.sweep("ab")
    assert not first[1].exists()
    writer.end()
    assert readers["a"].exhausted
