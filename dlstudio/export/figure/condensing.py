"""From a graph to a sketch: what follows a layer directly (normalization, activation, dropout) is joined to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.export.figure.sketch import Facts, Shape, Sketch, Step, contracted
from dlstudio.export.figure.wording import activation_of, base_name, extra_of, sign_of, title_of
from dlstudio.graph.layout.ranks import Edges, forward_edges, neighbours
from dlstudio.graph.model import INPUT, OUTPUT, Graph, Node

JOINED = ("normalization", "activation", "regularization")
PADDING = ("ZeroPadding", "Cropping", "Identity")
DULL = ("name", "padding", "trainable", "kernel_initializer", "bias_initializer", "use_bias", "kernel_regularizer")


def condensed(graph: Graph, catalogue: Catalogue, facts: Facts) -> Sketch:
    """The sketch of a graph.

    Args:
        graph: What is drawn.
        catalogue: Knows the categories; types that it does not know look like core layers.
        facts: Shapes and sizes by node, as far as they are known.
    """
    order, edges = forward_edges(graph)
    order = _streams(order, edges)
    into, out = neighbours(order, edges)
    owner: dict[str, str] = {}
    steps: dict[str, Step] = {}
    for name in order:
        node = graph[name]
        before = into[name][0] if len(into[name]) == 1 else None
        host = owner[before] if before is not None and len(out[before]) == 1 else None
        if host is not None and _joins(node, catalogue, graph[host]):
            owner[name] = host
            steps[host] = _joined(steps[host], node, catalogue, facts)
        elif node.bypassed and before is not None:
            owner[name] = owner[before]  # as if it were not there
        else:
            owner[name] = name
            steps[name] = _step(node, catalogue, facts)
    return Sketch(steps, contracted(edges, owner))


def _streams(order: Sequence[str], edges: Edges) -> tuple[str, ...]:
    """An order that follows the wires, in which what leads to one place stands together.

    Depth first from the ends, the longest way to each place first: the encoder before the decoder that looks at it.
    """
    into, out = neighbours(order, edges)
    ends = [name for name in order if not out[name]]
    deep: dict[str, int] = {}
    for name in order:
        deep[name] = 1 + max((deep[other] for other in into[name]), default=0)
        into[name].sort(key=lambda other: -deep[other])
    found: dict[str, None] = {}
    for end in ends:
        stack = [(end, iter(into[end]))]
        while stack:
            name, before = stack[-1]
            other = next((each for each in before if each not in found), None)
            if other is None:
                found[name] = None
                stack.pop()
            else:
                stack.append((other, iter(into[other])))
    return tuple(found)


def category_of(node: Node, catalogue: Catalogue) -> str:
    """The category of a node's type; operations that join tensors count as merging."""
    if node.block:
        return "block"
    if sign_of(node):
        return "merging"
    node_type = catalogue.get(node.type)
    return node_type.category if node_type else "core"


def _joins(node: Node, catalogue: Catalogue, host: Node) -> bool:
    if host.type in (INPUT, OUTPUT) or host.block or node.shares:
        return False
    return category_of(node, catalogue) in JOINED or base_name(node) in PADDING or node.bypassed


def _step(node: Node, catalogue: Catalogue, facts: Facts) -> Step:
    node_type = catalogue.get(node.type)
    activation = activation_of(node, node_type)
    title = title_of(node, node_type)
    settings = {k: v for k, v in node.settings.items() if k not in DULL}
    repeat = node.settings.get("repeat", 1) if node.block else 1
    return Step(
        node.id,
        (node.id,),
        title,
        category_of(node, catalogue),
        extras=(activation,) if activation else (),
        sign=sign_of(node),
        shape=shape_of(node.id, facts),
        times=repeat if isinstance(repeat, int) else 1,
        parameters=_parameters(node.id, facts),
        key=(node.type, title, activation, _frozen(settings) if node.block else ()),
        named=bool(node.block),
    )


def _joined(step: Step, node: Node, catalogue: Catalogue, facts: Facts) -> Step:
    word = "" if node.bypassed else extra_of(node, catalogue.get(node.type))
    return replace(
        step,
        members=(*step.members, node.id),
        extras=(*step.extras, word) if word else step.extras,
        shape=shape_of(node.id, facts) or step.shape,
        parameters=step.parameters + _parameters(node.id, facts),
        key=(*step.key, word),
    )


def shape_of(name: str, facts: Facts) -> Shape | None:
    """Shape of a node's first output, or None where it is not known."""
    known = facts.get(name)
    return next(iter(known.output_shapes.values()), None) if known is not None else None


def _parameters(name: str, facts: Facts) -> int:
    known = facts.get(name)
    return (known.parameters or 0) if known is not None else 0


def _frozen(settings: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, str(value)) for name, value in settings.items() if name != "repeat"))
