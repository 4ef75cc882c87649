"""Problems of layers inside blocks: each once, told with the use in which it shows first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dlstudio.compiler.problems.constants import constant_problems
from dlstudio.compiler.problems.context import Candidate, Context, set_edit
from dlstudio.compiler.problems.layers import layer_problems
from dlstudio.compiler.problems.training import settling_problems
from dlstudio.compiler.problems.trying import MOST_FIXES, mending_fixes
from dlstudio.compiler.uses import Inside, TracedUse
from dlstudio.graph.block_structure import fix_in_block, inside_problem
from dlstudio.graph.model import Node
from dlstudio.graph.paths import Path
from dlstudio.graph.problems import Fix, Problem
from dlstudio.graph.sharing import weights_owner


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
        fixes: tuple[Fix, ...] = ()
        if traced.fault and node.id not in context.found.bypassed:
            found = mending_fixes(context, node.id, _parameters_that_fit(context, node))
            fixes = tuple(fix_in_block(fix, names[-1]) for fix in found) if names else found
        for problem in (*layer_problems(inner), *constant_problems(inner), *settling_problems(inner)):
            told = inside_problem(problem, here, blocks)
            if fixes and told.severity == "error":
                told = replace(told, fix=None, fixes=(*fixes, *told.fixes)[:MOST_FIXES])
            yield told, blocks
        yield from _search(inner, here, blocks, looked)


def _parameters_that_fit(context: Context, node: Node) -> Iterator[Candidate]:
    """Whole-number parameters of a use set after the channels or features that arrive: the skip of a block needs them.

    Also that number divided by another parameter, as where a block widens by a factor.
    """
    owner = weights_owner(context.graph, node) or node
    block = context.graph.blocks.get(owner.block or "")
    widths = {shape[-1] for _, shape in context.sources(node.id) if shape and shape[-1]}
    if block is None:
        return
    values = {**block.parameters, **owner.settings}
    numbers = {
        name: values[name]
        for name in block.parameters
        if type(values[name]) is int and type(block.parameters[name]) is int
    }
    for name, now in numbers.items():
        factors = [value for other, value in numbers.items() if other != name and value > 1]
        fitting = [int(width or 1) for width in widths]
        fitting += [width // factor for width in fitting for factor in factors if width % factor == 0]
        for value in dict.fromkeys(fitting):
            if value != now:
                yield f"Set {name} of {owner.id} to {value}", (set_edit(owner.id, name, value),)


def _inner(context: Context, inside: Inside) -> Context:
    """A search in the same run, in a graph that is fed by the use instead of by columns."""
    return replace(context, graph=inside.graph, specs={}, found=inside.found, fed=inside.fed)
