"""Builds the optimizer and its learning-rate schedule from their names, out of the catalogue's list only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.catalogue.node_types import ObjectType
from dlstudio.compiler.objects import SettingError, keras_arguments, keras_thing
from dlstudio.compiler.weight_file import layers_by_path
from dlstudio.graph.project import ObjectSettings, TrainingSettings
from dlstudio.training.failures import TrainingError

_STEP_COUNTS = ("decay_steps", "first_decay_steps")
_KERAS_RATE = 0.001


def build_optimizer(settings: TrainingSettings, total_steps: int) -> keras.optimizers.Optimizer:
    """The optimizer a run asks for.

    A schedule takes its initial rate from the optimizer's ``learning_rate`` and its step counts from the whole run,
    where it does not set them itself. ``warmup_steps`` without ``warmup_target`` climbs from 0 to that rate. A warm-up
    of the recipe comes before whatever follows.

    Args:
        settings: The run's.
        total_steps: Batches of the whole run.

    Raises:
        TrainingError: An unknown class or setting, or a value Keras refuses.
    """
    known = _known(settings.optimizer, "optimizer")
    arguments = _arguments(known, dict(settings.optimizer.settings))
    warmup = settings.warmup_steps
    if settings.schedule is not None or warmup > 0:
        usual = next((s.default for s in known.settings if s.name == "learning_rate"), None)
        rate: Any = float(arguments.get("learning_rate") or usual or _KERAS_RATE)
        if settings.schedule is not None:
            rate = build_schedule(settings.schedule, rate, max(total_steps - warmup, 1))
        arguments["learning_rate"] = WarmUp(rate, warmup) if warmup > 0 else rate
    return _made(known, arguments)


class WarmUp(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """A learning rate that climbs in equal steps to where another one begins (Goyal et al. 2017, section 2.2).

    Args:
        then: What follows: a constant rate, or a schedule, which begins after the climb.
        steps: Steps of the climb; the first one has the share ``1 / steps`` of the rate.
    """

    def __init__(self, then: keras.optimizers.schedules.LearningRateSchedule | float, steps: int) -> None:
        self.then = then
        self.steps = steps

    def __call__(self, step: Any) -> Any:
        step = keras.ops.cast(step, "float32")
        after = keras.ops.maximum(step - self.steps, 0.0)
        rate = keras.ops.cast(self.then(after) if callable(self.then) else self.then, "float32")
        return rate * keras.ops.minimum((step + 1.0) / self.steps, 1.0)

    def get_config(self) -> dict[str, Any]:
        return {"then": self.then, "steps": self.steps}


def build_schedule(
    settings: ObjectSettings, rate: float, total_steps: int
) -> keras.optimizers.schedules.LearningRateSchedule:
    """A learning-rate schedule over the whole run.

    Args:
        settings: Class and settings.
        rate: The initial rate where the schedule sets none.
        total_steps: Batches of the whole run.

    Raises:
        TrainingError: An unknown class or setting, or a value Keras refuses.
    """
    known = _known(settings, "schedule")
    takes = {setting.name for setting in known.settings}
    given = {name: value for name, value in settings.settings.items() if value is not None}
    warmup = int(given.get("warmup_steps", 0)) if isinstance(given.get("warmup_steps", 0), int) else 0
    if "initial_learning_rate" in takes and "initial_learning_rate" not in given:
        climbs = warmup > 0 and "warmup_target" not in given
        given |= {"initial_learning_rate": 0.0, "warmup_target": rate} if climbs else {"initial_learning_rate": rate}
    for name in _STEP_COUNTS:
        if name in takes and name not in given:
            given[name] = max(total_steps - warmup, 1)
    return _made(known, _arguments(known, given))


def with_rates(
    optimizer: keras.optimizers.Optimizer, model: keras.Model, rates: Mapping[str, float]
) -> keras.optimizers.Optimizer:
    """Lets some layers learn at another rate than the others: discriminative fine-tuning (Howard and Ruder 2018).

    Args:
        optimizer: Built for nothing yet; it is changed and returned.
        model: The network.
        rates: Factor of the learning rate by layer path, or by the name of a use for all layers inside it.

    Raises:
        TrainingError: A path that no layer with weights has.
    """
    if not rates:
        return optimizer
    layers = layers_by_path(model)
    factor_of: dict[int, float] = {}
    for path, factor in rates.items():
        meant = [layer for each, layer in layers.items() if each == path or each.startswith(f"{path}/")]
        if not meant:
            raise TrainingError(
                "settings", f"The learning rate of '{path}' is scaled, but no layer with weights has that name."
            )
        factor_of |= {id(weight): float(factor) for layer in meant for weight in layer.trainable_weights}
    factors = [factor_of.get(id(weight), 1.0) for weight in model.trainable_variables]
    plain = optimizer.update_step

    def scaled(gradient: Any, variable: Any, learning_rate: Any) -> Any:
        return plain(gradient, variable, learning_rate * factors[optimizer._get_variable_index(variable)])

    optimizer.update_step = scaled
    return optimizer


def _known(settings: ObjectSettings, role: str) -> ObjectType:
    known = load_catalogue().objects.get(settings.type)
    if known is None or known.role != role:
        there = ", ".join(each.name for each in load_catalogue().with_role(role))
        raise TrainingError("settings", f"There is no {role} '{settings.type[:60]}'. Choose one of: {there}.")
    return known


def _arguments(known: ObjectType, given: dict[str, Any]) -> dict[str, Any]:
    try:
        return keras_arguments(known.id, known.settings, given, load_catalogue(), None)
    except SettingError as error:
        raise TrainingError("settings", f"The {known.role} {known.name}: {error}") from None


def _made(known: ObjectType, arguments: dict[str, Any]) -> Any:
    try:
        return keras_thing(known.id)(**arguments)
    except (TypeError, ValueError, AttributeError) as error:
        text = " ".join(str(error).split())
        raise TrainingError("settings", f"The {known.role} {known.name} does not take its settings: {text}") from None
