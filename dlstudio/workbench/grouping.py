"""Makes blocks of the repeated structure of a project's network; its weights follow."""

from __future__ import annotations

from dataclasses import replace

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.graph.blocks import with_blocks
from dlstudio.graph.layout import layered_positions
from dlstudio.graph.model import Graph
from dlstudio.graph.project import Project
from dlstudio.graph.repetition import Repetition, find_repetitions, group_repetitions


def repetitions(project: Project, catalogue: Catalogue) -> tuple[Repetition, ...]:
    """The repeated parts of a project's outermost graph; for the largest networks this takes about 0.1 s."""
    return find_repetitions(project.graph, with_blocks(catalogue, project.graph.blocks))


def grouped(project: Project, found: tuple[Repetition, ...]) -> Project:
    """The project with a block for each repeated part, laid out anew; it predicts the same.

    Args:
        project: The one in which they were found.
        found: What :func:`repetitions` gave.
    """
    made = group_repetitions(project.graph, found)
    graph = _laid_out(made.graph)
    blocks = dict(graph.blocks)
    for name in made.blocks:
        blocks[name] = replace(blocks[name], graph=_laid_out(blocks[name].graph))
    weights = project.weights.moved(made.moves) if project.weights is not None else None
    return replace(project, graph=replace(graph, blocks=blocks), weights=weights)


def sentence(found: tuple[Repetition, ...]) -> str:
    """What repeats, in words: ``Residual 16 times, Convolution 3 times``."""
    named = [f"{each.name} {len(each.parts)} times" for each in found[:4]]
    return ", ".join(named) + (f" and {len(found) - 4} more" if len(found) > 4 else "")


def _laid_out(graph: Graph) -> Graph:
    places = layered_positions(graph)
    return replace(graph, nodes={node.id: replace(node, at=places[node.id]) for node in graph})
