"""Opening, saving and making projects, and choosing data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.graph.project import Project
from dlstudio.graph.saving import load_project, save_project
from dlstudio.gui.studio import Studio
from dlstudio.workbench.document import Document
from tests.gui.fake_engine import FakeEngine
from tests.gui.studio.opened import DATA, messages_of, people, settle


def test_that_save_writes_and_is_told(qtbot: QtBot, studio: Studio) -> None:
    studio.change("Name", replace(studio.project, name="Renamed"))
    assert not studio.saved
    with qtbot.waitSignal(studio.savedChanged):
        assert studio.save()
    assert studio.folder is not None
    assert load_project(studio.folder).name == "Renamed"
    assert studio.preferences.recent_projects == [studio.folder]


def test_that_a_project_without_a_folder_asks_for_one(qtbot: QtBot, engine: FakeEngine, tmp_path: Path) -> None:
    studio = Studio(engine=engine, catalogue=load_catalogue())
    with qtbot.waitSignal(studio.folderWanted):
        assert not studio.save()
    assert studio.save(tmp_path / "new")
    assert studio.folder == tmp_path / "new"
    studio.close()


def test_that_a_project_that_cannot_be_opened_leaves_the_open_one(studio: Studio, tmp_path: Path) -> None:
    said = messages_of(studio)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "project.json").write_text("{")
    before = studio.document
    assert not studio.open_project(tmp_path / "broken")
    assert studio.document is before
    assert said[0][0] == "error"


def test_that_opening_another_project_forgets_the_one_before(
    qtbot: QtBot, studio: Studio, engine: FakeEngine, tmp_path: Path
) -> None:
    settle(qtbot, studio, engine)
    studio.select(["dense"])
    save_project(Project("Other"), tmp_path / "other")
    engine.hold("infer")
    with qtbot.waitSignals([studio.documentOpened, studio.projectChanged]):
        assert studio.open_project(tmp_path / "other")
    assert (studio.project.name, studio.facts, studio.summary, studio.selection) == ("Other", None, None, frozenset())
    assert studio.preferences.recent_projects[0] == tmp_path / "other"


def test_that_a_second_window_is_told_that_it_reads_only(studio: Studio, engine: FakeEngine, tmp_path: Path) -> None:
    other = Studio(engine=FakeEngine(), catalogue=load_catalogue())
    said = messages_of(other)
    assert other.open_project(tmp_path / "people")
    assert said[0][0] == "warning"
    assert other.document.read_only
    other.close()


def test_that_opening_the_open_project_again_changes_nothing(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    before = studio.document
    with qtbot.waitSignal(studio.documentOpened):
        assert studio.open_project(tmp_path / "people" / "project.json")
    assert studio.document is before
    assert not studio.document.read_only


def test_that_data_guessed_for_a_project_closed_meanwhile_is_dropped(
    qtbot: QtBot, studio: Studio, engine: FakeEngine, tmp_path: Path
) -> None:
    settle(qtbot, studio, engine)
    engine.hold("guess_data")
    engine.answers["guess_data"] = {"data": {**DATA.as_json(), "source": "other.csv"}}
    studio.set_data("/somewhere/other.csv")
    save_project(Project("Other"), tmp_path / "other")
    assert studio.open_project(tmp_path / "other")
    with qtbot.waitSignal(studio.replyArrived, check_params_cb=lambda _, value: "data" in value):
        engine.release("guess_data")
    assert studio.project == Project("Other")


def test_that_set_data_is_one_undo_step(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    engine.answers["guess_data"] = {"data": {**DATA.as_json(), "source": "other.csv"}}
    done: list[bool] = []
    studio.set_data("/somewhere/other.csv", lambda: done.append(True))
    qtbot.waitUntil(lambda: bool(done))
    assert studio.project.data.source == "other.csv"
    studio.undo()
    assert studio.project.data == DATA


def test_that_a_new_project_is_fitted_saved_and_opened(
    qtbot: QtBot, studio: Studio, engine: FakeEngine, tmp_path: Path
) -> None:
    engine.answers["fit_template"] = lambda payload: {"project": replace(people(), name=payload["name"]).as_json()}
    opened: list[Document] = []
    studio.new_project(tmp_path / "my_digits", "mlp", "/data/people.csv", opened.append)
    qtbot.waitUntil(lambda: bool(opened))
    assert studio.document is opened[0]
    assert studio.project.name == "My digits"
    assert load_project(tmp_path / "my_digits") == studio.project
