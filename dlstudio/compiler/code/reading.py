"""Reads a Keras script as a graph: what :func:`write_code` writes, and the usual ways to write networks by hand.

Scripts are parsed, never run. What is understood: imports of ``keras`` or ``tensorflow.keras`` under any name; layers
and operations called on tensors; ``keras.Input``, ``keras.Model``, ``keras.Sequential``; functions of the script's
own, followed call by call; loops over what is known; arithmetic of numbers and of tensors; models that are called like
layers, which become blocks. What is not understood gets a sentence with its line.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.compiler.code.drawing import before, draw, ends_of
from dlstudio.compiler.code.interpreting import Interpreter
from dlstudio.compiler.code.network import UNUSED
from dlstudio.compiler.code.remarks import remarks_in
from dlstudio.compiler.code.things import MODELS, FunctionThing, Made, ModelThing, NotUnderstoodError, SequentialThing
from dlstudio.graph.model import OUTPUT, Graph

LONGEST = 1_000_000
"""Characters of a script at the most."""


class CodeError(ValueError):
    """A script that cannot be read as a graph; the message has a sentence for each thing that is not understood.

    Attributes:
        faults: Line (0 for the whole script) and sentence of each.
    """

    def __init__(self, faults: tuple[tuple[int, str], ...]) -> None:
        super().__init__("\n".join(f"Line {line}: {said}" if line else said for line, said in faults))
        self.faults = faults


@dataclass(frozen=True)
class Reading:
    """What a script says.

    Attributes:
        graph: With the blocks it uses. Positions are all the same: lay it out.
        lines: The line where each node of the network is made.
        notes: What was left out or changed, as sentences with their lines.
    """

    graph: Graph
    lines: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_code(text: str, catalogue: Catalogue) -> Graph:
    """The graph of a script, see :func:`read_script`.

    Raises:
        CodeError: Something is not understood; all of it is said.
    """
    return read_script(text, catalogue).graph


def read_script(text: str, catalogue: Catalogue) -> Reading:
    """The graph of a script, and what had to be left out. Takes bounded time and memory whatever the text is.

    Args:
        text: Python.
        catalogue: The node types, without blocks.

    Raises:
        CodeError: Something is not understood; all of it is said.
    """
    if len(text) > LONGEST:
        raise CodeError(((0, f"The script has {len(text):,} characters; {LONGEST:,} are the most."),))
    try:
        text = _with_unused(text)
        module = ast.parse(text)
        return _read(module, text, catalogue)
    except SyntaxError as error:
        raise CodeError(((error.lineno or 0, f"this is no Python: {error.msg}."),)) from None
    except NotUnderstoodError as fault:
        raise CodeError(((fault.line, fault.sentence),)) from None
    except (ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, CodeError):
            raise
        raise CodeError(((0, "The script is nested too deep or is no Python text."),)) from None


def _with_unused(text: str) -> str:
    """The script with those statements put back that stand in comments because they lead to no Output."""
    if UNUSED not in text:
        return text
    lines = text.split("\n")
    for number, line in enumerate(lines):
        indent, mark, code = line.partition(f"# {UNUSED}")
        if mark and not indent.strip():
            try:
                statements = ast.parse(code).body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
            if len(statements) == 1 and isinstance(statements[0], ast.Assign):
                lines[number] = indent + code
    return "\n".join(lines)


def _read(module: ast.Module, text: str, catalogue: Catalogue) -> Reading:
    reader = Interpreter(catalogue, remarks_in(text))
    try:
        reader.run(module.body)
        model = None if reader.faults else _network(reader)
        if model is not None and not reader.faults:
            return _drawn(reader, model)
    except NotUnderstoodError as fault:
        if fault.sentence:
            reader.faults.append(fault)
    found = sorted({(fault.line, fault.sentence) for fault in reader.faults})
    if not found:
        found = [(0, "The script makes no keras.Model and no keras.Sequential, so there is nothing to draw.")]
    raise CodeError(tuple(found))


def _network(reader: Interpreter) -> ModelThing | None:
    """The model that is the network: the variable ``model``, else the last one that is not part of another."""
    chosen = reader.names[0].get("model")
    if not isinstance(chosen, MODELS):
        free = [model for model in reader.models if getattr(model, "layer", None) is None]
        chosen = free[-1] if free else None
    if chosen is None:
        for thing in list(reader.names[0].values()):
            if isinstance(thing, FunctionThing) and not thing.block and thing.node.name not in reader.functions:
                required = len(thing.node.args.args) - len(thing.node.args.defaults)
                made = reader.run_function(thing, reader.arguments_of(thing, [], {}, 0)) if required == 0 else None
                chosen = made if isinstance(made, MODELS) else chosen
    if isinstance(chosen, SequentialThing):
        return reader.functional(chosen)
    return chosen if isinstance(chosen, ModelThing) else None


def _drawn(reader: Interpreter, model: ModelThing) -> Reading:
    ends = ends_of(model, inside=False)
    within = set(before(model.outputs)) | {tensor.made for tensor in model.inputs}
    elsewhere: set[Made] = set()
    for other in reader.models:
        if isinstance(other, ModelThing) and other is not model:
            elsewhere |= set(before(other.outputs))
    for layer in reader.unfed:
        if layer.owner is None:
            reader.nodes.append(Made(layer.type, layer.settings, layer.name, "layer", line=layer.line))
    nodes = [made for made in reader.nodes if made in within or made not in elsewhere]
    nodes = [made for made in nodes if made.type != OUTPUT or made in ends or not made.wires]
    drawn = draw(nodes, [tensor.made for tensor in model.inputs], ends, reader.catalogue)
    graph = replace(drawn.graph, blocks=reader.blocks)
    return Reading(graph, drawn.lines, tuple(dict.fromkeys((*reader.notes, *drawn.notes))))
