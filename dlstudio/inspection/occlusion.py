"""What parts of an input do for a prediction, by occlusion: the output with the part minus that without it.

Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks", for images; Li, Monroe and Jurafsky 2016
for words. It shows single parts only: two that say the same may both look unimportant.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.trained import BATCH_SIZE
from dlstudio.training.scoring import in_units
from dlstudio.training.stepping import by_output

EXPLAINED = (("classification", "category"), ("regression", "number"))
"""The tasks, with the kinds of their targets, of which one output can be followed: that of a class, or a number."""


def asked_row(context: InspectionContext) -> int:
    """The option ``row``, or the first row of the split.

    Raises:
        InspectionError: The split is empty, or the row is not in it.
    """
    rows = context.model.rows(context.split)
    if not len(rows):
        raise InspectionError(f"The {context.split} split has no samples.")
    row = context.options.get("row")
    wanted = int(rows[0]) if row is None else int(row)
    if not (rows == wanted).any():
        raise InspectionError(f"Row {wanted} is not in the {context.split} split.")
    return wanted


def outputs_of(context: InspectionContext, column: str, batch: np.ndarray, row: int | None) -> np.ndarray:
    """What the network gives for forms of one sample, (n, units), numbers in the data's units.

    Args:
        context: The Output in question.
        column: The column of which the forms are.
        batch: Encoded, (n, ...): the sample as it is and without one part after the other.
        row: The sample's row, from which other Inputs are read; None where there are none.
    """
    model = context.model
    arrays = []
    for each in model.inputs.values():
        if each == column:
            arrays.append(batch)
        else:
            assert row is not None
            arrays.append(np.repeat(np.asarray(model.data.encode(each, np.array([row]))), len(batch), axis=0))
    given = model.model.predict(arrays if len(arrays) > 1 else arrays[0], batch_size=BATCH_SIZE, verbose=0)
    found = by_output(given, model.network.outputs)[context.target.output]
    return in_units(model.network, context.target.column.name, np.asarray(found))


def weights_of(context: InspectionContext, outputs: np.ndarray) -> tuple[np.ndarray, str]:
    """By how much the output falls without each part, and which output that is.

    Args:
        context: The Output in question; its option ``class`` names the class, else it is the predicted one.
        outputs: (parts + 1, units): of the whole sample, then without each part.

    Returns:
        (parts,) in probability or in the target's units, and the name of the class or of the target.

    Raises:
        InspectionError: There is no such class.
    """
    target = context.target
    place, about = _about(context, outputs[:1])
    scores = target.task.scores(outputs, target.column, target.probabilities)[:, place]
    return scores[0] - scores[1:], about


def truth_of(context: InspectionContext, row: int) -> Any:
    """What is right for a row: a class name, a number, or several."""
    target = context.target
    encoded = np.asarray(context.model.data.encode(target.column.name, np.array([row])))
    if target.column.kind == "category":
        return target.column.classes[int(encoded[0])]
    values = in_units(context.model.network, target.column.name, encoded).reshape(-1)
    return float(values[0]) if len(values) == 1 else [float(each) for each in values]


def _about(context: InspectionContext, output: np.ndarray) -> tuple[int, str]:
    target = context.target
    if target.column.kind != "category":
        return 0, target.column.name
    classes = list(target.column.classes)
    name = context.options.get("class")
    if not name:
        place = int(target.task.scores(output, target.column, target.probabilities)[0].argmax())
        return place, classes[place]
    if name not in classes:
        raise InspectionError(f"There is no class '{name}' in '{target.column.name}'.")
    return classes.index(name), str(name)
