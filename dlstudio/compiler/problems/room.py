"""Networks that do not fit into the memory of this machine: the heaviest layer, and what makes it lighter."""

from __future__ import annotations

import os
from collections.abc import Iterator

from dlstudio.compiler.problems.candidates import averaging_instead, flattening
from dlstudio.compiler.problems.context import Candidate, Context, set_edit
from dlstudio.compiler.problems.trying import harmless_fixes
from dlstudio.compiler.uses import activations_of
from dlstudio.graph.model import INPUT, Node
from dlstudio.graph.problems import Fix, Problem
from dlstudio.graph.wire_fixes import removing

_SIZES = ("units", "filters", "output_dim", "key_dim")
_BYTES = 4


def room_problems(context: Context, parameters: int, memory_bytes: int) -> Iterator[Problem]:
    """An error where the weights alone are too large, else a warning where training would be.

    Args:
        context: The graph and what was found of it.
        parameters: Weights in all.
        memory_bytes: The estimate for training.
    """
    there = physical_memory()
    if there is None:
        return
    if _BYTES * parameters > there:
        yield _weights(context, parameters, there)
    elif context.training is not None and memory_bytes > there:
        yield _training(context, memory_bytes, there)


def _weights(context: Context, parameters: int, there: int) -> Problem:
    found = context.found.traced
    counts = {name: traced.parameters for name, traced in found.items() if name not in context.found.shared}
    node = context.graph[max(counts, key=lambda name: counts[name])]
    share = _BYTES * counts[node.id] / there
    return Problem(
        f"The network has {parameters:,} parameters: its weights alone take {_BYTES * parameters / 2**30:.1f} GiB, but "
        f"this machine has {there / 2**30:.1f} GiB. '{node.id}' has {counts[node.id]:,} of them. Use smaller layers.",
        node.id,
        fixes=harmless_fixes(context, _lighter(context, node, share)) or (removing(node),),
    )


def _training(context: Context, memory_bytes: int, there: int) -> Problem:
    training = context.training
    batch = training.batch_size if training else 1
    message = f"Training needs about {memory_bytes / 2**30:.1f} GiB, but this machine has {there / 2**30:.1f} GiB."
    fixes: tuple[Fix, ...] = ()
    smaller = max(1, int(batch * there / memory_bytes / 2))
    if batch > 1:
        edit = {"edit": "training", "setting": "batch_size", "value": smaller}
        fixes = (Fix(f"Set the batch size to {smaller}", (edit,)),)
    values = {name: activations_of(traced) for name, traced in context.found.traced.items()}
    layers = {name: count for name, count in values.items() if context.graph[name].type != INPUT}
    if layers:
        node = context.graph[max(layers, key=lambda name: layers[name])]
        fixes += harmless_fixes(context, _lighter(context, node, memory_bytes / there))
        message = f"{message} '{node.id}' gives the most values, {layers[node.id]:,} for each sample."
    advice = "Use a smaller batch or smaller layers." if batch > 1 else "Use smaller layers."
    return Problem(f"{message} {advice}", severity="warning", fixes=fixes[:3])


def _lighter(context: Context, node: Node, share: float) -> Iterator[Candidate]:
    """Ways to make a layer smaller that takes ``share`` times the memory that there is."""
    wires = context.graph.incoming(node.id)
    before = context.graph.nodes.get(wires[0].source) if wires else None
    inner = context.sources(before.id) if before is not None else []
    if before is not None and before.type == "keras.layers.Flatten" and inner:
        yield from averaging_instead(before, inner[0][1])
    for each in (node, before):  # a layer has as many weights as it is wide, times the width of what feeds it
        if each is None:
            continue
        owner = context.graph.nodes.get(each.shares or "", each)
        for name in _SIZES:
            size = owner.settings.get(name)
            if isinstance(size, int) and size > 1:
                fewer = max(1, int(size / max(4 * share, 2)))
                yield f"Set {owner.id} {name} to {fewer}", (set_edit(owner.id, name, fewer),)
    sources = context.sources(node.id)
    if sources and len(sources[0][1]) > 1 and node.type == "keras.layers.Dense":
        yield from flattening(context, *sources[0])


def physical_memory() -> int | None:
    """Bytes of main memory, or None where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None
