"""Nodes that use another node's layer: siamese networks, tied encoders. Whoever shares has no settings of its own.

The owner is the node that has the weights; the nodes that share name it, or another that shares it, in
:attr:`~dlstudio.graph.model.Node.shares`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from dlstudio.graph.model import Graph, Node


def weights_owner(graph: Graph, node: Node) -> Node | None:
    """The node whose layer this node uses: itself, or the end of its ``shares`` chain; None where that is broken."""
    seen = {node.id}
    owner = node
    while owner.shares:
        following = graph.nodes.get(owner.shares)
        if following is None or following.id in seen or following.type != node.type:
            return None
        owner = following
        seen.add(owner.id)
    return owner


def settings_in_force(graph: Graph, node: Node) -> Mapping[str, Any]:
    """The settings that a node works with: its owner's; its own where the owner is missing."""
    return (weights_owner(graph, node) or node).settings


def sharers(graph: Graph, name: str) -> tuple[str, ...]:
    """Ids of the nodes that use this node's layer, directly or through another, in the graph's order."""
    return graph.sharers.get(name, ())


def share_weights(graph: Graph, names: Iterable[str], owner: str) -> Graph:
    """Makes nodes use another node's layer; those that shared theirs follow.

    Args:
        graph: Where.
        names: Nodes of the owner's type; the owner itself and those that share already are passed over.
        owner: The node that has the weights, or one that shares them.
    """
    found = weights_owner(graph, graph[owner]) or graph[owner]
    wanted = {name for name in names if name != found.id}
    wanted |= {other for name in wanted for other in sharers(graph, name)} - {found.id}
    nodes = {
        node.id: replace(node, shares=found.id, settings={}) if node.id in wanted and node.type == found.type else node
        for node in graph
    }
    return replace(graph, nodes=nodes)


def own_weights(graph: Graph, names: Iterable[str]) -> Graph:
    """Gives nodes a layer of their own, with the settings that they have worked with."""
    nodes = dict(graph.nodes)
    for name in names:
        if nodes[name].shares:
            nodes[name] = replace(nodes[name], shares=None, settings=settings_in_force(graph, nodes[name]))
    return replace(graph, nodes=nodes)


def handed_over(graph: Graph, leaving: Collection[str]) -> Graph:
    """The graph in which no node that stays uses the layer of one that leaves.

    The first that shares a leaving node's layer takes over its settings and weights; the others share that one's.
    """
    nodes = dict(graph.nodes)
    for name in leaving:
        heirs = [other for other in sharers(graph, name) if other not in leaving] if name in graph else []
        if not heirs:
            continue
        owner = weights_owner(graph, graph[name])
        if owner is not None and owner.id not in leaving:  # a link of a chain leaves: its followers hang on the owner
            for heir in heirs:
                nodes[heir] = replace(nodes[heir], shares=owner.id)
        elif nodes[heirs[0]].shares:
            first, *others = heirs
            nodes[first] = replace(nodes[first], shares=None, settings=settings_in_force(graph, graph[name]))
            for other in others:
                nodes[other] = replace(nodes[other], shares=first)
    return replace(graph, nodes=nodes) if nodes != dict(graph.nodes) else graph
