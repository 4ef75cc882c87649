"""What the movements of images with boxes or masks look like, for a window that shows samples behind such a layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from dlstudio.compiler.joint_moves import joint_moves
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import Graph
from dlstudio.training.moving import moved


def moved_before(
    graph: Graph,
    specs: Mapping[str, ColumnSpec],
    node: str,
    samples: tuple[np.ndarray, Mapping[str, np.ndarray]],
    seed: int,
) -> tuple[Graph, np.ndarray, dict[str, np.ndarray]]:
    """Samples as they enter the network in training, and the graph in which the layers that moved them rest.

    Args:
        graph: The drawn network.
        specs: The encoded columns.
        node: The node behind which one looks; layers after it have not moved anything yet.
        samples: Images (n, height, width, channels), and what is learnt of them by Output: boxes (n, boxes, 5) or
            masks (n, height, width).
        seed: Of the movements.

    Returns:
        The graph, the images and the targets; as they were where no layer moves both.
    """
    images, targets = samples
    moves = joint_moves(graph, specs)
    if moves is None:
        return graph, images, dict(targets)
    names = [layer.id for layer in moves.layers]
    if node in names:
        moves = replace(moves, layers=moves.layers[: names.index(node) + 1])
    images, changed = moved(moves, images, targets, np.random.default_rng(seed))
    resting = {layer.id: replace(layer, bypassed=True) for layer in moves.layers}
    return replace(graph, nodes={**graph.nodes, **resting}), images, changed
