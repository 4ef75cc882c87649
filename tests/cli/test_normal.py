"""``dlstudio new --normal``: what is normal is said when a project is made, and held against the data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dlstudio.cli.command import CommandError
from dlstudio.cli.making import make_project, with_target
from dlstudio.data.opening import guess_settings
from dlstudio.data.table import DataError
from dlstudio.graph.saving import load_project
from tests.data.sources import image_folder


def test_that_normal_classes_are_kept_in_the_project(tmp_path: Path) -> None:
    data = str(image_folder(tmp_path / "animals"))
    made = make_project(tmp_path / "p", "autoencoder", data, normal=[("label", "cat")])
    assert load_project(made.folder).data.options["normal"] == {"column": "label", "classes": ["cat"]}
    assert json.loads((made.folder / "project.json").read_text())["data"]["columns"]["image"]["role"] == "both"
    assert {name: len(rows) for name, rows in made.prepared.rows.items()} == {"train": 16, "validation": 2, "test": 22}


@pytest.mark.parametrize(
    ("normal", "said"),
    [
        ([("label", "bird")], "no class 'bird'"),
        ([("label", "cat"), ("image", "cat")], "one column"),
        ([("mood", "cat")], "no column 'mood'"),
        ([("label", "cat"), ("label", "dog")], "Leave out"),
    ],
)
def test_that_a_choice_without_sense_leaves_nothing_behind(
    normal: list[tuple[str, str]], said: str, tmp_path: Path
) -> None:
    data = str(image_folder(tmp_path / "animals"))
    with pytest.raises((CommandError, DataError), match=said):
        make_project(tmp_path / "p", "autoencoder", data, normal=normal)
    assert not (tmp_path / "p").exists()


def test_that_a_target_that_is_read_already_is_both(tmp_path: Path) -> None:
    data = guess_settings(image_folder(tmp_path / "animals"))
    both = with_target(data, "image")
    assert {name: column.get("role") for name, column in both.columns.items()} == {"image": "both", "label": None}
    back = with_target(both, "label")
    assert {name: column.get("role") for name, column in back.columns.items()} == {"image": "input", "label": "target"}


def test_that_a_classifier_has_nothing_normal(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="autoencoder, series-autoencoder, vae"):
        make_project(tmp_path / "p", "cnn", str(image_folder(tmp_path / "animals")), normal=[("label", "cat")])
