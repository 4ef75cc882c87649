"""Outputs that give something at each place: a class a pixel, a tag a token. Their shape against the target's."""

from __future__ import annotations

from collections.abc import Iterator

from dlstudio.compiler.axes import carried_names
from dlstudio.compiler.facts import Shape
from dlstudio.compiler.problems.candidates import flattening
from dlstudio.compiler.problems.context import Candidate, Context, set_edit
from dlstudio.compiler.problems.trying import fits_shape, mending_fixes
from dlstudio.compiler.problems.wording import shape_with_axes, shape_words
from dlstudio.graph.model import Node
from dlstudio.graph.problems import Problem

_WIDTHS = ("units", "filters")


def place_problems(context: Context, node: Node, shape: Shape, expected: Shape) -> Iterator[Problem]:
    """The one problem of such an Output, where what it gets does not have the shape that its target needs."""
    if fits_shape(shape, expected):
        return
    wire = context.graph.incoming(node.id)[0]
    here = shape_with_axes(shape, carried_names(wire, context.axes))
    message = (
        f"Output '{node.id}' needs {shape_words(expected)} for the column '{node.settings.get('column')}', but gets "
        f"{here} from '{wire.source}'."
    )
    same_places = len(shape) == len(expected) and fits_shape(shape[:-1], expected[:-1])
    hint = (
        f" Set the last layer to {expected[-1]} values a place."
        if same_places
        else " Keep one position for each place of the target up to the last layer: no flattening, and as much "
        "enlarging as pooling."
    )
    yield Problem(message + hint, node.id, fixes=mending_fixes(context, node.id, _candidates(context, node, expected)))


def vector_problems(context: Context, node: Node, shape: Shape, least: int) -> Iterator[Problem]:
    """The one problem of an Output that takes a vector of any length from ``least`` on.

    Args:
        context: The search for problems.
        node: The Output.
        shape: What it gets for one sample.
        least: How many values it needs.
    """
    wire = context.graph.incoming(node.id)[0]
    here = shape_with_axes(shape, carried_names(wire, context.axes))
    if len(shape) != 1:
        message = (
            f"Output '{node.id}' compares one vector a sample, its embedding, but gets {here} from '{wire.source}'. "
            "Flatten or average first."
        )
        yield Problem(message, node.id, fixes=mending_fixes(context, node.id, flattening(context, wire, shape)))
    elif shape[0] is not None and shape[0] < least:
        yield Problem(
            f"Output '{node.id}' needs {least} values or more, an embedding and a cosine for each class behind it, but "
            f"gets {here} from '{wire.source}'. Join the embedding and the cosines with a Concatenate.",
            node.id,
        )


def _candidates(context: Context, node: Node, expected: Shape) -> Iterator[Candidate]:
    """Sets the width of the last layer, or adds one that has it."""
    wire = context.graph.incoming(node.id)[0]
    last, width = context.graph[wire.source], expected[-1]
    for setting in _WIDTHS:
        if setting in last.settings:
            yield f"Set {last.id} {setting} to {width}", (set_edit(last.id, setting, width),)
    if last.settings.get("return_sequences") is False:
        yield f"Set {last.id} return_sequences to true", (set_edit(last.id, "return_sequences", True),)
    dense = context.insert("keras.layers.Dense", "logits", {"units": width}, wire)
    yield f"Insert a Dense of {width} units before {node.id}", (dense,)
