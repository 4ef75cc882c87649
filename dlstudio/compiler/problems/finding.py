"""Collects all problems of a graph."""

from __future__ import annotations

from collections.abc import Mapping

from dlstudio.compiler.evaluation import Evaluated, Evaluation
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import Graph
from dlstudio.graph.problems import Problem
from dlstudio.graph.project import TrainingSettings
from dlstudio.graph.structure import structural_problems


def find_problems(
    graph: Graph,
    specs: Mapping[str, ColumnSpec],
    evaluation: Evaluation,
    found: Evaluated,
    training: TrainingSettings | None,
    rows: int | None,
) -> list[Problem]:
    problems = structural_problems(graph, evaluation.catalogue)
    for node in graph:
        traced = found.traced.get(node.id)
        if traced is not None and traced.error:
            problems.append(Problem(f"'{node.id}': {traced.error}", node.id))
    return problems
