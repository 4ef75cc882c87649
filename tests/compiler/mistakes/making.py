"""Good projects, and what a seeded mistake is: a way to break one, the node to be marked, the words to be said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from dlstudio.graph.edits import apply_edits
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.paths import Path
from dlstudio.graph.project import ObjectSettings, Project, TrainingSettings
from tests.compiler.drawing import drawn, type_id
from tests.compiler.mistakes.good_blocks import GOOD_WITH_BLOCKS

Break = Callable[[Project], Project]

ROWS = 3000
ADAM = ObjectSettings("keras.optimizers.Adam", {"learning_rate": 0.001})
TRAINING = TrainingSettings(epochs=20, batch_size=32, optimizer=ADAM)

_END = "logits:Dense(units=10) > y:Output(column='label')"
_RELU = "activation='relu'"

GOOD: dict[str, Graph] = {
    "pictures": drawn(
        f"x:Input(column='image') > conv_1:Conv2D(filters=8, kernel_size=3, padding='same', {_RELU}) > "
        f"pool_1:MaxPooling2D > conv_2:Conv2D(filters=16, kernel_size=3, padding='same', {_RELU}) > "
        f"pool_2:MaxPooling2D > flat:Flatten > dense:Dense(units=32, {_RELU}) > drop:Dropout(rate=0.3) > {_END}"
    ),
    "clips": drawn(
        f"x:Input(column='clip') > conv_1:Conv3D(filters=8, kernel_size=3, padding='same', {_RELU}) > "
        f"gap:GlobalAveragePooling3D > {_END}"
    ),
    "residual": drawn(
        f"x:Input(column='image') > stem:Conv2D(filters=32, kernel_size=3, strides=2, padding='same', {_RELU}) > "
        "conv_1:Conv2D(filters=32, kernel_size=3, padding='same') > norm:BatchNormalization(momentum=0.9) > "
        "act:ReLU > conv_2:Conv2D(filters=32, kernel_size=3, padding='same') > add_1:Add > "
        f"gap:GlobalAveragePooling2D > {_END}",
        "stem > add_1",
    ),
    "unet": drawn(
        f"x:Input(column='image') > wide:Conv2D(filters=8, kernel_size=3, padding='same', {_RELU}) > down:MaxPooling2D "
        f"> deep:Conv2D(filters=16, kernel_size=3, padding='same', {_RELU}) > up:Conv2DTranspose(filters=8, "
        "kernel_size=2, strides=2) > join:Concatenate > "
        f"out:Conv2D(filters=8, kernel_size=3, padding='same', {_RELU}) > gap:GlobalAveragePooling2D > {_END}",
        "wide > join",
    ),
    "segmentation": drawn(
        f"x:Input(column='image') > conv:Conv2D(filters=8, kernel_size=3, padding='same', {_RELU}) > "
        "logits:Conv2D(filters=3, kernel_size=1) > y:Output(column='mask', task='segmentation')"
    ),
    "autoencoder": drawn(
        f"x:Input(column='image') > flat:Flatten > code:Dense(units=16, {_RELU}) > wide:Dense(units=784, "
        "activation='sigmoid') > pixels:Reshape(target_shape=[28, 28, 1]) > "
        "y:Output(column='image', task='reconstruction')"
    ),
    "motion code": drawn(
        "x:Input(column='series') > flat:Flatten > code:Dense(units=8) > wide:Dense(units=48) > "
        "steps:Reshape(target_shape=[12, 4]) > y:Output(column='series', task='reconstruction')"
    ),
    "texts": drawn(
        "x:Input(column='text') > embed:Embedding(input_dim=500, output_dim=32, mask_zero=True) > lstm:LSTM(units=16) "
        f"> {_END}"
    ),
    "answers": drawn(
        "x:Input(column='text') > embed:Embedding(input_dim=500, output_dim=32, mask_zero=True) > lstm:LSTM(units=16, "
        "return_sequences=True) > logits:Dense(units=2) > y:Output(column='answer', task='span')"
    ),
    "words": drawn(
        f"x:Input(column='text') > embed:Embedding(input_dim=500, output_dim=32) > conv:Conv1D(filters=16, "
        f"kernel_size=3, {_RELU}) > pool:GlobalMaxPooling1D > {_END}"
    ),
    "series": drawn(
        f"x:Input(column='series') > lstm_1:LSTM(units=16, return_sequences=True) > lstm_2:LSTM(units=16) > {_END}"
    ),
    "transformer": drawn(
        "x:Input(column='series') > ones:ops.ones_like > pos:ops.cumsum(axis=1) > step:ops.max(axis=-1) > "
        "where:Embedding(input_dim=13, output_dim=32) > with_pos:Add > attend_add:Add > norm:LayerNormalization > "
        f"feed_1:Dense(units=64, {_RELU}) > feed_2:Dense(units=32) > feed_add:Add > "
        f"gap:GlobalAveragePooling1D > {_END}",
        "x > stem:Dense(units=32) > with_pos",
        "norm > feed_add",
        wires=(
            Wire("with_pos", "attend", "", "query"),
            Wire("with_pos", "attend", "", "value"),
            Wire("attend", "attend_add"),
        ),
    ),
    "table": drawn(
        f"x:Input(column='features') > dense_1:Dense(units=32, {_RELU}) > dense_2:Dense(units=16, {_RELU}) > {_END}"
    ),
    "prices": drawn(
        f"x:Input(column='features') > dense_1:Dense(units=32, {_RELU}) > value:Dense(units=1) > "
        "y:Output(column='price', task='regression')"
    ),
    "detector": drawn(
        f"x:Input(column='image') > conv:Conv2D(filters=16, kernel_size=3, padding='same', {_RELU}) > "
        "fine:Conv2D(filters=6, kernel_size=3, padding='same') > flat_1:Reshape(target_shape=[-1, 6]) > "
        "all:Concatenate(axis=1) > y:Output(column='boxes', task='detection')",
        "conv > pool_1:MaxPooling2D > middle:Conv2D(filters=6, kernel_size=3, padding='same') > "
        "flat_2:Reshape(target_shape=[-1, 6]) > all",
        "pool_1 > pool_2:MaxPooling2D > coarse:Conv2D(filters=6, kernel_size=3, padding='same') > "
        "flat_3:Reshape(target_shape=[-1, 6]) > all",
    ),
    "translation": drawn(
        "x:Input(column='text') > embed:Embedding(input_dim=500, output_dim=32, mask_zero=True) > "
        "read:GRU(units=32, return_sequences=True)",
        "z:Input(column='fr so far') > known:Embedding(input_dim=300, output_dim=32, mask_zero=True) > "
        "write:GRU(units=32, return_sequences=True) > join:Concatenate > logits:Dense(units=300) > "
        "y:Output(column='fr', task='translation')",
        wires=(Wire("write", "look", "", "query"), Wire("read", "look", "", "value"), Wire("look", "join")),
    ),
    "photographs": drawn(
        f"x:Input(column='photo') > conv_1:Conv2D(filters=32, kernel_size=3, strides=2, padding='same', {_RELU}) > "
        f"conv_2:Conv2D(filters=32, kernel_size=3, strides=2, padding='same', {_RELU}) > gap:GlobalAveragePooling2D > "
        f"dense:Dense(units=512, {_RELU}) > {_END}"
    ),
}
_attend = Node("attend", "keras.layers.MultiHeadAttention", {"num_heads": 4, "key_dim": 8})
GOOD["transformer"] = replace(GOOD["transformer"], nodes={**GOOD["transformer"].nodes, "attend": _attend})
_look = Node("look", "keras.layers.AdditiveAttention")
GOOD["translation"] = replace(GOOD["translation"], nodes={**GOOD["translation"].nodes, "look": _look})
GOOD.update(GOOD_WITH_BLOCKS)


def good(name: str) -> Project:
    """A project that has no problem at all."""
    return Project(graph=GOOD[name], training=TRAINING)


@dataclass(frozen=True)
class Mistake:
    """One mistake that a person makes.

    Attributes:
        start: Name of the good project.
        breaks: What the person does to it.
        node: The node that has to be marked; None where it concerns the project or its training.
        says: Words that the sentence has to hold; the first of them tell this problem from others.
        severity: ``error`` where it cannot run, else ``warning``.
        rows: Samples in the training split.
        follows: Whether mending it may bring another problem of the same node or of nodes behind it to light.
        path: The uses that lead to the block that the node is in.
    """

    start: str
    breaks: Break
    node: str | None
    says: tuple[str, ...]
    severity: str = "error"
    rows: int = ROWS
    follows: bool = False
    path: Path = ()


def warning(start: str, breaks: Break, node: str | None, *says: str, rows: int = ROWS, path: Path = ()) -> Mistake:
    return Mistake(start, breaks, node, says, "warning", rows, path=path)


def error(start: str, breaks: Break, node: str | None, *says: str, follows: bool = False, path: Path = ()) -> Mistake:
    return Mistake(start, breaks, node, says, follows=follows, path=path)


def all_of(*breaks: Break) -> Break:
    def act(project: Project) -> Project:
        for each in breaks:
            project = each(project)
        return project

    return act


def edit(**values: Any) -> Break:
    """One edit by its JSON value."""
    return lambda project: apply_edits(project, [values])


def settings(node: str, **values: Any) -> Break:
    return all_of(*(edit(edit="set", node=node, setting=name, value=value) for name, value in values.items()))


def inside(block: str, *breaks: Break) -> Break:
    """The same, done to the graph of a block."""

    def act(project: Project) -> Project:
        blocks = project.blocks
        inner = replace(project, graph=replace(blocks[block].graph, blocks=blocks))
        graph = all_of(*breaks)(inner).graph
        changed = {**graph.blocks, block: replace(blocks[block], graph=replace(graph, blocks={}))}
        return replace(project, graph=replace(project.graph, blocks=changed))

    return act


def without(*nodes: str) -> Break:
    return all_of(*(edit(edit="remove", node=node) for node in nodes))


def retyped(node: str, type_name: str, **values: Any) -> Break:
    return edit(edit="retype", node=node, type=type_id(type_name), settings=values)


def inserted(source: str, target: str, name: str, type_name: str, **values: Any) -> Break:
    return edit(
        edit="insert", type=type_id(type_name), name=name, settings=values, source=source, target=target, target_port=""
    )


def connected(source: str, target: str, port: str = "", many: bool = True) -> Break:
    return edit(edit="connect", source=source, target=target, target_port=port, many=many)


def cut(source: str, target: str, port: str = "") -> Break:
    return edit(edit="disconnect", source=source, target=target, target_port=port)


def wired(*wires: Wire) -> Break:
    """Wires as a file may hold them, past all checks."""
    return lambda project: replace(project, graph=replace(project.graph, wires=(*project.graph.wires, *wires)))


def added(node: Node) -> Break:
    return lambda project: replace(project, graph=replace(project.graph, nodes={**project.graph.nodes, node.id: node}))


def trained(**values: Any) -> Break:
    return all_of(*(edit(edit="training", setting=name, value=value) for name, value in values.items()))


def optimizer(name: str, **values: Any) -> Break:
    return trained(optimizer={"type": f"keras.optimizers.{name}", "settings": values})
