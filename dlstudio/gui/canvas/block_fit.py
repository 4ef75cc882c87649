"""Whether a block fits a wire's end, told by what stands behind its first port. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dlstudio.catalogue.node_types import Catalogue, NodeType
from dlstudio.graph.model import INPUT, Block
from dlstudio.gui.canvas.node_look import Side
from dlstudio.gui.canvas.wiring import fits, wanted_rank


def fits_here(
    node_type: NodeType,
    block: tuple[str, Mapping[str, Block]] | None,
    catalogue: Catalogue,
    side: Side,
    shape: Sequence[int | None] | None,
) -> bool:
    """Whether a new node can stand at the other end of a wire; as :func:`dlstudio.gui.canvas.wiring.fits`, for blocks
    by the layers behind their first input.

    Args:
        node_type: What would be added.
        block: For a block its name and the blocks among which it and those it uses are found; else None.
        catalogue: The node types inside the block.
        side: The side of the existing end.
        shape: What comes out of the existing end, without the batch axis, where that is known.
    """
    if not fits(node_type, side, shape):
        return False
    if block is None or side == "in" or shape is None:
        return True
    ranks = _wanted(block[0], block[1], catalogue, frozenset())
    return not ranks or len(shape) in ranks


def _wanted(name: str, blocks: Mapping[str, Block], catalogue: Catalogue, inside: frozenset[str]) -> set[int]:
    """How many axes the layers want that the first input feeds; empty where they take any."""
    block = blocks.get(name)
    entries = block.graph.of_type(INPUT) if block else ()
    if block is None or not entries or name in inside:
        return set()
    ranks: set[int] = set()
    for wire in block.graph.outgoing(entries[0].id):
        node = block.graph.nodes.get(wire.target)
        if node is None:
            continue
        if node.block:
            ranks |= _wanted(node.block, blocks, catalogue, inside | {name})
        elif (node_type := catalogue.get(node.type)) is not None:
            rank = wanted_rank(node_type)
            ranks |= set() if rank is None else {rank}
    return ranks
