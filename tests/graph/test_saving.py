"""Projects come back as they were saved, and a bad file is explained."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import DataSettings, ObjectSettings, Project, TrainingSettings
from dlstudio.graph.saving import MAXIMUM_DEPTH, ProjectError, load_project, project_text, save_project

PROJECT = Project(
    "Handwritten digits",
    DataSettings(
        "data/digits", "image-folder", {"image": {"type": "image", "size": [8, 8], "channels": 1}}, {"seed": 7}
    ),
    Graph(
        {
            "images": Node("images", "Input", {"column": "image"}),
            "rnn": Node("rnn", "keras.layers.LSTM", {"units": 8, "return_state": True}, (220, 0)),
            "digit": Node("digit", "Output", {"column": "label"}, (440, 0)),
        },
        (Wire("images", "rnn"), Wire("rnn", "digit", "state_h")),
    ),
    TrainingSettings(
        epochs=3,
        schedule=ObjectSettings("keras.optimizers.schedules.CosineDecay"),
        early_stopping={"monitor": "val_loss", "patience": 5},
        keep="last",
    ),
)


def test_that_a_saved_project_comes_back_equal(tmp_path: Path) -> None:
    save_project(PROJECT, tmp_path / "digits")
    assert load_project(tmp_path / "digits") == PROJECT
    assert load_project(tmp_path / "digits" / "project.json") == PROJECT


def test_that_no_way_to_stop_early_is_none_at_all() -> None:
    assert Project.from_json({"training": {"early_stopping": {}}}).training.early_stopping is None


def test_that_one_node_is_one_line(tmp_path: Path) -> None:
    lines = project_text(PROJECT).splitlines()
    assert sum('"keras.layers.LSTM"' in line for line in lines) == 1
    assert json.loads(project_text(PROJECT))["format"] == 1


def test_that_a_full_disk_leaves_the_saved_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_project(PROJECT, tmp_path)

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ProjectError, match="disk is full"):
        save_project(replace(PROJECT, name="Other"), tmp_path)
    monkeypatch.undo()
    assert load_project(tmp_path).name == "Handwritten digits"
    assert [p.name for p in tmp_path.iterdir()] == ["project.json"]


def test_that_temporary_files_of_a_killed_save_are_removed(tmp_path: Path) -> None:
    (tmp_path / ".project.12.34.tmp.json").write_text("half")
    save_project(PROJECT, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["project.json"]


def _nested(levels: int) -> str:
    return '{"format": 1, "data": ' + "[" * levels + "]" * levels + "}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"format": 1,\n  "name": }', "line 2 column 11"),
        ("[]", "a list"),
        ("{}", "no 'format' number"),
        ('{"format": 99}', "format 99"),
        ('{"format": 1, "name": NaN}', "NaN"),
        ('{"format": 1, "name": 1e999}', "too large"),
        ('{"format": 1, "format": 1}', "stands twice"),
        (_nested(MAXIMUM_DEPTH), "levels deep"),
        (_nested(100_000), "levels deep"),
        ('{"format": 1, "graph": {"nodes": []}}', "graph.nodes"),
        ('{"format": 1, "graph": {"nodes": {"a": {}}}}', "node 'a'"),
        ('{"format": 1, "graph": {"nodes": {"<img>": {"type": "Input"}}}}', "cannot be a node's name"),
        ('{"format": 1, "graph": {"nodes": {"a": {"type": "Input", "at": [1]}}}}', "'at' should be two numbers"),
        ('{"format": 1, "graph": {"wires": [["a"]]}}', "wire 1"),
        ('{"format": 1, "training": {"epochs": 0}}', "training.epochs"),
        ('{"format": 1, "training": {"optimizer": "SGD"}}', "training.optimizer"),
        ('{"format": 1, "training": {"keep": "first"}}', "'training.keep' should be one of best, last, and is 'first'"),
    ],
)
def test_that_a_bad_file_is_explained(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "project.json").write_text(text)
    with pytest.raises(ProjectError, match=says):
        load_project(tmp_path)


def test_that_a_missing_project_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="dlstudio new"):
        load_project(tmp_path / "nowhere")


def test_that_bytes_that_are_no_text_are_explained(tmp_path: Path) -> None:
    (tmp_path / "project.json").write_bytes(b"\x93NUMPY\xff\xfe")
    with pytest.raises(ProjectError, match="UTF-8"):
        load_project(tmp_path)


def test_that_places_between_tenths_come_back_equal(tmp_path: Path) -> None:
    project = replace(PROJECT, graph=Graph({"digit": Node("digit", "Output", {}, (0.04, -728.75))}))
    save_project(project, tmp_path / "digits")
    assert load_project(tmp_path / "digits") == project
