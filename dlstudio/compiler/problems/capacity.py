"""How much a network can carry: bottlenecks, deep plain stacks, one layer that holds all weights, nothing to train."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

from dlstudio.compiler.problems.candidates import averaging_instead
from dlstudio.compiler.problems.context import Candidate, Edit, set_edit
from dlstudio.compiler.problems.hidden_activations import CONVOLUTIONS, NORMALIZATIONS, WEIGHTED
from dlstudio.compiler.problems.reading import Check, Reading, kind, width
from dlstudio.compiler.problems.trying import harmless_fixes
from dlstudio.compiler.problems.wording import shape_words
from dlstudio.compiler.tracing import Traced
from dlstudio.compiler.uses import TracedUse
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import OUTPUT, Node
from dlstudio.graph.problems import Problem
from dlstudio.tasks.registry import get_task
from dlstudio.tasks.task import TaskError

_NARROWEST = 2
_TOO_DEEP = 20
"""Weighted layers in a row without shortcut or normalization; VGG-19, the deepest plain one in use, has 19."""

_VERY_DEEP = 100
_MANY = 5_000_000
_NEARLY_ALL = 0.8
_RESETTING = (*NORMALIZATIONS, "Add", "Concatenate", "Average", "Multiply", "MultiHeadAttention")
_CONSTANT = ("zeros", "ones", "Zeros", "Ones", "Constant", "constant")
_SHRINKING_SETTING = {"Dense": "units", "LSTM": "units", "GRU": "units", "SimpleRNN": "units"}


def bottleneck(reading: Reading, node: Node) -> Iterator[Problem]:
    """One or two values through which all that the network knows of a sample has to pass."""
    name = _SHRINKING_SETTING.get(kind(node), "filters")
    before, here = width(reading.arriving(node)), width(reading.shape(node))
    target = reading.behind(node, ("Dropout", "Activation", "ReLU", "LeakyReLU", *NORMALIZATIONS))
    if not 0 < here <= _NARROWEST or target is None or kind(target) not in WEIGHTED or before < 8 * here:
        return
    after = width(reading.shape(target))
    ends = _most_values(reading.whole)
    if after < 4 * here or ends <= here or not reading.is_passage(node.id):
        return
    wider = min(max(ends, after, 16), before) if kind(node) in _SHRINKING_SETTING else min(max(after, 16), 64)
    words = "value" if here == 1 else "values"
    yield Problem(
        f"'{node.id}' lets only {here} {words} through between {shape_words(reading.arriving(node) or ())} before it "
        f"and {shape_words(reading.shape(target) or ())} in '{target.id}': what it leaves out is lost to all layers "
        f"after it, and {ends} {'classes' if reading.whole.classes else 'values'} have to be told from it.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(
            reading.context,
            [
                (f"Set {node.id} {name} to {wider}", (set_edit(node.id, name, wider),)),
                (f"Remove {node.id}", ({"edit": "remove", "node": node.id},)),
            ],
        ),
    )


def huge_dense(reading: Reading, node: Node) -> Iterator[Problem]:
    """A Dense behind a Flatten that holds nearly all weights of a large network."""
    traced = reading.traced(node)
    flatten = reading.before(node, ("Dropout", "Activation"))
    if traced is None or traced.parameters < _MANY or flatten is None or kind(flatten) != "Flatten":
        return
    found = reading.context.whole.found
    total = sum(each.parameters for name, each in found.traced.items() if name not in found.shared)
    shape, source = reading.arriving(flatten), reading.source(flatten)
    if source is None or reading.begins(source):
        return  # of plain pixels an average would leave nothing
    if shape is None or len(shape) < 2 or traced.parameters < _NEARLY_ALL * total:
        return
    millions = traced.parameters / 1e6
    yield Problem(
        f"'{node.id}' (Dense) has {millions:,.0f} million of the network's {total / 1e6:,.0f} million parameters, "
        f"because '{flatten.id}' makes {shape_words(reading.shape(flatten) or ())} of {shape_words(shape)}. An average "
        f"over the places would leave {shape[-1]} values, and is harder to overfit.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(reading.context, _smaller(reading, node, flatten)),
    )


def constant_weights(reading: Reading, node: Node) -> Iterator[Problem]:
    """Weights that all begin alike: every unit then learns the same."""
    value = node.settings.get("kernel_initializer")
    name = value.get("type", "").rpartition(".")[2] if isinstance(value, dict) else value
    if name not in _CONSTANT or width(reading.shape(node)) < 2 or kind(node).startswith("Depthwise"):
        return
    target = reading.behind(node, (*NORMALIZATIONS, "Dropout", "Activation", "Softmax"))
    if target is not None and target.type == OUTPUT:
        return  # the last layer may: its units get different gradients
    edit = {"edit": "unset", "node": node.id, "setting": "kernel_initializer"}
    yield Problem(
        f"All weights of '{node.id}' ({kind(node)}) begin alike (kernel_initializer {name}), so all its "
        f"{width(reading.shape(node))} units give and learn the same for ever. Weights have to begin at random.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(reading.context, [(f"Let the weights of {node.id} begin at random", (edit,))]),
    )


def deep_and_plain(reading: Reading) -> Iterator[Problem]:
    """A very long row of weighted layers without shortcut or normalization."""
    chains: dict[str, tuple[str, ...]] = {}
    for name in reading.order:
        node = reading.graph[name]
        sources = reading.sources(node)
        chain = chains.get(sources[0].id, ()) if len(sources) == 1 else ()
        # A block may hold shortcuts and normalizations of its own.
        if kind(node) in _RESETTING or node.block or reading.setting(node, "activation") == "selu":
            chain = ()
        elif kind(node) in WEIGHTED:
            chain = (*chain, name)
        chains[name] = chain
    longest = max(chains.values(), key=len, default=())
    if len(longest) <= _TOO_DEEP:
        return
    yield Problem(
        f"{len(longest)} layers with weights stand in a row from '{longest[0]}' to '{longest[-1]}' without a "
        f"normalization or a shortcut (Add): a signal that shrinks or grows a little in each of them is gone or beyond "
        f"all bounds at the end, and so is the gradient. Normalize now and then.",
        longest[0],
        severity="warning",
        fixes=harmless_fixes(reading.context, [_normalized(reading, longest)]),
    )


def nothing_to_train(reading: Reading) -> Iterator[Problem]:
    """No weights at all, or all of them frozen."""
    found = reading.context.found.traced
    ends = [node for node in reading.graph.of_type(OUTPUT) if reading.column(node)]
    if not ends:
        return  # nothing is to be learned yet
    works = [(reading.graph[name], found[name]) for name in reading.order if reading.traced(reading.graph[name])]
    if not works or any(traced.trainable_parameters for _, traced in works):
        return
    if len(works) < sum(name in found or reading.graph[name].type != OUTPUT for name in reading.order):
        return  # something does not work yet
    thaws: list[tuple[str, Edit]] = []
    for node, traced in works:
        thaws += [(node.id, edit) for edit in _thawing(node, traced) if all(edit != known for _, known in thaws)]
    if thaws:
        names = [node for node, _ in thaws]
        all_of_them = tuple(edit for _, edit in thaws)
        last = str(all_of_them[-1]["node"])
        tries: list[Candidate] = [(f"Let {last} learn" if len(thaws) == 1 else "Let all layers learn", all_of_them)]
        if len(thaws) > 1:
            tries.append((f"Let {last} learn", all_of_them[-1:]))
        yield Problem(
            f"Every layer with weights is frozen (trainable is off in {len(names)} of {len(names)}), so training would "
            f"change nothing.",
            names[-1],
            fixes=harmless_fixes(reading.context, tries),
        )
        return
    for node in ends:
        arrived = reading.arriving(node)
        wires = reading.graph.incoming(node.id)
        if arrived is None or len(arrived) != 1 or not wires or any(traced.parameters for _, traced in works):
            continue
        dense = reading.context.insert("keras.layers.Dense", "logits", {"units": width(arrived)}, wires[0])
        yield Problem(
            f"No layer before the Output '{node.id}' has weights, so there is nothing to train.",
            node.id,
            severity="warning",
            fixes=harmless_fixes(reading.context, [(f"Insert a Dense before {node.id}", (dense,))]),
        )


def _thawing(node: Node, traced: Traced, block: str = "") -> Iterator[Edit]:
    """The edits that let a frozen layer learn, or those inside of a use of a block."""
    if not traced.parameters:
        return
    if isinstance(traced, TracedUse) and traced.inside is not None:
        for each in traced.inside.graph:
            found = traced.inside.found.traced.get(each.id)
            if found is not None:
                yield from _thawing(each, found, node.block or "")
    elif node.settings.get("trainable") is False:
        place = {"block": block} if block else {}
        yield {"edit": "unset", "node": node.id, "setting": "trainable", **place}


def _most_values(reading: Reading) -> int:
    """The most values that one Output needs."""
    found = 0
    for node in reading.graph.of_type(OUTPUT):
        spec = reading.column(node)
        found = max(found, _units(node, spec) if spec else 0)
    return found


def _units(node: Node, spec: ColumnSpec) -> int:
    try:
        return get_task(str(node.settings.get("task") or "classification")).units(spec)
    except TaskError:
        return 0


def _smaller(reading: Reading, node: Node, flatten: Node) -> Iterator[Candidate]:
    yield from averaging_instead(flatten, reading.arriving(flatten) or ())
    wires = reading.graph.incoming(flatten.id)
    shape = reading.arriving(flatten) or ()
    units = node.settings.get("units")
    if not isinstance(units, int) or None in shape:
        return
    if len(shape) == 3 and wires and prod(n // 4 for n in shape[:-1] if n) * (shape[-1] or 1) * units < _MANY:
        pool = reading.context.insert("keras.layers.MaxPooling2D", "pool", {"pool_size": 4}, wires[0])
        yield f"Insert a MaxPooling2D of 4 × 4 before {flatten.id}", (pool,)
    fewer = max((n for n in (64, 32, 16) if n * prod(n or 1 for n in shape) < _MANY), default=0)
    if fewer:
        yield f"Set {node.id} units to {fewer}", (set_edit(node.id, "units", fewer),)


def _normalized(reading: Reading, chain: tuple[str, ...]) -> Candidate:
    """A normalization behind every second layer of a chain; behind every tenth of a very long one."""
    edits: list[Any] = []
    step = 2 if len(chain) <= _VERY_DEEP else 10
    for name in chain[1:-1:step]:
        node, wires = reading.graph[name], reading.graph.outgoing(name)
        if len(wires) != 1:
            continue
        if kind(node) in CONVOLUTIONS:
            type_id, settings = "keras.layers.BatchNormalization", {"momentum": 0.9}
        else:
            type_id, settings = "keras.layers.LayerNormalization", {}
        edits.append(reading.context.insert(type_id, f"norm_{name}"[:60], settings, wires[0]))
    return f"Insert a normalization behind {len(edits)} of them", tuple(edits)


_CARRYING = ("Dense", "Conv1D", "Conv2D", "Conv3D", "LSTM", "GRU", "SimpleRNN")

NODE_CHECKS: dict[str, tuple[Check, ...]] = {
    **dict.fromkeys(_CARRYING, (bottleneck, constant_weights)),
    "Dense": (bottleneck, huge_dense, constant_weights),
}
GRAPH_CHECKS = (deep_and_plain, nothing_to_train)
