"""``python -m dlstudio`` as a person starts it: one real process each."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Call

ROOT = Path(__file__).resolve().parents[2]


def start(*words: object, **environment: str) -> subprocess.Popen[str]:
    """Starts the command with its output as text."""
    return subprocess.Popen(
        [sys.executable, "-m", "dlstudio", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


def test_that_the_module_runs_and_ends_with_the_commands_status() -> None:
    process = start("check", "nowhere")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert out == ""
    assert err.startswith("Error: ")


def test_that_a_closed_pipe_is_no_error() -> None:
    process = start("layers", "--json", PYTHONUNBUFFERED="1")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(60) == 0


@pytest.mark.slow
def test_that_nothing_but_the_answer_is_printed_where_keras_is_loaded(
    call: Call, tmp_path: Path, make_table: Callable[..., Path]
) -> None:
    call("new", tmp_path / "p", "--template", "mlp", "--data", make_table())
    out, err = start("check", tmp_path / "p", "--json").communicate(timeout=120)
    assert out.startswith('{"layers"')
    assert err == ""


@pytest.mark.slow
def test_that_ctrl_c_stops_a_real_training_with_a_checkpoint_that_can_go_on(
    call: Call, tmp_path: Path, make_table: Callable[..., Path]
) -> None:
    folder = tmp_path / "p"
    call("new", folder, "--template", "mlp", "--data", make_table())
    settings = ("--set", "training.early_stopping=null", "--epochs", 100_000)
    process = start("train", folder, *settings, "--json", PYTHONUNBUFFERED="1")
    assert process.stdout is not None
    for line in process.stdout:
        if '"event": "checkpoint"' in line:
            process.send_signal(signal.SIGINT)
            break
    rest, _ = process.communicate(timeout=120)
    assert process.returncode == 130
    assert '"reason": "stopped"' in rest.splitlines()[-1]
    last = call("train", folder, "--resume", "0001", "--epochs", 100_000, "--json", "--device", "tpu")
    assert last.status == 1  # it goes on, and then meets the device that is not there
    assert "tpu" in last.err
