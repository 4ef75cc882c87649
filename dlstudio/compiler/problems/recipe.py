"""Training settings that do not go with the optimizer or the data: learning rates far off, batches beyond the data."""

from __future__ import annotations

from collections.abc import Iterator

from dlstudio.compiler.problems.context import Context, Edit
from dlstudio.graph.problems import Fix, Problem
from dlstudio.graph.project import ObjectSettings, TrainingSettings

_RATES: dict[str, tuple[float, float, float]] = {
    "SGD": (1e-5, 0.01, 1.0),
    "Adam": (1e-7, 0.001, 0.03),
    "AdamW": (1e-7, 0.001, 0.03),
    "Nadam": (1e-7, 0.001, 0.03),
    "Adamax": (1e-7, 0.002, 0.1),
    "RMSprop": (1e-7, 0.001, 0.03),
    "Lion": (1e-8, 0.0001, 0.005),
    "Lamb": (1e-7, 0.001, 0.1),
    "Muon": (1e-7, 0.001, 0.2),
    "ScheduleFreeAdamW": (1e-7, 0.0025, 0.1),
    "Adagrad": (1e-6, 0.01, 1.0),
}
"""By optimizer: below the first the weights hardly move in a usual run, the second is usual, above the third it
diverges or jumps about on nearly every network (the steps of the Adam family are about as large as the rate itself)."""

_WITH_MOMENTUM = 0.5
"""Highest rate of SGD with momentum 0.9 and no clipping: its steps are ten times as large in the long run."""


def recipe_problems(context: Context) -> Iterator[Problem]:
    """Warnings about the training settings, where those are known."""
    if context.training is not None:
        yield from _rate(context.training)
        yield from _batch(context.training, context.rows)


def _rate(training: TrainingSettings) -> Iterator[Problem]:
    optimizer = training.optimizer
    name = optimizer.type.rpartition(".")[2]
    rate = optimizer.settings.get("learning_rate")
    if name not in _RATES or not isinstance(rate, int | float) or isinstance(rate, bool) or rate <= 0:
        return
    lowest, usual, highest = _RATES[name]
    clipped = any(optimizer.settings.get(each) for each in ("clipnorm", "global_clipnorm", "clipvalue"))
    if name == "SGD" and (optimizer.settings.get("momentum") or 0) >= 0.9 and not clipped:
        highest = _WITH_MOMENTUM
    if clipped:
        highest *= 10
    if lowest <= rate <= highest:
        return
    if rate > highest:
        why = "its steps overshoot, and the loss jumps about or grows beyond all bounds"
        said = f"{name} with a learning rate of {rate:g} is far too fast: {why}. {usual:g} is usual."
    else:
        why = "the weights hardly move in a whole run"
        said = f"{name} with a learning rate of {rate:g} is far too slow: {why}. {usual:g} is usual."
    fixes = [_with_rate(optimizer, usual)]
    nearer = highest / 3 if rate > highest else lowest * 100
    if round(nearer, 12) != usual:
        fixes.append(_with_rate(optimizer, float(f"{nearer:.1g}")))
    yield Problem(said, severity="warning", fixes=tuple(fixes))


def _with_rate(optimizer: ObjectSettings, rate: float) -> Fix:
    value = ObjectSettings(optimizer.type, {**optimizer.settings, "learning_rate": rate}).as_json()
    return Fix(f"Set the learning rate to {rate:g}", (_training("optimizer", value),))


def _batch(training: TrainingSettings, rows: int | None) -> Iterator[Problem]:
    if not rows or training.batch_size <= rows:
        return
    smaller = [size for size in (128, 64, 32, 16, 8, 4, 2, 1) if size * 8 <= rows][:2] or [1]
    yield Problem(
        f"A batch of {training.batch_size} is more than the {rows} samples of the training split: an epoch is one "
        f"single step, and {training.epochs} epochs are {training.epochs} steps. Smaller batches give more steps.",
        severity="warning",
        fixes=tuple(Fix(f"Set the batch size to {size}", (_training("batch_size", size),)) for size in smaller),
    )


def _training(setting: str, value: object) -> Edit:
    return {"edit": "training", "setting": setting, "value": value}
