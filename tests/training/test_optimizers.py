"""Optimizers and schedules by name."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.graph.project import ObjectSettings, TrainingSettings
from dlstudio.training.failures import TrainingError
from dlstudio.training.optimizers import build_optimizer

SCHEDULE_NEEDS: dict[str, dict[str, Any]] = {
    "ExponentialDecay": {"decay_rate": 0.5},
    "InverseTimeDecay": {"decay_rate": 0.5},
    "PiecewiseConstantDecay": {"boundaries": [50], "values": [0.1, 0.01]},
}


def settings(optimizer: ObjectSettings, schedule: ObjectSettings | None = None) -> TrainingSettings:
    return TrainingSettings(optimizer=optimizer, schedule=schedule)


SGD = ObjectSettings("keras.optimizers.SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True})


@pytest.mark.parametrize("name", [each.id for each in load_catalogue().with_role("optimizer")])
def test_that_every_optimizer_of_the_catalogue_is_built_from_its_name(name: str) -> None:
    optimizer = build_optimizer(settings(ObjectSettings(name, {"learning_rate": 0.02})), 100)
    assert type(optimizer).__name__ == name.rpartition(".")[2]
    assert float(optimizer.learning_rate) == pytest.approx(0.02)


@pytest.mark.parametrize("name", [each.id for each in load_catalogue().with_role("schedule")])
def test_that_every_schedule_fits_itself_to_the_run(name: str) -> None:
    schedule = ObjectSettings(name, SCHEDULE_NEEDS.get(name.rpartition(".")[2], {}))
    optimizer = build_optimizer(settings(SGD, schedule), 100)
    assert float(optimizer.learning_rate) == pytest.approx(0.1)
    optimizer.iterations.assign(99)
    assert float(optimizer.learning_rate) < 0.1


def test_that_warm_up_climbs_to_the_rate_of_the_optimizer() -> None:
    schedule = ObjectSettings("keras.optimizers.schedules.CosineDecay", {"warmup_steps": 20})
    optimizer = build_optimizer(settings(SGD, schedule), 100)
    rates = []
    for step in (0, 10, 20, 60, 100):
        optimizer.iterations.assign(step)
        rates.append(float(optimizer.learning_rate))
    assert rates == pytest.approx([0.0, 0.05, 0.1, 0.05, 0.0], abs=1e-6)


def test_that_settings_reach_the_optimizer() -> None:
    config = build_optimizer(settings(SGD), 100).get_config()
    assert (config["momentum"], config["nesterov"]) == (0.9, True)


@pytest.mark.parametrize(
    ("optimizer", "said"),
    [
        (ObjectSettings("keras.optimizers.Sgd"), "There is no optimizer 'keras.optimizers.Sgd'"),
        (ObjectSettings("os.system"), "There is no optimizer 'os.system'"),
        (ObjectSettings("keras.optimizers.schedules.CosineDecay"), "There is no optimizer"),
        (ObjectSettings("keras.optimizers.SGD", {"momentums": 1}), "momentums"),
        (ObjectSettings("keras.optimizers.SGD", {"momentum": 7.0}), "SGD"),
        (ObjectSettings("keras.optimizers.SGD", {"learning_rate": "fast"}), "SGD"),
    ],
)
def test_that_what_cannot_be_built_is_said_in_a_sentence(optimizer: ObjectSettings, said: str) -> None:
    with pytest.raises(TrainingError, match=said) as caught:
        build_optimizer(settings(optimizer), 100)
    assert caught.value.kind == "settings"


def test_that_keras_builds_nothing_but_optimizers() -> None:
    assert isinstance(build_optimizer(TrainingSettings(), 10), keras.optimizers.SGD)
