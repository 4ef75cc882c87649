"""Every entry of the catalogue goes out and comes back: as a Keras model, as a ``.keras`` file, as Python."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import pytest
from keras.src.saving import serialization_lib

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.catalogue.node_types import Catalogue, NodeType
from dlstudio.compiler.building import build_model
from dlstudio.compiler.code import read_code, write_code
from dlstudio.compiler.code.sameness import comparable
from dlstudio.compiler.importing.drawing import draw
from dlstudio.compiler.importing.failures import ModelImportError
from dlstudio.compiler.importing.imported import import_model
from dlstudio.compiler.inference import Inference
from dlstudio.compiler.keras_file import same_network, save_keras
from dlstudio.graph.edits import rename_node
from dlstudio.graph.model import Graph, Node
from dlstudio.graph.project import TrainingSettings, graph_as_json

from .minimal_graphs import minimal_graph

pytestmark = pytest.mark.usefixtures("own_code")

USABLE = [node_type for node_type in load_catalogue() if not node_type.unusable]

NOT_FROM_KERAS: dict[str, str] = {
    "Custom layer": "a model file does not hold the code of the layer, only its class' name",
}
"""Entries that do not come back from a Keras configuration, each with the reason."""

THROUGH_FILES = (
    "Conv2D",
    "MultiHeadAttention",
    "Bidirectional",
    "einsum",
    "split",
    "get_item",
    "Constant",
    "ZeroPadding2D",
)
"""Those that also go through a file: writing all of them would take a minute."""


def by_id(node_type: NodeType) -> str:
    return node_type.id


def built(graph: Graph, inference: Inference) -> keras.Model:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return build_model(graph, {}, seed=1, inference=inference)


def drawing(node_type: NodeType, catalogue: Catalogue) -> Graph:
    """The type's smallest graph, its ends and constants named as Keras leaves no room for other names."""
    graph = minimal_graph(node_type, catalogue)
    ends = [node.id for node in graph.of_type("Output")]
    if len(ends) == 1:  # the model of one Output has no layer that could carry its name
        graph = rename_node(graph, ends[0], "output")
    if node_type.id == "Constant":
        graph = rename_node(graph, "constant", "node_x2")
    return graph


@pytest.mark.parametrize("node_type", USABLE, ids=by_id)
def test_that_python_gives_the_graph_back(node_type: NodeType, catalogue: Catalogue) -> None:
    graph = drawing(node_type, catalogue)
    script = write_code(graph, {}, TrainingSettings(), name="Round trip", catalogue=catalogue)
    assert comparable(read_code(script.text, catalogue), catalogue) == comparable(graph, catalogue)


@pytest.mark.parametrize("node_type", USABLE, ids=by_id)
def test_that_the_keras_model_gives_the_graph_back(
    node_type: NodeType, catalogue: Catalogue, inference: Inference
) -> None:
    graph = drawing(node_type, catalogue)
    model = built(graph, inference)
    config = json.loads(json.dumps(serialization_lib.serialize_keras_object(model)))
    if node_type.name in NOT_FROM_KERAS:
        with pytest.raises(ModelImportError):
            draw(config, catalogue)
        return
    drawn = draw(config, catalogue).graph
    assert without_settings(drawn, catalogue) == without_settings(graph, catalogue)
    # Keras spells some settings out (None as what it stands for, 0.2 as [-0.2, 0.2]): the same if it builds the same.
    assert same_network(built(drawn, inference), config)


@pytest.mark.parametrize("node_type", [each for each in USABLE if each.name in THROUGH_FILES], ids=by_id)
def test_that_a_file_gives_the_graph_back_whole(
    node_type: NodeType, catalogue: Catalogue, inference: Inference, tmp_path: Path
) -> None:
    assert_comes_back_from_file(node_type, catalogue, inference, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("node_type", [each for each in USABLE if each.name not in THROUGH_FILES], ids=by_id)
def test_that_every_file_gives_the_graph_back_whole(
    node_type: NodeType, catalogue: Catalogue, inference: Inference, tmp_path: Path
) -> None:
    if node_type.name not in NOT_FROM_KERAS:
        assert_comes_back_from_file(node_type, catalogue, inference, tmp_path)


def test_that_every_reason_names_an_entry() -> None:
    assert {node_type.name for node_type in USABLE} >= {*NOT_FROM_KERAS, *THROUGH_FILES}


def assert_comes_back_from_file(node_type: NodeType, catalogue: Catalogue, inference: Inference, folder: Path) -> None:
    graph = minimal_graph(node_type, catalogue)
    placed = {name: replace(node, at=(index * 200, 33)) for index, (name, node) in enumerate(graph.nodes.items())}
    graph = replace(graph, nodes=placed)
    save_keras(built(graph, inference), graph, folder / "model.keras")
    assert graph_as_json(import_model(folder / "model.keras").graph) == graph_as_json(graph)


def without_settings(graph: Graph, catalogue: Catalogue) -> Any:
    """Nodes, types, ports and wires, in which a drawing of a configuration has to be equal word for word."""
    bare = {node.id: replace(node, settings=_ports_only(node)) for node in graph}
    return comparable(replace(graph, nodes=bare), catalogue)


def _ports_only(node: Node) -> dict[str, Any]:
    return {name: value for name, value in node.settings.items() if name in ("num", "indices_or_sections")}
