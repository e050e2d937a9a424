"""Log lines with the seconds since the program started, flushed at once."""

from __future__ import annotations

import time

_START = time.monotonic()


def elapsed_s() -> float:
    """Seconds since the program started."""
    return time.monotonic() - _START


def log(message: str) -> None:
    print(f"[{elapsed_s():7.1f}] {message}", flush=True)
