"""``dlstudio compare`` tells what differs, to people and to programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dlstudio.cli.command_line import run
from dlstudio.graph.edits import rename_node, set_settings
from dlstudio.graph.project import Project
from dlstudio.graph.saving import save_project
from tests.graph.test_compare import chain


def no_window(_: Path | None) -> int:
    raise AssertionError("the window was opened")


@pytest.fixture
def folders(tmp_path: Path) -> tuple[str, str]:
    save_project(Project("One", graph=chain()), tmp_path / "one")
    changed = rename_node(set_settings(chain(), "out", {"units": 10}), "wide", "hidden")
    save_project(Project("Two", graph=changed), tmp_path / "two")
    return str(tmp_path / "one"), str(tmp_path / "two")


def test_that_differences_are_listed(folders, capsys) -> None:
    assert run(["compare", *folders], no_window) == 0
    text = capsys.readouterr().out
    assert "2 layers changed" in text
    assert "out · units" in text
    assert run(["compare", folders[0], folders[0]], no_window) == 0
    assert "The two networks are the same." in capsys.readouterr().out


def test_that_programs_get_json(folders, capsys) -> None:
    assert run(["compare", *folders, "--json"], no_window) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["equal"] is False
    assert {"kind": "changed", "what": "hidden · name", "before": "wide", "after": "hidden"} in value["differences"]


def test_that_a_missing_run_is_a_sentence(folders, capsys) -> None:
    assert run(["compare", *folders, "--runs", "7"], no_window) == 1
    assert "has no run '7'" in capsys.readouterr().err
