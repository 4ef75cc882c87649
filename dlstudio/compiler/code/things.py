"""What the names of a script stand for while it is read: tensors, layers, models, expressions, and the unknown."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dlstudio.graph.model import Block


class NotUnderstoodError(Exception):
    """Something in a script that is not understood.

    Attributes:
        line: Where, counted from 1.
        sentence: What, without the line.
    """

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(f"Line {line}: {sentence}")
        self.line, self.sentence = line, sentence


@dataclass(eq=False)
class Made:
    """A node in the making.

    Attributes:
        type: Its node type.
        settings: JSON values.
        name: The name that the script gives it, or None.
        wanted: What it would be called for want of a name.
        wires: What feeds it: input port and tensor, in order.
        shares: The node whose weights it uses, or that node's name, or None.
        bypassed: See :class:`dlstudio.graph.model.Node`.
        line: Where it was made.
    """

    type: str
    settings: dict[str, Any] = field(default_factory=dict)
    name: str | None = None
    wanted: str = ""
    wires: list[tuple[str, Tensor]] = field(default_factory=list)
    shares: Made | str | None = None
    bypassed: bool = False
    line: int = 0


@dataclass(frozen=True, eq=False)
class Tensor:
    """What one output port of a node gives.

    Attributes:
        made: The node.
        port: Its port; empty for the first.
        output: The Output that the script has tied to this tensor by a remark, or None.
    """

    made: Made
    port: str = ""
    output: Made | None = None


@dataclass(eq=False)
class LayerThing:
    """A layer, or the nested model of a block's use, that may be called.

    Attributes:
        type: Node type.
        settings: JSON values.
        name: Given by the script, or None.
        line: Where it was made.
        owner: The node of its first call, which has its weights.
        entries: Tensor of each port that the making of a block's use has named; what leads nowhere is named only there.
        called: The ports that it is called with, where not all.
    """

    type: str
    settings: dict[str, Any]
    name: str | None
    line: int
    owner: Made | None = None
    entries: dict[str, Tensor] = field(default_factory=dict)
    called: tuple[str, ...] = ()


@dataclass(frozen=True)
class ObjectThing:
    """An initializer, regularizer, optimizer or the like."""

    type: str
    settings: Mapping[str, Any]


@dataclass(eq=False)
class ModelThing:
    """A Functional model.

    Attributes:
        inputs: Its input tensors.
        outputs: Its output tensors, and for which Output each.
        name: Given by the script, or None.
        line: Where it was made.
        losses: Names of the losses it was compiled with.
        layer: The block's use that it has become by being called, or None.
    """

    inputs: list[Tensor]
    outputs: list[Tensor]
    name: str | None
    line: int
    losses: list[str] = field(default_factory=list)
    layer: LayerThing | None = None


@dataclass(eq=False)
class SequentialThing:
    """A Sequential model: its parts in order, layers and models."""

    parts: list[Any]
    name: str | None
    line: int
    losses: list[str] = field(default_factory=list)
    model: ModelThing | None = None


@dataclass(frozen=True)
class PathThing:
    """Something of Keras, by its public name."""

    path: str


@dataclass(frozen=True, eq=False)
class FunctionThing:
    """A function of the script.

    Attributes:
        node: Its definition.
        block: Whether it makes the nested model of a block, shaped like the tensors it is given.
        names: The variables around it.
    """

    node: ast.FunctionDef
    block: bool
    names: Any


@dataclass(eq=False)
class BlockThing:
    """A block that a function of the script makes.

    Attributes:
        block: The block.
        entries: Port of each parameter of the function that is a tensor.
        called: The ports that the nested model is called with; others lead nowhere.
        required: Parameters without a default, which the first use gives them.
    """

    block: Block
    entries: dict[str, str]
    called: tuple[str, ...]
    required: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Expression:
    """A value that depends on a block's parameters."""

    tree: ast.expr

    @property
    def text(self) -> str:
        return ast.unparse(self.tree)


@dataclass(frozen=True, eq=False)
class ShapeThing:
    """The shape or the number type of a tensor, or a part of it; known only when the script runs."""

    of: Any


@dataclass(frozen=True)
class PortArgument:
    """A tensor that a block's function is given, by the parameter's name."""

    name: str


@dataclass(frozen=True)
class Unknown:
    """A value that is not known without running the script.

    Attributes:
        reason: What it is, as the end of a sentence.
        line: Where it came from.
        told: It has been complained about already.
    """

    reason: str
    line: int
    told: bool = False


@dataclass(frozen=True)
class NameArgument:
    """The ``name`` that a block's function is given."""


MODELS = (ModelThing, SequentialThing)
