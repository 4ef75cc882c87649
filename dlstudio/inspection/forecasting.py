"""What a run says of the time after the end of its series, or of a newer one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.encoders.series import SeriesEncoder
from dlstudio.data.opening import open_table
from dlstudio.data.series.windows import Timeline, Windows
from dlstudio.data.table import DataError, Table
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.trained import TrainedModel
from dlstudio.training.scoring import in_units
from dlstudio.training.stepping import by_output
from dlstudio.training.targets import Target


@dataclass(frozen=True)
class NextValues:
    """The forecast after the end of a series.

    Attributes:
        column: What is forecast.
        times: What time each step is, for a person.
        quantiles: (horizon, 3) float64: low, middle and high, in the units of the data.
    """

    column: str
    times: tuple[str, ...]
    quantiles: np.ndarray


def forecast_next(model: TrainedModel, target: Target, newer: Path | None = None) -> NextValues:
    """The forecast after the last step of the run's own series, or of another file with the same columns.

    Raises:
        InspectionError: The network reads something else than the past of a series, or the file cannot be used.
    """
    table = model.data.table if newer is None else _read(model, newer)
    line = table.timeline
    if line is None or target.column.kind != "forecast":
        raise InspectionError("The network forecasts no series, so there is nothing to say of the time after its end.")
    batch = [_ending(model, table, line, column)[np.newaxis] for column in model.inputs.values()]
    result = by_output(model.model.predict_on_batch(batch if len(batch) > 1 else batch[0]), model.network.outputs)
    given = in_units(model.network, target.column.name, model.held(target, result[target.output]))
    quantiles = target.task.scores(given, target.column, target.probabilities)[0]
    times = tuple(line.clock.label(line.steps + ahead) for ahead in range(len(quantiles)))
    return NextValues(target.column.name, times, quantiles)


def end_of(series: Any, steps: int) -> Any:
    """The last steps of a series that a person gave: a forecast goes on from its end.

    Raises:
        InspectionError: It is too short.
    """
    if not isinstance(series, np.ndarray | list | tuple):
        return series
    if len(series) < steps:
        raise InspectionError(f"The series has {len(series)} steps; the network reads {steps}. Give a longer one.")
    return series[-steps:]


def _ending(model: TrainedModel, table: Table, line: Timeline, column: str) -> np.ndarray:
    """The last steps of the series as the network reads them, (context, columns) float32."""
    raw, encoder = table.columns.get(column), model.network.encoders[column]
    if not isinstance(raw, Windows) or not isinstance(encoder, SeriesEncoder):
        raise InspectionError(f"The network also reads '{column}', which is not known after the end of the series.")
    wanted, columns = encoder.spec.shape
    past = line.filled[-wanted:, list(raw.columns)]
    if past.shape != (wanted, columns):
        raise InspectionError(
            f"The series has {len(past)} steps of {past.shape[1]} columns; the network reads {wanted} of {columns}."
        )
    return np.asarray(encoder.encode_value(past))


def _read(model: TrainedModel, file: Path) -> Table:
    settings = model.network.project.data
    options = {**settings.options, "horizon": 1, "season": 1}
    try:
        return open_table(replace(settings, source=str(file.expanduser().absolute()), options=options), Path("/"))
    except DataError as error:
        raise InspectionError(str(error)) from None
