"""Two projects made of nested blocks, for pictures and tests: a ResNet and a transformer.

``python -m tests.block_projects resnet FOLDER`` (or ``transformer``) writes one with a shipped data set.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dlstudio.graph.model import Block, Graph, Node, Wire
from dlstudio.graph.project import Project
from dlstudio.graph.saving import load_project, save_project

K = "keras.layers."
STEP, ROW = 230.0, 160.0


def drawn(rows: Sequence[Sequence[Node | None]], wires: str) -> Graph:
    """A graph of nodes in rows; wires as ``a > b.port, b > c``."""
    nodes = {
        node.id: replace(node, at=(column * STEP, row * ROW))
        for row, line in enumerate(rows)
        for column, node in enumerate(line)
        if node is not None
    }
    made = []
    for each in wires.split(","):
        source, target = (end.strip().partition(".") for end in each.split(">"))
        made.append(Wire(source[0], target[0], source[2], target[2]))
    return Graph(nodes, tuple(made))


def layer(name: str, kind: str, **settings: Any) -> Node:
    return Node(name, K + kind, settings)


def by(expression: str) -> dict[str, str]:
    return {"=": expression}


def resnet_blocks() -> dict[str, Block]:
    """Residual units (He et al. 2016), and stages that begin with one that halves the picture."""
    unit = drawn(
        [
            [
                Node("x", "Input"),
                layer(
                    "conv_1",
                    "Conv2D",
                    filters=by("filters"),
                    kernel_size=3,
                    strides=by("strides"),
                    padding="same",
                    use_bias=False,
                ),
                layer("norm_1", "BatchNormalization", momentum=0.9),
                layer("relu_1", "ReLU"),
                layer("conv_2", "Conv2D", filters=by("filters"), kernel_size=3, padding="same", use_bias=False),
                layer("norm_2", "BatchNormalization", momentum=0.9),
                layer("add", "Add"),
                layer("relu_2", "ReLU"),
                Node("y", "Output"),
            ],
            [None, None, layer("shortcut", "Conv2D", filters=by("filters"), kernel_size=1, strides=by("strides"))],
        ],
        "x > conv_1, conv_1 > norm_1, norm_1 > relu_1, relu_1 > conv_2, conv_2 > norm_2, norm_2 > add, x > shortcut, "
        "shortcut > add, add > relu_2, relu_2 > y",
    )
    stage = drawn(
        [
            [
                Node("x", "Input"),
                Node("first", "block.ResidualUnit", {"filters": by("filters"), "strides": 2}),
                Node("others", "block.ResidualUnit", {"filters": by("filters"), "repeat": 2}),
                Node("y", "Output"),
            ]
        ],
        "x > first, first > others, others > y",
    )
    return {
        "ResidualUnit": Block(
            "ResidualUnit", unit, {"filters": 32, "strides": 1}, "Two convolutions with a shortcut around them."
        ),
        "Stage": Block("Stage", stage, {"filters": 32}, "Halves the picture, then refines it twice."),
    }


def resnet_graph() -> Graph:
    """Three stages between a stem and a classifier, over the columns ``image`` and ``label``."""
    graph = drawn(
        [
            [
                Node("images", "Input", {"column": "image"}),
                layer("stem", "Conv2D", filters=16, kernel_size=3, padding="same"),
                Node("stage_1", "block.Stage", {"filters": 16}),
                Node("stage_2", "block.Stage"),
            ],
            [
                Node("stage_3", "block.Stage", {"filters": 64}),
                layer("pool", "GlobalAveragePooling2D"),
                layer("logits", "Dense", units=10),
                Node("label", "Output", {"column": "label", "task": "classification"}),
            ],
        ],
        "images > stem, stem > stage_1, stage_1 > stage_2, stage_2 > stage_3, stage_3 > pool, pool > logits, "
        "logits > label",
    )
    return replace(graph, blocks=resnet_blocks())


def transformer_blocks() -> dict[str, Block]:
    """An encoder (Vaswani et al. 2017) of attention and feed-forward, each with its residual and normalization."""
    feed = drawn(
        [
            [
                Node("x", "Input"),
                layer("wide", "Dense", units=by("width * 4"), activation="gelu"),
                layer("narrow", "Dense", units=by("width")),
                layer("drop", "Dropout", rate=by("dropout")),
                layer("add", "Add"),
                layer("norm", "LayerNormalization"),
                Node("y", "Output"),
            ]
        ],
        "x > wide, wide > narrow, narrow > drop, drop > add, x > add, add > norm, norm > y",
    )
    attend = drawn(
        [
            [
                Node("x", "Input"),
                layer(
                    "attention",
                    "MultiHeadAttention",
                    num_heads=by("heads"),
                    key_dim=by("width // heads"),
                    dropout=by("dropout"),
                ),
                layer("add", "Add"),
                layer("norm", "LayerNormalization"),
                Node("y", "Output"),
            ]
        ],
        "x > attention.query, x > attention.value, attention > add, x > add, add > norm, norm > y",
    )
    encoder = drawn(
        [
            [
                Node("x", "Input"),
                Node(
                    "attend",
                    "block.SelfAttention",
                    {"width": by("width"), "heads": by("heads"), "dropout": by("dropout")},
                ),
                Node("feed", "block.FeedForwardUnit", {"width": by("width"), "dropout": by("dropout")}),
                Node("y", "Output"),
            ]
        ],
        "x > attend, attend > feed, feed > y",
    )
    return {
        "SelfAttention": Block(
            "SelfAttention", attend, {"width": 48, "heads": 4, "dropout": 0.1}, "Attention with its residual."
        ),
        "FeedForwardUnit": Block(
            "FeedForwardUnit", feed, {"width": 48, "dropout": 0.1}, "Two dense layers with their residual."
        ),
        "Encoder": Block(
            "Encoder", encoder, {"width": 48, "heads": 4, "dropout": 0.1}, "One encoder layer of a transformer."
        ),
    }


def transformer_graph(words: int = 4000, length: int = 200) -> Graph:
    """Four encoders over token and position embeddings, over the columns ``text`` and ``label``."""
    graph = drawn(
        [
            [
                None,
                Node("ones", "keras.ops.ones_like"),
                Node("positions", "keras.ops.cumsum", {"axis": 1}),
                layer("place", "Embedding", input_dim=length + 1, output_dim=48),
            ],
            [
                Node("tokens", "Input", {"column": "text"}),
                None,
                layer("words", "Embedding", input_dim=words, output_dim=48),
                layer("embed", "Add"),
            ],
            [
                Node("encoder", "block.Encoder", {"repeat": 4}),
                layer("pool", "GlobalAveragePooling1D"),
                layer("logits", "Dense", units=2),
                Node("label", "Output", {"column": "label", "task": "classification"}),
            ],
        ],
        "tokens > ones, ones > positions, positions > place, tokens > words, words > embed, place > embed, "
        "embed > encoder, encoder > pool, pool > logits, logits > label",
    )
    return replace(graph, blocks=transformer_blocks())


def make_resnet(folder: Path) -> Project:
    """Writes the ResNet with the shipped pictures of clothes."""
    return _made(folder, "resnet-small", "ResNet of blocks", resnet_graph())


def make_transformer(folder: Path) -> Project:
    """Writes the transformer with the shipped snippets of reviews."""
    from dlstudio.cli.making import make_project

    make_project(folder, "transformer-text", None, name="Transformer of blocks")
    project = load_project(folder)
    place, words = (project.graph[name].settings["input_dim"] for name in ("position_embedding", "token_embedding"))
    return _saved(folder, project, transformer_graph(words, place - 1))


def _made(folder: Path, template: str, name: str, graph: Graph) -> Project:
    from dlstudio.cli.making import make_project

    make_project(folder, template, None, name=name)
    return _saved(folder, load_project(folder), graph)


def _saved(folder: Path, project: Project, graph: Graph) -> Project:
    """Keeps the columns that the template's Input and Output were fitted to."""
    columns = {node.type: node.settings for node in project.graph if node.type in ("Input", "Output")}
    nodes = {node.id: replace(node, settings=columns[node.type]) if node.type in columns else node for node in graph}
    units = {node.settings["units"] for node in project.graph if node.id == "logits"}
    if units:
        nodes["logits"] = replace(nodes["logits"], settings={"units": units.pop()})
    project = replace(project, graph=replace(graph, nodes=nodes))
    save_project(project, folder)
    return project


if __name__ == "__main__":
    makers = {"resnet": make_resnet, "transformer": make_transformer}
    if len(sys.argv) != 3 or sys.argv[1] not in makers:
        sys.exit("Say which and where: python -m tests.block_projects resnet|transformer FOLDER")
    print(f"{makers[sys.argv[1]](Path(sys.argv[2])).name}: {sys.argv[2]}")
