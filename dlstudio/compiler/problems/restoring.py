"""Outputs that give back what is read: what ends them, their loss, and whether they can merely copy."""

from __future__ import annotations

import math
from collections.abc import Iterator

from dlstudio.compiler.outputs import last_activation
from dlstudio.compiler.problems.context import Context
from dlstudio.compiler.problems.last_activations import last_activation_problems, loss_problems
from dlstudio.compiler.problems.trying import harmless_fixes
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import INPUT, Node
from dlstudio.graph.problems import Problem

_DISTURBING = ("GaussianNoise", "GaussianDropout", "Dropout", "SpatialDropout1D", "SpatialDropout2D", "AlphaDropout")
_SHARES = "BinaryCrossentropy"


def restoring_problems(context: Context, node: Node, spec: ColumnSpec) -> Iterator[Problem]:
    """Problems of an Output of the task reconstruction, whose shape is right already.

    Args:
        context: The search for problems.
        node: The Output.
        spec: Its column: an image with values from 0 to 1, or a standardized series.
    """
    ending = last_activation(context.graph, node.id)
    if spec.kind == "series" or ending == "softmax":
        yield from last_activation_problems(context, node, "regression", int(spec.shape[-1]))
    loss = str(node.settings.get("loss") or "").rpartition(".")[2]
    if not (loss == _SHARES and spec.kind == "image" and ending == "sigmoid"):
        yield from loss_problems(node, spec, "regression")
    yield from _copying(context, node, spec)


def _copying(context: Context, node: Node, spec: ColumnSpec) -> Iterator[Problem]:
    """Whether what is read can go through as it is: nowhere fewer values, and nothing that disturbs them."""
    graph = context.graph
    upstream = [graph[name] for name in context.upstream(node.id)]
    sources = [each for each in upstream if each.type == INPUT and each.settings.get("column") == spec.name]
    disturbed = any(each.type.rpartition(".")[2] in _DISTURBING and not each.bypassed for each in upstream)
    if not sources or disturbed or any(each.block for each in upstream):
        return  # a block may hold a narrow place
    values = math.prod(spec.shape)
    for each in upstream:
        traced = context.found.traced.get(each.id)
        if each.id in (node.id, sources[0].id) or traced is None or len(traced.outputs) != 1:
            continue
        shape = next(iter(traced.outputs.values())).sample_shape
        if None not in shape and math.prod(side or 0 for side in shape) < values and _all_pass(context, node, each):
            return
    wires = graph.outgoing(sources[0].id)
    noise = context.insert("keras.layers.GaussianNoise", "noise", {"stddev": 0.1}, wires[0])
    yield Problem(
        f"Output '{node.id}' gives back what '{sources[0].id}' reads, and nowhere on the way are there fewer values: "
        "the network can copy them and learn nothing. Let them pass a narrow layer, or disturb them with noise.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(context, [(f"Insert a GaussianNoise behind {sources[0].id}", (noise,))]),
    )


def _all_pass(context: Context, node: Node, place: Node) -> bool:
    """Whether no way from any Input to an Output goes past a node."""
    seen, waiting = {node.id, place.id}, [node.id]
    while waiting:
        for wire in context.graph.incoming(waiting.pop()):
            if wire.source not in seen and wire.source in context.graph:
                if context.graph[wire.source].type == INPUT:
                    return False
                seen.add(wire.source)
                waiting.append(wire.source)
    return True
