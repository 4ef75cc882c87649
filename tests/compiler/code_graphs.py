"""Graphs that hold everything a script has to carry, for the tests of writing and reading code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dlstudio.graph.columns import RESTORED
from dlstudio.graph.model import Block, Graph, Node, Wire
from dlstudio.graph.project import DataSettings, Project
from dlstudio.templates.library import fit_template, list_templates
from tests.compiler.columns import SPECS

GOALS = {
    "category": "label",
    "number": "price",
    "transcript": "said",
    "tokens": "next",
    "translation": "translated",
    "hidden": "hidden",
    "mask": "mask",
    "boxes": "boxes",
    "tags": "tags",
    "span": "answer",
    "forecast": "load",
    "image": "image",
    "series": "series",
}
"""The column to be learnt, by its kind."""


def graph(nodes: Iterable[Node], wires: Iterable[str], blocks: Mapping[str, Block] | None = None) -> Graph:
    """A graph of nodes and of wires such as ``image > conv`` or ``lstm.state_h > dense``."""
    made = []
    for wire in wires:
        (source, source_port), (target, target_port) = (
            (end.strip().partition(".")[0], end.strip().partition(".")[2]) for end in wire.split(">")
        )
        made.append(Wire(source, target, source_port, target_port))
    return Graph({node.id: node for node in nodes}, tuple(made), blocks=blocks or {})


def fitted_templates() -> dict[str, Project]:
    """Every template fitted to every kind of column it reads, by a name for the test."""
    projects = {}
    for template in list_templates():
        for kind in template.inputs:
            for target in template.targets:
                goal = "voxels" if (kind, target) == ("volume", "mask") else GOALS[target]
                chosen = {name: spec for name, spec in SPECS.items() if spec.kind == kind and name != goal}
                name = f"{template.name}-{kind}-{target}"
                learnt = "both" if target in RESTORED else "target"
                columns = {key: {"role": learnt if key == goal else "input"} for key in (*chosen, goal)}
                specs = {**chosen, goal: SPECS[goal]}
                projects[name] = fit_template(template.name, DataSettings(columns=columns), specs, name)
    return projects


def unit_block() -> Block:
    """A convolution whose settings are expressions over three parameters."""
    settings = {
        "filters": {"=": "filters * 2 / 1"},
        "kernel_size": [{"=": "k"}, 3],
        "padding": "same",
        "activation": {"=": "activation"},
        "kernel_regularizer": {"type": "keras.regularizers.L2", "settings": {"l2": {"=": "0.01 if k > 1 else 0.1"}}},
        "kernel_initializer": {"type": "keras.initializers.HeNormal", "settings": {"seed": 3}},
    }
    return Block(
        "Unit",
        graph(
            [Node("x", "Input"), Node("conv", "keras.layers.Conv2D", settings), Node("y", "Output")],
            ["x > conv", "conv > y"],
        ),
        {"filters": 4, "k": 3, "activation": "relu"},
        'A "unit" of \\ convolution',
    )


def residual_block() -> Block:
    """Nested: a repeated and a plain use of the unit, two inputs, one that leads nowhere, two outputs, an operation."""
    return Block(
        "Residual_Thing",
        graph(
            [
                Node("class", "Input"),
                Node("unused", "Input"),
                Node("memory", "Input"),
                Node("unit", "block.Unit", {"filters": {"=": "filters // 2"}, "repeat": {"=": "depth"}}),
                Node("twice", "block.Unit", {"filters": {"=": "max(min, 4) * 2"}, "activation": None}),
                Node("add", "keras.layers.Add"),
                Node("scale", "keras.ops.multiply"),
                Node("out", "Output"),
                Node("aux", "Output"),
            ],
            [
                "class > unit",
                "unit > twice",
                "twice > add",
                "memory > add",
                "add > scale",
                "memory > scale.x2",
                "scale > out",
                "add > aux",
            ],
        ),
        {"filters": 8, "depth": 2, "min": 1},
    )


def everything() -> Graph:
    """Several inputs and outputs, shared weights, operations, constants, bypassed and loose nodes, nested blocks."""
    heads = {"num_heads": 2, "key_dim": 4, "use_causal_mask": True}
    gru = {"type": "keras.layers.GRU", "settings": {"units": 3}}
    return graph(
        [
            Node("image", "Input", {"column": "image"}),
            Node("series", "Input", {"column": "series"}),
            Node("lambda", "keras.layers.Conv2D", {"filters": 16, "kernel_size": [3, 3], "padding": "same"}),
            Node("widen", "keras.layers.Conv2D", {"filters": 16, "kernel_size": 1}),
            Node("again", "keras.layers.Conv2D", {"filters": 99}, shares="lambda"),
            Node("stage", "block.Residual_Thing", {"filters": 16, "depth": 3}),
            Node("row", "block.Unit", {"filters": 8, "repeat": 2}),
            Node("row_again", "block.Unit", shares="row"),
            Node("drop", "keras.layers.Dropout", {"rate": 0.5}, bypassed=True),
            Node("attention", "keras.layers.MultiHeadAttention", heads),
            Node("lstm", "keras.layers.LSTM", {"units": 5, "return_state": True}),
            Node("decoder", "keras.layers.LSTM", {"units": 5}),
            Node("both", "keras.layers.Bidirectional", {"layer": gru}),
            Node("factors", "Constant", {"value": [0.5, 1, 2, 4, 8]}),
            Node("scaled", "keras.ops.multiply"),
            Node("flat", "keras.layers.Flatten"),
            Node("part", "keras.ops.get_item", {"key": ":, 0:3"}),
            Node("joined", "keras.layers.Concatenate"),
            Node("logits", "keras.layers.Dense", {"units": 10}),
            Node("value", "keras.layers.Dense", {"units": 1}),
            Node("loose", "keras.layers.Dense", {"units": 3}),
            Node("looser", "keras.layers.ReLU"),
            Node("label", "Output", {"column": "label", "task": "classification"}),
            Node("in", "Output", {"column": "price", "task": "regression", "loss": "Huber"}),
        ],
        [
            "image > widen",
            "widen > lambda",
            "lambda > again",
            "again > stage.class",
            "image > stage.unused",
            "lambda > stage.memory",
            "stage.aux > row",
            "row > row_again",
            "row_again > drop",
            "drop > flat",
            "series > attention.query",
            "series > attention.value",
            "attention > lstm",
            "attention > decoder.sequences",
            "lstm.state_h > decoder.initial_state",
            "lstm.state_c > decoder.initial_state",
            "series > both",
            "decoder > scaled.x1",
            "factors > scaled.x2",
            "flat > part",
            "part > joined",
            "scaled > joined",
            "both > joined",
            "joined > logits",
            "logits > label",
            "scaled > value",
            "value > in",
            "joined > loose",
            "loose > looser",
        ],
        {"Unit": unit_block(), "Residual_Thing": residual_block()},
    )
