"""Blocks on offer besides the project's own: the shipped and the personal ones as node types, and how one comes in.

A type ``shipped.Residual`` or ``mine.Residual`` stands for a block that the project does not have yet. Adding a node of
such a type first adds the block, then a use of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dlstudio.catalogue.node_types import Catalogue, NodeType
from dlstudio.graph import block_edits
from dlstudio.graph.block_content import same_content
from dlstudio.graph.blocks import block_type, with_blocks
from dlstudio.graph.edits import EditError
from dlstudio.graph.model import BLOCK_PREFIX, Block, Graph
from dlstudio.workbench.block_library import KeptBlock, kept_block, my_blocks

SHIPPED, MINE = "shipped", "mine"
SHELVES = (SHIPPED, MINE)
_WHENCE = {SHIPPED: "Ready-made block.", MINE: "From my blocks."}


class BlockOffer:
    """What the libraries hold; read when it is first asked for and after :meth:`refresh`.

    Attributes:
        broken: A sentence for each file of the personal library that could not be read.
    """

    def __init__(self) -> None:
        self.broken: list[str] = []
        self._shelves: dict[str, dict[str, KeptBlock]] | None = None
        self._known: tuple[Catalogue, Mapping[str, Block], Catalogue] | None = None

    def refresh(self) -> None:
        """The personal library has changed."""
        self._shelves = self._known = None

    def catalogue(self, catalogue: Catalogue, blocks: Mapping[str, Block]) -> Catalogue:
        """A catalogue with the blocks on offer that a project does not have: the same again for the same project.

        Args:
            catalogue: The node types of the project, its blocks among them.
            blocks: The project's blocks.
        """
        if self._known is not None and self._known[0] is catalogue and self._known[1] is blocks:
            return self._known[2]
        types: dict[str, NodeType] = {}
        for shelf, kept in self._all().items():
            for name, entry in kept.items():
                if name not in blocks or not same_content(blocks[name], entry.block):
                    plain = block_type(entry.block, with_blocks(catalogue, entry.blocks))
                    summary = f"{_WHENCE[shelf]} {plain.summary}"
                    types[type_id(shelf, name)] = replace(plain, id=type_id(shelf, name), summary=summary)
        offered = replace(catalogue, node_types={**catalogue.node_types, **types})
        self._known = (catalogue, blocks, offered)
        return offered

    def brought(self, graph: Graph, wanted: str) -> tuple[Graph, str]:
        """The graph with the block that a type on offer stands for, and the node type of its uses there.

        A type that is not on offer comes back with the graph as it is.

        Args:
            graph: The graph that a use is to be added to, with the project's blocks.
            wanted: Id of a node type.

        Raises:
            EditError: The block is no longer in the library.
        """
        shelf, _, name = wanted.partition(".")
        if shelf not in SHELVES:
            return graph, wanted
        kept = self._all()[shelf].get(name)
        if kept is None:
            raise EditError(f"The block '{name}' is no longer in the library.")
        graph, there = block_edits.add_block(graph, kept.block, kept.blocks)
        return graph, f"{BLOCK_PREFIX}{there}"

    def kept(self, wanted: str) -> KeptBlock | None:
        """The block that a type on offer stands for, with those it uses, or None."""
        shelf, _, name = wanted.partition(".")
        return self._all()[shelf].get(name) if shelf in SHELVES else None

    def _all(self) -> dict[str, dict[str, KeptBlock]]:
        if self._shelves is None:
            mine, self.broken = my_blocks()
            self._shelves = {SHIPPED: shipped(), MINE: mine}
        return self._shelves


def shipped() -> dict[str, KeptBlock]:
    """The blocks that come with the studio, each with those it uses."""
    try:
        from dlstudio.graph.block_library import shipped_blocks
    except ImportError:
        return {}
    blocks = shipped_blocks()
    return {name: kept_block(name, blocks) for name in blocks}


def type_id(shelf: str, name: str) -> str:
    """The node type that stands for a block on a shelf."""
    return f"{shelf}.{name}"


def shelf_of(wanted: str) -> str:
    """``shipped``, ``mine``, ``block`` for a block of the project, or empty for any other node type."""
    head = wanted.partition(".")[0]
    return head if head in (*SHELVES, "block") and "." in wanted else ""
