"""Fixtures for every test: no display, settings of its own, nothing left running."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

END_SECONDS = 5.0
WAIT_MILLISECONDS = 120_000


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "keeps_processes: starts a fixture whose processes outlive the test")
    # The usual five seconds are too few where windows of the file before are styled again with the first of the next.
    for wait in (QtBot.waitUntil, QtBot.waitSignal, QtBot.waitSignals, QtBot.waitActive, QtBot.waitExposed):
        wait.__kwdefaults__["timeout"] = WAIT_MILLISECONDS


@pytest.fixture(autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Preferences and journals go to a fresh folder: a test never sees or touches those of the person who runs it."""
    folder = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("DLSTUDIO_CONFIG", str(folder))
    return folder


@pytest.fixture(autouse=True)
def nothing_left_running(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that leaves a child process or a non-daemon thread behind.

    Those that a wider fixture started count as there before; a test that starts such a fixture is marked
    ``keeps_processes``.
    """
    processes, threads = set(psutil.Process().children(recursive=True)), set(threading.enumerate())
    yield
    if request.node.get_closest_marker("keeps_processes"):
        return
    left = [process for process in psutil.Process().children(recursive=True) if process not in processes]
    _, left = psutil.wait_procs(left, timeout=END_SECONDS)
    named = [_described(process) for process in left]
    for process in left:
        process.kill()
    psutil.wait_procs(left, timeout=END_SECONDS)
    assert not named, f"left running: {named}"
    for thread in set(threading.enumerate()) - threads:
        if not thread.daemon:
            thread.join(END_SECONDS)
            assert not thread.is_alive(), f"the thread '{thread.name}' was left running"


def _described(process: psutil.Process) -> str:
    try:
        return f"{process.pid} {' '.join(process.cmdline())[:200]}"
    except psutil.Error:
        return str(process.pid)
