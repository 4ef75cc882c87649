"""What is wrong with blocks and their uses, without Keras: circles, expressions, parameters, and what is inside."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.catalogue.values import check_value
from dlstudio.graph.block_content import DEEPEST, block_circle, block_depths
from dlstudio.graph.blocks import MOST_REPEATS, REPEAT, bound_graph
from dlstudio.graph.expressions import ExpressionError, bind, is_expression
from dlstudio.graph.model import INPUT, OUTPUT, Block, Graph, Node
from dlstudio.graph.paths import Path
from dlstudio.graph.problems import Fix, Problem, Severity

GRAPH_EDITS_ELSEWHERE = ("training", "data")
"""Edits that do not concern a graph, and so no block."""

Check = Callable[[Graph], list[Problem]]


def block_problems(graph: Graph, catalogue: Catalogue, check: Check) -> list[Problem]:
    """What is wrong with the blocks of a project's graph, each thing once.

    A use is looked into with its own parameters. What is wrong inside a block that nothing uses is a warning, since the
    network does not contain it.

    Args:
        graph: The project's graph.
        catalogue: With the project's blocks as node types.
        check: Finds what is wrong with the nodes and wires of one graph inside a block.
    """
    if not graph.blocks:
        return []
    search = _Search(graph.blocks, catalogue, check)
    problems = [*_nesting(graph)]
    search.look_into(graph, (), ())
    problems += search.problems
    for name, block in graph.blocks.items():
        if name in search.sound and name not in search.seen_blocks:
            problems += search.unused(block)
    return problems


def use_problems(graph: Graph, node: Node, catalogue: Catalogue) -> Iterator[Problem]:
    """What is wrong with one use of a block as a node: its parameters, its repeats."""
    node_type, block = catalogue.get(node.type), graph.blocks.get(node.block or "")
    if node_type is None or block is None:
        return
    for setting in node_type.settings:
        value = node.settings.get(setting.name)
        if value is None or is_expression(value):
            continue
        said = check_value(setting, value, catalogue)
        if said:
            default = "1" if setting.name == REPEAT else f"its default, {json.dumps(setting.default)}"
            fix = Fix(f"Set {setting.name} of {node.id} to {default}", (_unset(node.id, setting.name),))
            yield Problem(f"'{node.id}' ({block.name}): {said}", node.id, fix)
    entries, exits = len(block.graph.of_type(INPUT)), len(block.graph.of_type(OUTPUT))
    repeat = node.settings.get(REPEAT, 1)
    if isinstance(repeat, int) and 1 < repeat <= MOST_REPEATS and entries != exits:
        fix = Fix(f"Set {REPEAT} of {node.id} to 1", (_unset(node.id, REPEAT),))
        yield Problem(
            f"'{node.id}' repeats {block.name} {repeat} times, but the block has {_counted(entries, 'input')} and "
            f"{_counted(exits, 'output')}. What comes out has to go in again, so it needs as many outputs as inputs.",
            node.id,
            fix,
        )


def expressions_outside(graph: Graph) -> Iterator[Problem]:
    """Expressions in a project's own graph, where there are no parameters."""
    for node in graph:
        for name, value in node.settings.items():
            if is_expression(value):
                fix = Fix(f"Set {node.id} {name} back to its default", (_unset(node.id, name),))
                yield Problem(
                    f"'{node.id}': the setting '{name}' is the expression '{value['=']}', but only inside a block are "
                    f"there parameters to compute with. Give it a value.",
                    node.id,
                    fix,
                )


def inside_problem(problem: Problem, path: Path, blocks: tuple[str, ...], severity: Severity | None = None) -> Problem:
    """A problem of a graph inside a block as one of the project: it names the use, and its fixes change the block.

    Args:
        problem: As found in the graph inside.
        path: The uses that lead there, outermost first.
        blocks: The blocks that they use.
        severity: Another than the problem's own.
    """
    where = " › ".join(f"'{use}' ({block})" for use, block in zip(path, blocks, strict=True))
    return Problem(
        f"In {where}: {problem.message}",
        problem.node,
        None,
        severity or problem.severity,
        path,
        tuple(fix_in_block(fix, blocks[-1]) for fix in problem.fixes),
    )


def fix_in_block(fix: Fix, block: str) -> Fix:
    """The same fix, made in a block's graph rather than the project's."""
    edits = tuple(
        edit if edit.get("edit") in GRAPH_EDITS_ELSEWHERE or "block" in edit else {**edit, "block": block}
        for edit in fix.edits
    )
    return Fix(fix.label, edits)


def missing_ends(graph: Graph) -> Iterator[Problem]:
    """A block without ports."""
    for kind, what in ((INPUT, "enters"), (OUTPUT, "leaves")):
        if not graph.of_type(kind):
            yield Problem(f"There is no {kind} node: it is the port by which a wire {what} the block. Add one.")


@dataclass
class _Search:
    """Walks into every use; equal uses of a block are looked into once."""

    blocks: Mapping[str, Block]
    catalogue: Catalogue
    check: Check
    problems: list[Problem] = field(default_factory=list)
    seen_blocks: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        depths = block_depths(self.blocks)
        self.sound = {name for name, depth in depths.items() if depth <= DEEPEST}
        self._looked: set[tuple[str, str]] = set()
        self._said: set[tuple[str, str | None, str]] = set()

    def look_into(self, graph: Graph, path: Path, names: tuple[str, ...]) -> None:
        for node in graph:
            block = self.blocks.get(node.block or "")
            if block is None or block.name not in self.sound:
                continue
            owner = _owner(graph, node)
            key = (block.name, json.dumps(dict(owner.settings), sort_keys=True, default=str))
            if key in self._looked:
                continue
            self._looked.add(key)
            self.seen_blocks.add(block.name)
            self._look_at(block, owner.settings, (*path, node.id), (*names, block.name))

    def _look_at(self, block: Block, settings: Mapping[str, Any], path: Path, names: tuple[str, ...]) -> None:
        found = list(_expression_problems(block, settings))
        if not found:
            bound = replace(bound_graph(block, settings), blocks=self.blocks)
            found = [*missing_ends(bound), *self.check(bound)]
            self.look_into(bound, path, names)
        for problem in found:
            said = (block.name, problem.node, problem.message)
            if said not in self._said:
                self._said.add(said)
                self.problems.append(inside_problem(problem, path, names))

    def unused(self, block: Block) -> Iterator[Problem]:
        found = list(_expression_problems(block, {}))
        if not found:
            bound = replace(bound_graph(block, {}), blocks=self.blocks)
            found = [*missing_ends(bound), *self.check(bound)]
        for problem in found:
            fixes = tuple(fix_in_block(fix, block.name) for fix in problem.fixes)
            message = f"In the block {block.name}, which nothing uses: {problem.message}"
            yield Problem(message, None, None, "warning", (), fixes)


def _expression_problems(block: Block, settings: Mapping[str, Any]) -> Iterator[Problem]:
    values = {**block.parameters, **{k: v for k, v in settings.items() if k in block.parameters}}
    for node in block.graph:
        for name, value in node.settings.items():
            try:
                bind(value, values)
            except ExpressionError as error:
                fix = Fix(f"Set {node.id} {name} back to its default", (_unset(node.id, name),))
                yield Problem(f"'{node.id}': the setting '{name}' cannot be computed: {error}", node.id, fix)


def _nesting(graph: Graph) -> Iterator[Problem]:
    """Blocks that hold themselves, each circle once, and blocks nested too deep."""
    told: set[str] = set()
    depths = block_depths(graph.blocks)
    for name in graph.blocks:
        trail = block_circle(graph.blocks, name) if name not in depths and name not in told else ()
        if trail:
            told.update(trail)
            chain = " → ".join((*trail, name))
            last = graph.blocks[trail[-1]].graph
            use = next(node.id for node in last if node.block == name)
            edit = {"edit": "remove", "node": use, "block": trail[-1]}
            yield Problem(
                f"The block {name} holds itself: {chain}. A block can hold others, but not the one that it is in.",
                _use_of(graph, name),
                Fix(f"Remove {use} from the block {trail[-1]}", (edit,)),
            )
        elif depths.get(name, 0) == DEEPEST + 1:
            yield Problem(
                f"The block {name} holds blocks inside blocks, {depths[name]} deep; {DEEPEST} is the most. Unpack "
                f"one of them.",
                _use_of(graph, name),
            )


def _use_of(graph: Graph, name: str) -> str | None:
    return next((node.id for node in graph if node.block == name), None)


def _owner(graph: Graph, node: Node) -> Node:
    seen = {node.id}
    while node.shares and node.shares in graph and node.shares not in seen and graph[node.shares].type == node.type:
        node = graph[node.shares]
        seen.add(node.id)
    return node


def _unset(node: str, setting: str) -> dict[str, Any]:
    return {"edit": "unset", "node": node, "setting": setting}


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
