"""Preferences and the command table."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from dlstudio.graph.project import Project
from dlstudio.graph.saving import save_project
from dlstudio.workbench.commands import BY_ID, COMMANDS
from dlstudio.workbench.preferences import MAXIMUM_RECENT, Preferences, config_folder


def test_that_values_are_there_the_next_time(tmp_path: Path) -> None:
    Preferences(tmp_path).set("theme", "light")
    assert Preferences(tmp_path).get("theme") == "light"
    assert Preferences(tmp_path).get("missing", 3) == 3


def test_that_a_value_of_another_type_counts_as_missing(tmp_path: Path) -> None:
    Preferences(tmp_path).set("width", "wide")
    assert Preferences(tmp_path).get("width", 300) == 300


@pytest.mark.parametrize("content", ["", "[]", "{", "[" * 3000, "\xff"])
def test_that_a_damaged_file_is_passed_over(tmp_path: Path, content: str) -> None:
    (tmp_path / "preferences.json").write_text(content, encoding="latin-1")
    preferences = Preferences(tmp_path)
    preferences.set("theme", "dark")
    assert Preferences(tmp_path).get("theme") == "dark"


def test_that_a_folder_that_cannot_be_written_holds_for_the_session(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    preferences = Preferences(tmp_path / "file" / "below")
    preferences.set("theme", "light")
    assert preferences.get("theme") == "light"


def test_that_recent_projects_are_the_latest_first_and_still_there(tmp_path: Path) -> None:
    preferences = Preferences()
    folders = [tmp_path / f"p{number}" for number in range(MAXIMUM_RECENT + 3)]
    for folder in folders:
        save_project(Project(), folder)
        preferences.add_recent(folder)
    preferences.add_recent(folders[-3])
    (folders[-1] / "project.json").unlink()
    recent = Preferences().recent_projects
    assert recent[:2] == [folders[-3], folders[-2]]
    assert folders[-1] not in recent
    assert len(recent) == MAXIMUM_RECENT - 1


def test_that_the_config_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DLSTUDIO_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config_folder() == tmp_path / "dlstudio"
    monkeypatch.setenv("DLSTUDIO_CONFIG", str(tmp_path / "own"))
    assert config_folder() == tmp_path / "own"


def test_that_no_two_commands_share_a_name_or_a_shortcut() -> None:
    assert len(BY_ID) == len(COMMANDS)
    shortcuts = Counter(s for command in COMMANDS for s in command.shortcut.split("; ") if s)
    assert [s for s, count in shortcuts.items() if count > 1] == []
    assert all(
        command.id.split(".")[0] in ("file", "edit", "view", "data", "design", "code", "train", "help")
        for command in COMMANDS
    )
