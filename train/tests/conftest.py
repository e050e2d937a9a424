"""Makes awd_train, train.py and the fake recorder importable, and keeps tests on one thread of the CPU."""

import sys
from pathlib import Path

import pytest
import torch

_HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(_HERE.parent), str(_HERE)]
torch.set_num_threads(1)


@pytest.fixture
def fake_awd(tmp_path):
    """A command that takes the arguments of the awd binary."""
    script = tmp_path / "awd"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{_HERE / "fake_awd.py"}" "$@"\n')
    script.chmod(0o755)
    return script
