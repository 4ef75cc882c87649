"""Consent to run a project's own code: outside of the project, by content, for one project only."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlstudio.graph.model import Graph, Node
from dlstudio.graph.project import Project
from dlstudio.training.runs.run_code import keep_code, run_permission
from dlstudio.training.runs.run_folder import RunError, create_run
from dlstudio.workbench.consent import Consent, refuse_unallowed
from dlstudio.workbench.own_code import OwnCode

GRAPH = Graph({"mine": Node("mine", "Custom", {"file": "my.py", "class": "Mine"})})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "my.py").write_text("x = 1\n")
    return tmp_path


def allow(folder: Path) -> None:
    Consent().allow(folder, Consent().pending(folder, GRAPH))


def test_that_consent_is_kept_outside_of_the_project(folder: Path) -> None:
    assert [file.name for file in Consent().pending(folder, GRAPH)] == ["my.py"]
    allow(folder)
    assert Consent().pending(folder, GRAPH) == ()
    assert sorted(path.name for path in folder.iterdir()) == ["my.py"]


def test_that_a_changed_file_asks_again_and_the_old_one_is_still_allowed(folder: Path) -> None:
    allow(folder)
    (folder / "my.py").write_text("x = 2\n")
    assert len(Consent().pending(folder, GRAPH)) == 1
    (folder / "my.py").write_text("x = 1\n")
    assert Consent().pending(folder, GRAPH) == ()


def test_that_the_same_file_in_another_project_asks(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    allow(folder)
    other = tmp_path_factory.mktemp("other")
    (other / "my.py").write_text("x = 1\n")
    assert len(Consent().pending(other, GRAPH)) == 1


def test_that_a_damaged_list_allows_nothing(folder: Path, own_settings: Path) -> None:
    allow(folder)
    for text in ("no JSON", "[]", '{"x": 3}'):
        (own_settings / "allowed_code.json").write_text(text)
        assert len(Consent().pending(folder, GRAPH)) == 1


def test_that_a_run_keeps_the_allowed_code_and_a_strangers_run_is_refused(folder: Path) -> None:
    project = Project(graph=GRAPH)
    closed = create_run(folder, project)
    keep_code(closed, GRAPH, Consent().permission(folder))
    assert run_permission(closed).digests == frozenset()
    assert not (closed.path / "code").exists()
    allow(folder)
    run = create_run(folder, project)
    keep_code(run, GRAPH, Consent().permission(folder))
    assert (run.path / "code" / "my.py").read_text() == "x = 1\n"
    assert len(run_permission(run).digests) == 1
    refuse_unallowed(run)
    (run.path / "code" / "my.py").write_text("evil = 1\n")
    with pytest.raises(RunError, match="have not allowed"):
        refuse_unallowed(run)


def test_that_the_window_hears_of_changes_and_allows_what_it_has_shown(folder: Path) -> None:
    own = OwnCode()
    assert own.look(folder, GRAPH)
    assert not own.look(folder, GRAPH)
    shown = own.pending
    (folder / "my.py").write_text("y = 3\n")
    own.allow(shown)
    assert own.look(folder, GRAPH)
    assert len(own.pending) == 1
    own.allow(own.pending)
    own.look(folder, GRAPH)
    assert own.pending == ()
    assert own.request is not None and len(own.request["digests"]) == 2


def test_that_a_project_without_code_or_folder_asks_nothing(folder: Path) -> None:
    own = OwnCode()
    own.look(folder, Graph())
    assert (own.pending, own.request) == ((), None)
    own.look(None, GRAPH)
    assert (own.pending, own.request) == ((), None)
