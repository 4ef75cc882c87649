"""Writes how a network is trained: seed, schedule, optimizer, losses and metrics of its Outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlstudio.compiler.code.layout import Lines
from dlstudio.compiler.code.names import literal, quoted
from dlstudio.compiler.code.values import Values
from dlstudio.compiler.outputs import uses_probabilities
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.edits import NAME_PATTERN
from dlstudio.graph.model import OUTPUT, Graph, Node
from dlstudio.graph.project import TrainingSettings

_STEP_COUNTS = ("decay_steps", "first_decay_steps")
_KERAS_RATE = 0.001
_FROM_LOGITS = frozenset(
    f"{name}Crossentropy" for name in ("Binary", "BinaryFocal", "Categorical", "CategoricalFocal", "SparseCategorical")
)
_STAND_INS = (
    ColumnSpec("target", "category", (), "int32", ("first", "second")),
    ColumnSpec("target", "number", (1,)),
)
"""What a task is asked about where the data is not known yet."""


def write_recipe(
    lines: Lines, graph: Graph, specs: Mapping[str, ColumnSpec], training: TrainingSettings, values: Values
) -> None:
    """The lines that compile ``model`` as a run of the project would."""
    rate = _write_schedule(lines, training, values)
    left_out = [
        words
        for words, set_ in (
            (f"a warm-up of {training.warmup_steps} steps", training.warmup_steps),
            (f"label smoothing of {training.label_smoothing:g}", training.label_smoothing),
        )
        if set_
    ]
    if left_out:
        lines.add("", f"the recipe of the project has {' and '.join(left_out)} besides, which Keras lacks as a setting")
    known = values.catalogue.objects.get(training.optimizer.type)
    if known is None or known.role != "optimizer":
        lines.add("", f"the optimizer {quoted(training.optimizer.type)} is not known, so Keras' default stands here")
        optimizer = "keras.optimizers.RMSprop()"
    else:
        others = {k: v for k, v in training.optimizer.settings.items() if not (rate and k == "learning_rate")}
        arguments = ["learning_rate=schedule"] if rate else []
        optimizer = f"{known.id}({', '.join([*arguments, *values.arguments(known, others)])})"
    lines.add(f"optimizer = {optimizer}")
    outputs = graph.of_type(OUTPUT)
    losses = [_loss(graph, node, specs) for node in outputs]
    metrics = [_metrics(graph, node, specs) for node in outputs]
    if len(outputs) == 1:
        lines.call("model.compile", ["optimizer=optimizer", f"loss={losses[0]}", f"metrics={metrics[0]}"], "")
    elif outputs:
        lines.call(
            "model.compile",
            ["optimizer=optimizer", f"loss=[{', '.join(losses)}]", f"metrics=[{', '.join(metrics)}]"],
            "",
        )


def _write_schedule(lines: Lines, training: TrainingSettings, values: Values) -> bool:
    """Whether the learning rate follows a schedule; what it leaves open is filled in as a run fills it in."""
    chosen = training.schedule
    known = values.catalogue.objects.get(chosen.type) if chosen else None
    if chosen is None or known is None or known.role != "schedule":
        return False
    optimizer = values.catalogue.objects.get(training.optimizer.type)
    usual = (
        next((each.default for each in optimizer.settings if each.name == "learning_rate"), None) if optimizer else None
    )
    rate = float(training.optimizer.settings.get("learning_rate") or usual or _KERAS_RATE)
    takes = {setting.name for setting in known.settings}
    given = {name: value for name, value in chosen.settings.items() if value is not None}
    warmup = given.get("warmup_steps", 0)
    warmup = warmup if isinstance(warmup, int) else 0
    if "initial_learning_rate" in takes and "initial_learning_rate" not in given:
        climbs = warmup > 0 and "warmup_target" not in given
        given |= {"initial_learning_rate": 0.0, "warmup_target": rate} if climbs else {"initial_learning_rate": rate}
    open_counts = [name for name in _STEP_COUNTS if name in takes and name not in given]
    arguments = values.arguments(known, given, left_out=open_counts)
    if open_counts:
        lines.add("train_samples = 10_000", "how many samples your training data has")
        steps = f"{training.epochs} * -(-train_samples // {training.batch_size})"
        lines.add(f"total_steps = max({steps} - {warmup}, 1)" if warmup else f"total_steps = {steps}")
        # Behind what stands by its place, in any order.
        arguments += [f"{name}=total_steps" for name in open_counts]
    lines.add(f"schedule = {known.id}({', '.join(arguments)})")
    return True


def _loss(graph: Graph, node: Node, specs: Mapping[str, ColumnSpec]) -> str:
    probabilities = uses_probabilities(graph, node.id)
    override = str(node.settings.get("loss") or "").rpartition(".")[2]
    if override and NAME_PATTERN.fullmatch(override):
        return f"keras.losses.{override}({f'from_logits={not probabilities}' if override in _FROM_LOGITS else ''})"
    task, target = _task(node, specs)
    return "None" if task is None else _made(task.loss(target, probabilities))


def _metrics(graph: Graph, node: Node, specs: Mapping[str, ColumnSpec]) -> str:
    task, target = _task(node, specs)
    if task is None:
        return "[]"
    return f"[{', '.join(_made(each) for each in task.metrics(target, uses_probabilities(graph, node.id)))}]"


def _task(node: Node, specs: Mapping[str, ColumnSpec]) -> tuple[Any, ColumnSpec]:
    from dlstudio.tasks.registry import TaskError, get_task

    try:
        task = get_task(str(node.settings.get("task") or "classification"))
    except TaskError:
        return None, _STAND_INS[0]
    spec = specs.get(str(node.settings.get("column") or ""))
    known = (spec, *_STAND_INS) if spec else _STAND_INS
    return task, next((each for each in known if task.suits(each)), _STAND_INS[0])


def _made(value: Mapping[str, Any]) -> str:
    """The call for ``{"type": "keras.losses.X", "settings": {...}, "name"?}``, as tasks name losses and metrics."""
    settings = dict(value.get("settings", {}))
    if value.get("name"):
        settings["name"] = value["name"]
    parts = str(value["type"]).split(".")
    if len(parts) != 3 or parts[:2] not in (["keras", "losses"], ["keras", "metrics"]):
        return "None"
    if not all(NAME_PATTERN.fullmatch(name) for name in (parts[2], *settings)):
        return "None"
    return f"{value['type']}({', '.join(f'{name}={literal(each)}' for name, each in settings.items())})"
