"""The engine's own process, without Keras: what it does with its streams, its errors and its end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dlstudio.engine.handlers import HANDLERS
from dlstudio.engine.lanes import LANES, REQUESTS
from dlstudio.engine.messages import encode, read

PRELUDE = """
import os, sys, time
from pathlib import Path
from dlstudio.engine import child, handlers
from dlstudio.graph.saving import ProjectError

def noisy(payload):
    print("a library prints")
    os.write(1, b"and writes to descriptor 1")
    return {"read": sys.stdin.read()}, {}

def endless(payload):
    Path(payload["mark"]).touch()
    while True:
        pass

def sentence(payload):
    raise ProjectError("There is no project there.")

def bug(payload):
    return {}["missing"], {}

def greedy(payload):
    raise MemoryError

handlers.HANDLERS.update(guess_data=noisy, describe_data=endless, thumbnails=sentence)
handlers.HANDLERS.update(table_rows=bug, fit_template=greedy)
sys.exit(child.main(["data"]))
"""


@pytest.fixture
def child() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def _ask(child: subprocess.Popen[bytes], kind: str, **payload: object) -> dict[str, object]:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(encode({"id": 1, "kind": kind, "payload": payload}))
    child.stdin.flush()
    frame = read(child.stdout)  # type: ignore[arg-type]
    assert frame is not None
    return read(child.stdout) or {} if "ready" in frame else frame  # type: ignore[arg-type]


def _end(child: subprocess.Popen[bytes]) -> str:
    _, errors = child.communicate(timeout=20)
    assert child.returncode == 0
    return errors.decode()


def test_that_what_libraries_print_goes_to_the_log(child: subprocess.Popen[bytes]) -> None:
    assert _ask(child, "guess_data") == {"id": 1, "value": {"read": ""}}
    errors = _end(child)
    assert "and writes to descriptor 1" in errors


def test_that_errors_become_sentences_and_the_next_request_is_answered(child: subprocess.Popen[bytes]) -> None:
    assert _ask(child, "thumbnails")["error"] == "There is no project there."
    assert _ask(child, "table_rows")["error"] == "Reading samples failed (KeyError): 'missing'"
    assert "more memory" in str(_ask(child, "fit_template")["error"])
    assert "failed" in str(_ask(child, "no such kind")["error"])
    assert _ask(child, "guess_data") == {"id": 1, "value": {"read": ""}}
    assert "KeyError" in _end(child)


def test_that_it_ends_with_its_input_in_the_middle_of_work(child: subprocess.Popen[bytes], tmp_path: Path) -> None:
    assert child.stdin is not None
    child.stdin.write(encode({"id": 1, "kind": "describe_data", "payload": {"mark": str(tmp_path / "mark")}}))
    child.stdin.flush()
    assert child.stdout is not None
    assert read(child.stdout) == {"ready": "data"}  # type: ignore[arg-type]
    while not (tmp_path / "mark").exists():
        assert child.poll() is None
    _end(child)


def test_that_a_wrong_lane_is_wrong_usage() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dlstudio.engine.child", "elsewhere"], capture_output=True, check=False, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage" in done.stderr


def test_that_every_kind_of_request_has_a_lane_and_a_handler() -> None:
    assert set(HANDLERS) == set(REQUESTS)
    assert {kind.lane for kind in REQUESTS.values()} == set(LANES)
