"""Forecasts against the truth and the naive forecasts, from each origin of a split; errors by horizon; residuals."""

from __future__ import annotations

import warnings

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.forecast_result import ForecastResult
from dlstudio.inspection.forecasting import forecast_next
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.tasks.forecast import NAIVE
from dlstudio.tasks.task import Task

NAME = "forecast"
TITLE = "Forecast"
RANK = 1
MOST = 400  # origins that are sent; more are hardly told apart on a slider
BINS = 31


def fits(task: Task, column: ColumnSpec) -> bool:
    """What comes next in a series."""
    return column.kind == "forecast" and task.name == "forecast"


def inspect(context: InspectionContext) -> ForecastResult:
    """Origins evenly over the split, the time after the end, and errors over all of the split.

    Raises:
        InspectionError: The split has no windows.
    """
    predicted, target = context.predicted, context.target
    line = context.model.data.table.timeline
    if line is None or not len(predicted):
        raise InspectionError(f"The {context.split} split has no windows, so there is nothing to show. Enlarge it.")
    quantiles = target.task.scores(predicted.outputs, target.column, target.probabilities)
    truth = predicted.truth
    picked = np.unique(np.linspace(0, len(predicted) - 1, min(MOST, len(predicted))).round().astype(np.int64))
    origins = line.origins[predicted.rows]
    first = max(int(origins.min()) - line.context, 0)
    residuals = (quantiles[..., 1] - truth[..., 0])[np.isfinite(truth[..., 0])]
    counts, edges = np.histogram(residuals, BINS) if len(residuals) else (np.zeros(0), np.zeros(2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a step without any truth has no error
        given = {"forecast": quantiles[..., 1], **{name: truth[..., place] for name, place in NAIVE.items()}}
        by_step = {name: np.nanmean(np.abs(each - truth[..., 0]), axis=0) for name, each in given.items()}
    try:
        ahead = forecast_next(context.model, target).quantiles
    except InspectionError:
        ahead = np.zeros((0, 3))
    return ForecastResult(
        TITLE,
        target.column.name,
        line.clock,
        first,
        line.values[first:, line.column(target.column.name)].astype(np.float32),
        origins[picked],
        quantiles[picked].astype(np.float32),
        {name: truth[picked][..., place].astype(np.float32) for name, place in NAIVE.items()},
        {name: each.astype(np.float32) for name, each in by_step.items()},
        counts.astype(np.float32),
        (float(edges[0]), float(edges[-1])),
        float(residuals.mean()) if len(residuals) else 0.0,
        np.asarray(ahead, np.float32),
        context.model.score(context.split),
    )
