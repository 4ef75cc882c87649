"""What the movements of images with boxes look like, for a window that shows samples behind an augmenting layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from dlstudio.compiler.box_moves import box_moves
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import Graph
from dlstudio.training.moving import moved


def moved_before(
    graph: Graph, specs: Mapping[str, ColumnSpec], node: str, samples: tuple[np.ndarray, np.ndarray], seed: int
) -> tuple[Graph, np.ndarray, np.ndarray]:
    """Samples as they enter the network in training, and the graph in which the layers that moved them rest.

    Args:
        graph: The drawn network.
        specs: The encoded columns.
        node: The node behind which one looks; layers after it have not moved anything yet.
        samples: Images (n, height, width, channels) and boxes (n, boxes, 5).
        seed: Of the movements.

    Returns:
        The graph, the images and the boxes; as they were where no layer moves both.
    """
    moves = box_moves(graph, specs)
    if moves is None:
        return graph, *samples
    names = [layer.id for layer in moves.layers]
    if node in names:
        moves = replace(moves, layers=moves.layers[: names.index(node) + 1])
    images, boxes = moved(moves, samples[0], {"": samples[1]}, np.random.default_rng(seed))
    resting = {layer.id: replace(layer, bypassed=True) for layer in moves.layers}
    return replace(graph, nodes={**graph.nodes, **resting}), images, boxes[""]
