"""Augmenting layers that move the image while the boxes or the mask that are learnt stay where they were."""

from __future__ import annotations

from collections.abc import Iterator

from dlstudio.compiler.joint_moves import DISPLACING, able_to_move, joint_moves, located_outputs
from dlstudio.compiler.problems.context import Candidate
from dlstudio.compiler.problems.reading import Check, Reading, kind
from dlstudio.compiler.problems.trying import harmless_fixes
from dlstudio.graph.model import Node
from dlstudio.graph.problems import Problem


def leaves_its_target_behind(reading: Reading, node: Node) -> Iterator[Problem]:
    """A layer that moves the image alone: only some layers, at the very beginning, move what is learnt with it."""
    whole, place = reading.whole, _outermost(reading, node)
    specs = whole.context.specs
    outputs = located_outputs(whole.graph, specs)
    behind = [name for name in outputs if place in whole.context.upstream(name)]
    if not behind:
        return
    followed = joint_moves(whole.graph, specs)
    if reading.around is None and followed is not None and node.id in {each.id for each in followed.layers}:
        return
    able = able_to_move(outputs.values())
    moving = node.type in able
    names = [type_id.rpartition(".")[2] for type_id in DISPLACING if type_id in able]
    why = (
        "It moves both only right behind the Input of the images, where nothing branches off"
        if moving
        else f"{', '.join(names[:-1])} and {names[-1]} right behind the Input move both"
    )
    stays = (
        "boxes that '{}' learns stay where they were"
        if outputs[behind[0]] == "boxes"
        else ("mask that '{}' learns stays as it was")
    )
    remove: Candidate = (f"Remove {node.id}", ({"edit": "remove", "node": node.id},))
    tries = [*_to_the_beginning(reading, node), remove] if moving else [remove]
    yield Problem(
        f"'{node.id}' ({kind(node)}) changes where things lie in the image, but the {stays.format(behind[0])}. {why}.",
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
    type_id.rpartition(".")[2]: (leaves_its_target_behind,) for type_id in DISPLACING
}
