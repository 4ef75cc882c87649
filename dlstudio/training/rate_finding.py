"""Looks for a good learning rate: a copy of the network trains on some batches while the rate rises; the loss tells.

Source: Smith (2017), Cyclical Learning Rates for Training Neural Networks, section 3.3, the range test. The suggestion
is a tenth of the rate at which the loss was least, as fastai's first ``lr_find`` had it: held against the middle of the
fall (its *valley*) on the validation split of several shipped samples, it learnt more within five epochs.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dlstudio.graph.project import Project
from dlstudio.training.adapters import adapt
from dlstudio.training.batches import Feed
from dlstudio.training.failures import TrainingError
from dlstudio.training.optimizers import build_optimizer, with_rates
from dlstudio.training.preparation import begin_with_weights, build_to_train, check_samples, read_data
from dlstudio.training.stepping import BatchValues, Stepper, numbers
from dlstudio.training.targets import compile_model

LOWEST, HIGHEST = 1e-7, 10.0
STEPS = 120
SECONDS = 90.0
_SMOOTHING = 0.9
_TOO_HIGH = 4.0  # times the least loss: from there on it only gets worse
_LEAST_POINTS = 10

Told = Callable[[int, int], None]


@dataclass(frozen=True)
class RateTest:
    """What a range test found.

    Attributes:
        rates: The learning rate of each step, ascending.
        losses: The loss of the step's batch, smoothed over those before it.
        suggestion: The rate to take, or None where the loss fell nowhere.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    suggestion: float | None

    def as_json(self) -> dict[str, Any]:
        """A JSON object."""
        return {"rates": list(self.rates), "losses": list(self.losses), "suggestion": self.suggestion}


def find_rate(
    project: Project,
    root: Path,
    *,
    steps: int = STEPS,
    told: Told = lambda _done, _total: None,
    clock: Callable[[], float] = time.monotonic,
) -> RateTest:
    """Trains a copy of a project's network while the rate rises from 1e-7 to 10; the project stays as it is.

    Args:
        project: With data, graph and training settings; its optimizer is used, its schedule and warm-up are not.
        root: The project folder.
        steps: Batches to train at most. A minute and a half is the limit anyway.
        told: Called with the steps done and planned.
        clock: Seconds.

    Raises:
        TrainingError: The data cannot be used, or the drawing has problems.
    """
    data = read_data(project, root)
    network = build_to_train(project, data.encoders)
    check_samples(data, network.targets)
    settings = replace(project.training, schedule=None, warmup_steps=0)
    begin_with_weights(network, root)
    model = network.model
    adapt(model, settings.lora, settings.seed)
    feed = network.feed(data, "train", weighted=settings.class_weights, resampled=settings.resample)
    optimizer = with_rates(build_optimizer(settings, steps), model, settings.rates)
    compile_model(model, network.targets, optimizer, smoothing=settings.label_smoothing)
    stepper, values = Stepper(model), BatchValues()
    stepper.reset()
    values.start({}, 0)
    growth = (HIGHEST / LOWEST) ** (1 / max(steps - 1, 1))
    rates: list[float] = []
    losses: list[float] = []
    mean = 0.0
    end = clock() + SECONDS
    for step, batch in enumerate(_batches(feed, settings.seed, settings.batch_size, steps)):
        rate = LOWEST * growth**step
        optimizer.learning_rate = rate
        inputs = batch[0][0] if isinstance(batch[0], list) else batch[0]
        loss = values.next(numbers(stepper.train(batch)), len(inputs))["loss"]
        mean = _SMOOTHING * mean + (1 - _SMOOTHING) * loss
        smoothed = mean / (1 - _SMOOTHING ** (step + 1))
        if not math.isfinite(smoothed) or (step > _LEAST_POINTS and smoothed > _TOO_HIGH * min(losses)):
            break
        rates.append(float(f"{rate:.4g}"))
        losses.append(float(f"{smoothed:.6g}"))
        told(step + 1, steps)
        if clock() > end:
            break
    if len(losses) < 2:
        raise TrainingError("nan", "The loss is no number at the lowest rate already. Look at the data and the layers.")
    return RateTest(tuple(rates), tuple(losses), suggested(rates, losses))


def suggested(rates: Sequence[float], losses: Sequence[float]) -> float | None:
    """A tenth of the rate with the least loss; None where the loss did not fall more than it wavers anyway.

    Args:
        rates: Ascending; the first ones are so low that nothing is learnt.
        losses: One for each rate, smoothed.
    """
    least = min(range(len(losses)), key=lambda i: losses[i])
    first = losses[: max(len(losses) // 6, 2)]
    wavers = max(first) - min(first)
    if least < len(first) or statistics.median(first) - losses[least] <= wavers:
        return None
    return float(f"{rates[least] / 10:.2g}")


def _batches(feed: Feed, seed: int, size: int, count: int) -> Any:
    """So many batches, in the order in which a run would take them."""
    epoch, made = 1, 0
    while made < count:
        for batch in feed.batches(feed.order(seed, epoch), size):
            yield batch
            made += 1
            if made == count:
                return
        epoch += 1
