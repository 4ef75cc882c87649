"""Runs that differ in nothing but the seed, and their mean with the spread around it as curves by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from dlstudio.graph.project import Project
from dlstudio.gui.plots.points import CurvePoints
from dlstudio.gui.workspaces.train.record import RunRecord
from dlstudio.training.run_info import RunInfo

PARTS: dict[str, float] = {"mean of {} seeds": 0.0, "mean + std. dev.": 1.0, "mean - std. dev.": -1.0}
"""The curves of a group, with how many standard deviations each lies beside the mean."""


def seeds_of(info: RunInfo, runs: Sequence[RunInfo]) -> list[RunInfo]:
    """The runs that were trained like one, whatever their seeds, each seed once (the latest); itself among them."""
    wanted = _without_seed(info.project)
    alike = [run for run in runs if run.history and _without_seed(run.project) == wanted]
    return list({run.project.training.seed: run for run in alike}.values())


def mean_curves(records: Sequence[RunRecord]) -> dict[str, RunRecord]:
    """The curves of a group by their title, as records that hold epochs only; empty where there are fewer than two.

    The spread is the standard deviation over the seeds (of a sample: divided by n - 1). An epoch counts where all runs
    have it.
    """
    if len(records) < 2:
        return {}
    names = set.intersection(*(set(record.epochs) for record in records))
    made: dict[str, RunRecord] = {}
    for title, deviations in PARTS.items():
        record = RunRecord(title)
        record.epochs = {name: _curve([each.epochs[name] for each in records], deviations) for name in sorted(names)}
        made[title.format(len(records))] = record
    return made


def _curve(curves: Sequence[CurvePoints], deviations: float) -> CurvePoints:
    by_epoch = [_values(curve) for curve in curves]
    common = sorted(set.intersection(*(set(values) for values in by_epoch)))
    first = {epoch: index for index, epoch in enumerate(curves[0].x("epoch").tolist())}
    samples = curves[0].x("samples")
    made = CurvePoints(int(samples[0]) if len(samples) else 0)
    for epoch in common:
        values = np.array([each[epoch] for each in by_epoch])
        place = first[epoch]
        seconds = float(curves[0].x("time")[place])
        value = float(values.mean() + deviations * values.std(ddof=1))
        made.append(float(curves[0].x("step")[place]), epoch, seconds, value)
    return made


def _values(curve: CurvePoints) -> Mapping[float, float]:
    return dict(zip(curve.x("epoch").tolist(), curve.values.tolist(), strict=True))


def _without_seed(project: Project) -> Project:
    return replace(project, training=replace(project.training, seed=0))
