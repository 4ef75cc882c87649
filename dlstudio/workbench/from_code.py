"""Puts a network that was read from a script in the place of the one that is open: places, bindings and blocks stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dlstudio.graph.layout import layered_positions, usual_size
from dlstudio.graph.layout.tidying import tidied
from dlstudio.graph.model import INPUT, OUTPUT, Block, Graph, Node

BINDINGS = ("column", "task", "loss")
"""What ties an Input or Output to the data, and no script made by hand says."""

Sizes = Mapping[str, tuple[float, float]]


def with_network(before: Graph, read: Graph, sizes: Sizes | None = None) -> Graph:
    """The graph that a script gives a project.

    Nodes that keep their names keep their places where no other came or went; otherwise all is laid out. Inputs and
    Outputs without a column take over the columns of those before. Frames, notes and blocks that the script does not
    use stay.

    Args:
        before: The project's own graph.
        read: What the script says; its blocks replace those of the same names.
        sizes: Width and height by node, where they have been measured.
    """
    nodes = _bound(before, read)
    same = nodes.keys() == before.nodes.keys()
    right = max((node.at[0] for node in before), default=0.0) + 10_000.0  # in no frame until it is laid out
    placed = {
        name: replace(node, at=before[name].at if name in before else (right, 0.0)) for name, node in nodes.items()
    }
    blocks = {**before.blocks, **{name: _placed(block, before.blocks.get(name)) for name, block in read.blocks.items()}}
    graph = replace(read, nodes=placed, blocks=blocks, notes=before.notes, frames=before.frames)
    if same or not len(graph):
        return graph
    known = sizes or {}
    return tidied(graph, {name: known.get(name) or usual_size(node) for name, node in graph.nodes.items()})


def _bound(before: Graph, read: Graph) -> dict[str, Node]:
    """The nodes with the bindings of the Inputs and Outputs before: by name, or by place where there are as many."""
    nodes = dict(read.nodes)
    for kind in (INPUT, OUTPUT):
        old, new = before.of_type(kind), read.of_type(kind)
        for place, node in enumerate(new):
            if "column" in node.settings:
                continue
            source = before.nodes.get(node.id)
            if source is None or source.type != kind:
                source = old[place] if len(old) == len(new) else None
            if source is not None:
                kept = {name: source.settings[name] for name in BINDINGS if name in source.settings}
                nodes[node.id] = replace(node, settings={**node.settings, **kept})
    return nodes


def _placed(block: Block, before: Block | None) -> Block:
    """A block whose nodes lie where they lay, or are laid out."""
    inside = block.graph
    if before is not None and inside.nodes.keys() == before.graph.nodes.keys():
        places = {node.id: node.at for node in before.graph}
        inside = replace(inside, frames=before.graph.frames, notes=before.graph.notes)
    else:
        places = layered_positions(inside)
    nodes = {name: replace(node, at=places[name]) for name, node in inside.nodes.items()}
    summary = block.summary or (before.summary if before else "")
    return replace(block, graph=replace(inside, nodes=nodes), summary=summary)
