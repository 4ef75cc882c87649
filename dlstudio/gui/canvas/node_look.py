"""What stands on a node: its texts, ports and problems as a value, made from the graph, the catalogue and the facts.

No Qt here: how the value is measured and painted is the business of :mod:`dlstudio.gui.canvas.node_item`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from dlstudio.catalogue.node_types import Catalogue, NodeType, Port
from dlstudio.catalogue.values import summary_line
from dlstudio.graph.blocks import REPEAT
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.expressions import is_expression
from dlstudio.graph.model import INPUT, OUTPUT, Graph, Node
from dlstudio.graph.problems import Problem
from dlstudio.graph.sharing import settings_in_force
from dlstudio.gui.shape_texts import named_shape

Side = Literal["in", "out"]
SIDES: tuple[Side, Side] = ("in", "out")
TIMES = "×"
SEPARATOR = " · "


class LayerFactsLike(Protocol):
    """What the canvas reads of the compiler's facts about one node."""

    @property
    def output_shapes(self) -> Mapping[str, tuple[int | None, ...]]: ...

    @property
    def parameters(self) -> int | None: ...


@dataclass(frozen=True)
class PortLook:
    """One port as painted.

    Attributes:
        name: The port's name; wires name it so, or by an empty name where it is the first of its side.
        many: Takes any number of wires.
        optional: Works without a wire.
        wires: How many wires end or begin here.
        help: Plain text.
    """

    name: str
    many: bool = False
    optional: bool = False
    wires: int = 0
    help: str = ""


@dataclass(frozen=True)
class NodeLook:
    """Everything that is painted of one node, except its place and whether it is selected.

    A use of a block is ``stacked``; ``times`` says how often it stands in a row: ``×3``. Nodes that share weights are
    ``linked``.
    """

    title: str
    details: tuple[str, ...]
    shape: str
    parameters: str
    category: str
    inputs: tuple[PortLook, ...]
    outputs: tuple[PortLook, ...]
    stacked: bool = False
    bypassed: bool = False
    linked: bool = False
    times: str = ""
    severity: Literal["", "warning", "error"] = ""
    messages: tuple[str, ...] = ()
    tip: str = ""


def node_look(
    node: Node,
    graph: Graph,
    catalogue: Catalogue,
    *,
    facts: LayerFactsLike | None = None,
    problems: Sequence[Problem] = (),
    specs: Mapping[str, ColumnSpec] | None = None,
) -> NodeLook:
    """Puts together what a node shows."""
    node_type = catalogue.get(node.type)
    severity: Literal["", "warning", "error"] = ""
    if problems:
        severity = "error" if any(p.severity == "error" for p in problems) else "warning"
    shape = _shape(node, facts, {} if _is_port(node_type) else specs or {})
    if not shape and severity == "error":
        shape = "?"
    summary = node_type.summary if node_type else "This type is not known."
    return NodeLook(
        title=node_type.name if node_type else node.type.rpartition(".")[2] or node.type,
        details=(node.id, *(("bypassed",) if node.bypassed else ()), *_details(node, node_type, specs or {})),
        shape=shape,
        parameters=count_text(facts.parameters) if facts is not None and facts.parameters else "",
        category=node_type.category if node_type else "core",
        inputs=port_looks(node, node_type, graph, "in"),
        outputs=port_looks(node, node_type, graph, "out"),
        stacked=node.block is not None,
        bypassed=node.bypassed,
        linked=bool(node.shares or graph.sharers.get(node.id)),
        times=_times(node),
        severity=severity,
        messages=tuple(p.message for p in problems),
        tip=_tip(node, graph, summary, facts),
    )


def ports_of(node: Node, node_type: NodeType | None, graph: Graph, side: Side) -> tuple[Port, ...]:
    """The ports of one side; those of an unknown type are guessed from its wires, so that nothing gets lost."""
    if node_type is not None:
        settings = settings_in_force(graph, node)
        known = node_type.inputs_for(settings) if side == "in" else node_type.outputs_for(settings)
    else:
        known = (Port("inputs" if side == "in" else "outputs"),)
    wires = graph.incoming(node.id) if side == "in" else graph.outgoing(node.id)
    wired = [wire.target_port if side == "in" else wire.source_port for wire in wires]
    names = {port.name for port in known}
    dangling = tuple(Port(name) for name in dict.fromkeys(wired) if name and name not in names)
    ports = known + dangling
    if len(ports) > 3:  # masks and initial states are rare: they take room only where a wire uses them
        first = ports[0].name
        ports = tuple(p for p in ports if not p.optional or p.name in wired or p.name == first or not _is_rare(p))
    return ports


def port_looks(node: Node, node_type: NodeType | None, graph: Graph, side: Side) -> tuple[PortLook, ...]:
    """The ports of one side with the number of their wires."""
    ports = ports_of(node, node_type, graph, side)
    wires = graph.incoming(node.id) if side == "in" else graph.outgoing(node.id)
    names = [wire.target_port if side == "in" else wire.source_port for wire in wires]
    looks = []
    for index, port in enumerate(ports):
        count = sum(name == port.name or (not name and index == 0) for name in names)
        looks.append(PortLook(port.name, port.many, port.optional, count, port.help))
    return tuple(looks)


def shape_text(shape: Sequence[int | None]) -> str:
    """``26×26×32``; an axis of any length is ``?``; a single value is ``1``."""
    return TIMES.join("?" if axis is None else str(axis) for axis in shape) or "1"


def count_text(count: int) -> str:
    """``320``, ``18.5 k``, ``1.24 M``, ``2.5 G``."""
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if count >= limit:
            value = count / (1e3 if unit == "k" else limit)
            return f"{value:.3g} {unit}" if value < 1000 else f"{value:.0f} {unit}"
    return str(count)


def _is_rare(port: Port) -> bool:
    return "mask" in port.name or "state" in port.name


def _times(node: Node) -> str:
    repeat: Any = node.settings.get(REPEAT, 1) if node.block is not None else 1
    if is_expression(repeat):
        return f"{TIMES}{repeat['=']}"
    return f"{TIMES}{repeat}" if repeat != 1 else ""


def _is_port(node_type: NodeType | None) -> bool:
    """Whether an Input or Output is a port of a block: it has no settings there."""
    return node_type is not None and not node_type.settings


def _details(node: Node, node_type: NodeType | None, specs: Mapping[str, ColumnSpec]) -> tuple[str, ...]:
    if node.type in (INPUT, OUTPUT) and _is_port(node_type):
        return ()
    if node.type == INPUT:
        return _input_details(node, specs)
    if node.type == OUTPUT:
        parts = [str(node.settings.get(key) or "") for key in ("column", "task")]
        return tuple(part for part in parts if part and part != node.id)
    if node.shares:
        return (f"shares {node.shares}",)
    if node_type is None:
        return ()
    if node.block is None and not any(is_expression(value) for value in node.settings.values()):
        line = summary_line(node_type, node.settings).replace(" × ", TIMES)
        return tuple(part for part in line.split(SEPARATOR) if part)
    found: list[str] = []
    for name in node_type.shown:
        value: Any = node.settings.get(name)
        if is_expression(value):
            found.append(name if value["="].strip() == name else f"{name} = {value['=']}")
        elif name != REPEAT or node.block is None:  # how often a block is repeated stands beside its name
            line = summary_line(replace(node_type, shown=(name,)), node.settings).replace(" × ", TIMES)
            if line and node.block is not None and not any(letter.isalpha() for letter in line):
                line = f"{name.replace('_', ' ')} {line}"  # a bare number says nothing of a block's own parameter
            found.extend(part for part in line.split(SEPARATOR) if part)
    return tuple(found)


def _input_details(node: Node, specs: Mapping[str, ColumnSpec]) -> tuple[str, ...]:
    column = str(node.settings.get("column") or "")
    parts = [column] if column and column != node.id else []
    spec = specs.get(column)
    if spec is None:
        return tuple(parts)
    if spec.kind == "image" and len(spec.shape) == 3:
        parts.append("greyscale" if spec.shape[2] == 1 else "colour")
    elif spec.kind == "video" and len(spec.shape) == 4:
        parts.append(f"{spec.shape[0]} frames, {'greyscale' if spec.shape[3] == 1 else 'colour'}")
    elif spec.kind == "text":
        parts.append(f"text, {count_text(spec.vocabulary_size)} words")
    else:
        parts.append(spec.kind)
    return tuple(parts)


def _shape(node: Node, facts: LayerFactsLike | None, specs: Mapping[str, ColumnSpec]) -> str:
    if node.type == OUTPUT:
        spec = specs.get(str(node.settings.get("column") or ""))
        if spec is not None and spec.kind == "category" and spec.classes:
            return f"{len(spec.classes)} classes"
    if facts is None or not facts.output_shapes:
        return ""
    return shape_text(next(iter(facts.output_shapes.values())))


def _tip(node: Node, graph: Graph, summary: str, facts: LayerFactsLike | None) -> str:
    lines = [f"{node.id}: {summary}" if summary else node.id]
    if node.shares:
        lines.append(f"Shares the weights of {node.shares}.")
    elif sharing := graph.sharers.get(node.id):
        lines.append(f"Its weights are shared by {', '.join(sharing[:5])}{' …' if len(sharing) > 5 else ''}.")
    shapes = facts.output_shapes if facts is not None else {}
    for name, shape in shapes.items():
        named = named_shape(shape, getattr(facts, "axes", {}).get(name, ()))
        if named or len(shapes) > 1:
            port = f"{name}: " if len(shapes) > 1 else "Gives " if node.type != OUTPUT else "Gets "
            lines.append(f"{port}{named or shape_text(shape)}")
    return "\n".join(lines)
