"""``dlstudio export``: a network as a script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.compiler.code import read_code, same_network
from dlstudio.graph.saving import load_project
from tests.cli.conftest import Call, edit_project


@pytest.fixture
def project(tmp_path: Path, call: Call, make_images: Callable[..., Path]) -> Path:
    folder = tmp_path / "shapes"
    assert call("new", folder, "--template", "cnn", "--data", make_images()).status == 0
    return folder


def test_that_the_script_holds_the_shapes_of_the_data_and_reads_back(project: Path, tmp_path: Path, call: Call) -> None:
    out = tmp_path / "model.py"
    answer = call("export", project, "--to", "python", out, "--json")
    assert answer.status == 0
    assert answer.json == {"format": "python", "file": str(out), "beside": [], "problems": []}
    text = out.read_text(encoding="utf-8")
    assert "shape=(28, 28, 3)" in text
    catalogue = load_catalogue()
    assert same_network(read_code(text, catalogue), load_project(project).graph, catalogue)


def test_that_a_file_that_is_there_is_not_written_over_unless_asked(project: Path, tmp_path: Path, call: Call) -> None:
    out = tmp_path / "model.py"
    out.write_text("mine")
    answer = call("export", project, "--to", "python", out)
    assert answer.status == 1
    assert "--force" in answer.err
    assert out.read_text() == "mine"
    assert call("export", project, "--to", "python", out, "--force").status == 0
    assert "import keras" in out.read_text()


def test_that_missing_data_is_said_and_the_script_written_all_the_same(
    project: Path, tmp_path: Path, call: Call
) -> None:
    edit_project(project, lambda value: value["data"].update(source="gone"))
    answer = call("export", project, "--to", "python", tmp_path / "model.py", "--json")
    assert answer.status == 1
    assert any("gone" in sentence for sentence in answer.json["problems"])
    assert "import keras" in (tmp_path / "model.py").read_text()


def test_that_an_unknown_format_is_wrong_usage(project: Path, tmp_path: Path, call: Call) -> None:
    assert call("export", project, "--to", "cobol", tmp_path / "x").status == 2


@pytest.mark.parametrize(("form", "ground"), [("figure", "#ffffff"), ("figure-dark", "#16181d")])
def test_that_the_figure_has_the_dimensions_of_the_data(
    project: Path, tmp_path: Path, call: Call, form: str, ground: str
) -> None:
    out = tmp_path / "figure.svg"
    answer = call("export", project, "--to", form, out)
    assert answer.status == 0, answer.err
    text = out.read_text(encoding="utf-8")
    assert text.startswith("<?xml")
    assert f'fill="{ground}"' in text
    assert ">28×28×3</text>" in text
