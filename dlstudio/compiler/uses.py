"""What one use of a block gives: its inside is walked with what arrives at the use, once for each repeat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

from dlstudio.compiler.tracing import TensorFacts, Traced
from dlstudio.graph.blocks import REPEAT
from dlstudio.graph.model import INPUT, OUTPUT, Graph

MOST_LAYERS = 20_000
"""A use that stands for more layers is refused before anything is built."""

Arrived = Mapping[str, tuple[TensorFacts, ...]]


@dataclass
class Evaluated:
    """What a walk found.

    Attributes:
        traced: By node id, for every node that could be called; its ``fault`` is set where it failed. A bypassed node
            gives what arrives at its first input.
        inputs: What arrived at each node, by node id and port; only complete ones.
        shared: Ids of nodes whose weights are another node's.
        bypassed: What each bypassed node would give if it were not, by its id; where that could be found out.
        remembered: What has been concluded from this walk, by any key: walks inside blocks outlive a search.
    """

    traced: dict[str, Traced] = field(default_factory=dict)
    inputs: dict[str, dict[str, tuple[TensorFacts, ...]]] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)
    bypassed: dict[str, Traced] = field(default_factory=dict)
    remembered: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class Inside:
    """One walk through a block.

    Attributes:
        graph: What is inside, its expressions evaluated, with the project's blocks lent to it.
        fed: What came in, by the id of the inner Input.
        found: What the walk gave.
    """

    graph: Graph
    fed: Mapping[str, TensorFacts]
    found: Evaluated


@dataclass(frozen=True)
class TracedUse(Traced):
    """What a use of a block gives.

    Its ``fault`` is ``block`` where something inside fails, ``expression`` where its settings cannot be evaluated,
    ``repeat`` where its outputs cannot feed its inputs, or ``size``.

    Attributes:
        inside: The walk through the first repeat.
        failing: The walk that failed, or None.
        layers: How many layers and operations it stands for.
        activations: Values that all of them give for one sample, unknown lengths counted as 1.
    """

    inside: Inside | None = None
    failing: Inside | None = None
    layers: int = 0
    activations: int = 0


def trace_use(
    bound: Graph,
    settings: Mapping[str, Any],
    arrived: Arrived,
    walk: Callable[[Graph, Mapping[str, TensorFacts]], Evaluated],
) -> TracedUse:
    """What a use gives for what arrives at it.

    Args:
        bound: The graph inside (see :func:`dlstudio.graph.blocks.bound_graph`).
        settings: Those of the use; says how often the block is repeated.
        arrived: By port.
        walk: Evaluates a graph, given what its Inputs give.
    """
    repeat = int(settings.get(REPEAT, 1))
    loose = next((port for port, facts in arrived.items() if not facts[0].batched), None)
    if loose is not None:
        return TracedUse({}, fault="unbatched", error=loose)
    entries = [node.id for node in bound.of_type(INPUT)]
    exits = [node.id for node in bound.of_type(OUTPUT)]
    fed = {name: arrived[name][0] for name in entries if name in arrived}
    parameters = trainable = adds = layers = activations = 0
    unknown, first = False, None
    number = 1
    while True:
        inside = Inside(bound, fed, walk(bound, fed))
        first = first or inside
        found = inside.found
        failed = any(traced.fault for traced in found.traced.values()) or any(
            name not in found.inputs for name in exits
        )
        if failed or not exits:
            return TracedUse({}, fault="block", inside=first, failing=inside)
        outputs = {name: found.inputs[name]["inputs"][0] for name in exits}
        following = dict(zip(entries, outputs.values(), strict=False))
        # Where the same comes out as went in, all repeats are alike.
        alike = following == fed and len(entries) == len(exits)
        times = repeat - number + 1 if alike else 1
        counted = _counted(inside)
        parameters += times * counted.parameters
        trainable += times * counted.trainable_parameters
        adds += times * (counted.multiply_adds or 0)
        unknown = unknown or counted.multiply_adds is None
        layers += times * counted.layers
        activations += times * counted.activations
        if layers > MOST_LAYERS:
            return TracedUse({}, fault="size", error=f"more than {MOST_LAYERS:,} layers", inside=first)
        number += times
        if number > repeat:
            break
        if len(entries) != len(exits):
            return TracedUse({}, fault="repeat", inside=first)
        fed = following
    total = None if unknown and not adds else adds
    return TracedUse(outputs, parameters, trainable, total, inside=first, layers=layers, activations=activations)


def activations_of(traced: Traced) -> int:
    """Values that a node gives for one sample, those inside a block included; unknown lengths count as 1."""
    if isinstance(traced, TracedUse):
        return traced.activations
    return sum(prod(length or 1 for length in fact.sample_shape) for fact in traced.outputs.values())


def _counted(inside: Inside) -> TracedUse:
    """The sums over the nodes of one walk; what only passes through counts nothing."""
    parameters = trainable = adds = layers = activations = 0
    unknown = False
    for name, traced in inside.found.traced.items():
        node = inside.graph[name]
        if node.type == INPUT or node.bypassed:
            continue
        if name not in inside.found.shared:
            parameters += traced.parameters
            trainable += traced.trainable_parameters
        adds += traced.multiply_adds or 0
        unknown = unknown or traced.multiply_adds is None
        layers += traced.layers if isinstance(traced, TracedUse) else 1
        activations += activations_of(traced)
    total = None if unknown and not adds else adds
    return TracedUse({}, parameters, trainable, total, layers=layers, activations=activations)
