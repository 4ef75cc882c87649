"""Weights follow their layers through renaming, blocks and repeats."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from dlstudio.graph.edits import add_node, remove_nodes, rename_node
from dlstudio.graph.initial_weights import InitialWeights, followed, layer_paths
from dlstudio.graph.model import Block, Graph, Node, Wire
from dlstudio.graph.project import Project
from dlstudio.graph.saving import ProjectError, load_project, save_project
from dlstudio.workbench.document import Document


def chain(*names: str) -> Graph:
    nodes = {"in": Node("in", "Input"), **{name: Node(name, "keras.layers.Dense", {"units": 4}) for name in names}}
    nodes["out"] = Node("out", "Output")
    order = list(nodes)
    return Graph(nodes, tuple(Wire(a, b) for a, b in pairwise(order)))


def with_block(repeat: int = 1) -> Graph:
    graph = chain("a", "b")
    inside = chain("conv")
    settings = {"repeat": repeat} if repeat > 1 else {}
    nodes = {**graph.nodes, "b": Node("b", "block.Unit", settings)}
    return replace(graph, nodes=nodes, blocks={"Unit": Block("Unit", inside)})


def test_that_paths_lead_through_uses_and_repeats() -> None:
    assert [path for path, _ in layer_paths(with_block(2))] == ["a", "b/repeat_1/conv", "b/repeat_2/conv"]


def test_that_a_renamed_layer_keeps_its_name_in_the_file() -> None:
    before = chain("a", "b")
    weights = followed(InitialWeights(), before, rename_node(before, "a", "first"))
    assert (weights.named("first"), weights.named("b"), weights.named("a")) == ("a", "b", None)


def test_that_renaming_twice_and_back_leaves_nothing_behind() -> None:
    first = chain("a", "b")
    second = rename_node(first, "a", "x")
    third = rename_node(second, "x", "y")
    weights = followed(followed(InitialWeights(), first, second), second, third)
    assert weights.named("y") == "a"
    assert followed(weights, third, first) == InitialWeights()


def test_that_two_layers_may_swap_their_names() -> None:
    first = chain("a", "b")
    second = rename_node(first, "a", "c")
    third = rename_node(second, "b", "a")
    fourth = rename_node(third, "c", "b")
    weights = InitialWeights()
    for before, after in ((first, second), (second, third), (third, fourth)):
        weights = followed(weights, before, after)
    assert (weights.named("a"), weights.named("b")) == ("b", "a")


def test_that_a_layer_renamed_inside_a_block_keeps_its_weights_in_every_use() -> None:
    before = with_block(2)
    inside = rename_node(before.blocks["Unit"].graph, "conv", "kernel")
    after = replace(before, blocks={"Unit": replace(before.blocks["Unit"], graph=inside)})
    weights = followed(InitialWeights(), before, after)
    assert weights.named("b/repeat_2/kernel") == "b/repeat_2/conv"


def test_that_a_renamed_use_keeps_its_weights() -> None:
    before = with_block()
    weights = followed(InitialWeights(), before, rename_node(before, "b", "stage"))
    assert weights.named("stage/conv") == "b/conv"


def test_that_a_layer_keeps_its_weights_on_its_way_into_a_block() -> None:
    before = chain("a", "conv")
    weights = followed(InitialWeights(), before, with_block())
    assert weights.named("b/conv") == "conv"


def test_that_the_first_of_repeats_keeps_the_weights() -> None:
    weights = followed(InitialWeights(), with_block(), with_block(3))
    assert weights.named("b/repeat_1/conv") == "b/conv"


def test_that_a_removed_layer_gives_its_weights_to_no_other() -> None:
    before = chain("a", "b")
    after = remove_nodes(before, ["a"])
    assert followed(InitialWeights(), before, after) == InitialWeights()
    added = add_node(after, Node("new", "keras.layers.LSTM"))
    assert followed(InitialWeights(), after, added) == InitialWeights()


def test_that_one_undo_takes_back_a_renaming_with_its_weights() -> None:
    document = Document(Project(graph=chain("a"), weights=InitialWeights()))
    document.change("Rename a", replace(document.project, graph=rename_node(document.project.graph, "a", "x")))
    assert document.project.weights is not None
    assert document.project.weights.named("x") == "a"
    document.undo()
    assert document.project.weights == InitialWeights()


def test_that_weights_are_saved_with_the_project(tmp_path: Path) -> None:
    project = Project(graph=chain("a"), weights=InitialWeights(layers={"a": "conv"}))
    save_project(project, tmp_path)
    assert load_project(tmp_path) == project


@pytest.mark.parametrize("file", ["/etc/passwd", "../outside.npz", "C:\\weights.npz", 7, None])
def test_that_weights_outside_the_project_are_refused(file: object, tmp_path: Path) -> None:
    save_project(Project(), tmp_path)
    text = (tmp_path / "project.json").read_text()
    value = {**json.loads(text), "weights": {"file": file}}
    (tmp_path / "project.json").write_text(json.dumps(value))
    with pytest.raises(ProjectError, match=r"weights\.file"):
        load_project(tmp_path)


def test_that_the_weights_go_along_when_a_project_is_saved_elsewhere(tmp_path: Path) -> None:
    weights = InitialWeights()
    save_project(Project(graph=chain("a"), weights=weights), tmp_path / "first")
    (tmp_path / "first" / weights.file).parent.mkdir()
    (tmp_path / "first" / weights.file).write_bytes(b"numbers")
    document = Document.open(tmp_path / "first")
    document.save(tmp_path / "second")
    document.close()
    assert (tmp_path / "second" / weights.file).read_bytes() == b"numbers"
