"""The window is killed again and again while a run trains: the run goes on, and the next window finds all as it was."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dlstudio.graph.saving import save_project
from dlstudio.training.fitting import train
from dlstudio.training.runs.run_folder import RunFolder, create_run, list_runs
from tests.training.tiny_projects import make_project

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL"),
]

PATIENCE = 120.0
ENDLESS = 1_000_000
WINDOW = """
import sys
from dataclasses import replace
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from dlstudio.gui.application import dress
from dlstudio.gui.frame import Frame
from dlstudio.gui.studio import Studio
from dlstudio.workbench.document import Document

application = QApplication([])
dress(application, "dark")
document = Document.open(Path(sys.argv[1]))
print("recovered", document.recovered.name if document.recovered else "nothing", flush=True)
print("read-only", document.read_only, flush=True)
studio = Studio(document)
Frame(studio).show()
studio.document.recover()
if sys.argv[3] == "train":
    studio.train()  # saves the project as well
studio.change("Rename", replace(studio.project, name=sys.argv[2]))
seen = []

def look():
    run = studio.live_run
    if run is not None and run.epoch > 0 and not seen:
        seen.append(run)
        print("live", run.name, run.status, flush=True)

timer = QTimer()
timer.timeout.connect(look)
timer.start(20)
application.exec()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "project"
    save_project(make_project(place, epochs=ENDLESS), place)
    yield place
    for run in list_runs(place):
        if run.lives():
            os.kill(run.process()["pid"], signal.SIGKILL)


def said(window: subprocess.Popen[str], word: str) -> str:
    assert window.stdout is not None
    for line in window.stdout:
        first, _, rest = line.strip().partition(" ")
        if first == word:
            return rest
    raise AssertionError(f"the window ended before it said '{word}'")


def next_epoch(run: RunFolder) -> None:
    now, end = run.info().epoch, time.monotonic() + PATIENCE
    while run.info().epoch <= now:
        assert time.monotonic() < end, "the run does not go on"
        time.sleep(0.02)


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.slow)])
@pytest.mark.timeout(900)
def test_that_windows_may_be_killed_while_a_run_trains(kills: int, folder: Path, tmp_path: Path) -> None:
    rng, edited, pids = random.Random(kills), "nothing", set()
    for turn in range(kills):
        name = f"edit {turn}"
        arguments = [sys.executable, "-c", WINDOW, str(folder), name, "train" if turn == 0 else "look"]
        window = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
        try:
            assert said(window, "recovered") == edited
            assert said(window, "read-only") == "False"
            assert said(window, "live") == "0001 running"
            edited = name
            time.sleep(rng.uniform(0.0, 0.3))  # any moment will do
        finally:
            window.kill()
            window.communicate()
        run = RunFolder(folder / "runs" / "0001")
        assert run.info().status == "running"
        pids.add(run.process()["pid"])
    assert len(pids) == 1 and len(list_runs(folder)) == 1
    next_epoch(run)

    alone = create_run(tmp_path, make_project(tmp_path, epochs=3))
    assert train(alone) == 0
    assert run.info().history[:3] == alone.info().history
