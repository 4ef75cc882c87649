"""Networks as ``.keras`` files that carry their drawing along, so that they open again as they were drawn.

The drawing is one more member of the zip, ``dlstudio.json``; Keras passes over it. Whoever reads the file trusts it
only where the network that it draws is the one that the rest of the file describes.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
from keras.src.saving import serialization_lib

from dlstudio.atomic import replacing
from dlstudio.graph.model import INPUT, OUTPUT, Graph
from dlstudio.graph.project import FORMAT, Project
from dlstudio.graph.saving import ProjectError, project_from_value

MEMBER = "dlstudio.json"
_VARYING = frozenset({"seed", "build_config", "compile_config", "registered_name", "shared_object_id"})
"""What may differ between two builds of one drawing: seeds, and what Keras notes besides the layers' settings."""


def save_keras(model: keras.Model, graph: Graph, path: Path) -> None:
    """Writes a network with its drawing in one step.

    Args:
        model: Built from the graph.
        graph: The drawing.
        path: Ends in ``.keras``.

    Raises:
        OSError: The file that was there is unchanged.
    """
    drawing = {**Project(graph=graph).as_json(), "name": model.name}
    with replacing(path) as temporary:
        model.save(temporary)
        with zipfile.ZipFile(temporary, "a", zipfile.ZIP_STORED) as archive:
            archive.writestr(MEMBER, json.dumps(drawing, ensure_ascii=False, allow_nan=False))


def drawing_in(value: Any) -> Graph | None:
    """The drawing of a member ``dlstudio.json``, or None where it is none that this version reads."""
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        return None
    try:
        kept = {key: value[key] for key in ("format", "graph", "blocks") if key in value}
        return project_from_value(kept, MEMBER).graph
    except (ProjectError, TypeError, ValueError, KeyError):
        return None


def without_data(graph: Graph, shapes: Mapping[str, Mapping[str, Any]]) -> Graph:
    """The graph with ends that need no data.

    Args:
        graph: A drawing whose Inputs and Outputs may name columns.
        shapes: Settings ``shape`` and ``dtype`` by Input id.
    """
    nodes = dict(graph.nodes)
    for node in (*graph.of_type(INPUT), *graph.of_type(OUTPUT)):
        rest = {key: value for key, value in node.settings.items() if key != "column"}
        nodes[node.id] = replace(node, settings=shapes.get(node.id, rest) if node.type == INPUT else rest)
    return replace(graph, nodes=nodes)


def same_network(model: keras.Model, config: Mapping[str, Any]) -> bool:
    """Whether a model has the same layers, settings and connections as a configuration says."""
    own = json.loads(json.dumps(serialization_lib.serialize_keras_object(model)))
    return bool(_plain(own.get("config")) == _plain(config.get("config")))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items() if key not in _VARYING}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
