"""Problems of layers inside blocks: each once, told with the use in which it shows first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dlstudio.compiler.problems.constants import constant_problems
from dlstudio.compiler.problems.context import Context
from dlstudio.compiler.problems.layers import layer_problems
from dlstudio.compiler.problems.training import settling_problems
from dlstudio.compiler.uses import Inside, TracedUse
from dlstudio.graph.block_structure import inside_problem
from dlstudio.graph.paths import Path
from dlstudio.graph.problems import Problem


def inside_problems(context: Context) -> Iterator[Problem]:
    """What is wrong inside the uses of a graph, where shapes and settings are those of the use.

    The structure of blocks is :mod:`dlstudio.graph.block_structure`'s to judge.
    """
    said: set[tuple[str, str | None, str]] = set()
    looked: set[int] = set()
    for problem, names in _search(context, (), (), looked):
        key = (names[-1], problem.node, problem.message.split(": ", 1)[-1])
        if key not in said:
            said.add(key)
            yield problem


def _search(
    context: Context, path: Path, names: tuple[str, ...], looked: set[int]
) -> Iterator[tuple[Problem, tuple[str, ...]]]:
    for node in context.graph:
        traced = context.found.traced.get(node.id)
        # Equal uses are remembered as one and the same value, so that a hundred of them cost no more than one.
        if not isinstance(traced, TracedUse) or id(traced) in looked:
            continue
        looked.add(id(traced))
        inside = traced.failing or traced.inside
        if inside is None:
            continue
        inner = _inner(context, inside)
        here, blocks = (*path, node.id), (*names, node.block or "")
        for problem in (*layer_problems(inner), *constant_problems(inner), *settling_problems(inner)):
            yield inside_problem(problem, here, blocks), blocks
        yield from _search(inner, here, blocks, looked)


def _inner(context: Context, inside: Inside) -> Context:
    """A search in the same run, in a graph that is fed by the use instead of by columns."""
    return replace(context, graph=inside.graph, specs={}, found=inside.found, fed=inside.fed)
