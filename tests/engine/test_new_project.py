"""Fitting a template to data for a new project, as the data process does it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dlstudio.data.opening import guess_settings
from dlstudio.engine.new_project import new_project
from dlstudio.places import SAMPLE_DATA
from dlstudio.templates.template import TemplateError

IRIS = SAMPLE_DATA / "iris" / "iris.csv"


def test_that_shipped_data_is_copied_with_its_notes(tmp_path: Path) -> None:
    project = new_project({"template": "mlp", "name": "Iris", "folder": str(tmp_path / "p"), "data_path": str(IRIS)})
    assert (project.name, project.data.source) == ("Iris", "data/iris.csv")
    assert (tmp_path / "p" / "data" / "iris.csv").read_bytes() == IRIS.read_bytes()
    assert (tmp_path / "p" / "data" / "README.md").is_file()
    assert len(project.graph) > 2


def test_that_data_of_the_user_stays_where_it_is(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    shutil.copy(IRIS, own)
    project = new_project({"template": "mlp", "name": "Iris", "folder": str(tmp_path / "p"), "data_path": str(own)})
    assert project.data.source == str(own)
    assert not (tmp_path / "p").exists()


def test_that_data_inside_the_project_is_named_relative_to_it(tmp_path: Path) -> None:
    (tmp_path / "p" / "data").mkdir(parents=True)
    shutil.copy(IRIS, tmp_path / "p" / "data" / "flowers.csv")
    data = guess_settings(tmp_path / "p" / "data" / "flowers.csv")
    project = new_project({"template": "mlp", "name": "I", "folder": str(tmp_path / "p"), "data": data.as_json()})
    assert project.data.source == "data/flowers.csv"


def test_that_a_template_that_does_not_fit_leaves_no_copy_behind(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    with pytest.raises(TemplateError):
        new_project({"template": "cnn", "name": "Iris", "folder": str(tmp_path / "p"), "data_path": str(IRIS)})
    assert list((tmp_path / "p").iterdir()) == []


def test_that_a_template_for_subwords_has_a_text_cut_into_them(tmp_path: Path) -> None:
    text = tmp_path / "story.txt"
    text.write_text("once upon a time there was a king\n" * 60, encoding="utf-8")
    project = new_project(
        {"template": "subword-lstm", "name": "T", "folder": str(tmp_path / "p"), "data_path": str(text)}
    )
    assert project.data.columns["text"]["unit"] == "subwords"
