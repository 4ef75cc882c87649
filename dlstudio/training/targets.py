"""What a network is trained for: each Output with its column, task, loss and metrics, as Keras wants them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from dlstudio.compiler.outputs import living_nodes, uses_probabilities
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import INPUT, OUTPUT, Graph
from dlstudio.graph.problems import Problem
from dlstudio.tasks.registry import get_task
from dlstudio.tasks.task import Task, TaskError
from dlstudio.training.failures import TrainingError
from dlstudio.training.objectives.general import OBJECTIVES
from dlstudio.training.stepping import Reduction

_CROSS_ENTROPY = "keras.losses.SparseCategoricalCrossentropy"


@dataclass(frozen=True)
class Target:
    """One Output of the network.

    Attributes:
        output: Id of the Output node.
        column: The target column's encoded form.
        task: What is done with it.
        probabilities: Whether the network gives probabilities rather than logits.
        loss_override: Name of a Keras loss, or of ``dlstudio.X``, in place of the task's, or empty.
    """

    output: str
    column: ColumnSpec
    task: Task
    probabilities: bool
    loss_override: str = ""

    @property
    def smooths(self) -> bool:
        """Whether its truth can be smoothed: it learns classes by their cross-entropy."""
        if self.loss_override:
            return self.loss_override == _CROSS_ENTROPY
        return str(self.task.loss(self.column, self.probabilities)["type"]) == _CROSS_ENTROPY

    def loss(self, smoothing: float = 0.0) -> keras.losses.Loss:
        """A fresh Keras loss.

        Args:
            smoothing: Share of the truth that is spread over all classes alike, where that can be done.
        """
        if smoothing and self.smooths:
            settings = {"from_logits": not self.probabilities}
            if not self.loss_override:
                settings = self.task.loss(self.column, self.probabilities)["settings"]
            return OBJECTIVES["SmoothedCrossEntropy"](smoothing=smoothing, **settings)
        if self.loss_override.startswith("dlstudio."):
            own = OBJECTIVES.get(self.loss_override.removeprefix("dlstudio."))
            if own is None or not issubclass(own, keras.losses.Loss):
                raise TrainingError("settings", f"Output '{self.output}': there is no loss '{self.loss_override}'.")
            return own()
        if self.loss_override:
            name = self.loss_override.rpartition(".")[2]
            found = getattr(keras.losses, name, None)
            if not (isinstance(found, type) and issubclass(found, keras.losses.Loss)):
                raise TrainingError(
                    "settings", f"Output '{self.output}': there is no loss '{self.loss_override}' in Keras."
                )
            takes_logits = "from_logits" in found().get_config()
            return found(from_logits=not self.probabilities) if takes_logits else found()
        return _made(self.task.loss(self.column, self.probabilities))

    def metrics(self) -> list[keras.metrics.Metric]:
        """Fresh Keras metrics."""
        return [_made(each) for each in self.task.metrics(self.column, self.probabilities)]

    @property
    def reduction(self) -> Reduction | None:
        """What the task keeps of a batch's outputs where all of them would not fit in memory; None keeps them whole."""
        reduced = getattr(self.task, "reduced", None)
        if reduced is None:
            return None
        return lambda truth, outputs: np.asarray(reduced(truth, outputs, self.column, self.probabilities))


def reductions(targets: tuple[Target, ...]) -> dict[str, Reduction]:
    """The reductions of those targets that have one, by Output."""
    return {target.output: target.reduction for target in targets if target.reduction is not None}


def input_columns(graph: Graph) -> dict[str, str]:
    """The data column of each Input that leads to an Output, by the Input's id, in the order of the graph.

    Raises:
        TrainingError: An Input has no column.
    """
    alive = living_nodes(graph)
    found = {node.id: str(node.settings.get("column") or "") for node in graph.of_type(INPUT) if node.id in alive}
    problems = [
        Problem(f"Input '{name}' is bound to no data column. Choose one to train.", name)
        for name, column in found.items()
        if not column
    ]
    if problems:
        raise TrainingError("problems", " ".join(p.message for p in problems), problems)
    return found


def targets_of(graph: Graph, specs: Mapping[str, ColumnSpec]) -> tuple[Target, ...]:
    """The Outputs of a graph, in its order.

    Raises:
        TrainingError: There is none, or one has no column, or none of the data's.
    """
    found: list[Target] = []
    problems: list[Problem] = []
    for node in graph.of_type(OUTPUT):
        column = str(node.settings.get("column") or "")
        spec = specs.get(column)
        if spec is None:
            said = f"names the column '{column}', which the data does not have" if column else "has no target column"
            problems.append(Problem(f"Output '{node.id}' {said}. Choose one of: {', '.join(specs)}.", node.id))
            continue
        try:
            task = get_task(str(node.settings.get("task") or "classification"))
        except TaskError as error:
            problems.append(Problem(f"Output '{node.id}': {error}", node.id))
            continue
        if not task.suits(spec):
            problems.append(
                Problem(f"Output '{node.id}': {task.name} does not suit the column '{column}' ({spec.kind}).", node.id)
            )
            continue
        override = str(node.settings.get("loss") or "")
        found.append(Target(node.id, spec, task, uses_probabilities(graph, node.id), override))
    if not found and not problems:
        problems.append(Problem("The network has no Output, so there is nothing to train. Add one."))
    if problems:
        raise TrainingError("problems", " ".join(p.message for p in problems), problems)
    return tuple(found)


def needed_columns(graph: Graph) -> list[str]:
    """The columns that training reads, each once: those of the living Inputs and of the Outputs."""
    alive = living_nodes(graph)
    names = [str(n.settings.get("column") or "") for n in graph if n.type in (INPUT, OUTPUT) and n.id in alive]
    return [name for name in dict.fromkeys(names) if name]


def compile_model(
    model: keras.Model,
    targets: tuple[Target, ...],
    optimizer: keras.optimizers.Optimizer,
    *,
    xla: bool = False,
    smoothing: float = 0.0,
) -> None:
    """Compiles a model for its targets, and builds the optimizer's variables.

    Args:
        model: The network.
        targets: Its Outputs.
        optimizer: Built for nothing yet.
        smoothing: Of labels; see :meth:`Target.loss`.
        xla: Compile steps by XLA wherever that is possible; else as Keras sees fit.
    """
    jit: Any = True if xla else "auto"
    if len(targets) == 1:
        model.compile(optimizer, loss=targets[0].loss(smoothing), metrics=targets[0].metrics(), jit_compile=jit)
    else:
        model.compile(
            optimizer,
            loss=[target.loss(smoothing) for target in targets],
            metrics=[target.metrics() for target in targets],
            jit_compile=jit,
        )
    model.optimizer.build(model.trainable_variables)  # what scales the loss in half precision stands around it


def value_names(targets: tuple[Target, ...]) -> tuple[str, ...]:
    """The names that Keras reports values under: ``loss``, then metrics; with several outputs, each with its id."""
    if len(targets) == 1:
        return ("loss", *(metric.name for metric in targets[0].metrics()))
    names = ["loss"]
    for target in targets:
        names += [f"{target.output}_loss", *(f"{target.output}_{metric.name}" for metric in target.metrics())]
    return tuple(names)


def monitor_of(targets: tuple[Target, ...]) -> str:
    """The value that decides which checkpoint is the best."""
    return targets[0].task.monitor if len(targets) == 1 else "val_loss"


def _made(value: Mapping[str, Any]) -> Any:
    """A loss or metric from ``{"type": "keras.losses.X", "settings": {...}}``, or from ``dlstudio.X``."""
    settings = dict(value.get("settings", {}))
    if value.get("name"):
        settings["name"] = value["name"]
    home, _, name = str(value["type"]).rpartition(".")
    if home == "dlstudio":
        return OBJECTIVES[name](**settings)
    if home not in ("keras.losses", "keras.metrics"):
        raise ValueError(f"A task names {value['type']} as a loss or metric.")
    return getattr(getattr(keras, home.removeprefix("keras.")), name)(**settings)
