"""Makes blocks of a script's functions and of models that are called like layers."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from dlstudio.compiler.code.drawing import before, draw, ends_of
from dlstudio.compiler.code.names import free, parameter_of, valid_name
from dlstudio.compiler.code.resolving import plain
from dlstudio.compiler.code.things import (
    BlockThing,
    Expression,
    FunctionThing,
    ModelThing,
    NameArgument,
    NotUnderstoodError,
    PortArgument,
)
from dlstudio.graph.edits import NAME_PATTERN
from dlstudio.graph.model import INPUT, Block

if TYPE_CHECKING:
    from dlstudio.compiler.code.calling import Caller


def makes_block(function: ast.FunctionDef) -> bool:
    """Whether a function makes a nested model whose inputs are shaped like tensors that it is given."""
    return bool(_ports(function))


def _ports(function: ast.FunctionDef) -> tuple[str, ...]:
    """Parameters whose shapes the function gives to ``keras.Input``."""
    parameters = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    shaped = {
        part.value.id
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and _is_input(call.func)
        for given in (*call.args, *(each.value for each in call.keywords))
        for part in ast.walk(given)
        if isinstance(part, ast.Attribute) and part.attr == "shape" and isinstance(part.value, ast.Name)
    }
    return tuple(name for name in parameters if name in shaped)


def _is_input(function: ast.expr) -> bool:
    return (isinstance(function, ast.Attribute) and function.attr == "Input") or (
        isinstance(function, ast.Name) and function.id == "Input"
    )


def block_from_function(reader: Caller, function: FunctionThing) -> BlockThing:
    """The block that a function makes; its further parameters become the block's.

    Raises:
        NotUnderstoodError: The function does not return a model.
    """
    node = function.node
    ports = _ports(node)
    said = node.args
    places = [*said.posonlyargs, *said.args]
    defaults: dict[str, ast.expr | None] = {each.arg: None for each in places}
    defaults |= {each.arg: value for each, value in zip(reversed(places), reversed(said.defaults), strict=False)}
    defaults |= {each.arg: value for each, value in zip(said.kwonlyargs, said.kw_defaults, strict=True)}
    names: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    required: set[str] = set()
    name = "".join(part.title() for part in node.name.split("_"))
    for identifier, default in defaults.items():
        if identifier in ports:
            names[identifier] = PortArgument(identifier)
        elif identifier == "name":
            names[identifier] = NameArgument()
            if isinstance(default, ast.Constant) and isinstance(default.value, str):
                name = default.value
        else:
            parameter = parameter_of(identifier)
            if not NAME_PATTERN.fullmatch(parameter):
                raise NotUnderstoodError(node.lineno, f"'{parameter}' cannot be the name of a block's parameter.")
            names[identifier] = Expression(ast.Name(parameter))
            if default is None:
                required.add(parameter)
                parameters[parameter] = None
            else:
                with reader.inner({}, function.names):
                    parameters[parameter] = plain(reader.value(default), node.lineno, f"The default of '{parameter}'")
    with reader.another_graph() as nodes:
        model = reader.run_function(function, names)
        if not isinstance(model, ModelThing):
            raise NotUnderstoodError(node.lineno, f"{node.name} should return the keras.Model that it makes.")
        inputs = [tensor.made for tensor in model.inputs]
        drawn = draw(list(nodes), inputs, ends_of(model, inside=True), reader.catalogue)
    summary = (ast.get_docstring(node) or "").split("\n\n")[0].replace("\n", " ")
    name = name if NAME_PATTERN.fullmatch(name) else valid_name(name)
    name = free(reader.block_names, name)
    summary = "" if summary == f"The block {name}." else summary
    entries = {made.wanted: drawn.names[made] for made in nodes if made.type == INPUT and made in drawn.names}
    called = tuple(drawn.names[made] for made in inputs)
    return BlockThing(Block(name, drawn.graph, parameters, summary), entries, called, required)


def block_from_model(reader: Caller, model: ModelThing) -> Block:
    """The block of a model that is called on tensors; its nodes leave the graph around it."""
    if any(tensor.made.type != INPUT for tensor in model.inputs):
        raise NotUnderstoodError(model.line, "a model that is called has to begin at its own Inputs.")
    inside = set(before(model.outputs)) | {tensor.made for tensor in model.inputs}
    nodes = [made for made in reader.nodes if made in inside]
    for made in nodes:
        if made.type == INPUT:
            made.settings = {}
    inputs = [tensor.made for tensor in model.inputs]
    ends = ends_of(model, inside=True)
    for made in ends:
        made.settings = {}
    reader.nodes[:] = [made for made in reader.nodes if made not in inside]
    name = valid_name("".join(part.title() for part in (model.name or "block").split("_")))
    return Block(free(reader.block_names, name), draw(nodes, inputs, ends, reader.catalogue).graph)
