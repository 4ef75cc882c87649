"""Ways into blocks: a path names the uses that lead from a project's graph to the graph inside the last of them."""

from __future__ import annotations

from dataclasses import replace

from dlstudio.graph.model import Graph

Path = tuple[str, ...]
"""Ids of block uses, outermost first; empty for the project's own graph."""


def valid_path(graph: Graph, path: Path) -> Path:
    """The longest part of a path, from its beginning, that still leads somewhere."""
    here = graph
    for depth, name in enumerate(path):
        block = graph.blocks.get(here[name].block or "") if name in here else None
        if block is None:
            return path[:depth]
        here = block.graph
    return path


def block_at(graph: Graph, path: Path) -> str:
    """Name of the block that a path leads into; empty for the project's own graph.

    Raises:
        KeyError: The path leads nowhere (see :func:`valid_path`).
    """
    name, here = "", graph
    for use in path:
        name = here[use].block or ""
        here = graph.blocks[name].graph
    return name


def graph_at(graph: Graph, path: Path) -> Graph:
    """The graph that a path leads to, with the project's blocks lent to it.

    Raises:
        KeyError: The path leads nowhere.
    """
    if not path:
        return graph
    return replace(graph.blocks[block_at(graph, path)].graph, blocks=graph.blocks)


def with_graph_at(graph: Graph, path: Path, inner: Graph) -> Graph:
    """The project's graph with another graph at the end of a path: all uses of that block follow.

    ``inner`` carries the project's blocks, so that an edit may also have added or changed some.

    Raises:
        KeyError: The path leads nowhere.
    """
    if not path:
        return inner
    name = block_at(graph, path)
    changed = replace(inner.blocks[name], graph=replace(inner, blocks={}))
    return replace(graph, blocks={**inner.blocks, name: changed})


def way_to_block(graph: Graph, name: str) -> Path | None:
    """A shortest path that leads into a block, or None where no use of it can be reached."""
    waiting: list[Path] = [()]
    seen = {""}
    for path in waiting:  # grows while it is walked
        here = graph if not path else graph.blocks[block_at(graph, path)].graph
        if (block_at(graph, path) if path else "") == name:
            return path
        for node in here:
            if node.block in graph.blocks and node.block not in seen:
                seen.add(node.block or "")
                waiting.append((*path, node.id))
    return None
