"""Writes templates of ``keras.applications`` for fine-tuning: ``python -m dlstudio.compiler.importing.backbones``.

Each is the network without its top, drawn layer by layer under the layers' own names, so that files of weights made for
it fit; before it what turns images of any channels in [0, 1] into what it was trained on, behind it a new head.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import keras

from dlstudio.atomic import write_atomically
from dlstudio.compiler.importing.imported import import_model
from dlstudio.graph.model import INPUT, OUTPUT, Graph
from dlstudio.graph.project import graph_as_json
from dlstudio.places import RESOURCES

SIDE = 96
"""Pixels a side that the drawing is made for; it takes others. Smaller images than 64 are enlarged to it."""

_LONGEST_ROW = 9


@dataclass(frozen=True)
class Backbone:
    """One architecture.

    Attributes:
        template: Name of the template.
        application: Name in ``keras.applications``.
        title, summary: For people.
        pixels: Settings of the Rescaling that turns [0, 1] into what the network was trained on.
        bars: What it has to reach, as in any template.
    """

    template: str
    application: str
    title: str
    summary: str
    pixels: Mapping[str, float]
    bars: tuple[Mapping[str, Any], ...]


BACKBONES = (
    Backbone(
        "mobilenet-v2",
        "MobileNetV2",
        "MobileNetV2 for fine-tuning",
        "The MobileNetV2 of keras.applications (Sandler et al. 2018) with a new head. Made to begin with the weights "
        "of a file that was trained on many images.",
        {"scale": 2.0, "offset": -1.0},
        ({"data": "fruit-photos", "metric": "accuracy", "value": 0.2},),
    ),
)


def template_of(backbone: Backbone) -> dict[str, Any]:
    """The content of a template's file."""
    make = getattr(keras.applications, backbone.application)
    model = make(weights=None, include_top=False, input_shape=(SIDE, SIDE, 3))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.keras"
        model.save(file)
        graph = import_model(file).graph
    (first,), (last,) = graph.of_type(INPUT), graph.of_type(OUTPUT)
    drawn = graph_as_json(graph)
    body = {
        name: _node({key: value for key, value in node.items() if key != "at"})
        for name, node in drawn["nodes"].items()
        if name not in (first.id, last.id)
    }
    before = {
        "input": {"type": "Input", "settings": {"column": "$input"}},
        "enlarge": {"type": "keras.layers.Resizing", "settings": {"height": SIDE, "width": SIDE}, "when": {"small": 1}},
        "rgb": {"type": "keras.ops.repeat", "settings": {"repeats": 3, "axis": -1}, "when": {"grey": 1}},
        "three_bands": {
            "type": "keras.layers.Conv2D",
            "settings": {"filters": 3, "kernel_size": 1},
            "when": {"other_bands": 1},
        },
        "pixels": {"type": "keras.layers.Rescaling", "settings": dict(backbone.pixels)},
    }
    behind = {
        "average": {"type": "keras.layers.GlobalAveragePooling2D"},
        "dropout": {"type": "keras.layers.Dropout", "settings": {"rate": 0.2}},
        "logits": {"type": "keras.layers.Dense", "settings": {"units": "$units"}},
        "output": {"type": "Output", "settings": {"column": "$target", "task": "$task"}},
    }
    wires = [wire for wire in drawn["wires"] if first.id not in _ends(wire) and last.id not in _ends(wire)]
    starts = [wire.target for wire in graph.wires if wire.source == first.id]
    (end,) = (wire.source for wire in graph.wires if wire.target == last.id)
    wires = [*_chain([*before]), *(["pixels", start] for start in starts), *wires, [end, "average"], *_chain([*behind])]
    return {
        "name": backbone.template,
        "title": backbone.title,
        "summary": backbone.summary,
        "rank": 9,
        "inputs": ["image"],
        "targets": ["category", "number"],
        "sample": "fruit-photos",
        "bars": [dict(bar) for bar in backbone.bars],
        "choices": {
            "epochs": {"by": "samples", "steps": [[400, 30], [8000, 15], [None, 5]]},
            "batch_size": {"by": "samples", "steps": [[400, 16], [None, 32]]},
            "small": {"by": "side", "steps": [[63, 1], [None, 0]]},
            "grey": {"by": "channels", "steps": [[1, 1], [None, 0]]},
            "other_bands": {"by": "channels", "steps": [[1, 0], [2, 1], [3, 0], [None, 1]]},
        },
        "nodes": {**before, **body, **behind},
        "wires": wires,
        "rows": [[*before], *_rows(graph), [*behind]],
        "training": {
            "epochs": "$epochs",
            "batch_size": "$batch_size",
            "optimizer": {"type": "keras.optimizers.Adam", "settings": {"learning_rate": 0.001}},
            "note": "Choose a file of weights at 'Start from' and keep those layers as they are: then only the head "
            "learns, in a few epochs. Without such weights a smaller network learns more from few images.",
        },
    }


def _node(node: dict[str, Any]) -> dict[str, Any]:
    """The node with averages that settle within a short training, where it normalizes batches."""
    if node["type"] != "keras.layers.BatchNormalization":
        return node
    return {**node, "settings": {**node.get("settings", {}), "momentum": 0.9}}


def _ends(wire: list[Any]) -> list[Any]:
    return [str(end).split(":", 1)[0] for end in wire]


def _chain(names: list[str]) -> list[list[str]]:
    return [[one, other] for one, other in pairwise(names)]


def _rows(graph: Graph) -> list[list[str]]:
    """Nodes row by row: where ways meet a row begins, so that no wire runs behind the nodes of its own row."""
    rows: list[list[str]] = [[]]
    for node in graph:
        if node.type in (INPUT, OUTPUT):
            continue
        if len(graph.incoming(node.id)) > 1 or len(rows[-1]) >= _LONGEST_ROW:
            rows.append([])
        rows[-1].append(node.id)
    return [row for row in rows if row]


def main() -> None:
    """Writes all of them."""
    for backbone in BACKBONES:
        text = json.dumps(template_of(backbone), ensure_ascii=False)
        text = text.replace('"nodes": {', '"nodes": {\n').replace('}, "', '},\n"').replace('"rows": [', '"rows": [\n')
        write_atomically(RESOURCES / "templates" / f"{backbone.template}.json", text.encode() + b"\n")


if __name__ == "__main__":
    main()
