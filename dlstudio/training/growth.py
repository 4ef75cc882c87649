"""What a network gives back of a few samples, or makes, after each epoch: how its pictures grow while it trains.

Kept in the run folder as ``growth.npz``: ``epochs`` int32 (n,), ``rows`` int64 (samples,), ``outputs`` float16 (n,
samples, ...). It stays small: of very large samples few are kept, and of many epochs every second, fourth and so on.
"""

from __future__ import annotations

import contextlib
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np

from dlstudio.atomic import replacing
from dlstudio.tasks.informed import Makes
from dlstudio.tasks.reconstruction import NAME
from dlstudio.training.batches import Feed
from dlstudio.training.stepping import by_output, predict_batch
from dlstudio.training.targets import Target

FILE_NAME = "growth.npz"
SAMPLES = 10
MOST_EPOCHS = 40
MOST_VALUES = 4 << 20  # of all that is kept
MOST_BYTES = 64 << 20  # of a file that is read


class Growth:
    """Called after each epoch; keeps what the network gives for always the same samples."""

    def __init__(self, folder: Path | None, model: keras.Model, target: Target, feed: Feed) -> None:
        self._file = folder / FILE_NAME if folder else None
        self._model = model
        self._target = target
        count = min(SAMPLES, len(feed), max(MOST_VALUES // (MOST_EPOCHS * int(np.prod(target.column.shape))), 1))
        places = np.linspace(0, len(feed) - 1, count).astype(np.int64)
        self._inputs, _, _ = feed.take(places)
        self._rows = np.asarray(feed.rows[places], np.int64)
        self._kept: dict[int, np.ndarray] = {}

    def resume(self, epoch: int) -> None:
        """Goes on with what was kept up to an epoch, where it is of the same samples."""
        found = read_growth(self._file.parent) if self._file else None
        if found is None or not np.array_equal(found["rows"], self._rows):
            return
        self._kept = {int(n): each for n, each in zip(found["epochs"], found["outputs"], strict=True) if n <= epoch}

    def __call__(self, epoch: int) -> None:
        """Looks at the network after an epoch. A full disk is no reason to stop training."""
        stride = 1 + (epoch - 1) // MOST_EPOCHS
        stride = 1 << (stride - 1).bit_length()
        kept = {n: each for n, each in self._kept.items() if n == 1 or n % stride == 0}
        if epoch == 1 or epoch % stride == 0:
            given = by_output(predict_batch(self._model, self._inputs), (self._target.output,))
            kept[epoch] = np.asarray(_samples(self._target, given[self._target.output]), np.float16)
        self._kept = kept
        if self._file is None:
            return
        with contextlib.suppress(OSError), replacing(self._file) as temporary:
            epochs = np.array(sorted(kept), np.int32)
            outputs = np.stack([kept[int(n)] for n in epochs])
            np.savez(temporary, allow_pickle=False, epochs=epochs, rows=self._rows, outputs=outputs)


def _samples(target: Target, given: np.ndarray) -> np.ndarray:
    """What of an output is a sample of the column."""
    return target.task.made(given, target.column) if isinstance(target.task, Makes) else given


def growth_of(
    folder: Path | None, model: keras.Model, targets: tuple[Target, ...], validation: Feed, train: Feed
) -> Growth | None:
    """A watch for a network whose only Output gives back what it reads or makes samples; None for others.

    Args:
        folder: The run's; None for a worker that only computes along.
        model: The network.
        targets: Its Outputs.
        validation, train: Samples of the first are looked at, or of the second where there are none.
    """
    feed = validation if len(validation) else train
    watched = len(targets) == 1 and (targets[0].task.name == NAME or isinstance(targets[0].task, Makes))
    if not watched or not len(feed):
        return None
    return Growth(folder, model, targets[0], feed)


def read_growth(folder: Path) -> dict[str, Any] | None:
    """``epochs``, ``rows`` and ``outputs`` of a run folder; None where there are none, or they are damaged."""
    file = folder / FILE_NAME
    try:
        with zipfile.ZipFile(file) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
                return None
        with np.load(file, allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in ("epochs", "rows", "outputs")}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    outputs = found["outputs"]
    whole = outputs.ndim >= 3 and outputs.shape[:2] == (len(found["epochs"]), len(found["rows"]))
    return found if whole else None
