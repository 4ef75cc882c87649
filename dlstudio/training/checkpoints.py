"""Checkpoints: everything needed to go on, in one file that is replaced in one step, written beside the training.

A snapshot is taken between two batches and handed to a thread that writes it, so that training does not wait for the
disk. When writing is slower than training, only the newest snapshot of each kind is written.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from dlstudio.atomic import replacing
from dlstudio.training.adapters import clear, merged_variables
from dlstudio.training.failures import TrainingError

Arrays = tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Snapshot:
    """The state of a training at one moment, in main memory.

    Attributes:
        weights: All variables of the model, in its order; states of random generators included.
        optimizer: All variables of the optimizer; empty in a best checkpoint.
        metrics: Running sums of the epoch in work; empty in a best checkpoint.
        state: JSON values: ``epoch`` (completed), ``step`` (done in the epoch after it), the monitor's best value ...
    """

    weights: Arrays
    optimizer: Arrays = ()
    metrics: Arrays = ()
    state: Mapping[str, Any] = field(default_factory=dict)

    @property
    def finite(self) -> bool:
        """Whether no weight is NaN or infinite."""
        return all(np.isfinite(array).all() for array in self.weights if array.dtype.kind == "f")


def snapshot(model: keras.Model, state: Mapping[str, Any], *, optimizer: bool) -> Snapshot:
    """Copies a model's variables, and with ``optimizer`` all that is needed to go on from here.

    Without, what it has learnt by LoRA is added to the kernels: the values are those of the network as it is drawn.
    """
    return Snapshot(
        _read(model.variables if optimizer else [value for _, value in merged_variables(model)]),
        _read(model.optimizer.variables) if optimizer else (),
        _read(model.metrics_variables) if optimizer else (),
        dict(state),
    )


def restore(model: keras.Model, saved: Snapshot, where: Path) -> None:
    """Puts a snapshot's values back into a model that was built from the same graph, adapted or not.

    Raises:
        TrainingError: The snapshot is of another model.
    """
    variables: Sequence[Any] = model.variables
    if len(variables) != len(saved.weights):
        variables = [variable for variable, _ in merged_variables(model)]
        clear(model)
    pairs: list[tuple[Sequence[Any], Arrays]] = [(variables, saved.weights)]
    if saved.optimizer:
        pairs += [(model.optimizer.variables, saved.optimizer)]
    for variables, arrays in pairs:
        shapes = [tuple(variable.shape) for variable in variables]
        if shapes != [array.shape for array in arrays]:
            raise TrainingError(
                "data", f"The checkpoint {where} belongs to another network or another version of Keras."
            )
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)
    if saved.metrics and len(saved.metrics) == len(model.metrics_variables):
        for variable, array in zip(model.metrics_variables, saved.metrics, strict=True):
            variable.assign(array)


def write_snapshot(saved: Snapshot, file: Path) -> None:
    """Writes a snapshot: temporary file, fsync, replace.

    Raises:
        OSError: The file that was there is unchanged.
    """
    arrays = {
        f"{group}/{index:05d}": array
        for group in ("weights", "optimizer", "metrics")
        for index, array in enumerate(getattr(saved, group))
    }
    file.parent.mkdir(exist_ok=True)
    with replacing(file) as temporary:
        np.savez(temporary, allow_pickle=False, state=np.array(json.dumps(saved.state)), **arrays)


def read_snapshot(file: Path) -> Snapshot:
    """Reads what :func:`write_snapshot` wrote; nothing in it is executed.

    Raises:
        TrainingError: The file is missing or damaged.
    """
    groups: dict[str, list[np.ndarray]] = {"weights": [], "optimizer": [], "metrics": []}
    try:
        with np.load(file, allow_pickle=False) as content:
            state = json.loads(str(content["state"]))
            for name in sorted(content.files):
                group, _, _ = name.partition("/")
                if group in groups:
                    groups[group].append(content[name])
    except FileNotFoundError:
        raise TrainingError("data", f"There is no checkpoint at {file}.") from None
    except Exception as error:  # zip, header and JSON errors of a damaged file are of many types
        raise TrainingError("data", f"The checkpoint {file} cannot be read: {error}.") from None
    return Snapshot(tuple(groups["weights"]), tuple(groups["optimizer"]), tuple(groups["metrics"]), state)


class CheckpointWriter:
    """Writes snapshots in a thread of its own, the newest of each file only.

    Args:
        written: Called in that thread with the file's name (``best``, ``last``) and the snapshot once it is safe.
        failed: Called in that thread with an error; the file there was before is unchanged.
        write: Writes one snapshot; a test may hold it.
    """

    def __init__(
        self,
        written: Callable[[str, Snapshot], None],
        failed: Callable[[str, OSError], None],
        write: Callable[[Snapshot, Path], None] = write_snapshot,
    ) -> None:
        self._written = written
        self._failed = failed
        self._write = write
        self._waiting: dict[Path, Snapshot] = {}
        self._unsaved: dict[Path, OSError] = {}
        self._busy = False
        self._closing = False
        self._change = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="checkpoints", daemon=True)
        self._thread.start()

    def put(self, saved: Snapshot, file: Path) -> None:
        """Has a snapshot written soon; takes the place of one for the same file that still waits."""
        with self._change:
            self._waiting.pop(file, None)
            self._waiting[file] = saved
            self._change.notify_all()

    def flush(self) -> None:
        """Waits until all is written.

        Raises:
            OSError: The newest snapshot of a file could not be written.
        """
        with self._change:
            self._change.wait_for(lambda: not self._waiting and not self._busy)
            for error in self._unsaved.values():
                raise error

    def close(self) -> None:
        """Writes what waits and ends the thread."""
        with self._change:
            self._closing = True
            self._change.notify_all()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._waiting or self._closing)
                if not self._waiting:
                    return
                file = next(iter(self._waiting))
                saved = self._waiting.pop(file)
                self._busy = True
            try:
                self._write(saved, file)
            except OSError as error:
                self._unsaved[file] = error
                self._failed(file.stem, error)
            else:
                self._unsaved.pop(file, None)
                self._written(file.stem, saved)
            with self._change:
                self._busy = False
                self._change.notify_all()


def _read(variables: Sequence[Any]) -> Arrays:
    ops = keras.ops
    return tuple(_storable(np.array(ops.convert_to_numpy(ops.convert_to_tensor(each)))) for each in variables)


def _storable(array: np.ndarray) -> np.ndarray:
    # bfloat16 and the 8-bit floats are foreign to the npy format; float32 holds each of their values exactly.
    return array if array.dtype.kind in "biufc" and array.dtype.isbuiltin else array.astype(np.float32)
