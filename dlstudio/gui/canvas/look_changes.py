"""Finds the nodes that look different than before, without making the look of every node again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dlstudio.graph.block_views import problems_seen
from dlstudio.graph.model import Graph, Node
from dlstudio.graph.problems import Problem
from dlstudio.graph.sharing import settings_in_force
from dlstudio.gui.canvas.node_look import NodeLook, node_look

if TYPE_CHECKING:
    from dlstudio.gui.studio import Studio


class LookChanges:
    """Remembers what each node's look was made from.

    Args:
        studio: Knows facts, problems and columns.
    """

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._keys: dict[str, tuple[Any, ...]] = {}
        self._seen: dict[str, tuple[Any, ...]] = {}
        self._around: tuple[Any, ...] = ()

    def forget(self, name: str) -> None:
        """The node is gone; one of the same name later is new."""
        self._keys.pop(name, None)
        self._seen.pop(name, None)

    def changed(self, graph: Graph) -> Iterator[tuple[Node, NodeLook]]:
        """The nodes whose look is made from something else than the last time, with the look they have now."""
        studio, catalogue = self._studio, self._studio.catalogue
        problems: dict[str, list[Problem]] = {}
        for problem in problems_seen(studio.problems, studio.project.graph, studio.path):
            if problem.node is not None:
                problems.setdefault(problem.node, []).append(problem)
        specs = studio.specs
        around = (graph.wires, graph.sharers, specs, catalogue)
        same = len(self._around) == len(around) and all(
            now is was or now == was for now, was in zip(around[:3], self._around[:3], strict=True)
        )
        same, self._around = same and catalogue is self._around[3], around
        for node in graph:
            facts, own = studio.layer_facts(node.id), tuple(problems.get(node.id, ()))
            seen, now = self._seen.get(node.id), (node, facts, own)
            if same and seen is not None and seen[0] is node and not node.shares and seen[1:] == now[1:]:
                continue  # the common case, and a tenth of what the comparison of everything shown costs
            self._seen[node.id] = now
            key = (
                node.type,
                dict(node.settings),
                node.shares and (node.shares, settings_in_force(graph, node)),
                graph.sharers.get(node.id),
                node.bypassed,
                facts,
                tuple(p.message for p in own),
                graph.incoming(node.id),
                graph.outgoing(node.id),
                specs.get(str(node.settings.get("column"))) if "column" in node.settings else None,
            )
            if self._keys.get(node.id) == key:
                continue
            self._keys[node.id] = key
            yield node, node_look(node, graph, catalogue, facts=facts, problems=own, specs=specs)
