"""Problems of Inputs and Outputs: columns that are not there, widths that do not fit the task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dlstudio.compiler.axes import carried_names
from dlstudio.compiler.problems.boxes_of_output import box_problems
from dlstudio.compiler.problems.candidates import flattening
from dlstudio.compiler.problems.context import Candidate, Context, Edit, set_edit
from dlstudio.compiler.problems.last_activations import last_activation_problems, loss_problems
from dlstudio.compiler.problems.places_of_output import place_problems, vector_problems
from dlstudio.compiler.problems.restoring import restoring_problems
from dlstudio.compiler.problems.span_endings import span_problems
from dlstudio.compiler.problems.trying import MOST_FIXES, mending_fixes
from dlstudio.compiler.problems.wording import shape_with_axes, shape_words
from dlstudio.graph.columns import USUAL_TASK, ColumnSpec
from dlstudio.graph.model import INPUT, OUTPUT, Node, Wire
from dlstudio.graph.problems import Fix, Problem
from dlstudio.graph.wire_fixes import removing
from dlstudio.tasks.registry import get_task, suited_task
from dlstudio.tasks.task import Task, TaskError

_KEEPING = (
    "Dropout",
    "Activation",
    "Softmax",
    "BatchNormalization",
    "LayerNormalization",
    "ReLU",
    "LeakyReLU",
    "Identity",
)
_READING_THE_TARGET = (USUAL_TASK["image"], "adversarial")
"""Tasks whose network may read what it learns."""

_UNITS = ("units", "filters")
_MOST_COLUMNS = 8
_SHAPES: tuple[tuple[tuple[int, ...], str], ...] = (
    ((28, 28, 1), "float32"),
    ((32, 8), "float32"),
    ((16,), "float32"),
    ((64,), "int32"),
    ((16, 16, 16, 1), "float32"),
)
"""Usual shapes of an image, a series, a row of a table, a text, a volume."""


def ending_problems(context: Context) -> Iterator[Problem]:
    """What is wrong with every Input and Output, in the order of the graph."""
    for node in context.graph:
        if node.type == INPUT:
            yield from _input_problems(context, node)
        elif node.type == OUTPUT:
            yield from _output_problems(context, node)


def _input_problems(context: Context, node: Node) -> Iterator[Problem]:
    column = node.settings.get("column")
    if column:
        if column not in context.specs:
            yield _missing_column(context, node, str(column))
        elif any(
            output.settings.get("column") == column and output.settings.get("task") not in _READING_THE_TARGET
            for output in context.graph.of_type(OUTPUT)
        ):
            yield Problem(
                f"Input '{node.id}' reads the column '{column}', which an Output predicts: it can copy the answer.",
                node.id,
                severity="warning",
                fixes=(*_binding(context, node, {str(column)})[: MOST_FIXES - 1], removing(node)),
            )
    elif node.id not in context.found.traced:
        if context.specs:
            message = f"Input '{node.id}' reads no column. Choose one of {_names(context)}."
        else:
            message = f"Input '{node.id}' has no shape yet. Choose data on the Data page, or set a shape."
        fixes = _binding(context, node, set()) if context.specs else _own_shape(context, node)
        yield Problem(message, node.id, fixes=fixes)


def _output_problems(context: Context, node: Node) -> Iterator[Problem]:
    column = node.settings.get("column")
    if not column:
        if context.specs:
            message = f"Output '{node.id}' predicts no column. Choose one of {_names(context)}."
            yield Problem(message, node.id, fixes=_binding(context, node, set()))
        return
    spec = context.specs.get(column)
    if spec is None:
        yield _missing_column(context, node, str(column))
        return
    name = str(node.settings.get("task") or "classification")
    suited = _suited(spec)
    try:
        task = get_task(name)
    except TaskError as error:
        fix = Fix(f"Set {node.id} task to {suited}", (set_edit(node.id, "task", suited),)) if suited else None
        yield Problem(f"Output '{node.id}': {error}", node.id, fix)
        return
    if not task.suits(spec):
        yield _unsuited(context, node, spec, name, suited)
        return
    if node.id in context.found.inputs:
        yield from _width_problems(context, node, spec, task)


def _suited(spec: ColumnSpec) -> str:
    """The task that learns such a column, or empty where there is none."""
    try:
        return suited_task(spec)
    except TaskError:
        return ""


_HELD = {
    "category": "classes",
    "number": "numbers",
    "image": "images",
    "text": "texts",
    "audio": "sounds",
    "video": "clips",
    "transcript": "transcripts",
    "span": "answers within passages",
}


def _unsuited(context: Context, node: Node, spec: ColumnSpec, task: str, suited: str) -> Problem:
    what = _HELD.get(spec.kind, spec.kind)
    message = f"Output '{node.id}' has the task {task}, but column '{spec.name}' holds {what}."
    if suited:
        fix = Fix(f"Set {node.id} task to {suited}", (set_edit(node.id, "task", suited),))
        return Problem(f"{message} Choose {suited}.", node.id, fix)
    return Problem(
        f"{message} Choose a column of classes or numbers.", node.id, fixes=_binding(context, node, {spec.name})
    )


def _width_problems(context: Context, node: Node, spec: ColumnSpec, task: Task) -> Iterator[Problem]:
    shape = context.found.inputs[node.id]["inputs"][0].shape[1:]
    wire = context.graph.incoming(node.id)[0]
    units = task.units(spec)
    expected = task.output_shape(spec)
    if spec.kind == "boxes":
        yield from box_problems(context, node, spec, shape, expected)
        return
    if expected == (None,):
        yield from vector_problems(context, node, shape, int(getattr(task, "least_units", lambda _: 1)(spec)))
        return
    if len(expected) != 1:
        wrong = list(place_problems(context, node, shape, expected))
        yield from wrong or (span_problems(context, node) if task.name == "span" else ())
        if not wrong and task.name == USUAL_TASK["image"]:
            yield from restoring_problems(context, node, spec)
        return
    what = f"{units} class{'es' * (units != 1)}" if spec.kind == "category" else f"{units} value{'s' * (units != 1)}"
    if len(shape) != 1:
        here = shape_with_axes(shape, carried_names(wire, context.axes))
        message = (
            f"Output '{node.id}' has {what} but gets {here} from '{wire.source}'. "
            f"It needs one vector of {units}: flatten or average first."
        )
        yield Problem(
            message, node.id, fixes=_fitting(context, node, units, _vectors(context, node, wire, shape, units))
        )
    elif shape[0] != units:
        wider = _wider(context, node, wire, units)
        fixes = _fitting(context, node, units, iter(wider))
        hint = f" {fixes[0].label}." if fixes else ""
        message = f"Output '{node.id}' has {what} but gets {shape_words(shape)} from '{wire.source}'.{hint}"
        yield Problem(message, node.id, fixes=fixes)
    else:
        yield from last_activation_problems(context, node, task.name, units)
        yield from loss_problems(node, spec, task.name)


def _vectors(
    context: Context, node: Node, wire: Wire, shape: tuple[int | None, ...], units: int
) -> Iterator[Candidate]:
    """Ways to one vector of the right width: flatten before the last Dense, average, or also add a Dense."""
    last = context.graph[wire.source]
    before = context.sources(last.id)
    if last.type == "keras.layers.Dense" and before:
        yield from _last_step_only(context, last)
        yield from flattening(context, before[0][0], before[0][1])
        if last.settings.get("units") != units:
            for label, edits in flattening(context, before[0][0], before[0][1]):
                yield f"{label} and set {last.id} units to {units}", (*edits, set_edit(last.id, "units", units))
    if last.type.rpartition(".")[2] in ("LSTM", "GRU", "SimpleRNN") and last.settings.get("return_sequences"):
        edit = set_edit(last.id, "return_sequences", False)
        yield f"Set {last.id} return_sequences to false", (edit,)
        dense = context.insert("keras.layers.Dense", "logits", {"units": units}, wire)
        yield f"Set {last.id} return_sequences to false and insert a Dense of {units} units", (edit, dense)
    yield from flattening(context, wire, shape)
    for label, edits in flattening(context, wire, shape):
        name = edits[0]["name"]
        dense = {
            **context.insert("keras.layers.Dense", "logits", {"units": units}, wire),
            "source": name,
            "source_port": "",
        }
        short = label.partition(" before ")[0]
        yield f"{short} and a Dense of {units} units before {node.id}", (*edits, dense)


def _last_step_only(context: Context, node: Node) -> Iterator[Candidate]:
    """Where a recurrent layer gives a vector for each step, although only its last one is wanted."""
    source: Node | None = node
    for _ in range(len(context.graph)):
        wires = context.graph.incoming(source.id) if source else ()
        source = context.graph.nodes.get(wires[0].source) if wires else None
        if source is None:
            return
        name = source.type.rpartition(".")[2]
        if name == "Bidirectional" and isinstance(source.settings.get("layer"), Mapping):
            layer = dict(source.settings["layer"])
            layer["settings"] = {**layer.get("settings", {}), "return_sequences": False}
            yield f"Set return_sequences of {source.id} to false", (set_edit(source.id, "layer", layer),)
        elif name in ("LSTM", "GRU", "SimpleRNN"):
            if source.settings.get("return_sequences"):
                edit = set_edit(source.id, "return_sequences", False)
                yield f"Set {source.id} return_sequences to false", (edit,)
        elif name in _KEEPING:
            continue
        return


def _wider(context: Context, node: Node, wire: Wire, units: int) -> list[Candidate]:
    """Ways to the right width: set it where it comes from, or add a Dense."""
    found: list[Candidate] = []
    source: Node | None = context.graph[wire.source]
    while source is not None:
        setting = next((name for name in _UNITS if name in source.settings), None)
        dense = source.type.rpartition(".")[2] in ("Dense", "Conv1D", "Conv2D")
        if setting and dense:
            edit = set_edit(source.id, setting, units)
            if source.settings.get("activation") == "sigmoid" and units > 1:
                both = (edit, set_edit(source.id, "activation", "softmax"))
                found.append((f"Set {source.id} {setting} to {units} and its activation to softmax", both))
            found.append((f"Set {source.id} {setting} to {units}", (edit,)))
            break
        name = source.type.rpartition(".")[2]
        wires = context.graph.incoming(source.id)
        keeps = name in _KEEPING or name.startswith("GlobalAveragePooling")
        source = context.graph.nodes.get(wires[0].source) if keeps and wires else None
    dense_edit = context.insert("keras.layers.Dense", "logits", {"units": units}, wire)
    found.append((f"Insert a Dense of {units} unit{'s' * (units != 1)} before {node.id}", (dense_edit,)))
    return found


def _fitting(context: Context, node: Node, units: int, tries: Iterator[Candidate]) -> tuple[Fix, ...]:
    """Up to three candidates after which an Output gets a vector of that width, and nothing else fails."""
    found: list[Fix] = []
    for label, edits in tries:
        if len(found) == MOST_FIXES:
            break
        fix = context.mending(node.id, [(label, edits)])
        if fix is None:
            continue
        graph = context.edited(edits)
        after = context.evaluate(graph) if graph is not None else None
        if after is not None and after.inputs[node.id]["inputs"][0].shape == (None, units):
            found.append(fix)
    return tuple(found)


def _missing_column(context: Context, node: Node, column: str) -> Problem:
    verb = "reads" if node.type == INPUT else "predicts"
    if not context.specs:
        message = (
            f"{node.type} '{node.id}' {verb} the column '{column}', but there is no data. Choose it on the Data page."
        )
        if node.type == INPUT:
            return Problem(message, node.id, fixes=_own_shape(context, node))
        unbound = Fix(f"Unbind {node.id} from the column {column}", (_unset(node, "column"),))
        return Problem(message, node.id, unbound)
    message = (
        f"{node.type} '{node.id}' {verb} the column '{column}', which the data does not have; it has {_names(context)}."
    )
    return Problem(message, node.id, fixes=_binding(context, node, set()))


def _own_shape(context: Context, node: Node) -> tuple[Fix, ...]:
    """While there is no data: a shape with which the layers behind an Input work."""
    tries: list[Candidate] = []
    fed = {context.graph[wire.target].type for wire in context.graph.outgoing(node.id) if wire.target in context.graph}
    tokens = "keras.layers.Embedding" in fed
    for shape, dtype in sorted(_SHAPES, key=lambda each: (each[1] == "int32") != tokens):
        edits = [_unset(node, "column")] if node.settings.get("column") else []
        edits.append(set_edit(node.id, "shape", list(shape)))
        if dtype != "float32":
            edits.append(set_edit(node.id, "dtype", dtype))
        what = " × ".join(map(str, shape)) + (" token numbers" if dtype == "int32" else "")
        tries.append((f"Set {node.id} shape to {what}", tuple(edits)))
    return mending_fixes(context, node.id, tries)


def _unset(node: Node, setting: str) -> Edit:
    return {"edit": "unset", "node": node.id, "setting": setting}


def _binding(context: Context, node: Node, without: set[str]) -> tuple[Fix, ...]:
    """Binds a node to a free column: one with which the network works, or else the likeliest of its kind."""
    used = {
        each.settings.get("column") for each in context.graph if each.id != node.id and each.type in (INPUT, OUTPUT)
    }
    free = [spec for name, spec in context.specs.items() if name not in used and name not in without]
    if node.type == OUTPUT:
        free = [spec for spec in free if _suited(spec)]
        kinds: tuple[str, ...] = ("category", "number", "series", "text", "image")
    else:
        kinds = ("image", "text", "series", "number", "category")
    free.sort(key=lambda spec: kinds.index(spec.kind) if spec.kind in kinds else len(kinds))
    tries: list[Candidate] = []
    for spec in free[:_MOST_COLUMNS]:
        edits = [set_edit(node.id, "column", spec.name)]
        if node.type == OUTPUT and _suited(spec) != (node.settings.get("task") or "classification"):
            edits.append(set_edit(node.id, "task", _suited(spec)))
        tries.append((f"Bind {node.id} to the column {spec.name}", tuple(edits)))
    if node.type == OUTPUT:
        return tuple(Fix(label, edits) for label, edits in tries[:MOST_FIXES])
    return mending_fixes(context, node.id, tries) or tuple(Fix(label, edits) for label, edits in tries[:1])


def _names(context: Context) -> str:
    names = [f"'{name}'" for name in context.specs]
    shown = ", ".join(names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown
