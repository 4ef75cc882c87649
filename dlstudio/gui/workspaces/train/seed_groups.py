"""Runs that differ in nothing but the seed, and their mean inside the band of its spread as curves by epoch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from dlstudio.graph.project import Project
from dlstudio.gui.plots.points import Axis, CurvePoints, Floats
from dlstudio.gui.workspaces.train.record import RunRecord
from dlstudio.training.runs.run_info import RunInfo

Spread = Literal["deviation", "range"]
SPREADS: dict[Spread, tuple[str, str]] = {
    "deviation": (" ± std. dev.", "Mean of its {} seeds ± standard deviation"),
    "range": (", least to greatest", "Mean of its {} seeds, least to greatest"),
}
"""What a band may reach over: what follows the name of the mean in a legend, and what a menu calls both."""
_PLACES: tuple[Axis, Axis] = ("step", "time")


@dataclass(frozen=True)
class SeedMean:
    """A group of runs as one curve with a band around it; the records hold epochs only.

    Attributes:
        title: ``mean of 3 seeds``.
        mean: The mean of each value in each epoch.
        low, high: The edges of the band.
        spread: What the band reaches over, as it follows the title.
    """

    title: str
    mean: RunRecord
    low: RunRecord
    high: RunRecord
    spread: str


def seeds_of(info: RunInfo, runs: Sequence[RunInfo]) -> list[RunInfo]:
    """The runs that were trained like one, whatever their seeds, each seed once (the latest); itself among them."""
    wanted = _without_seed(info.project)
    alike = [run for run in runs if run.history and _without_seed(run.project) == wanted]
    return list({run.project.training.seed: run for run in alike}.values())


def seed_groups(runs: Sequence[RunInfo]) -> list[list[RunInfo]]:
    """All runs, those together that differ in nothing but the seed, in the order of the first of each."""
    found: dict[str, list[RunInfo]] = {}
    for run in runs:
        found.setdefault(json.dumps(_without_seed(run.project).as_json(), sort_keys=True), []).append(run)
    return list(found.values())


def mean_curves(records: Sequence[RunRecord], spread: Spread = "deviation") -> SeedMean | None:
    """The mean of a group and its spread; None where there are fewer than two.

    An epoch counts where all runs have it.

    Args:
        records: One of each seed.
        spread: ``deviation``: the standard deviation over the seeds (of a sample: divided by n - 1) on either side of
            the mean; ``range``: from the least to the greatest.
    """
    if len(records) < 2:
        return None
    title = f"mean of {len(records)} seeds"
    made = mean, low, high = RunRecord(title), RunRecord(f"{title}, lower edge"), RunRecord(f"{title}, upper edge")
    for name in sorted(set.intersection(*(set(record.epochs) for record in records))):
        for record, curve in zip(made, _curves([each.epochs[name] for each in records], spread), strict=True):
            record.epochs[name] = curve
    return SeedMean(title, mean, low, high, SPREADS[spread][0])


def _curves(curves: Sequence[CurvePoints], spread: Spread) -> list[CurvePoints]:
    """The mean and the two edges."""
    by_epoch = [_values(curve) for curve in curves]
    common = sorted(set.intersection(*(set(values) for values in by_epoch)))
    first = {epoch: index for index, epoch in enumerate(curves[0].x("epoch").tolist())}
    samples = curves[0].x("samples")
    made = [CurvePoints(int(samples[0]) if len(samples) else 0) for _ in range(3)]
    for epoch in common:
        values = np.array([each[epoch] for each in by_epoch])
        place = first[epoch]
        step, seconds = (float(curves[0].x(axis)[place]) for axis in _PLACES)
        for curve, value in zip(made, (values.mean(), *_edges(values, spread)), strict=True):
            curve.append(step, epoch, seconds, float(value))
    return made


def _edges(values: Floats, spread: Spread) -> tuple[float, float]:
    if spread == "range":
        return float(values.min()), float(values.max())
    deviation = float(values.std(ddof=1))
    return float(values.mean()) - deviation, float(values.mean()) + deviation


def _values(curve: CurvePoints) -> Mapping[float, float]:
    return dict(zip(curve.x("epoch").tolist(), curve.values.tolist(), strict=True))


def _without_seed(project: Project) -> Project:
    return replace(project, training=replace(project.training, seed=0))
