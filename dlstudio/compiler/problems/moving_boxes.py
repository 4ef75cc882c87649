"""Augmenting layers before a detector that move the image while its boxes stay where they were."""

from __future__ import annotations

from collections.abc import Iterator

from dlstudio.compiler.box_moves import MOVING, ONLY_IMAGES, box_moves, box_outputs
from dlstudio.compiler.problems.context import Candidate
from dlstudio.compiler.problems.reading import Check, Reading, kind
from dlstudio.compiler.problems.trying import harmless_fixes
from dlstudio.graph.model import Node
from dlstudio.graph.problems import Problem


def leaves_boxes_behind(reading: Reading, node: Node) -> Iterator[Problem]:
    """A layer whose boxes do not move with the image: flips and translations at the very beginning alone do that."""
    whole, place = reading.whole, _outermost(reading, node)
    specs = whole.context.specs
    outputs = [name for name in box_outputs(whole.graph, specs) if place in whole.context.upstream(name)]
    if not outputs:
        return
    followed = box_moves(whole.graph, specs)
    if reading.around is None and followed is not None and node.id in {each.id for each in followed.layers}:
        return
    moving = node.type in MOVING
    why = (
        "It moves them together only right behind the Input of the images, where nothing branches off"
        if moving
        else "RandomFlip and RandomTranslation right behind the Input move both"
    )
    remove: Candidate = (f"Remove {node.id}", ({"edit": "remove", "node": node.id},))
    tries = [*_to_the_beginning(reading, node), remove] if moving else [remove]
    yield Problem(
        f"'{node.id}' ({kind(node)}) changes where things lie in the image, but the boxes that '{outputs[0]}' learns "
        f"stay where they were. {why}.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(reading.context, tries),
    )


def _outermost(reading: Reading, node: Node) -> str:
    """The node of the project's own graph that a node is, or is inside of."""
    context, place = reading.context, node.id
    while context.home is not None:
        place, context = context.home.use, context.home.around
    return place


def _to_the_beginning(reading: Reading, node: Node) -> Iterator[Candidate]:
    """Takes the layer out and puts it right behind the Input."""
    context = reading.context
    if context.home is not None:
        return
    for name in context.upstream(node.id):
        wires = context.graph.outgoing(name)
        if not context.graph.incoming(name) and len(wires) == 1 and wires[0].target != node.id:
            put = context.insert(node.type, node.id, node.settings, wires[0])
            yield f"Move {node.id} behind {name}", ({"edit": "remove", "node": node.id}, put)


NODE_CHECKS: dict[str, tuple[Check, ...]] = {
    type_id.rpartition(".")[2]: (leaves_boxes_behind,) for type_id in (*MOVING, *ONLY_IMAGES)
}
