"""Small blocks and graphs that use them, for the tests of the compiler."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dlstudio.graph.model import Block, Graph, Node, Wire

from .drawing import drawn


def block(name: str, *chains: str, wires: tuple[Wire, ...] = (), **parameters: Any) -> Block:
    """A block drawn in chains (see :func:`drawn`); the text ``'=filters * 2'`` as a setting is an expression."""
    graph = drawn(*chains, wires=wires)
    nodes = {
        node.id: replace(node, settings={key: _expression(value) for key, value in node.settings.items()})
        for node in graph
    }
    return Block(name, replace(graph, nodes=nodes), parameters)


def with_blocks_of(graph: Graph, *blocks: Block) -> Graph:
    """The graph with blocks; a node of the type ``block.X`` uses the block X."""
    return replace(graph, blocks={each.name: each for each in blocks})


def residual(**parameters: Any) -> Block:
    return block(
        "Residual",
        "x:Input > conv_1:Conv2D(filters='=filters', kernel_size=3, padding='same', activation='relu') > "
        "conv_2:Conv2D(filters='=filters', kernel_size=3, padding='same') > add:Add > y:Output",
        "x > add",
        **{"filters": 8, **parameters},
    )


def use(name: str, block_name: str, **settings: Any) -> Node:
    return Node(name, f"block.{block_name}", settings)


def residual_network(*uses: Node, blocks: tuple[Block, ...] = (), filters: int = 8) -> Graph:
    """An image through a convolution and a row of uses, to ten classes."""
    names = " > ".join(f"{each.id}:Identity" for each in uses)
    graph = drawn(
        f"images:Input(column='image') > stem:Conv2D(filters={filters}, kernel_size=4, strides=4) > {names} > "
        "average:GlobalAveragePooling2D > logits:Dense(units=10) > y:Output(column='label')"
    )
    graph = replace(graph, nodes={**graph.nodes, **{each.id: each for each in uses}})
    return with_blocks_of(graph, *(blocks or (residual(),)))


def _expression(value: Any) -> Any:
    return {"=": value[1:]} if isinstance(value, str) and value.startswith("=") else value
