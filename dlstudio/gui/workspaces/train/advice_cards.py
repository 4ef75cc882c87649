"""Advice about the run that is shown, a card each: what is seen, what says so, and a click that does something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from dlstudio.graph.project import TrainingSettings
from dlstudio.gui import theme
from dlstudio.gui.plots.evidence import EvidencePlot
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.panels import button, clear, label
from dlstudio.gui.workspaces.train.record import RunRecord
from dlstudio.training.advice.actions import WORDS, applied
from dlstudio.training.advice.advice import Advice, advise
from dlstudio.training.advice.course import Course

_BATCHES = 400


class AdviceCards(QScrollArea):
    """All advice about one run. Emits how many pieces there are when that changes."""

    counted = Signal(int)

    def __init__(self, studio: Studio, find_rate: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._find_rate = find_rate
        self._of_run = TrainingSettings()
        self._seen: tuple[object, ...] = ()
        self._course = Course(self._of_run, ())
        self._written = False
        self.advice: list[Advice] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        inside = QWidget()
        theme.mark(inside, "scrolled")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, theme.SPACE_2, 0)
        self._column.setSpacing(theme.SPACE_3)
        self.setWidget(inside)

    def show_record(self, record: RunRecord | None, training: TrainingSettings | None) -> None:
        """Looks at a run again, if it has come further since."""
        seen = (record and record.name, record and len(record.history), record and record.status, training)
        if seen == self._seen:
            return
        self._seen = seen
        self._of_run = training or TrainingSettings()
        course = course_of_record(record, self._of_run) if record else Course(self._of_run, ())
        self.advice = advise(course) if record else []
        self._course = course
        self._written = False
        if self.isVisible():
            self._write()
        self.counted.emit(len(self.advice))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._written:
            self._write()

    def _write(self) -> None:
        """Makes the cards, which takes longer than all the rest: not while nobody sees them."""
        self._written = True
        course = self._course
        clear(self._column)
        for each in self.advice:
            self._column.addWidget(self._card(each, course))
        if not self.advice:
            words = "Nothing to advise: no fault can be seen in the curves of this run."
            young = len(course.history) < 3
            self._column.addWidget(label("Advice needs a few epochs of curves." if young else words, "dim", wrap=True))
        self._column.addStretch(1)

    def _card(self, advice: Advice, course: Course) -> QFrame:
        card = QFrame()
        theme.mark(card, "card")
        layout = QVBoxLayout(card)
        layout.setContentsMargins(theme.SPACE_4, theme.SPACE_3, theme.SPACE_4, theme.SPACE_3)
        layout.setSpacing(theme.SPACE_2)
        layout.addWidget(label(advice.title, "heading", wrap=True))
        layout.addWidget(label(advice.evidence, "dim", wrap=True))
        if advice.curves:
            layout.addWidget(_evidence(advice, course))
        layout.addWidget(label(advice.remedy, wrap=True))
        if advice.action:
            row = QHBoxLayout()
            row.addWidget(button(WORDS[advice.action], lambda: self.act(advice)))
            row.addStretch(1)
            layout.addLayout(row)
        return card

    def act(self, advice: Advice) -> None:
        """Does what a piece of advice offers; the recipe changes as one undo step."""
        if advice.action == "find-rate":
            self._find_rate()
            return
        project = self._studio.project
        changed = applied(advice.action, project.training, self._of_run)
        if changed == project.training:
            self._studio.message.emit("The recipe has that already; train again to see what it does.", "info")
            return
        self._studio.change(WORDS[advice.action], replace(project, training=changed))
        self._studio.message.emit("The recipe is changed; train again to see what it does.", "info")


def course_of_record(record: RunRecord, training: TrainingSettings) -> Course:
    """What a run's record tells, in the form that advice is made from."""
    losses = record.batches["loss"].values[-_BATCHES:].tolist() if "loss" in record.batches else []
    return Course(
        training,
        tuple(record.history),
        tuple(losses),
        record.layers.latest,
        record.started.steps_per_epoch if record.started else 0,
        record.started.epochs if record.started else training.epochs,
        record.live,
        record.spent,
        tuple(record.course["speed"].values.tolist()) if "speed" in record.course else (),
    )


def _evidence(advice: Advice, course: Course) -> EvidencePlot:
    """The curves that a piece of advice is about."""
    if "batches" in advice.curves:
        return EvidencePlot({"loss of single batches": course.losses}, unit="batch")
    curves = {
        "samples a second" if name == "speed" else name: course.speeds if name == "speed" else course.curve(name)
        for name in advice.curves
    }
    return EvidencePlot(curves, advice.epochs)
