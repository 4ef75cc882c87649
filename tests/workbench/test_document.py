"""Undo, saving, the journal and the lock of an open project."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dlstudio.graph.edits import add_node, connect, move_nodes, remove_nodes, rename_node, set_settings
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import Project
from dlstudio.graph.saving import ProjectError, load_project, save_project
from dlstudio.workbench.document import MERGE_SECONDS, Document


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _project(count: int = 3) -> Project:
    graph = Graph()
    for number in range(count):
        graph = add_node(graph, Node(f"dense_{number}", "keras.layers.Dense", {"units": 8 + number}))
        if number:
            graph = connect(graph, Wire(f"dense_{number - 1}", f"dense_{number}"))
    return Project("Test", graph=graph)


def _with_units(project: Project, units: int) -> Project:
    return replace(project, graph=set_settings(project.graph, "dense_0", {"units": units}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_project(_project(), tmp_path / "project")
    return tmp_path / "project"


def test_that_undo_and_redo_walk_through_every_step() -> None:
    first = _project()
    document = Document(first)
    second, third = _with_units(first, 20), _with_units(first, 30)
    document.change("Set units to 20", second)
    document.change("Set units to 30", third)
    assert (document.undo(), document.project) == ("Set units to 30", second)
    assert (document.undo(), document.project) == ("Set units to 20", first)
    assert (document.undo(), document.undo_label, document.redo_label) == ("", "", "Set units to 20")
    document.redo()
    assert (document.redo(), document.project) == ("Set units to 30", third)
    assert document.redo() == ""


def test_that_a_change_after_undo_forgets_what_was_undone() -> None:
    document = Document(_project())
    document.change("a", _with_units(_project(), 20))
    document.undo()
    document.change("b", _with_units(_project(), 21))
    assert document.redo_label == ""


def test_that_an_equal_project_is_no_step() -> None:
    document = Document(_project())
    assert not document.change("nothing", _project())
    assert document.undo_label == ""


def test_that_typing_in_one_field_is_one_step() -> None:
    clock = Clock()
    first = _project()
    document = Document(first, clock=clock)
    for units in (1, 12, 128):
        document.change("Set units", _with_units(first, units), merge_key="dense_0.units")
        clock.now += MERGE_SECONDS / 2
    document.undo()
    assert document.project == first


@pytest.mark.parametrize("between", ["another field", "pause", "focus", "undo"])
def test_that_typing_ends_with(between: str) -> None:
    clock = Clock()
    first = _project()
    document = Document(first, clock=clock)
    document.change("Set units", _with_units(first, 5), merge_key="units")
    if between == "another field":
        document.change("Name it", replace(document.project, name="Other"), merge_key="name")
    elif between == "pause":
        clock.now += MERGE_SECONDS * 2
    elif between == "focus":
        document.end_merge()
    else:
        document.change("x", _with_units(first, 6))
        document.undo()
    before = document.project
    document.change("Set units", _with_units(document.project, 7), merge_key="units")
    document.undo()
    assert document.project == before


def test_that_saved_says_whether_the_disk_has_what_is_open(folder: Path) -> None:
    document = Document.open(folder)
    assert document.saved
    document.change("Set units", _with_units(document.project, 99))
    assert not document.saved
    document.undo()
    assert document.saved
    document.redo()
    document.save()
    assert document.saved
    assert load_project(folder) == document.project
    document.close()


def test_that_listeners_hear_every_change_until_they_leave(folder: Path) -> None:
    document = Document.open(folder)
    heard: list[str] = []
    leave = document.listen(lambda: heard.append(document.project.name))
    document.change("Name it", replace(document.project, name="A"))
    document.undo()
    document.save()
    leave()
    document.redo()
    assert heard == ["A", "Test", "Test"]
    document.close()


def test_that_a_project_without_a_folder_asks_for_one(tmp_path: Path) -> None:
    document = Document(_project())
    with pytest.raises(ProjectError, match="no folder"):
        document.save()
    document.save(tmp_path / "new")
    assert document.folder == tmp_path / "new"
    assert load_project(tmp_path / "new") == document.project
    document.close()


def test_that_a_failed_save_leaves_everything_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = Document.open(folder)
    document.change("Set units", _with_units(document.project, 99))
    before = (folder / "project.json").read_bytes()

    def full(*_: object) -> None:
        raise ProjectError("The disk is full.")

    monkeypatch.setattr("dlstudio.workbench.document.save_project", full)
    with pytest.raises(ProjectError):
        document.save()
    with pytest.raises(ProjectError):
        document.save(folder.parent / "elsewhere")
    assert not document.saved
    assert document.folder == folder
    assert (folder / "project.json").read_bytes() == before
    document.close()


def test_that_create_never_replaces_a_project(folder: Path) -> None:
    with pytest.raises(ProjectError, match="already"):
        Document.create(Project("Other"), folder)
    assert load_project(folder).name == "Test"


def test_that_a_second_window_reads_only_and_may_save_elsewhere(folder: Path, tmp_path: Path) -> None:
    first = Document.open(folder)
    second = Document.open(folder)
    assert (first.read_only, second.read_only) == (False, True)
    second.change("Set units", _with_units(second.project, 50))
    with pytest.raises(ProjectError, match="another window"):
        second.save()
    second.save(tmp_path / "copy")
    assert not second.read_only
    second.close()
    first.close()
    again = Document.open(folder)
    assert not again.read_only
    again.close()


def test_that_the_lock_of_a_killed_window_is_free(folder: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from dlstudio.workbench.document import Document;"
        f"d = Document.open(Path({str(folder)!r})); assert not d.read_only; os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 9
    document = Document.open(folder)
    assert not document.read_only
    document.close()


def _crash(document: Document) -> None:
    """What a killed process leaves: the journal's file, but no lock."""
    assert document._lock is not None
    document._lock.give_back()


def test_that_unsaved_edits_survive_a_crash_and_are_offered_back(folder: Path) -> None:
    document = Document.open(folder)
    for units in range(20, 90):
        document.change("Set units", _with_units(document.project, units))
    graph = document.project.graph
    graph = rename_node(remove_nodes(graph, ["dense_1"]), "dense_0", "first")
    graph = move_nodes(add_node(graph, Node("late", "keras.layers.ReLU")), {"first": (5, 6)})
    document.change("Much", replace(document.project, graph=graph, name="Größe"))
    left = document.project
    _crash(document)

    again = Document.open(folder)
    assert again.recovered == left
    assert list(again.recovered.graph.nodes) == list(left.graph.nodes)
    assert again.project == load_project(folder)
    again.recover()
    assert (again.project, again.saved, again.undo_label) == (left, False, "Restore unsaved edits")
    _crash(again)
    assert Document.open(folder).recovered == left


def test_that_edits_that_were_undone_are_not_recovered(folder: Path) -> None:
    document = Document.open(folder)
    document.change("Set units", _with_units(document.project, 20))
    document.undo()
    _crash(document)
    assert Document.open(folder).recovered is None


@pytest.mark.parametrize("end", ["save", "close", "forget"])
def test_that_nothing_is_offered_after(end: str, folder: Path) -> None:
    document = Document.open(folder)
    document.change("Set units", _with_units(document.project, 20))
    if end == "save":
        document.save()
        _crash(document)
    elif end == "close":
        document.close()
    else:
        _crash(document)
        document = Document.open(folder)
        document.forget_recovered()
        _crash(document)
    assert Document.open(folder).recovered is None


def test_that_recovered_edits_not_decided_on_are_kept_for_the_next_time(folder: Path) -> None:
    document = Document.open(folder)
    document.change("Set units", _with_units(document.project, 20))
    left = document.project
    _crash(document)
    Document.open(folder).close()
    assert Document.open(folder).recovered == left


def test_that_edits_made_while_others_are_offered_survive_the_next_crash(folder: Path) -> None:
    document = Document.open(folder)
    document.change("Set units", _with_units(document.project, 20))
    _crash(document)
    second = Document.open(folder)
    second.change("Set units", _with_units(second.project, 30))
    left = second.project
    _crash(second)
    assert Document.open(folder).recovered == left


def test_that_a_damaged_journal_costs_only_its_damaged_end(folder: Path, own_settings: Path) -> None:
    document = Document.open(folder)
    document.change("Set units", _with_units(document.project, 20))
    left = document.project
    document.change("Set units", _with_units(document.project, 21))
    _crash(document)
    (file,) = (own_settings / "journal").iterdir()
    file.write_bytes(file.read_bytes()[:-9])
    again = Document.open(folder)
    assert again.recovered == left
    again.close()


@pytest.mark.parametrize("content", ["", "{", '{"snapshot": 3}', '{"changes": [[["a"], 1]]}', "[" * 5000, "\0\0"])
def test_that_a_journal_that_is_none_is_passed_over(content: str, folder: Path, own_settings: Path) -> None:
    document = Document.open(folder)
    document.change("Set units", _with_units(document.project, 20))
    _crash(document)
    (file,) = (own_settings / "journal").iterdir()
    file.write_text(content)
    again = Document.open(folder)
    assert again.recovered is None
    again.change("Set units", _with_units(again.project, 22))
    again.close()


def test_that_a_journal_that_cannot_be_written_never_stops_the_work(folder: Path, own_settings: Path) -> None:
    (own_settings / "journal").write_text("a file where a folder should be")
    document = Document.open(folder)
    assert document.change("Set units", _with_units(document.project, 20))
    document.save()
    document.close()


def test_that_the_journal_writes_only_what_differs(tmp_path: Path, own_settings: Path) -> None:
    document = Document.create(_project(200), tmp_path / "large")
    document.change("a", _with_units(document.project, 20))
    document.change("b", _with_units(document.project, 21))
    (file,) = (own_settings / "journal").iterdir()
    snapshot, step = file.read_text().splitlines()
    assert len(step) < len(snapshot) / 50
    assert json.loads(step)["changes"]
    document.close()
    assert not file.exists()
