"""The range test: what it suggests from a curve, and that a real network learns with it and stays as it was."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from dlstudio.graph.project import ObjectSettings
from dlstudio.training.failures import TrainingError
from dlstudio.training.rate_finding import HIGHEST, find_rate, suggested
from tests.training.tiny_projects import make_project, with_data

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def curve(falls_from: float, climbs_from: float) -> tuple[list[float], list[float]]:
    """Flat, then falling from one rate to another, then climbing steeply."""
    rates = list(np.geomspace(1e-7, 10, 120))
    losses = []
    for rate in rates:
        fallen = min(max(math.log(rate / falls_from) / math.log(climbs_from / falls_from), 0.0), 1.0)
        losses.append(2.0 - fallen + max(math.log(rate / climbs_from), 0.0) * 3)
    return rates, losses


@pytest.mark.parametrize(("falls", "climbs"), [(1e-4, 1e-1), (1e-3, 3.0), (1e-6, 1e-3)])
def test_that_the_suggestion_lies_where_the_loss_falls(falls: float, climbs: float) -> None:
    found = suggested(*curve(falls, climbs))
    assert found is not None
    assert falls < found < climbs / 2


def test_that_a_loss_that_never_falls_gives_no_suggestion() -> None:
    rates = list(np.geomspace(1e-7, 10, 120))
    assert suggested(rates, [1.0 + 0.01 * i for i in range(120)]) is None


def test_that_a_network_is_tested_without_a_trace(tmp_path: Path) -> None:
    schedule = ObjectSettings("keras.optimizers.schedules.CosineDecay", {})
    project = make_project(tmp_path, schedule=schedule)
    before = sorted(each.name for each in tmp_path.iterdir())
    told: list[tuple[int, int]] = []
    found = find_rate(project, tmp_path, told=lambda done, total: told.append((done, total)))
    assert sorted(each.name for each in tmp_path.iterdir()) == before
    assert list(found.rates) == sorted(found.rates) and found.rates[-1] <= HIGHEST * 1.001
    assert told[-1] == (len(found.rates), 120)
    assert found.suggestion is not None and 1e-3 < found.suggestion < 2  # it learns well with 0.05
    assert min(found.losses) < found.losses[0]


def test_that_data_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    project = with_data(make_project(tmp_path), source="")
    with pytest.raises(TrainingError, match="has no data yet"):
        find_rate(project, tmp_path)
