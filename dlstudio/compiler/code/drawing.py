"""Makes graphs of the nodes that a script has made: names, wires with ports, Outputs, in a stable order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.compiler.code.names import free, snake_case, valid_name
from dlstudio.compiler.code.things import Made, ModelThing, Tensor
from dlstudio.graph.edits import NAME_PATTERN
from dlstudio.graph.model import INPUT, OUTPUT, Graph, Node, Wire


@dataclass(frozen=True)
class Drawn:
    """A graph, and what had to be changed for it.

    Attributes:
        graph: Without blocks.
        lines: The line of each node.
        names: The name that each node got.
        notes: Sentences with their lines.
    """

    graph: Graph
    lines: dict[str, int]
    names: dict[Made, str]
    notes: tuple[str, ...]


def before(tensors: Iterable[Tensor]) -> list[Made]:
    """The nodes that tensors come from, in the order in which they were made."""
    seen: dict[Made, None] = {}
    waiting = [tensor.made for tensor in tensors]
    while waiting:
        made = waiting.pop()
        if made not in seen:
            seen[made] = None
            waiting += [tensor.made for _, tensor in made.wires]
            if isinstance(made.shares, Made):
                waiting.append(made.shares)
    return list(seen)


def ends_of(model: ModelThing, *, inside: bool) -> list[Made]:
    """An Output node for each output tensor of a model: the one that a remark has made, or a new one."""
    ends: list[Made] = []
    for number, tensor in enumerate(model.outputs, 1):
        if tensor.output is not None and tensor.output not in ends:
            ends.append(tensor.output)
            continue
        wanted = "outputs" if inside else "output"
        settings = {} if inside or not _is_regression(model.losses) else {"task": "regression"}
        wanted = wanted if len(model.outputs) == 1 else f"{wanted}_{number}"
        ends.append(Made(OUTPUT, settings, None, wanted, [("", tensor)], line=model.line))
    return ends


def draw(nodes: Sequence[Made], inputs: Sequence[Made], ends: Sequence[Made], catalogue: Catalogue) -> Drawn:
    """The graph of some nodes: Inputs first and Outputs last, in the order of their model.

    Args:
        nodes: In the order in which they were made.
        inputs: Those of the model, which may be among ``nodes``.
        ends: The Outputs of the model.
        catalogue: For the ports; knows the blocks.
    """
    between = [made for made in nodes if made.type not in (INPUT, OUTPUT)]
    others = [made for made in nodes if made.type == INPUT and made not in inputs]
    entering = [made for made in nodes if made.type == INPUT]
    if [made for made in entering if made in inputs] == list(inputs):
        inputs, others = entering, []  # those that lead nowhere keep their places too
    loose = [made for made in nodes if made.type == OUTPUT and made not in ends]
    ordered = list(dict.fromkeys([*inputs, *others, *between, *ends, *loose]))
    names, notes = _names(ordered)
    drawn: dict[str, Node] = {}
    wires: list[Wire] = []
    for made in ordered:
        name = names[made]
        shares = names.get(made.shares) if isinstance(made.shares, Made) else made.shares
        drawn[name] = Node(name, made.type, {} if shares else made.settings, (0.0, 0.0), shares, made.bypassed)
    for made in ordered:
        node_type = catalogue.get(made.type)
        ports = node_type.inputs if node_type else ()
        for port, tensor in made.wires:
            if tensor.made in names:
                target = "" if len(ports) <= 1 or not port else port
                wires.append(Wire(names[tensor.made], names[made], tensor.port, target))
    lines = {names[made]: made.line for made in ordered}
    return Drawn(Graph(drawn, tuple(wires)), lines, names, tuple(notes))


def _names(nodes: Sequence[Made]) -> tuple[dict[Made, str], list[str]]:
    """A unique valid name for each node: its own where it has one, else as Keras would count."""
    names: dict[Made, str] = {}
    notes: list[str] = []
    taken: set[str] = set()
    for made in nodes:
        if made.name is not None:
            name = made.name if NAME_PATTERN.fullmatch(made.name) else valid_name(made.name)
            name = free(taken, name)
            if name != made.name:
                notes.append(f"Line {made.line}: the layer '{made.name[:64]}' is called '{name}' here.")
            names[made] = name
            taken.add(name)
    for made in nodes:
        if made not in names:
            names[made] = free(taken, valid_name(made.wanted or snake_case(made.type.rpartition(".")[2])))
            taken.add(names[made])
    return names, notes


def _is_regression(losses: Sequence[str]) -> bool:
    """Whether a model was compiled with losses of numbers only."""
    words = ("mean_", "mean", "mse", "mae", "mape", "msle", "huber", "log_cosh", "logcosh")
    return bool(losses) and all(snake_case(loss).startswith(words) for loss in losses)
