"""``dlstudio predict`` of a forecast: the values after the end of a series, with their times and the band."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlstudio.cli.command import DONE, CommandError
from dlstudio.cli.printing import console, escape, print_json

if TYPE_CHECKING:
    from dlstudio.inspection.trained import TrainedModel


def print_forecasts(trained: TrainedModel, files: Sequence[str], *, as_json: bool) -> int:
    """Prints the forecast after the run's own series, or after each file.

    Raises:
        CommandError: A file is not there.
        InspectionError: It cannot be used.
    """
    from dlstudio.inspection.forecasting import forecast_next

    answers: list[dict[str, Any]] = []
    for file in files or [""]:
        if file and not Path(file).expanduser().is_file():
            raise CommandError(f"There is no file {file}. A forecast takes a .csv file with the columns of its series.")
        for target in (each for each in trained.targets if each.column.kind == "forecast"):
            found = forecast_next(trained, target, Path(file) if file else None)
            steps = [
                {"time": time, "low": low, "value": value, "high": high}
                for time, (low, value, high) in zip(found.times, found.quantiles.tolist(), strict=True)
            ]
            answers.append(
                {"input": file or trained.network.project.data.source, "column": found.column, "steps": steps}
            )
    if as_json:
        print_json(answers)
        return DONE
    for answer in answers:
        out = console()
        out.print(
            f"[bold]{escape(answer['column'])}[/] after the end of {escape(answer['input'])}, with its 80 % band:"
        )
        width = max(len(step["time"]) for step in answer["steps"])
        for step in answer["steps"]:
            band = f"[dim]{step['low']:.6g} to {step['high']:.6g}[/]"
            out.print(f"  {escape(step['time']):<{width}}  [bold]{step['value']:>10.6g}[/]  {band}")
    return DONE
