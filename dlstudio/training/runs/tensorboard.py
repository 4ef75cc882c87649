"""Writes a run's curves as TensorBoard event files, beside its own events, so that other tools can read them.

``tensorboard --logdir runs`` shows them: ``train`` and ``validation`` of each run, by the names that Keras' own
callback gives. The format is that of TensorFlow's summaries, records of ``tensorflow.Event``, written by tensorboardX,
which needs no TensorFlow: runs of every backend have such files.
"""

from __future__ import annotations

import importlib.util
import math
import os
import platform
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dlstudio.training.runs import events as ev

FOLDER = "tensorboard"
BATCHES_PER_SECOND = 20


def can_be_written() -> bool:
    """Whether tensorboardX is there; a machine that only trains may do without."""
    return importlib.util.find_spec("tensorboardX") is not None


class TensorBoardLog:
    """Follows the events of one run. A full disk ends the writing, never the training.

    Args:
        folder: The run's.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._writers: dict[str, Any] = {}
        self._steps_per_epoch = 0
        self._first_step = 0
        self._next_batch = 0.0
        self._broken = False

    def write(self, event: ev.Event) -> None:
        """Takes in an event of the run; those that no curve is made of are passed over."""
        match event:
            case ev.Started():
                self._steps_per_epoch = event.steps_per_epoch
                self._first_step = (event.first_epoch - 1) * event.steps_per_epoch
            case ev.Epoch():
                train = {f"epoch_{n}": v for n, v in event.values.items() if not n.startswith("val_")}
                if event.learning_rate is not None:
                    train["epoch_learning_rate"] = event.learning_rate
                tested = {f"epoch_{n.removeprefix('val_')}": v for n, v in event.values.items() if n.startswith("val_")}
                self._scalars("train", event.epoch, event.time, train)
                self._scalars("validation", event.epoch, event.time, tested)
                self.flush()
            case ev.Layers():
                step = self._step(event.epoch, event.step)
                values = {
                    f"layers/{quantity}/{path}": value
                    for path, each in event.layers.items()
                    for quantity, value in each.items()
                }
                self._scalars("train", step, event.time, values)
            case _:
                pass

    def write_batch(self, epoch: int, step: int, values: Mapping[str, float], at: float) -> None:
        """Takes in a batch; of many a second, some."""
        if at < self._next_batch:
            return
        self._next_batch = at + 1 / BATCHES_PER_SECOND
        self._scalars("train", self._step(epoch, step), at, {f"batch_{n}": v for n, v in values.items()})

    def flush(self) -> None:
        """Has everything so far readable for others."""
        self._guarded(lambda: [writer.flush() for writer in self._writers.values()])

    def close(self) -> None:
        """Writes what waits."""
        self._guarded(lambda: [writer.close() for writer in self._writers.values()])
        self._writers.clear()

    def _step(self, epoch: int, step: int) -> int:
        return (epoch - 1) * self._steps_per_epoch + step

    def _scalars(self, part: str, step: int, at: float, values: Mapping[str, float | None]) -> None:
        known = {name: value for name, value in values.items() if value is not None and math.isfinite(value)}
        if not known or self._broken:
            return
        from tensorboardX.proto.event_pb2 import Event

        event = Event(wall_time=at, step=step)
        for name, value in known.items():
            event.summary.value.add(tag=name, simple_value=value)
        self._guarded(lambda: self._writer(part, at).write(event.SerializeToString()))

    def _writer(self, part: str, at: float) -> Any:
        from tensorboardX.proto.event_pb2 import Event, SessionLog
        from tensorboardX.record_writer import RecordWriter

        if part not in self._writers:
            folder = self._folder / part
            folder.mkdir(parents=True, exist_ok=True)
            name = f"events.out.tfevents.{int(time.time())}.{platform.node() or 'here'}.{os.getpid()}"
            made = self._writers[part] = RecordWriter(str(folder / name))
            made.write(Event(wall_time=at, file_version="brain.Event:2").SerializeToString())
            # A run that goes on makes steps again: readers forget those from here on.
            begin = SessionLog(status=SessionLog.START)
            first = self._first_step if part == "train" else self._first_step // max(self._steps_per_epoch, 1)
            made.write(Event(wall_time=at, step=first + 1, session_log=begin).SerializeToString())
        return self._writers[part]

    def _guarded(self, work: Any) -> None:
        if self._broken:
            return
        try:
            work()
        except OSError:
            self._broken = True
