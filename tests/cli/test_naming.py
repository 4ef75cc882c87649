"""Messages name commands as the person can type them."""

from __future__ import annotations

import pytest

from dlstudio.cli.printing import COMMAND_VARIABLE, errors, named


def test_that_commands_are_named_as_they_were_typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(COMMAND_VARIABLE, "packaging/run")
    assert named("Train one: dlstudio train digits") == "Train one: packaging/run train digits"
    errors().print("'dlstudio --help' lists the commands.")
    assert "'packaging/run --help'" in capsys.readouterr().err


def test_that_paths_and_other_words_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(COMMAND_VARIABLE, "packaging/run")
    for text in ("in /tmp/dlstudio demo", "my-dlstudio x", "dlstudio.tasks", "Made dlstudio"):
        assert named(text) == text


def test_that_without_a_launcher_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(COMMAND_VARIABLE, raising=False)
    assert named("dlstudio new") == "dlstudio new"
