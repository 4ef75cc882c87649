"""Which runs a line of words means, and what differs between several."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dlstudio.graph.model import Graph, Node
from dlstudio.graph.project import ObjectSettings, Project, TrainingSettings
from dlstudio.training.runs.run_info import RunInfo
from dlstudio.training.runs.run_marks import RunMarks
from dlstudio.workbench.comparing import across
from dlstudio.workbench.run_filter import RunFilter

ADAM = ObjectSettings("keras.optimizers.Adam")
RUNS = [
    RunInfo("0001", Path(), Project(), "finished", marks=RunMarks("The first one", ("baseline",))),
    RunInfo("0002", Path(), Project(training=TrainingSettings(optimizer=ADAM, seed=12)), "failed"),
    RunInfo(
        "0012", Path(), Project(), "finished", marks=RunMarks("", ("small net", "base"), True), trial="search 2, 3"
    ),
]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["0001", "0002", "0012"]),
        ("adam", ["0002"]),
        ("ADAM failed", ["0002"]),
        ("adam finished", []),
        ("run", ["0001", "0002", "0012"]),
        ("first", ["0001"]),
        ("tag:base", ["0012"]),
        ("base", ["0001", "0012"]),
        ('tag:"small net"', ["0012"]),
        ("state:fail", ["0002"]),
        ("-state:failed", ["0001", "0012"]),
        ("-adam -first", ["0012"]),
        ("is:pinned", ["0012"]),
        ("is:trial", ["0012"]),
        ("seed:7", ["0001", "0012"]),
        ("seed:1", []),
        ("optimizer:sgd", ["0001", "0012"]),
        ("colour:red", []),
        ("tag: ", []),
        ("-", ["0001", "0002", "0012"]),
    ],
)
def test_that_a_line_of_words_means_these_runs(text: str, names: list[str]) -> None:
    assert [run.name for run in RUNS if RunFilter.of(text).matches(run)] == names


def test_that_what_differs_between_several_projects_stands_in_one_row_each() -> None:
    plain = Project(graph=Graph({"a": Node("a", "Input")}))
    wider = replace(plain, training=TrainingSettings(batch_size=8, optimizer=ADAM))
    other = replace(plain, graph=Graph({"a": Node("a", "Input"), "b": Node("b", "keras.layers.Dense")}))
    rows = dict(across([plain, wider, other]))
    assert rows["batch size"] == ("64", "8", "64")
    assert rows["optimizer · type"] == ("SGD", "Adam", "SGD")
    assert rows["network"] == ("as it is", "the same", "1 layer added")
    assert across([plain, plain]) == []
