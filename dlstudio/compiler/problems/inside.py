"""Problems of layers inside blocks: each once, told with the use in which it shows first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from dlstudio.compiler.problems.constants import constant_problems
from dlstudio.compiler.problems.context import Candidate, Context, Home, set_edit
from dlstudio.compiler.problems.layers import layer_problems
from dlstudio.compiler.problems.learning import Told, learning_problems
from dlstudio.compiler.problems.outward import outward
from dlstudio.compiler.problems.reading import Reading
from dlstudio.compiler.problems.training import settling_problems
from dlstudio.compiler.problems.trying import MOST_FIXES, mending_fixes
from dlstudio.compiler.uses import Inside, TracedUse
from dlstudio.graph.block_structure import fix_in_block, inside_problem
from dlstudio.graph.model import INPUT, Node
from dlstudio.graph.paths import Path
from dlstudio.graph.problems import Fix, Problem
from dlstudio.graph.sharing import weights_owner


def inside_problems(context: Context) -> Iterator[Problem]:
    """What is wrong inside the uses of a graph, where shapes and settings are those of the use.

    The structure of blocks is :mod:`dlstudio.graph.block_structure`'s to judge.
    """
    said: set[tuple[str, str | None, str]] = set()
    for problem, names in _search(context, (), (), _Seen()):
        key = (names[-1], problem.node, problem.message.split(": ", 1)[-1])
        if key not in said:
            said.add(key)
            yield problem


@dataclass
class _Seen:
    """What has been looked at, and what was told of what hurts learning."""

    uses: set[tuple[object, ...]] = field(default_factory=set)
    told: Told = field(default_factory=set)


def _search(
    context: Context, path: Path, names: tuple[str, ...], seen: _Seen, alive: bool = True
) -> Iterator[tuple[Problem, tuple[str, ...]]]:
    """Looks into every use; ``alive`` says whether the graph is part of what leads to an Output."""
    reading = Reading(context)
    for node in context.graph:
        traced = context.found.traced.get(node.id)
        inside = (traced.failing or traced.inside) if isinstance(traced, TracedUse) else None
        if inside is None or not isinstance(traced, TracedUse):
            continue
        inner = _inner(context, inside, node)
        lives = alive and node.id in reading.living
        # Equal uses are remembered as one and the same value, so that a hundred of them cost no more than one.
        key = (id(traced), lives, *_columns(inner))
        if key in seen.uses:
            continue
        seen.uses.add(key)
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
        for problem in learning_problems(inner, seen.told) if lives else ():
            made = tuple(outward(inner, fix) for fix in problem.fixes)
            yield replace(inside_problem(problem, here, blocks), fix=None, fixes=made), blocks
        yield from _search(inner, here, blocks, seen, lives)


def _columns(inner: Context) -> Iterator[str]:
    """The columns that Inputs lead straight into a use: with others, other things are wrong inside."""
    reading = Reading(inner)
    for entry in inner.graph.of_type(INPUT):
        spec = reading.column(entry)
        yield spec.name if spec else ""


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


def _inner(context: Context, inside: Inside, use: Node) -> Context:
    """A search in the same run, in a graph that is fed by the use instead of by columns."""
    home = Home(context, use.id, use.block or "")
    return replace(context, graph=inside.graph, specs={}, found=inside.found, fed=inside.fed, home=home)
