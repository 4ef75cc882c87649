"""What a person can have changed about a training that broke or learns badly: pure functions over its settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.graph.project import ObjectSettings, TrainingSettings

LOWER = 0.1
CLIPNORM = 1.0
KERAS_RATE = 0.001
# The settings of schedules that are rates themselves; the others are steps, shares of the first rate, or powers.
_RATES = ("initial_learning_rate", "warmup_target", "end_learning_rate", "values")


def rate_of(training: TrainingSettings) -> float:
    """The learning rate that the settings ask for: the optimizer's own, or its default."""
    rate = training.optimizer.settings.get("learning_rate")
    if isinstance(rate, int | float) and not isinstance(rate, bool) and rate > 0:
        return float(rate)
    known = load_catalogue().objects.get(training.optimizer.type)
    usual = next((s.default for s in known.settings if s.name == "learning_rate"), None) if known else None
    return float(usual) if isinstance(usual, int | float) else KERAS_RATE


def with_rate(training: TrainingSettings, rate: float) -> TrainingSettings:
    """The settings with another learning rate; what a schedule says of rates itself is scaled alike."""
    factor = rate / rate_of(training)
    settings = {**training.optimizer.settings, "learning_rate": float(f"{rate:.4g}")}
    schedule = training.schedule
    if schedule is not None:
        scaled = {n: _scaled(v, factor) if n in _RATES else v for n, v in schedule.settings.items()}
        schedule = ObjectSettings(schedule.type, scaled)
    return replace(training, optimizer=ObjectSettings(training.optimizer.type, settings), schedule=schedule)


def lower_rate(training: TrainingSettings, factor: float = LOWER) -> TrainingSettings:
    """The settings with a tenth of the learning rate."""
    return with_rate(training, rate_of(training) * factor)


def clips(training: TrainingSettings) -> bool:
    """Whether gradients are kept short in any way."""
    return any(training.optimizer.settings.get(name) for name in ("clipnorm", "clipvalue", "global_clipnorm"))


def clip_gradients(training: TrainingSettings) -> TrainingSettings:
    """The settings with gradients no longer than 1 (each variable's); as they are where they are clipped already."""
    if clips(training):
        return training
    optimizer = ObjectSettings(training.optimizer.type, {**training.optimizer.settings, "clipnorm": CLIPNORM})
    return replace(training, optimizer=optimizer)


def smaller_batches(training: TrainingSettings) -> TrainingSettings:
    """The settings with half the batch and twice as many batches a step: less memory, and the same steps.

    Gradients are gathered by the optimizer's ``gradient_accumulation_steps``; of an odd batch a step has one sample
    less. A batch of 1 stays.
    """
    size = training.batch_size // 2
    if size < 1:
        return training
    gathered = training.optimizer.settings.get("gradient_accumulation_steps")
    times = 2 * (gathered if isinstance(gathered, int) and not isinstance(gathered, bool) else 1)
    settings = {**training.optimizer.settings, "gradient_accumulation_steps": times}
    return replace(training, batch_size=size, optimizer=ObjectSettings(training.optimizer.type, settings))


def calmer(training: TrainingSettings) -> TrainingSettings:
    """Both: what a run that broke goes on with from its last good checkpoint."""
    return clip_gradients(lower_rate(training))


def calmer_record(frozen: Mapping[str, Any]) -> dict[str, Any]:
    """The same for the frozen project that ``run.json`` holds."""
    training = calmer(TrainingSettings.from_json(frozen.get("training", {})))
    return {**frozen, "training": training.as_json()}


def _scaled(value: Any, factor: float) -> Any:
    if isinstance(value, list | tuple):
        return [_scaled(each, factor) for each in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(f"{value * factor:.4g}")
    return value
