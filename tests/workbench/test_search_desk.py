"""The desk of searches: begun, followed and taken in background threads, told in the window's."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dlstudio.graph.saving import load_project, save_project
from dlstudio.search.folder import Plan, SearchFolder
from dlstudio.training.runs.run_folder import RunError, RunFolder
from dlstudio.workbench import search_desk
from dlstudio.workbench.search_desk import SearchDesk
from tests.search.scripted import RANGES, Trainer
from tests.training.tiny_projects import make_project

pytest.importorskip("optuna")

PATIENCE = 60.0


class Window:
    """Calls what is posted when it gets round to it, in its own thread."""

    def __init__(self) -> None:
        self.waiting: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.told: list[str] = []

    def until(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, self.told
            try:
                self.waiting.get(timeout=0.05)()
            except queue.Empty:
                continue


@pytest.fixture
def window() -> Window:
    return Window()


@pytest.fixture
def desk(window: Window, monkeypatch: pytest.MonkeyPatch) -> Iterator[SearchDesk]:
    def launch(search: SearchFolder) -> None:
        thread = threading.Thread(target=lambda: Trainer().search(search).go(), daemon=True)
        thread.start()

    monkeypatch.setattr(search_desk, "launch_search", launch)
    made = SearchDesk(window.waiting.put)
    made.told = lambda sentence, _: window.told.append(sentence)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_project(make_project(tmp_path / "tiny"), tmp_path / "tiny")
    return tmp_path / "tiny"


def start(desk: SearchDesk, window: Window, folder: Path) -> None:
    desk.follow(folder)
    desk.watch()
    desk.start(folder, load_project(folder), Plan(RANGES, trials=3, goal="val_loss"))
    window.until(lambda: desk.seen and desk.seen.results.status == "finished")


def test_that_a_search_is_followed_to_its_end(desk: SearchDesk, window: Window, folder: Path) -> None:
    start(desk, window, folder)
    assert desk.names == ["0001"] and desk.seen
    assert [each.state for each in desk.seen.results.trials] == ["finished"] * 3


def test_that_a_trial_is_taken_into_a_folder_of_its_own(
    desk: SearchDesk, window: Window, folder: Path, tmp_path: Path
) -> None:
    start(desk, window, folder)
    taken: list[Path] = []
    desk.take("0001", 2, tmp_path / "taken", taken.append)
    window.until(lambda: taken)
    assert load_project(taken[0]).graph == RunFolder(folder / "runs" / "0002").project().graph
    desk.take("0001", 2, tmp_path / "taken", taken.append)
    window.until(lambda: window.told)
    assert "already is a project" in window.told[0]


def test_that_a_search_that_cannot_start_says_why(
    desk: SearchDesk, window: Window, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(search: SearchFolder) -> None:
        raise RunError("No.")

    monkeypatch.setattr(search_desk, "launch_search", refuse)
    desk.follow(folder)
    desk.start(folder, load_project(folder), Plan(RANGES))
    window.until(lambda: window.told)
    assert window.told == ["No."]


def test_that_another_project_has_other_searches(
    desk: SearchDesk, window: Window, folder: Path, tmp_path: Path
) -> None:
    start(desk, window, folder)
    desk.follow(tmp_path / "other")
    assert desk.names == [] and desk.seen is None
    calls: list[None] = []
    desk.changed = lambda: calls.append(None)
    window.until(lambda: calls)
    assert desk.names == [] and desk.seen is None
