"""Log lines with the seconds since the run began, flushed at once.

A run of several processes has one clock: the first process puts its start into the environment (see share_clock).
"""

from __future__ import annotations

import os
import time
from pathlib import Path

_VARIABLE = "AWD_TRAIN_START"  # time.monotonic() of the run's first process
_START = float(os.environ.get(_VARIABLE, time.monotonic()))


def elapsed_s() -> float:
    """Seconds since the run began."""
    return time.monotonic() - _START


def share_clock() -> dict[str, str]:
    """Environment of a process that is to count from the same moment."""
    return {**os.environ, _VARIABLE: str(_START)}


def log(message: str, file: Path | None = None) -> None:
    """To the standard output, and appended to `file` if one is given."""
    line = f"[{elapsed_s():7.1f}] {message}"
    print(line, flush=True)
    if file:
        with file.open("a") as out:
            out.write(line + "\n")
