"""Importance of a table's columns by permutation: what is lost where a column's values go to the wrong samples.

After Breiman 2001 ("Random Forests") and Fisher, Rudin and Dominici 2019. It says what this network leans on, not what
is true of the world: of two columns that say the same, one may look unimportant. Option: ``repeats``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from dlstudio.data.encoders.category import CategoryEncoder
from dlstudio.data.encoders.joined import JoinedEncoder
from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.class_results import Importance
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.trained import BATCH_SIZE, TrainedModel
from dlstudio.tasks.task import Task
from dlstudio.training.scoring import in_units
from dlstudio.training.stepping import by_output

NAME = "importance"
TITLE = "Importance of columns"
RANK = 7
READS = ("number", "category")
REPEATS, MOST_REPEATS = 5, 30
MOST_SAMPLES = 1000
MOST_COLUMNS = 200

Place = tuple[str, slice]


def fits(task: Task, column: ColumnSpec) -> bool:
    """Classes and numbers."""
    return (task.name, column.kind) in (("classification", "category"), ("regression", "number"))


def inspect(context: InspectionContext) -> Importance:
    """Every column dealt out several times, with a fixed seed; at most 1000 samples of the split.

    Raises:
        InspectionError: The split has too few samples, or the table too many columns.
    """
    model = context.model
    rows = model.rows(context.split)
    if len(rows) < 2:
        raise InspectionError(f"The {context.split} split has fewer than two samples; there is nothing to deal out.")
    rng = np.random.default_rng(7)
    if len(rows) > MOST_SAMPLES:
        rows = np.sort(rng.choice(rows, MOST_SAMPLES, replace=False))
    places = _places(model)
    if len(places) > MOST_COLUMNS:
        raise InspectionError(f"The network reads {len(places)} columns; {MOST_COLUMNS} are the most to look at here.")
    repeats = min(max(int(context.options.get("repeats") or REPEATS), 1), MOST_REPEATS)
    inputs = {column: np.asarray(model.data.encode(column, rows)) for column in model.inputs.values()}
    score, metric, sign = _scorer(context, rows)
    reference = score(inputs)
    found: list[tuple[str, float, float]] = []
    for name, parts in places.items():
        drops = []
        for _ in range(repeats):
            order = rng.permutation(len(rows))
            drops.append(sign * (reference - score(_dealt(inputs, parts, order))))
        found.append((name, float(np.mean(drops)), float(np.std(drops))))
    found.sort(key=lambda each: -each[1])
    return Importance(
        TITLE,
        metric,
        reference,
        len(rows),
        repeats,
        [each[0] for each in found],
        [each[1] for each in found],
        [each[2] for each in found],
    )


def _scorer(
    context: InspectionContext, rows: np.ndarray
) -> tuple[Callable[[dict[str, np.ndarray]], float], str, float]:
    """What measures the network on other inputs, the metric's name, and 1 where more is better, -1 where less is."""
    model, target = context.model, context.target
    metric, sign = ("accuracy", 1.0) if target.column.kind == "category" else ("rmse", -1.0)
    name = target.column.name
    truth = in_units(model.network, name, np.asarray(model.data.encode(name, rows)))

    def score(inputs: dict[str, np.ndarray]) -> float:
        batch = [inputs[column] for column in model.inputs.values()]
        given = model.model.predict(batch if len(batch) > 1 else batch[0], batch_size=BATCH_SIZE, verbose=0)
        outputs = by_output(given, model.network.outputs)[target.output]
        values = target.task.evaluate(
            truth, in_units(model.network, name, np.asarray(outputs)), target.column, target.probabilities
        )
        return float(values[metric])

    return score, metric, sign


def _places(model: TrainedModel) -> dict[str, list[Place]]:
    """Where each column of the table stands in the inputs: whole inputs, and parts of joined ones."""
    found: dict[str, list[Place]] = {}
    for column in model.inputs.values():
        encoder = model.network.encoders[column]
        if isinstance(encoder, JoinedEncoder):
            for name, place in _parts(encoder):
                found.setdefault(name, []).append((column, place))
        else:
            found.setdefault(column, []).append((column, slice(None)))
    return found


def _parts(encoder: JoinedEncoder) -> Iterator[tuple[str, slice]]:
    begin = 0
    for part in encoder.parts:
        width = len(part.spec.classes) if isinstance(part, CategoryEncoder) else len(part.mean)
        yield part.spec.name, slice(begin, begin + width)
        begin += width


def _dealt(inputs: dict[str, np.ndarray], parts: list[Place], order: np.ndarray) -> dict[str, np.ndarray]:
    """The inputs with one column's values in another order, the same wherever the column stands."""
    changed = dict(inputs)
    for column, place in parts:
        array = changed[column].copy()
        if place == slice(None):
            array = array[order]
        else:
            array[:, place] = array[order][:, place]
        changed[column] = array
    return changed
