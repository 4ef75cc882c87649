"""What a generator makes of noise, beside the real training samples most like it: whether it copies.

Options: ``from`` (the whole number that the first sample's noise is drawn from, 1; the next follow) and ``count`` (16).
With ``between`` (two such numbers) the way from one noise to the other, in ``steps`` even steps (9).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.made_results import MadeSamples
from dlstudio.inspection.making import Maker, maker
from dlstudio.inspection.restored_results import Steps
from dlstudio.inspection.showing import for_people
from dlstudio.tasks.informed import Makes
from dlstudio.tasks.task import Task
from dlstudio.tasks.two_samples import nearest

NAME = "made"
TITLE = "Made samples"
RANK = 1
COUNT, STEPS, MOST = 16, 9, 64
MOST_COMPARED = 20_000  # training samples among which the nearest is looked for
_JUDGED = 200  # real samples that say how far the nearest usually is


def fits(task: Task, column: ColumnSpec) -> bool:
    """Images that are made."""
    return isinstance(task, Makes) and column.kind == "image"


def inspect(context: InspectionContext) -> MadeSamples | Steps:
    """Made samples, or the way between two of them.

    Raises:
        InspectionError: The network reads no noise, or an option makes no sense.
    """
    found = maker(context.model, context.target)
    if context.options.get("between") is not None:
        return _between(context, found)
    first = _whole(context.options.get("from", 1), "from")
    count = min(max(_whole(context.options.get("count", COUNT), "count"), 1), MOST)
    numbers = list(range(first, first + count))
    samples, realness = found.made(found.noise(*numbers))
    rows = _thinned(context.model.rows("train"), MOST_COMPARED)
    if not len(rows):
        raise InspectionError("The training split has no samples to compare with.")
    column = context.target.column.name
    known = np.asarray(context.model.data.encode(column, rows), np.float32)
    places, distances = nearest(samples, known)
    asked = _thinned(context.model.rows(context.split), _JUDGED) if context.split != "train" else rows[:0]
    usual = None
    if len(asked):
        usual = float(np.median(nearest(np.asarray(context.model.data.encode(column, asked), np.float32), known)[1]))
    return MadeSamples(
        TITLE,
        numbers,
        _shown(context, samples),
        np.asarray(realness, np.float32),
        _shown(context, known[places]),
        rows[places].astype(np.int64),
        distances.astype(np.float32),
        usual,
        len(rows),
    )


def _between(context: InspectionContext, found: Maker) -> Steps:
    wanted = context.options["between"]
    if not isinstance(wanted, list | tuple) or len(wanted) != 2:
        raise InspectionError("The way between two made samples needs the two numbers that they are made from.")
    steps = min(max(_whole(context.options.get("steps", STEPS), "steps"), 2), MOST)
    first, last = found.noise(*(_whole(each, "between") for each in wanted))
    samples, _ = found.made(np.stack([_turned(first, last, share) for share in np.linspace(0, 1, steps)]))
    shown = _shown(context, samples)
    return Steps("From one made sample to another", context.target.column.kind, shown, shown[:0])


def _turned(first: np.ndarray, last: np.ndarray, share: float) -> np.ndarray:
    """The noise at a share of the way along the arc between two; straight through the middle it would be too short."""
    norms = float(np.linalg.norm(first) * np.linalg.norm(last))
    angle = float(np.arccos(np.clip(first @ last / max(norms, 1e-12), -1.0, 1.0)))
    if np.sin(angle) < 1e-6:
        return np.asarray((1 - share) * first + share * last, np.float32)
    found = (np.sin((1 - share) * angle) * first + np.sin(share * angle) * last) / np.sin(angle)
    return np.asarray(found, np.float32)


def _shown(context: InspectionContext, samples: np.ndarray) -> np.ndarray:
    return np.stack([for_people(context.model, context.target.column.name, each) for each in samples])


def _thinned(rows: np.ndarray, most: int) -> np.ndarray:
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]


def _whole(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InspectionError(f"'{name}' has to be a whole number from 0 on, not {value!r}.")
    return value
