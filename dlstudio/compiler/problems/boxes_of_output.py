"""Outputs that find boxes: their shape, in words, against the grids of their target; what ends them, and losses."""

from __future__ import annotations

from collections.abc import Iterator

from dlstudio.compiler.facts import Shape
from dlstudio.compiler.problems.context import Candidate, Context, set_edit
from dlstudio.compiler.problems.last_activations import ending_activation, without_activation
from dlstudio.compiler.problems.trying import fits_shape, harmless_fixes, mending_fixes
from dlstudio.compiler.problems.wording import joined, shape_words
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import INPUT, Node
from dlstudio.graph.problems import Fix, Problem
from dlstudio.tasks.box_grids import COORDINATES, grid_shapes


def box_problems(context: Context, node: Node, spec: ColumnSpec, shape: Shape, expected: Shape) -> Iterator[Problem]:
    """What is wrong with an Output of boxes.

    Args:
        context: The search for problems.
        node: The Output.
        spec: Its target.
        shape: What it gets, without the batch axis.
        expected: What the task needs.
    """
    if fits_shape(shape, expected):
        yield from _ending(context, node)
        yield from _loss(node)
        return
    wire = context.graph.incoming(node.id)[0]
    grids = [f"{rows}×{columns}" for rows, columns in grid_shapes(spec.size, spec.strides)]
    classes = len(spec.classes)
    message = (
        f"Output '{node.id}' finds boxes and needs {shape_words(expected)}, but gets {shape_words(shape)} from "
        f"'{wire.source}'. That is a vector at each place of the grids {joined(grids)}, one behind the other: "
        f"{classes} score{'s' * (classes != 1)} for the class{'es' * (classes != 1)} and {COORDINATES} numbers for the "
        "box."
    )
    yield Problem(
        f"{message}{_hint(context, spec, shape, expected)}",
        node.id,
        fixes=mending_fixes(context, node.id, _candidates(context, node, shape, expected)),
    )


def _hint(context: Context, spec: ColumnSpec, shape: Shape, expected: Shape) -> str:
    for entry in context.graph.of_type(INPUT):
        read = context.specs.get(str(entry.settings.get("column")))
        if read is not None and read.kind == "image" and read.shape[:2] != spec.size:
            boxes, image = (" × ".join(map(str, each)) for each in (spec.size, read.shape[:2]))
            return (
                f" The boxes are for images of {boxes} pixels, but '{read.name}' has {image}: give both the same size."
            )
    if len(shape) == 2 and shape[0] == expected[0]:
        return f" Give each place {expected[1]} values."
    if len(shape) == 2 and shape[1] == expected[1]:
        return f" Join the grids with steps of {joined([str(each) for each in spec.strides])} pixels, each once."
    if len(shape) == 3:
        return f" Reshape each grid to (places, {expected[1]}) and join them along the first axis."
    return " Keep the grids up to the end: no flattening and no averaging over places."


def _candidates(context: Context, node: Node, shape: Shape, expected: Shape) -> Iterator[Candidate]:
    """Gives each place as many values as it needs, in all heads at once or by a Dense at the end."""
    wire = context.graph.incoming(node.id)[0]
    width = expected[1]
    if len(shape) == 2 and shape[0] == expected[0] and shape[1] is not None and width is not None:
        now = shape[1]
        edits = []
        for name in context.upstream(node.id):
            each = context.graph[name]
            target = each.settings.get("target_shape")
            if isinstance(target, list | tuple) and len(target) == 2 and target[1] == now:
                edits.append(set_edit(name, "target_shape", [target[0], width]))
            elif each.settings.get("filters") == now - COORDINATES and not each.shares and _is_head(context, name):
                edits.append(set_edit(name, "filters", width - COORDINATES))
            elif each.settings.get("filters") == now and not each.shares and _is_head(context, name):
                edits.append(set_edit(name, "filters", width))
        if edits:
            yield f"Give each head {width} values a place", tuple(edits)
        dense = context.insert("keras.layers.Dense", "boxes_and_scores", {"units": width}, wire)
        yield f"Insert a Dense of {width} units before {node.id}", (dense,)
    if len(shape) == 2 and shape[1] == width:
        yield from _forgotten(context, wire.source, shape, expected)
    if len(shape) == 3 and shape[2] == width:
        flat = context.insert("keras.layers.Reshape", "flat", {"target_shape": [-1, width]}, wire)
        yield f"Insert a Reshape to (places, {width}) before {node.id}", (flat,)


def _forgotten(context: Context, join: str, shape: Shape, expected: Shape) -> Iterator[Candidate]:
    """Joins a grid that is drawn but leads nowhere."""
    if context.graph[join].type != "keras.layers.Concatenate" or shape[0] is None or expected[0] is None:
        return
    for each in context.graph:
        traced = context.found.traced.get(each.id)
        if context.graph.outgoing(each.id) or traced is None or len(traced.outputs) != 1:
            continue
        (facts,) = traced.outputs.values()
        if facts.sample_shape == (expected[0] - shape[0], expected[1]):
            yield f"Join {each.id} in {join}", ({"edit": "connect", "source": each.id, "target": join, "many": True},)


def _is_head(context: Context, name: str) -> bool:
    """Whether nothing but joining and reshaping follows a node."""
    following = [wire.target for wire in context.graph.outgoing(name)]
    kinds = {context.graph[each].type.rpartition(".")[2] for each in following if each in context.graph}
    return bool(kinds) and kinds <= {"Concatenate", "Reshape", "Output"}


def _ending(context: Context, node: Node) -> Iterator[Problem]:
    found = ending_activation(context, node)
    if found is None:
        return
    ending, activation = found
    yield Problem(
        f"Output '{node.id}' finds boxes, but '{ending.id}' ends in {activation}: the loss makes scores of plain "
        "numbers itself, and the numbers of a box lie on both sides of 0. It needs no activation at its end.",
        node.id,
        fixes=harmless_fixes(context, [without_activation(ending)]),
    )


def _loss(node: Node) -> Iterator[Problem]:
    name = str(node.settings.get("loss") or "").rpartition(".")[2]
    if name:
        yield Problem(
            f"Output '{node.id}' finds boxes, which the loss {name[:60]} cannot compare: their number differs from "
            "image to image. The task brings a loss of its own.",
            node.id,
            Fix("Use the loss of the task", ({"edit": "unset", "node": node.id, "setting": "loss"},)),
        )
