"""One sound to hear and to see: waveform, spectrogram, and for a transcription which frame says which character.

Options: ``row`` (a row of the data; the first of the split where none is given).
"""

from __future__ import annotations

import numpy as np

from dlstudio.data.sound.spectrograms import picture
from dlstudio.data.table import Files
from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.inspectors import gallery
from dlstudio.inspection.sounds import Alignment, SaidPart, Sound
from dlstudio.tasks import ctc
from dlstudio.tasks.task import Task

NAME = "listen"
TITLE = "Listen"
RANK = 1.5
READS = ("audio",)
MOST_SECONDS = 60
MOST_ROWS = 14


def fits(task: Task, column: ColumnSpec) -> bool:
    """Whatever the gallery can show."""
    return gallery.fits(task, column)


def inspect(context: InspectionContext) -> Sound:
    """The sound of one row.

    Raises:
        InspectionError: The split has no samples, or the row is not in it.
    """
    model, predicted = context.model, context.predicted
    if not len(predicted):
        raise InspectionError(f"The {context.split} split has no samples. Give it a share on the Data page.")
    row = int(context.options.get("row", predicted.rows[0]))
    places = np.flatnonzero(predicted.rows == row)
    if not len(places):
        raise InspectionError(f"Row {row + 1} is not in the {context.split} split.")
    column = next(name for name in model.inputs.values() if model.specs[name].kind == "audio")
    spec = model.specs[column]
    rate = round(spec.rate)
    wave = np.asarray(model.data.raw(column, row), np.float32)[: MOST_SECONDS * rate]
    shown = gallery.shown(context, predicted, int(places[0]))
    source = model.data.table.columns[column]
    alignment = None
    if context.target.task.name == "transcription":
        scores = context.target.task.scores(
            predicted.outputs[places[:1]], context.target.column, context.target.probabilities
        )[0]
        alignment = aligned(scores, context.target.column, spec.shape[0] / spec.rate)
    return Sound(
        TITLE,
        row,
        str(source.shown(row)) if isinstance(source, Files) else "",
        rate,
        np.ascontiguousarray(wave),
        picture(wave, rate),
        spec.shape[0] / spec.rate,
        shown.truth,
        shown.prediction,
        shown.correct,
        alignment,
    )


def aligned(scores: np.ndarray, column: ColumnSpec, seconds: float) -> Alignment:
    """The characters that are likeliest somewhere, in the order of their time, and the blank below.

    Args:
        scores: Probabilities (frames, classes).
        column: The transcript.
        seconds: What all frames together last.
    """
    each = seconds / max(len(scores), 1)
    spoken = ctc.greedy(np.asarray(scores.argmax(axis=-1), np.int64))
    parts = [SaidPart(column.classes[s.index], s.first * each, (s.last + 1) * each) for s in spoken]
    order = list(dict.fromkeys(s.index for s in spoken))
    others = [int(i) for i in np.argsort(-scores.max(axis=0)) if i != ctc.BLANK and int(i) not in order]
    order = [*order, *others[: max(0, min(3, MOST_ROWS - len(order)))]][:MOST_ROWS]
    rows = [*order, ctc.BLANK]
    names = ["blank" if index == ctc.BLANK else column.classes[index] for index in rows]
    return Alignment(names, np.ascontiguousarray(scores.T[rows].astype(np.float32)), parts)
