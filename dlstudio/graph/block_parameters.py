"""Parameters of blocks: adding, changing, renaming and removing them, and the settings that are computed from them.

``graph`` is always the project's own: the uses of a block follow wherever they are.
"""

from __future__ import annotations

import ast
import keyword
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from dlstudio.graph.blocks import REPEAT
from dlstudio.graph.edits import NAME_PATTERN, EditError
from dlstudio.graph.expressions import LONGEST, ExpressionError, bind, is_expression, names_in
from dlstudio.graph.model import Block, Graph, Node

_FUNCTIONS = ("min", "max", "int", "round")


def add_parameter(graph: Graph, block: str, name: str, default: Any) -> Graph:
    """Adds a parameter with a JSON value as its default.

    Raises:
        EditError: There is no such block, the block has it already, or the name is not valid.
    """
    _check_name(_block(graph, block), name)
    return _with(graph, replace(graph.blocks[block], parameters={**graph.blocks[block].parameters, name: default}))


def set_parameter(graph: Graph, block: str, name: str, default: Any) -> Graph:
    """Gives a parameter another default; uses that have a value of their own keep it.

    Raises:
        EditError: There is no such block or parameter.
    """
    found = _parameter(graph, block, name)
    return _with(graph, replace(found, parameters={**found.parameters, name: default}))


def remove_parameter(graph: Graph, block: str, name: str) -> Graph:
    """Removes a parameter: settings inside that mention it get its default, uses lose their value.

    Raises:
        EditError: There is no such block or parameter, or a setting cannot be computed with the default.
    """
    found = _parameter(graph, block, name)
    default = found.parameters[name]
    kept = {each: value for each, value in found.parameters.items() if each != name}
    inner = _each_setting(found.graph, lambda value: with_values(value, {name: default}))
    graph = _with(graph, replace(found, graph=inner, parameters=kept))
    return _each_use(graph, block, lambda settings: {k: v for k, v in settings.items() if k != name})


def rename_parameter(graph: Graph, block: str, old: str, new: str) -> Graph:
    """Gives a parameter another name; expressions inside and the uses follow.

    Raises:
        EditError: There is no such block or parameter, or the name is taken or not valid.
    """
    found = _parameter(graph, block, old)
    if old == new:
        return graph
    _check_name(found, new)
    parameters = {new if name == old else name: value for name, value in found.parameters.items()}
    inner = _each_setting(found.graph, lambda value: with_values(value, {old: {"=": new}}))
    graph = _with(graph, replace(found, graph=inner, parameters=parameters))
    return _each_use(graph, block, lambda settings: {new if k == old else k: v for k, v in settings.items()})


def use_parameter(graph: Graph, block: str, node: str, setting: str, expression: str) -> Graph:
    """Lets a setting inside a block be computed: ``filters``, ``filters * 2``.

    An empty expression makes it plain again: it gets the value that it has with the defaults.

    Raises:
        EditError: There is no such block or node, or the expression cannot be computed with the defaults.
    """
    found = _block(graph, block)
    if node not in found.graph:
        raise EditError(f"There is no layer named '{node}' in the block '{block}'.")
    inside = found.graph[node]
    before = inside.settings.get(setting)
    value: Any = {"=": expression.strip()} if expression.strip() else before
    try:
        computed = bind(value, found.parameters)
    except ExpressionError as error:
        raise EditError(str(error)) from None
    settings = {**inside.settings, setting: value if expression.strip() else computed}
    if not expression.strip() and before is None:
        settings.pop(setting)
    nodes = {**found.graph.nodes, node: replace(inside, settings=settings)}
    return _with(graph, replace(found, graph=replace(found.graph, nodes=nodes)))


def with_values(value: Any, values: Mapping[str, Any]) -> Any:
    """A setting's value with some parameters replaced by values, which may be expressions over other parameters.

    Raises:
        EditError: It cannot be computed, or is too long to be an expression.
    """
    if is_expression(value):
        text = value["="].strip()
        mentioned = names_in(value) & values.keys()
        if not mentioned:
            return value
        if text in values:  # simply the parameter: any value will do
            return values[text]
        if names_in(value) <= values.keys() and not any(is_expression(values[name]) for name in mentioned):
            try:
                return bind(value, values)
            except ExpressionError as error:
                raise EditError(str(error)) from None
        replaced = _replaced(text, values)
        if len(replaced) > LONGEST:
            raise EditError(f"The expression '{replaced[:40]}…' would be longer than {LONGEST} characters.")
        return {"=": replaced}
    if isinstance(value, Mapping):
        return {key: with_values(each, values) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [with_values(each, values) for each in value]
    return value


class _Names(ast.NodeTransformer):
    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def visit_Call(self, node: ast.Call) -> ast.AST:
        node.args = [self.visit(each) for each in node.args]  # the function's own name is no parameter
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id not in self.values:
            return node
        value = self.values[node.id]
        text = value["="] if is_expression(value) else repr(value)
        return ast.parse(text.strip(), mode="eval").body


def _replaced(text: str, values: Mapping[str, Any]) -> str:
    try:
        return ast.unparse(_Names(values).visit(ast.parse(text, mode="eval")))
    except (SyntaxError, ValueError, RecursionError):
        raise EditError(f"'{text}' is no arithmetic expression.") from None


def _each_setting(graph: Graph, change: Callable[[Any], Any]) -> Graph:
    nodes = {
        node.id: replace(node, settings={name: change(value) for name, value in node.settings.items()})
        for node in graph
    }
    return replace(graph, nodes=nodes)


def _each_use(graph: Graph, block: str, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Graph:
    """The project's graph with the settings of every use of a block changed, inside other blocks too."""

    def changed(place: Graph) -> Graph:
        uses: dict[str, Node] = {
            node.id: replace(node, settings=change(node.settings)) for node in place if node.block == block
        }
        return replace(place, nodes={**place.nodes, **uses}) if uses else place

    blocks = {name: replace(each, graph=changed(each.graph)) for name, each in graph.blocks.items()}
    return replace(changed(graph), blocks=blocks)


def _with(graph: Graph, block: Block) -> Graph:
    return replace(graph, blocks={**graph.blocks, block.name: block})


def _block(graph: Graph, name: str) -> Block:
    if name not in graph.blocks:
        raise EditError(f"There is no block named '{name}'.")
    return graph.blocks[name]


def _parameter(graph: Graph, block: str, name: str) -> Block:
    found = _block(graph, block)
    if name not in found.parameters:
        raise EditError(f"The block '{block}' has no parameter '{name}'.")
    return found


def _check_name(block: Block, name: str) -> None:
    if not NAME_PATTERN.fullmatch(name) or keyword.iskeyword(name):
        raise EditError(
            f"'{name}' cannot be a parameter's name: a letter first, then letters, digits and underscores, and no word "
            f"that expressions are made of."
        )
    if name == REPEAT or name in _FUNCTIONS:
        raise EditError(f"'{name}' has a meaning of its own in blocks. Choose another name.")
    if name in block.parameters:
        raise EditError(f"The block '{block.name}' already has a parameter '{name}'.")
