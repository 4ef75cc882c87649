"""What a layer of the drawing does to real samples while one trains: how augmentation looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from dlstudio.compiler.assembling import Assembly
from dlstudio.compiler.evaluation import Evaluation, input_facts
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import OUTPUT, Graph, Node, Wire


class PreviewError(ValueError):
    """The node cannot be previewed; the message says why."""


def in_training(
    graph: Graph,
    specs: Mapping[str, ColumnSpec],
    node: str,
    samples: np.ndarray,
    *,
    evaluation: Evaluation,
    seed: int = 0,
) -> np.ndarray:
    """What arrives behind a node for each sample, as in training: random layers are at work.

    Args:
        graph: The drawn network.
        specs: The encoded columns.
        node: The node; what leads to it has to begin at one Input.
        samples: Encoded values of that Input's column, (n, ...).
        evaluation: Walks graphs; a warm one.
        seed: Of the random layers.

    Returns:
        (n, ...) float32.

    Raises:
        PreviewError: Several Inputs lead to it, or none.
    """
    end = "preview"
    while end in graph:
        end += "_"
    nodes = {name: each for name, each in graph.nodes.items() if each.type != OUTPUT}
    wires = tuple(wire for wire in graph.wires if wire.target in nodes)
    part = replace(graph, nodes={**nodes, end: Node(end, OUTPUT)}, wires=(*wires, Wire(node, end)))
    assembly = Assembly(part, evaluation, seed, specs)
    entries = assembly.entries
    if len(entries) != 1:
        raise PreviewError(f"{len(entries)} Inputs lead to '{node}'; only what comes from one can be shown.")
    facts = input_facts(graph[entries[0]], specs)
    if facts is None or tuple(samples.shape[1:]) != tuple(facts.shape[1:]):
        raise PreviewError(f"The samples do not fit the Input '{entries[0]}'.")
    entering = keras.Input(shape=facts.shape[1:], dtype=facts.dtype)
    leaving = assembly.assemble({entries[0]: entering})[end]
    found: Any = keras.Model(entering, leaving)(samples, training=True)
    return np.asarray(keras.ops.convert_to_numpy(found), np.float32)
