"""Shapes in words, with the meaning of each axis where it is known. No widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

TIMES = " × "
Shape = Sequence[int | None]


def shape_words(shape: Shape | None) -> str:
    """``28 × 28 × 1``; an axis of any length is ``any``; an unknown shape is ``?``."""
    if shape is None:
        return "?"
    return TIMES.join("any" if axis is None else str(axis) for axis in shape) or "1"


def named_shape(shape: Shape, names: Sequence[str]) -> str:
    """``28 height × 28 width × 1 channels``; empty where no axis has a name."""
    if len(names) != len(shape) or not any(names):
        return ""
    lengths = ("any" if axis is None else str(axis) for axis in shape)
    return TIMES.join(f"{length} {name}".rstrip() for length, name in zip(lengths, names, strict=True))


def carried(facts: Any, port: str) -> tuple[Shape, Sequence[str]] | None:
    """The shape at an output port of a node and the names of its axes; an empty port is the first.

    Args:
        facts: The compiler's facts about the node, or None.
        port: As the wire names it.
    """
    if facts is None or not facts.output_shapes:
        return None
    shapes: Mapping[str, Shape] = facts.output_shapes
    name = port if port in shapes else next(iter(shapes))
    return shapes[name], getattr(facts, "axes", {}).get(name, ())
