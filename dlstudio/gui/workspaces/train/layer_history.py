"""What the layers of a run measured from step to step, as rows of numbers. No widgets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt

from dlstudio.training.runs import events as ev

Quantity = Literal["update", "gradient", "weights", "dead"]


class LayerHistory:
    """The measured steps of one run, in order.

    Attributes:
        steps: Each measured step, counted over the whole run.
        epochs: The epoch it lies in, counted from 1.
    """

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.epochs: list[int] = []
        self._measured: list[ev.Layers] = []

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def latest(self) -> Mapping[str, Mapping[str, float | None]]:
        """The last measured step, by the layer's path; empty where there is none."""
        return self._measured[-1].layers if self._measured else {}

    def add(self, event: ev.Layers, step: int) -> None:
        """Takes in a measured step; those from it on, which a continued run makes again, are forgotten."""
        while self.steps and self.steps[-1] >= step:
            self.steps.pop()
            self.epochs.pop()
            self._measured.pop()
        self.steps.append(step)
        self.epochs.append(event.epoch)
        self._measured.append(event)

    def layers(self, quantity: Quantity) -> list[str]:
        """Paths of the layers that have such values, in the order of the network."""
        found: dict[str, None] = {}
        for event in (*self._measured[:1], *self._measured[-1:]):
            found |= {path: None for path, values in event.layers.items() if quantity in values}
        return list(found)

    def values(self, quantity: Quantity) -> npt.NDArray[np.float64]:
        """One row a layer, one column a measured step, ``(layers, steps)``; NaN where nothing finite is known."""
        paths = self.layers(quantity)
        rows = np.full((len(paths), len(self)), np.nan)
        for column, event in enumerate(self._measured):
            for row, path in enumerate(paths):
                value = event.layers.get(path, {}).get(quantity)
                rows[row, column] = math.nan if value is None else value
        return rows
