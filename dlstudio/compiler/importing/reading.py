"""A model's configuration as a graph of our own, laid out, with blocks; and where each layer's weights stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.compiler.importing.drawing import draw, nested_of, saved_paths
from dlstudio.graph.layout import layered_positions
from dlstudio.graph.likeness import Path, into_blocks
from dlstudio.graph.model import INPUT, Graph


@dataclass(frozen=True)
class Reading:
    """What a configuration gave.

    Attributes:
        graph: The drawing, with its blocks.
        saved: Group of each layer's weights in the file, by the layer's path: ids of uses, then of the node.
        unmerged: The same with the names that the layers have in the file, before nested models became blocks.
        inputs: Settings of each Input: its shape and number type.
        names: Ids of the outermost nodes whose layers had names that nodes cannot have, with those names.
        notes: Sentences on what is drawn otherwise than it was.
    """

    graph: Graph
    saved: Mapping[Path, str]
    unmerged: Mapping[Path, str]
    inputs: Mapping[str, Mapping[str, Any]]
    names: Mapping[str, str]
    notes: tuple[str, ...]


def read_config(config: Mapping[str, Any], catalogue: Catalogue) -> Reading:
    """Draws a model.

    Args:
        config: What ``config.json`` of a ``.keras`` file holds.
        catalogue: The allow-list.

    Raises:
        ModelImportError: It cannot be drawn; every layer that stands in the way is named.
    """
    drawn = draw(config, catalogue)
    graph, paths = into_blocks(nested_of(drawn), catalogue)
    groups = saved_paths(drawn)
    saved = {paths[path]: group for path, group in groups.items() if path in paths}
    inputs = {node.id: dict(node.settings) for node in drawn.graph.of_type(INPUT)}
    return Reading(placed(graph), saved, groups, inputs, drawn.names, tuple(dict.fromkeys(drawn.notes)))


def placed(graph: Graph) -> Graph:
    """The graph and those of its blocks laid out anew."""
    blocks = {name: replace(block, graph=_laid_out(block.graph)) for name, block in graph.blocks.items()}
    return replace(_laid_out(graph), blocks=blocks)


def _laid_out(graph: Graph) -> Graph:
    positions = layered_positions(graph)
    return replace(graph, nodes={node.id: replace(node, at=positions[node.id]) for node in graph})
