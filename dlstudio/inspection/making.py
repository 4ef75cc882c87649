"""Samples that a trained generator makes from noise, and what its discriminator says of them and of real ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.encoders.noise import NoiseEncoder
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.trained import BATCH_SIZE, TrainedModel
from dlstudio.tasks.informed import Makes
from dlstudio.training.runs.event_log import finite
from dlstudio.training.targets import Target


@dataclass(frozen=True)
class Maker:
    """A network of two players and where its noise enters.

    Attributes:
        model: The network with its data.
        target: Its Output.
        task: What the Output is to do.
        column: The column of noise that is read.
        encoder: Draws it.
    """

    model: TrainedModel
    target: Target
    task: Makes
    column: str
    encoder: NoiseEncoder

    def noise(self, *numbers: int) -> np.ndarray:
        """The noise that is drawn from whole numbers, float32 (numbers, values).

        Raises:
            InspectionError: A number is below 0 or too large.
        """
        return np.stack([self.model.encoded_value(self.column, number) for number in numbers])

    def made(self, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What is made of noise (samples, values), and how sure the discriminator is that it is real, 0 to 1.

        Returns:
            float32 (samples, ...) as the target's column is encoded, and float64 (samples,).
        """
        given = self._given({self.column: noise}, len(noise))
        return self.task.made(given, self.target.column), self.task.verdicts(given)[:, 1]

    def realness(self, samples: np.ndarray) -> np.ndarray:
        """How sure the discriminator is that encoded samples (samples, ...) are real, float64 (samples,)."""
        return self.task.verdicts(self._given({self.target.column.name: samples}, len(samples)))[:, 0]

    def _given(self, known: Mapping[str, np.ndarray], count: int) -> np.ndarray:
        """What the network gives; Inputs of which nothing is known read zeros, the other player does not see them."""
        parts = []
        for start in range(0, count, BATCH_SIZE):
            size = min(BATCH_SIZE, count - start)
            batch = []
            for column in self.model.inputs.values():
                spec = self.model.specs[column]
                values = known.get(column)
                nothing = np.zeros((size, *spec.shape), spec.dtype)
                batch.append(nothing if values is None else values[start : start + size])
            parts.append(self.model.given(*batch)[self.target.output])
        return np.concatenate(parts)


def maker(model: TrainedModel, target: Target | None = None) -> Maker:
    """The generator of a network.

    Raises:
        InspectionError: It makes nothing, or reads no noise.
    """
    found = target or next((each for each in model.targets if isinstance(each.task, Makes)), None)
    if found is None or not isinstance(found.task, Makes):
        raise InspectionError("The network makes no samples: none of its Outputs has such a task.")
    for column in model.inputs.values():
        encoder = model.network.encoders[column]
        if isinstance(encoder, NoiseEncoder):
            return Maker(model, found, found.task, column, encoder)
    raise InspectionError("The network reads no column of noise, so there is nothing that new samples come from.")


def make(model: TrainedModel, value: Any) -> dict[str, Any]:
    """What a network of two players says of one input.

    Args:
        model: The network.
        value: A whole number or a vector of noise, which a sample is made from; or an image, as a path or array, which
            the discriminator judges; or a mapping with one of them by column.

    Returns:
        ``{"made", "realness"}`` of noise; ``{"label": "real" or "made", "confidence", "scores"}`` of an image.

    Raises:
        InspectionError: The input cannot be read.
    """
    found = maker(model)
    column = found.column
    if isinstance(value, Mapping):
        names = [name for name in value if name in (found.column, found.target.column.name)]
        if len(names) != 1:
            raise InspectionError(
                f"Give '{found.column}', which a sample is made from, or '{found.target.column.name}', which is judged."
            )
        column, value = names[0], value[names[0]]
    elif isinstance(value, str | bytes | Path) or np.ndim(value) > 1:
        column = found.target.column.name
    encoded = model.encoded_value(column, value)[None]
    if column == found.column:
        samples, sure = found.made(encoded)
        made = np.round(samples[0].astype(np.float64), 4)
        return {"made": made.tolist(), "realness": float(sure[0])}
    real = float(found.realness(encoded)[0])
    label, confidence = ("real", real) if real >= 0.5 else ("made", 1 - real)
    return {"label": label, "confidence": confidence, "scores": {"real": real, "made": 1 - real}}


def real_samples(model: TrainedModel, split: str) -> list[dict[str, Any]]:
    """``[{"name", "title", "metrics"}]``: real samples of the training split measured as if they were made.

    Nothing that is made can be expected below. Empty where the network's only task makes nothing.
    """
    target = model.targets[0]
    if len(model.targets) != 1 or not isinstance(target.task, Makes):
        return []
    values = target.task.floor(model.truth("train", target), model.truth(split, target))
    title = "real samples, those of the training split"
    return [{"name": "real", "title": title, "metrics": finite(dict(values))}] if values else []
