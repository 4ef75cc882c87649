"""The frame of the command line: help, versions, slips, and the way to the window. Nothing here loads Keras."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dlstudio.__main__ import main
from dlstudio.cli.command import CommandError
from dlstudio.cli.command_line import COMMANDS, run
from dlstudio.cli.display import has_display


class Window:
    """Stands for the window and remembers what it was opened on."""

    def __init__(self) -> None:
        self.opened: list[tuple[Path | None, bool]] = []

    def __call__(self, project: Path | None, train: bool = False) -> int:
        self.opened.append((project, train))
        return 0


@pytest.fixture
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)


def test_that_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    printed = capsys.readouterr().out
    for name in COMMANDS:
        assert f"\n  {name} " in printed


@pytest.mark.parametrize("name", COMMANDS)
def test_that_every_command_explains_itself_and_takes_json(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    printed = capsys.readouterr().out
    assert "--json" in printed
    assert f"usage: dlstudio {name}" in printed


def test_that_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("DL Studio 0.")


@pytest.mark.parametrize(
    "words", [["--nonsense"], ["train"], ["train", "p", "--epochs", "0"], ["new", "x"], ["layers", "--category", "no"]]
)
def test_that_wrong_usage_ends_with_status_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert "usage:" in capsys.readouterr().err


def test_that_a_slip_in_a_command_is_not_taken_for_a_project(capsys: pytest.CaptureFixture[str]) -> None:
    window = Window()
    assert run(["trian"], window) == 2
    assert "Did you mean 'dlstudio train'?" in capsys.readouterr().err
    assert window.opened == []


def test_that_no_words_open_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":9")
    window = Window()
    assert run([], window) == 0
    assert window.opened == [(None, False)]


def test_that_a_path_opens_the_window_on_that_project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DISPLAY", ":9")
    window = Window()
    assert run([str(tmp_path)], window) == 0
    assert window.opened == [(tmp_path, False)]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
@pytest.mark.parametrize("words", [[], ["demo"]])
def test_that_without_a_display_one_line_names_the_headless_demo(
    words: list[str], no_display: None, capsys: pytest.CaptureFixture[str]
) -> None:
    window = Window()
    assert run(words, window) == 1
    printed = capsys.readouterr().err.strip()
    assert "dlstudio demo --headless" in printed
    assert "\n" not in printed
    assert window.opened == []


def test_that_a_display_is_recognised() -> None:
    assert has_display({"WAYLAND_DISPLAY": "wayland-0"}, "linux")
    assert has_display({"QT_QPA_PLATFORM": "offscreen"}, "linux")
    assert not has_display({"DISPLAY": ""}, "linux")
    assert has_display({}, "darwin")


def test_that_errors_are_sentences_on_standard_error_and_objects_in_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "nothing here"
    assert main(["train", str(missing), "--json"]) == 1
    printed = capsys.readouterr()
    assert "nothing here" in json.loads(printed.out)["error"]
    assert printed.err.startswith("Error:")


def test_that_a_fault_of_the_program_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise KeyError("a bug")

    monkeypatch.setattr("dlstudio.cli.templates.list_templates", broken)
    with pytest.raises(KeyError):
        main(["templates"])


def test_that_a_command_error_is_shown_as_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> None:
        raise CommandError("Not [today].")

    monkeypatch.setattr("dlstudio.cli.templates.list_templates", refuse)
    assert main(["templates"]) == 1
    assert capsys.readouterr().err == "Error: Not [today].\n"


def test_that_templates_are_listed_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["templates", "--json"]) == 0
    listed = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert set(listed) >= {"mlp", "cnn", "resnet-small", "lstm", "gru", "bilstm-text", "transformer-text", "vit"}
    assert listed["cnn"]["inputs"] == ["image"]
    assert listed["cnn"]["note"]


def test_that_layers_are_found_by_name_and_category(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["layers", "conv2d", "--json"]) == 0
    names = [entry["name"] for entry in json.loads(capsys.readouterr().out)]
    assert "Conv2D" in names
    assert "Dense" not in names
    assert main(["layers", "--category", "pooling", "--json"]) == 0
    assert {entry["category"] for entry in json.loads(capsys.readouterr().out)} == {"pooling"}


def test_that_a_layer_that_is_not_there_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["layers", "flux capacitor"]) == 1
    assert "flux capacitor" in capsys.readouterr().err


def test_that_listing_and_training_load_neither_keras_nor_qt_here() -> None:
    code = (
        "import sys; from dlstudio.__main__ import main; main(['templates']); main(['layers', 'dense']);"
        "main(['train', 'nowhere']); import dlstudio.cli.following;"
        "sys.exit(any(name.split('.')[0] in ('keras', 'tensorflow', 'PySide6', 'PIL') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, timeout=60).returncode == 0
