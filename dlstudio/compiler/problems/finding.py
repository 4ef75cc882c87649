"""Collects all problems of a graph: those of its structure, its layers, its ends, its training and its learning."""

from __future__ import annotations

from dlstudio.compiler.problems.constants import constant_problems
from dlstudio.compiler.problems.context import Context
from dlstudio.compiler.problems.endings import ending_problems
from dlstudio.compiler.problems.inside import inside_problems
from dlstudio.compiler.problems.layers import layer_problems
from dlstudio.compiler.problems.learning import learning_problems
from dlstudio.compiler.problems.missing_ends import completed
from dlstudio.compiler.problems.room import room_problems
from dlstudio.compiler.problems.sharing import sharing_problems
from dlstudio.compiler.problems.training import settling_problems
from dlstudio.compiler.problems.trying import without_harm
from dlstudio.graph.problems import Problem
from dlstudio.graph.structure import structural_problems


def find_problems(context: Context, parameters: int, memory_bytes: int) -> list[Problem]:
    """Every problem, errors first, each kind in the order of the graph.

    Args:
        context: The graph and what was found of it.
        parameters: Weights in all.
        memory_bytes: The estimate for training.
    """
    problems = [
        each if each.path else without_harm(context, completed(context, each))
        for each in structural_problems(context.graph, context.catalogue)
    ]
    if len(context.graph):
        problems += layer_problems(context)
        problems += inside_problems(context)
        problems += constant_problems(context)
        problems += sharing_problems(context)
        problems += ending_problems(context)
        problems += room_problems(context, parameters, memory_bytes)
        problems += settling_problems(context)
        problems += learning_problems(context)
    places = {name: index for index, name in enumerate(context.graph.nodes)}

    def place(problem: Problem) -> tuple[bool, int]:
        node = problem.path[0] if problem.path else problem.node
        return problem.severity != "error", places.get(node or "", len(places))

    return sorted(problems, key=place)
