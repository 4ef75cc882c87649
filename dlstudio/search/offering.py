"""The settings of a project that a search may vary, each with a range to begin with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dlstudio.catalogue.node_types import Catalogue, NodeType, Setting
from dlstudio.graph.blocks import REPEAT, with_blocks
from dlstudio.graph.expressions import is_expression
from dlstudio.graph.model import BLOCK_PREFIX, INPUT, OUTPUT
from dlstudio.graph.project import Project
from dlstudio.search.settings import own_value

_OPTIMIZERS = ("SGD", "Adam", "AdamW", "RMSprop")
_ACTIVATIONS = ("relu", "gelu", "silu", "tanh")
_SHARES = {"rate": "0..0.5", "dropout": "0..0.5", "recurrent_dropout": "0..0.5", "momentum": "0.5..0.99"}
_TELLING = ("learning_rate", "momentum", "weight_decay", "beta_1", "beta_2", "rho")
_DATA = ("length", "vocabulary", "size")


@dataclass(frozen=True)
class Offer:
    """One setting that may be searched.

    Attributes:
        path: Of the setting.
        place: Where it is: ``Training``, a node's name, a column's name.
        name: The setting's own name.
        value: In force now.
        text: A range to begin with, as it is typed.
    """

    path: str
    place: str
    name: str
    value: Any
    text: str


def offers(project: Project, catalogue: Catalogue) -> list[Offer]:
    """Everything that may be searched and of which a range can be suggested: training, network, data."""
    return [*_of_training(project, catalogue), *_of_graph(project, catalogue), *_of_data(project)]


def _of_training(project: Project, catalogue: Catalogue) -> Iterator[Offer]:
    training = project.training
    chosen = catalogue.objects.get(training.optimizer.type)
    for setting in chosen.settings if chosen else ():
        path = f"training.optimizer.settings.{setting.name}"
        value = own_value(project, path, catalogue)
        text = _range(setting, value) if setting.name in _TELLING else ""
        if text:
            yield Offer(path, "Training", setting.name, value, text)
    yield Offer("training.batch_size", "Training", "batch_size", training.batch_size, _sizes(training.batch_size))
    own = training.optimizer.type.rpartition(".")[2]
    names = dict.fromkeys((own, *_OPTIMIZERS))
    yield Offer("training.optimizer", "Training", "optimizer", own, ",".join(names))


def _of_graph(project: Project, catalogue: Catalogue) -> Iterator[Offer]:
    types = with_blocks(catalogue, project.blocks)
    outputs = {node.id for node in project.graph.of_type(OUTPUT)}
    last = {wire.source for wire in project.graph.wires if wire.target in outputs}  # the target says how wide they are
    for node in project.graph:
        node_type = types.get(node.type)
        if node_type is None or node.type in (INPUT, OUTPUT) or node.shares or node.bypassed or node.id in last:
            continue
        if node.block:
            kinds = [each.id for each in types if each.id.startswith(BLOCK_PREFIX) and _stands_in(each, node_type)]
            if len(kinds) > 1:
                yield Offer(f"graph.nodes.{node.id}.type", node.id, "kind", node.type, ",".join(kinds))
        for setting in node_type.settings:
            path = f"graph.nodes.{node.id}.settings.{setting.name}"
            value = own_value(project, path, catalogue)
            text = "" if setting.advanced or is_expression(value) else _range(setting, value)
            if text:
                yield Offer(path, node.id, setting.name, value, text)


def _of_data(project: Project) -> Iterator[Offer]:
    for name, column in project.data.columns.items():
        for setting in _DATA:
            value = column.get(setting)
            if isinstance(value, int) and not isinstance(value, bool) and value > 1:
                yield Offer(f"data.columns.{name}.{setting}", name, setting, value, _sizes(value))


def _range(setting: Setting, value: Any) -> str:
    """A range around a value, or empty where none suggests itself."""
    text = ""
    if setting.kind == "flag":
        text = "true,false"
    elif setting.kind == "activation" and isinstance(value, str):
        text = ",".join(dict.fromkeys((value, *_ACTIVATIONS)))
    elif setting.kind == "choice" and 2 <= len(setting.choices) <= 8:
        text = ",".join(setting.choices)
    elif isinstance(value, bool) or not isinstance(value, int | float):
        pass
    elif setting.name in _SHARES and 0 <= value < 1:
        text = _SHARES[setting.name]
    elif setting.name == REPEAT:
        text = f"1..{int(value) + 2}"
    elif setting.kind in ("integer", "integers") and isinstance(value, int) and value > 0:
        text = _sizes(value) if value >= 8 else f"1..{value + 2}" if value != 1 else ""
    elif setting.kind == "number" and value > 0:
        text = f"{value / 10:.3g}..{value * 10:.3g}:log"
    return text


def _sizes(value: int) -> str:
    return f"{max(value // 4, 1)}..{value * 4 if value < 256 else value * 2}:log"


def _stands_in(one: NodeType, other: NodeType) -> bool:
    """Whether wires at the one fit the other as well."""
    return [each.name for each in one.inputs] == [each.name for each in other.inputs] and [
        each.name for each in one.outputs
    ] == [each.name for each in other.outputs]
