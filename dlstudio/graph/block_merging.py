"""Brings blocks into a project that may have others of the same name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dlstudio.graph.block_content import block_digests, used_blocks
from dlstudio.graph.model import BLOCK_PREFIX, Block, Graph
from dlstudio.graph.naming import valid_name


def merged_blocks(
    there: Mapping[str, Block], coming: Mapping[str, Block]
) -> tuple[Mapping[str, Block], dict[str, str]]:
    """Both together, and the name under which each of those that came is there now.

    A block that is there with equal content is shared; one whose name another block has gets a free name, and the
    blocks that use it follow.
    """
    blocks, names = dict(there), dict[str, str]()
    for name in _inner_first(coming):
        block = renamed_uses(coming[name], names)
        wanted = _digest(block, blocks)
        alike = (name, *(each for each in blocks if each.rpartition("_")[0] == name))
        same = next((each for each in alike if each in blocks and _digest(blocks[each], blocks) == wanted), None)
        names[name] = same or valid_name(name, blocks, "Block")
        if same is None:
            blocks[names[name]] = replace(block, name=names[name])
    return (there if len(blocks) == len(there) else blocks), names


def renamed_uses(block: Block, names: Mapping[str, str]) -> Block:
    """The block whose uses of other blocks follow their new names."""
    graph = with_renamed_uses(block.graph, names)
    return block if graph is block.graph else replace(block, graph=graph)


def with_renamed_uses(graph: Graph, names: Mapping[str, str]) -> Graph:
    """The graph whose own nodes use blocks by their new names; the same where nothing changes."""
    changed = {
        node.id: replace(node, type=f"{BLOCK_PREFIX}{names[node.block]}")
        for node in graph
        if node.block and names.get(node.block, node.block) != node.block
    }
    return replace(graph, nodes={**graph.nodes, **changed}) if changed else graph


def _digest(block: Block, blocks: Mapping[str, Block]) -> str | Block:
    """What tells the block from others; a block that holds itself is only like its equals."""
    return block_digests({**blocks, block.name: block}).get(block.name, block)


def _inner_first(blocks: Mapping[str, Block]) -> list[str]:
    """Names so that a block comes after those that it uses; what holds itself comes last."""
    waiting = {name: {each for each in used_blocks(block.graph) if each in blocks} for name, block in blocks.items()}
    order: list[str] = []
    while waiting:
        ready = [name for name, used in waiting.items() if used <= set(order)] or list(waiting)
        for name in ready:
            waiting.pop(name)
            order.append(name)
    return order
