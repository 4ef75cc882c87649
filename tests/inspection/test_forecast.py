"""A trained forecast: what the inspector shows, what comes after the end, and a newer file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dlstudio.data.opening import guess_settings
from dlstudio.data.preparing import prepare
from dlstudio.inspection.asking import inspect_run, predict_value, trained
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.forecasting import forecast_next
from dlstudio.templates.library import fit_template
from dlstudio.training.runs.run_folder import RunFolder, create_run
from tests.data.sources import time_series


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    from dlstudio.training.fitting import train

    folder = tmp_path_factory.mktemp("forecast")
    settings = guess_settings(time_series(folder))
    settings = replace(settings, options={**settings.options, "context": 16, "horizon": 4})
    project = fit_template("forecast-lstm", settings, prepare(settings, folder).specs, "Power")
    project = replace(project, training=replace(project.training, epochs=12, batch_size=16))
    made = create_run(folder, project)
    assert train(made) == 0, made.info().message
    return made


def test_that_the_loss_falls_and_the_network_learns_the_season(run: RunFolder) -> None:
    model = trained(run.path)
    target = model.target()
    truth = model.truth("test", target)
    metrics = model.score("test")
    naive = np.nanmean(np.abs(truth[..., 1] - truth[..., 0])) * model.data.encoders[target.column.name].spread  # type: ignore[union-attr]
    assert set(metrics) == {"mae", "mase", "smape", "coverage"}
    assert metrics["mae"] < naive


def test_that_a_run_tells_of_its_band_what_the_inspector_does(run: RunFolder) -> None:
    model, told = trained(run.path), run.info().metrics
    for prefix, split in (("val_", "validation"), ("", "test")):
        assert {name: told[f"{prefix}{name}"] for name in model.score(split)} == pytest.approx(model.score(split))
    assert next(iter(model.stretches.values())) != 1


def test_that_the_inspector_shows_each_origin_in_the_units_of_the_data(run: RunFolder) -> None:
    message, arrays = inspect_run(run.path, "forecast", "test", {})
    line = trained(run.path).data.table.timeline
    assert line is not None
    assert message["kind"] == "forecast" and message["naive"] == ["naive", "seasonal naive"]
    origins, series, first = arrays["origins"], arrays["series"], message["first"]
    assert arrays["quantiles"].shape == (len(origins), 4, 3)
    assert (np.diff(arrays["quantiles"], axis=-1) >= 0).all()
    np.testing.assert_allclose(arrays["naive/naive"][0], series[origins[0] - 1 - first], rtol=1e-4)
    season = [series[origins[0] - 8 + step - first] for step in range(4)]
    np.testing.assert_allclose(arrays["naive/seasonal naive"][0], season, rtol=1e-4)
    assert {name for name in arrays if name.startswith("error/")} == {
        "error/forecast",
        "error/naive",
        "error/seasonal naive",
    }
    assert arrays["residuals"].sum() == arrays["quantiles"].shape[0] * 4
    assert arrays["ahead"].shape == (4, 3)


def test_that_the_forecast_goes_on_after_the_end(run: RunFolder) -> None:
    model = trained(run.path)
    found = forecast_next(model, model.target())
    assert found.times == ("2024-01-06 00:00", "2024-01-06 01:00", "2024-01-06 02:00", "2024-01-06 03:00")
    assert (found.quantiles[:, 0] <= found.quantiles[:, 2]).all()
    assert 10 < found.quantiles.mean() < 80


def test_that_a_series_of_ones_own_is_forecast_from_its_end(run: RunFolder) -> None:
    model = trained(run.path)
    (column,) = model.inputs.values()
    context, columns = model.specs[column].shape
    whole = np.random.default_rng(0).normal(30, 10, (3 * context, columns)).astype(np.float32)
    found = predict_value(run.path, whole)
    assert found == predict_value(run.path, whole[-context:]) != predict_value(run.path, whole[:context])
    with pytest.raises(InspectionError, match=rf"{context - 1} steps; the network reads {context}"):
        predict_value(run.path, whole[: context - 1])


def test_that_a_newer_file_is_read_up_to_its_end(run: RunFolder, tmp_path: Path) -> None:
    model = trained(run.path)
    newer = time_series(tmp_path, rows=60)
    found = forecast_next(model, model.target(), newer)
    assert found.times[0] == "2024-01-03 12:00"
    newer.write_text("time,power\n2024-01-01 00:00,1\n", encoding="utf-8")
    with pytest.raises(InspectionError, match=r"series\.csv|steps"):
        forecast_next(model, model.target(), newer)
