"""From a series nobody has seen here to its next values, by the commands a user has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import Call
from tests.cli.test_unseen_data import from_data_to_model


@pytest.fixture
def tides(tmp_path: Path) -> Path:
    """Two columns every ten minutes with German dates and decimal commas, and a gap of three rows."""
    rng = np.random.default_rng(4)
    lines = ["zeit;wind;pegel"]
    for n in range(300):
        if n not in (40, 41, 42):
            level = 100 + 30 * np.sin(2 * np.pi * n / 25) + rng.normal()
            when = f"{1 + n // 144:02d}.03.2023 {n // 6 % 24:02d}:{n % 6 * 10:02d}"
            lines.append(
                f"{when};{rng.uniform(0, 9):.2f};{level:.2f}".replace(".", ",").replace(",03,2023", ".03.2023")
            )
    path = tmp_path / "tides.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.slow
def test_that_an_unseen_series_is_forecast(call: Call, tmp_path: Path, tides: Path) -> None:
    project = tmp_path / "project"
    metrics = from_data_to_model(call, project, "forecast-lstm", tides, epochs=2)
    assert {"mae", "mase", "smape", "coverage"} <= set(metrics)
    (said,) = call("predict", project, "--json").json
    assert said["column"] == "pegel"
    assert said["steps"][0]["time"] == "2023-03-03 02:00"
    assert all(step["low"] <= step["value"] <= step["high"] for step in said["steps"])
    shown = call("predict", project, tides)
    assert shown.status == 0 and "2023-03-03 02:10" in shown.out
    missing = call("predict", project, tmp_path / "gone.csv")
    assert missing.status != 0 and "gone.csv" in missing.err


def test_that_windows_and_target_can_be_chosen(call: Call, tmp_path: Path, tides: Path) -> None:
    options = [f"--option={each}" for each in ("context=30", "horizon=5", "season=25", "gaps=skip")]
    words = ("--template", "forecast-tcn", "--data", tides, "--target", "wind", *options, "--json")
    made = call("new", tmp_path / "project", *words)
    assert made.status == 0, made.err
    source, target = made.json["columns"]
    assert (source["shape"], target["shape"], target["name"]) == ([30, 2], [5, 3], "wind")
    refused = call("new", tmp_path / "other", "--template", "forecast-lstm", "--data", tides, "--option=horizon=soon")
    assert refused.status != 0 and "horizon" in refused.err and "tides.csv" in refused.err
