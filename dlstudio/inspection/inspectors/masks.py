"""Images or volumes with true and predicted masks: worst first or in their order, filtered by class, page by page.

Options: ``sort`` (``dice``, ``-dice``, ``loss``, ``-loss``, ``row``; a minus puts the highest first), ``class`` (only
images in whose truth or prediction it is), ``offset``, ``limit``. A page holds the middle slice of each volume;
``whole`` is the place in the split of one that is wanted with all slices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from dlstudio.data.encoders.volume import VolumeEncoder, middle_slice
from dlstudio.data.pictures.class_colours import class_colours
from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.mask_results import MaskPage, MaskSample
from dlstudio.inspection.samples import shown_column, shown_sample
from dlstudio.inspection.trained import Predicted
from dlstudio.tasks.overlap import mean_known, overlap, pixel_counts
from dlstudio.tasks.task import Task

NAME = "masks"
TITLE = "Masks"
RANK = 1
LIMIT = 60
MOST = 200


def fits(task: Task, column: ColumnSpec) -> bool:
    """Masks of images or volumes."""
    return column.kind == "mask" and task.name == "segmentation"


def inspect(context: InspectionContext) -> MaskPage:
    """One page of the split.

    Raises:
        InspectionError: An option that is unknown.
    """
    predicted = context.predicted
    classes = context.target.column.classes
    column = shown_column(context.model)
    whole = context.options.get("whole")
    if whole is not None:
        place = min(max(int(whole), 0), len(predicted) - 1)
        dice = image_dice(predicted, len(classes), [place])
        one = [_sample(context, predicted, dice, place, column, whole=True)]
        return MaskPage(TITLE, one, 1, 0, len(predicted), classes, class_colours(classes))
    dice = image_dice(predicted, len(classes))
    places = _ordered(predicted, dice, _filtered(context, predicted), str(context.options.get("sort") or "dice"))
    offset = max(int(context.options.get("offset") or 0), 0)
    limit = min(max(int(context.options.get("limit") or LIMIT), 1), MOST)
    samples = [_sample(context, predicted, dice, int(place), column) for place in places[offset : offset + limit]]
    return MaskPage(TITLE, samples, len(places), offset, len(predicted), classes, class_colours(classes))


def image_dice(predicted: Predicted, classes: int, places: Iterable[int] | None = None) -> np.ndarray:
    """Dice in each image, float64 (n, 1 + classes): the mean of its classes, then each class; NaN where absent.

    With ``places`` only those are looked at, and all others are NaN.
    """
    found = np.full((len(predicted), 1 + classes), np.nan)
    for place in range(len(predicted)) if places is None else places:
        each = overlap(pixel_counts(predicted.truth[place], predicted.outputs[place].argmax(axis=-1), classes)).dice
        found[place, 0], found[place, 1:] = mean_known(each), each
    return found


def _filtered(context: InspectionContext, predicted: Predicted) -> np.ndarray:
    wanted = context.options.get("class")
    if not wanted:
        return np.arange(len(predicted))
    classes = list(context.target.column.classes)
    if wanted not in classes:
        raise InspectionError(f"There is no class '{wanted}' in '{context.target.column.name}'.")
    index = classes.index(wanted)
    keep = [
        bool((truth == index).any() or ((output.argmax(axis=-1) == index) & (truth >= 0)).any())
        for truth, output in zip(predicted.truth, predicted.outputs, strict=True)
    ]
    return np.flatnonzero(keep)


def _ordered(predicted: Predicted, dice: np.ndarray, places: np.ndarray, sort: str) -> np.ndarray:
    keys: Mapping[str, np.ndarray] = {"dice": dice[:, 0], "loss": predicted.losses, "row": predicted.rows}
    name = sort.removeprefix("-")
    if name not in keys:
        raise InspectionError(f"Masks can be sorted by {', '.join(keys)}, not by '{name}'.")
    values = np.asarray(keys[name], np.float64)[places]
    return places[np.argsort(-values if sort.startswith("-") else values, kind="stable")]


def _sample(
    context: InspectionContext, predicted: Predicted, dice: np.ndarray, place: int, column: str, *, whole: bool = False
) -> MaskSample:
    row = int(predicted.rows[place])
    shape = context.target.column.shape
    encoder = context.model.data.encoders[column]
    truth = predicted.truth[place]
    given = predicted.outputs[place].argmax(axis=-1)
    known = truth >= 0
    share = float((truth == given)[known].mean()) if known.any() else None
    if whole and isinstance(encoder, VolumeEncoder):
        picture = encoder.slices(np.asarray(context.model.data.encode(column, np.array([row])))[0])
    else:
        _, shown, _ = shown_sample(context.model, column, row)
        picture = np.zeros((*shape[-2:], 1), np.uint8) if shown is None else shown
        truth, given = middle_slice(truth, shape), middle_slice(given, shape)
    return MaskSample(
        row,
        place,
        context.model.data.table.place(row),
        picture,
        truth.astype(np.int16),
        given.astype(np.int16),
        _known(dice[place, 0]),
        share,
        [_known(each) for each in dice[place, 1:]],
        float(predicted.losses[place]),
        shape[0] if len(shape) == 3 else 0,
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
