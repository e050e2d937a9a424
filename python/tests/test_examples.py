"""The programs of examples/python run as a user would run them."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIMEOUT_S = 120


def run(name: str, *arguments: str) -> str:
    command = [sys.executable, str(ROOT / "examples/python" / name), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=TIMEOUT_S)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_wrap_toy_policy():
    gate, every_step, open_loop = run("wrap_toy_policy.py").splitlines()
    assert gate == "gate       8 steps to the moved ball, 3 queries in 21 steps"
    assert every_step == "every step 8 steps to the moved ball, 21 queries"
    assert open_loop == "open loop  17 steps to the moved ball, 3 queries"


def test_gate_in_torch_loop():
    lines = run("gate_in_torch_loop.py").splitlines()
    assert len(lines) == 24
    assert [number for number, line in enumerate(lines) if " reuse " not in line] == [0, 8, 12, 20]
    assert "vision_drift" in lines[12]


def test_wrap_lerobot():
    lines = run("wrap_lerobot.py").splitlines()
    assert [number for number, line in enumerate(lines) if " reuse " not in line] == [0, 10, 14]
    assert "state_guard" in lines[14]


def test_own_engine():
    lines = run("own_engine.py", str(ROOT / "models/tiny")).splitlines()
    assert [line.split()[2] for line in lines] == ["first_step"] + ["reuse"] * 19 + ["horizon"] + ["reuse"] * 4


@pytest.fixture
def server():
    """Port of `awd serve` with the shipped policy."""
    binary = os.environ.get("AWD_BINARY", "")
    if not pathlib.Path(binary).is_file():
        pytest.skip("AWD_BINARY names no program")
    command = [binary, "serve", "--policy", str(ROOT / "models/tiny"), "--port", "0", "--threads", "1",
               "--gate", "awd-aligned", "--replan-steps", "4"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield re.search(r":(\d+)", process.stdout.readline())[1]
        process.terminate()
        assert process.wait(TIMEOUT_S) == 0


def test_serve_client(server):
    pytest.importorskip("openpi_client")
    lines = run("serve_client.py", "--port", server, "--steps", "9").splitlines()
    assert [line.split()[2] for line in lines] == ["first_step"] * 4 + ["reuse"] * 5


def test_reuse_on_the_clients_side(server):
    pytest.importorskip("openpi_client")
    lines = run("serve_client.py", "--port", server, "--steps", "9", "--wrap").splitlines()
    assert [line.split()[2] for line in lines] == ["first_step"] + ["reuse"] * 8
