"""Blocks as node types, and what is inside one use of a block. Making and changing blocks: ``block_edits``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dlstudio.catalogue.node_types import Catalogue, NodeType, Port, Setting, SettingKind
from dlstudio.graph.expressions import bind, is_expression
from dlstudio.graph.model import BLOCK_PREFIX, INPUT, OUTPUT, Block, Graph

REPEAT = "repeat"
"""Setting of every use: how many times the block stands in a row, each time with weights of its own."""

MOST_REPEATS = 1000
CATEGORY = "block"

_known: dict[int, tuple[Catalogue, Mapping[str, Block], Catalogue]] = {}


def with_blocks(catalogue: Catalogue, blocks: Mapping[str, Block]) -> Catalogue:
    """The catalogue with a node type ``block.<name>`` for each block; the same one again for the same blocks."""
    if not blocks:
        return catalogue
    known = _known.get(id(blocks))
    if known is not None and known[0] is catalogue and known[1] is blocks:
        return known[2]
    types = {f"{BLOCK_PREFIX}{name}": block_type(block, catalogue) for name, block in blocks.items()}
    completed = replace(catalogue, node_types={**catalogue.node_types, **types})
    while len(_known) >= 32:
        _known.pop(next(iter(_known)))
    _known[id(blocks)] = (catalogue, blocks, completed)
    return completed


def block_type(block: Block, catalogue: Catalogue) -> NodeType:
    """What the palette offers for a block: its ports, and its parameters as settings."""
    settings = tuple(_setting(block, name, default, catalogue) for name, default in block.parameters.items())
    repeat = Setting(
        REPEAT,
        "integer",
        default=1,
        minimum=1,
        maximum=MOST_REPEATS,
        help="How many times the block stands in a row, each time with weights of its own.",
    )
    return NodeType(
        id=f"{BLOCK_PREFIX}{block.name}",
        name=block.name,
        category=CATEGORY,
        summary=block.summary or f"A block of {len(block.graph)} nodes.",
        inputs=tuple(Port(node.id) for node in block.graph.of_type(INPUT)),
        outputs=tuple(Port(node.id) for node in block.graph.of_type(OUTPUT)),
        settings=(*settings, repeat),
        call="keywords",
        shown=(*tuple(block.parameters)[:2], REPEAT),
    )


def bound_graph(block: Block, settings: Mapping[str, Any]) -> Graph:
    """The graph inside one use: every expression evaluated with the use's parameters. Uses inside stay uses.

    Args:
        block: The block.
        settings: The settings of the use; parameters it does not name keep their defaults.

    Raises:
        ExpressionError: A setting inside cannot be evaluated.
    """
    values = {**block.parameters, **{k: v for k, v in settings.items() if k in block.parameters}}
    nodes = {
        node.id: replace(node, settings={name: bind(value, values) for name, value in node.settings.items()})
        for node in block.graph
    }
    return replace(block.graph, nodes=nodes)


def _setting(block: Block, name: str, default: Any, catalogue: Catalogue) -> Setting:
    """A parameter's setting takes after the first setting inside that is simply the parameter."""
    for node in block.graph:
        node_type = catalogue.get(node.type)
        for inner, value in node.settings.items():
            found = node_type.setting(inner) if node_type else None
            if found is not None and is_expression(value) and value["="].strip() == name:
                return replace(found, name=name, default=default, required=False, advanced=False)
    kind: SettingKind = "json"
    for python, wanted in ((bool, "flag"), (int, "integer"), (float, "number"), (str, "text"), (list, "json")):
        if isinstance(default, python):
            kind = wanted  # type: ignore[assignment]
            break
    return Setting(name, kind, default=default, optional=default is None, help=f"A parameter of {block.name}.")
