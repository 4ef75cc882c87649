"""What blocks hold, told apart by content: digests, circles of blocks inside each other, how deep they nest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from dlstudio.graph.model import Block, Graph

DEEPEST = 16
"""How many blocks may stand inside each other."""

_known: dict[int, tuple[Mapping[str, Block], Mapping[str, str]]] = {}


def block_digests(blocks: Mapping[str, Block]) -> Mapping[str, str]:
    """A digest of each block's content and of that of all blocks it uses, by name; the same again for the same blocks.

    Positions, frames, notes and summaries do not count. A block that holds itself, one nested deeper than
    :data:`DEEPEST` and one that uses a block which is not there have no digest.
    """
    known = _known.get(id(blocks))
    if known is not None and known[0] is blocks:
        return known[1]
    digests = {name: digest for name, (digest, _) in _digests(blocks).items()}
    while len(_known) >= 32:
        _known.pop(next(iter(_known)))
    _known[id(blocks)] = (blocks, digests)
    return digests


def block_circle(blocks: Mapping[str, Block], name: str) -> tuple[str, ...]:
    """The blocks through which a block holds itself, itself first; empty where it does not."""
    trail: list[str] = []
    seen: set[str] = set()

    def found(here: str) -> bool:
        trail.append(here)
        for used in used_blocks(blocks[here].graph):
            if used == name:
                return True
            if used in blocks and used not in seen:
                seen.add(used)
                if found(used):
                    return True
        trail.pop()
        return False

    return tuple(trail) if name in blocks and found(name) else ()


def block_depths(blocks: Mapping[str, Block]) -> dict[str, int]:
    """How many blocks stand inside each other in each block, itself counted; without those that hold themselves."""
    depths: dict[str, int] = {}
    waiting = {name: [used for used in used_blocks(block.graph) if used in blocks] for name, block in blocks.items()}
    while True:
        ready = [name for name, inner in waiting.items() if all(each in depths for each in inner)]
        if not ready:
            return depths
        for name in ready:
            depths[name] = 1 + max((depths[each] for each in waiting.pop(name)), default=0)


def used_blocks(graph: Graph) -> tuple[str, ...]:
    """Names of the blocks that a graph's own nodes use, each once, in the graph's order."""
    return tuple(dict.fromkeys(node.block for node in graph if node.block))


def same_content(first: Block, second: Block) -> bool:
    """Whether two blocks compute the same: positions, frames, notes and summaries do not count."""
    return _content(first) == _content(second)


def _digests(blocks: Mapping[str, Block]) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    waiting = {name: used_blocks(block.graph) for name, block in blocks.items()}
    while True:
        ready = [name for name, used in waiting.items() if all(each in found for each in used)]
        if not ready:
            return {name: entry for name, entry in found.items() if entry[1] <= DEEPEST}
        for name in ready:
            used = waiting.pop(name)
            text = _content(blocks[name]) + json.dumps([(each, found[each][0]) for each in used])
            depth = 1 + max((found[each][1] for each in used), default=0)
            found[name] = (hashlib.blake2b(text.encode(), digest_size=16).hexdigest(), depth)


def _content(block: Block) -> str:
    nodes: list[Any] = [(node.id, node.type, dict(node.settings), node.shares, node.bypassed) for node in block.graph]
    wires = [(w.source, w.target, w.source_port, w.target_port) for w in block.graph.wires]
    return json.dumps([nodes, wires, dict(block.parameters)], sort_keys=True, default=str)
