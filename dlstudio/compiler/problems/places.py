"""Remedies for images or sequences of different sizes that are to be joined: pad, crop, pool, enlarge."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Any

from dlstudio.compiler.facts import Shape
from dlstudio.compiler.problems.context import Candidate, Context, set_edit
from dlstudio.graph.model import Wire

_Source = tuple[Wire, Shape]


def sizes_made_equal(context: Context, sources: list[_Source]) -> Iterator[Candidate]:
    """Ways to give two tensors the same places; channels are left as they are.

    A U-Net on an image of odd size is the usual case: pooling rounds down, so what comes up again is one smaller.

    Args:
        context: The search for problems.
        sources: The wires that are joined with their shapes.
    """
    for (small, less), (_, more) in permutations(sources, 2):
        if len(less) != len(more) or len(less) not in (2, 3) or None in less or None in more or less[:-1] == more[:-1]:
            continue
        here, there = _lengths(less), _lengths(more)
        yield from _other_strides(context, small, there)
        if all(a <= b for a, b in zip(here, there, strict=True)):
            yield from _enlarged(context, small, here, there)
    for (_, less), (large, more) in permutations(sources, 2):
        if len(less) == len(more) and len(less) in (2, 3) and None not in less and None not in more:
            here, there = _lengths(less), _lengths(more)
            if here != there and all(a <= b for a, b in zip(here, there, strict=True)):
                yield from _reduced(context, large, here, there)


def _other_strides(context: Context, wire: Wire, there: list[int]) -> Iterator[Candidate]:
    """A transposed convolution enlarges by its strides."""
    source = context.graph[wire.source]
    before = context.sources(source.id)
    if not source.type.endswith("Transpose") or not before or None in before[0][1]:
        return
    first = _lengths(before[0][1])
    factors = {b // a for a, b in zip(first, there, strict=False) if a and b % a == 0}
    if len(factors) == 1 and (factor := factors.pop()) > 1:
        edits = (set_edit(source.id, "strides", factor), set_edit(source.id, "padding", "same"))
        yield f"Set {source.id} strides to {factor} and its padding to same", edits


def _enlarged(context: Context, wire: Wire, here: list[int], there: list[int]) -> Iterator[Candidate]:
    axes = len(here)
    missing = [b - a for a, b in zip(here, there, strict=True)]
    if max(missing) <= 2:
        edit = _insert(context, wire, f"ZeroPadding{axes}D", "pad", {"padding": _behind(missing)})
        yield f"Insert a ZeroPadding{axes}D after {wire.source} that gives {_words(there)}", (edit,)
    factors = {b // a for a, b in zip(here, there, strict=True) if a and b % a == 0}
    if len(factors) == 1 and all(b % a == 0 for a, b in zip(here, there, strict=True)):
        factor = factors.pop()
        size: Any = factor if axes == 1 else [factor] * axes
        edit = _insert(context, wire, f"UpSampling{axes}D", "enlarge", {"size": size})
        yield f"Insert an UpSampling{axes}D by {factor} after {wire.source}", (edit,)
    elif axes == 2 and max(missing) > 2:
        edit = _insert(context, wire, "Resizing", "resize", {"height": there[0], "width": there[1]})
        yield f"Insert a Resizing to {_words(there)} after {wire.source}", (edit,)


def _reduced(context: Context, wire: Wire, here: list[int], there: list[int]) -> Iterator[Candidate]:
    axes = len(here)
    surplus = [b - a for a, b in zip(here, there, strict=True)]
    factors = {b // a for a, b in zip(here, there, strict=True) if a}
    if max(surplus) <= 2:
        edit = _insert(context, wire, f"Cropping{axes}D", "crop", {"cropping": _behind(surplus)})
        yield f"Insert a Cropping{axes}D after {wire.source} that gives {_words(here)}", (edit,)
    elif len(factors) == 1 and (factor := factors.pop()) > 1:
        pool: Any = factor if axes == 1 else [factor] * axes
        edit = _insert(context, wire, f"MaxPooling{axes}D", "pool", {"pool_size": pool})
        yield f"Insert a MaxPooling{axes}D of {factor} after {wire.source}", (edit,)


def _insert(context: Context, wire: Wire, layer: str, name: str, settings: dict[str, Any]) -> Any:
    return context.insert(f"keras.layers.{layer}", name, settings, wire)


def _lengths(shape: Shape) -> list[int]:
    return [int(length or 0) for length in shape[:-1]]


def _behind(counts: list[int]) -> Any:
    """All of it at the end of each axis."""
    return [0, counts[0]] if len(counts) == 1 else [[0, count] for count in counts]


def _words(lengths: list[int]) -> str:
    return " × ".join(map(str, lengths))
