"""Templates reach their bars on shipped data, by the commands a user has."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlstudio.cli.measuring import train
from dlstudio.templates.library import find_template, list_templates
from dlstudio.templates.template import Bar

# Seconds, not minutes; all the others are marked slow.
CHEAP = (("mlp", "penguins"),)

ALL = [
    pytest.param(
        template.name,
        bar,
        id=f"{template.name}-{bar.data}",
        marks=[] if (template.name, bar.data) in CHEAP else [pytest.mark.slow],
    )
    for template in list_templates()
    for bar in template.bars
]


@pytest.mark.parametrize(("template", "bar"), ALL)
def test_that_a_fresh_project_reaches_its_bar(template: str, bar: Bar, tmp_path: Path) -> None:
    result = train(template, bar, 7, tmp_path / "project")
    assert bar.reached(result.metrics), f"{result.metrics}, bar {bar.value}"


def test_that_a_bar_can_be_missed() -> None:
    assert not Bar("digits", "accuracy", 0.9).reached({"accuracy": 0.89})
    assert not Bar("penguin-weights", "mae", 300.0, "lower").reached({"mae": 301.0})
    assert Bar("penguin-weights", "mae", 300.0, "lower").reached({"mae": 299.0})


def test_that_every_bar_is_well_above_guessing() -> None:
    for name in ("cnn", "mlp", "lstm", "transformer-text"):
        assert all(bar.value >= 0.6 for bar in find_template(name).bars if bar.metric == "accuracy")
