"""A studio with an engine that answers what the test says, and no training processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.graph.saving import save_project
from dlstudio.gui.studio import Studio
from dlstudio.training import launching
from dlstudio.training.runs.run_folder import RunFolder
from dlstudio.workbench.document import Document
from tests.gui.fake_engine import FakeEngine
from tests.gui.studio.opened import SPEC, people


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    engine.answers["describe_data"] = {"summary": {"rows": 3}, "specs": {"age": SPEC.as_json()}}
    engine.hold("describe_data")  # until settle: a test lays down its answers first
    return engine


@pytest.fixture(autouse=True)
def launched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """No training process is started; what would have been stands in the list."""
    names: list[str] = []

    def launch(run: RunFolder, *, resume: bool = False) -> None:
        names.append(run.name)

    monkeypatch.setattr(launching, "launch", launch)
    monkeypatch.setattr(launching, "prepare_spare", lambda *_: None)
    return names


@pytest.fixture
def studio(qtbot: QtBot, engine: FakeEngine, tmp_path: Path) -> Iterator[Studio]:
    save_project(people(), tmp_path / "people")
    studio = Studio(Document.open(tmp_path / "people"), engine=engine, catalogue=load_catalogue())
    yield studio
    studio.close()
