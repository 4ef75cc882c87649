"""Series on their way to the window: thinned, and only of columns that are series."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlstudio.data.opening import guess_settings
from dlstudio.data.series.series_samples import FEATURES, STEPS, series_samples
from dlstudio.data.table import DataError


def test_that_long_series_are_thinned(tmp_path: Path) -> None:
    values = np.random.default_rng(1).normal(size=(12, 900, 10)).astype(np.float32)
    np.savez(tmp_path / "long.npz", x=values, y=np.arange(12) % 2)
    settings = guess_settings(tmp_path / "long.npz")
    assert settings.columns["x"]["type"] == "series"
    found = series_samples(settings, tmp_path, "x", [0, 11, 99])
    assert list(found) == [0, 11]
    assert found[11].shape[0] <= STEPS
    assert found[11].shape[1] == FEATURES
    assert np.array_equal(found[11][0], values[11, 0, :FEATURES])


def test_that_a_column_that_is_no_series_is_a_sentence(tmp_path: Path) -> None:
    np.savez(tmp_path / "long.npz", x=np.zeros((12, 90, 3), np.float32), y=np.arange(12) % 2)
    with pytest.raises(DataError, match="no column of series"):
        series_samples(guess_settings(tmp_path / "long.npz"), tmp_path, "y", [0])
