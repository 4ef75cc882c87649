"""The row above the plots: pause, stop, continue, and how far the run is."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.workspaces.panels import ElidedLabel, button
from dlstudio.gui.workspaces.train.record import RunRecord

_NOTABLE = 0.05
_KINDS = {"steps": "steps", "data": "waiting for data", "validation": "validation", "studio": "the studio itself"}
_ENDS = {
    "finished": "Finished",
    "stopped": "Stopped",
    "failed": "Failed",
    "interrupted": "Interrupted: the training process is gone",
}


class ProgressRow(QWidget):
    """Controls and progress of one run. Emits what the user wants; the owner does it."""

    pauseWanted = Signal()
    resumeWanted = Signal()
    stopWanted = Signal()
    continueWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pause = button("Pause", self.pauseWanted.emit, tip="Wait between two batches; nothing is lost")
        self.resume = button("Resume", self.resumeWanted.emit)
        self.stop = button("Stop", self.stopWanted.emit, tip="Save a checkpoint, evaluate and end the run")
        self.go_on = button("Continue", self.continueWanted.emit, tip="Go on from the last checkpoint of this run")
        # Their texts change all the time; were they to ask for room, everything beside them would move.
        self.where, self.speed = ElidedLabel(), ElidedLabel()
        for text in (self.where, self.speed):
            text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            text.setMinimumWidth(40)
        theme.mark(self.speed, "dim")
        self.speed.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName("progress of the run")
        texts = QHBoxLayout()
        texts.addWidget(self.where, 2)
        texts.addWidget(self.speed, 3)
        right = QVBoxLayout()
        right.setSpacing(theme.SPACE_1)
        right.addLayout(texts)
        right.addWidget(self.bar)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_2)
        for each in (self.pause, self.resume, self.stop, self.go_on):
            layout.addWidget(each)
        layout.addSpacing(theme.SPACE_2)
        layout.addLayout(right, 1)

    def show_record(self, record: RunRecord, status: str, noun: str = "samples") -> None:
        """Writes where the run is.

        Args:
            record: What its events say.
            status: What its folder says; it knows of a process that is gone.
            noun: What a sample is called: ``images``, ``sentences``, ``rows``.
        """
        running = status in ("starting", "running")
        self.pause.setVisible(running)
        self.pause.setEnabled(status == "running" and record.status != "stopping")
        self.resume.setVisible(status == "paused")
        self.stop.setVisible(running or status == "paused")
        self.stop.setEnabled(status != "starting" and record.status != "stopping")
        self.go_on.setVisible(status in ("stopped", "interrupted"))
        self.where.setText(self._where(record, status))
        self.speed.setText(self._speed(record, status, noun))
        self.speed.setVisible(bool(self.speed.text()))
        self.speed.setToolTip(_times(record))
        total = record.total_steps
        share = record.done_steps / total if total else 0.0
        if status == "finished":
            share = 1.0
        # A moving bar says that something happens while nothing can be counted yet.
        self.bar.setRange(0, 0 if status == "starting" and not total else 1000)
        self.bar.setValue(round(1000 * min(share, 1.0)))

    def _where(self, record: RunRecord, status: str) -> str:
        if record.started is None:
            return (
                "Starting: reading the data and building the network …"
                if status == "starting"
                else _ENDS.get(status, "")
            )
        place = f"Epoch {record.epoch} of {record.started.epochs}"
        if status in ("running", "paused"):
            step = f" · step {numbers.count(record.step)} of {numbers.count(record.started.steps_per_epoch)}"
            state = {"paused": "Paused · "}.get(status, "")
            ending = " · stopping …" if record.status == "stopping" else ""
            return f"{state}{place}{step}{ending}"
        early = " early: no improvement" if record.reason == "early-stopping" else ""
        return f"{_ENDS.get(status, 'Starting')}{early} · {place[:1].lower()}{place[1:]}"

    def _speed(self, record: RunRecord, status: str, noun: str) -> str:
        if status not in ("running", "paused", "starting"):
            return f"took {numbers.duration(record.seconds)}" if record.seconds else ""
        parts = []
        if math.isfinite(record.samples_per_second) and status == "running":
            parts.append(numbers.rate(record.samples_per_second, noun))
        if math.isfinite(record.seconds_left):
            parts.append(f"{numbers.duration(record.seconds_left)} left")
        if status == "running":
            parts.append(_burden(record))
            parts.append(f"{1000 * record.step_seconds:.3g} ms a step" if math.isfinite(record.step_seconds) else "")
        return " · ".join(part for part in parts if part)


def _burden(record: RunRecord) -> str:
    """What of the time is not spent on steps, where it is worth a word."""
    parts = [(record.waiting, "waiting for data"), (record.studio, "studio")]
    return " · ".join(f"{share:.0%} {name}" for share, name in parts if share >= _NOTABLE)


def _times(record: RunRecord) -> str:
    """Where the time goes, in full: for the tip."""
    named = [f"{name} {record.spent[kind]:.3g} s" for kind, name in _KINDS.items() if kind in record.spent]
    return f"The last epoch: {', '.join(named)}" if named else ""
