"""The rate that a schedule gives at each step, for a small preview; the formulas are those of Keras' documentation.

Schedules that are not known here have no preview. Training itself uses Keras' own classes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from dlstudio.gui import theme

_POINTS = 240  # of the line; a run of fewer steps is drawn step by step


def rate_at(kind: str, settings: Mapping[str, Any], rate: float, step: float, steps: int) -> float | None:
    """The learning rate at a step.

    Args:
        kind: Class of ``keras.optimizers.schedules`` by its last name; empty for a constant rate.
        settings: Those that differ from the defaults.
        rate: The optimizer's rate, with which the schedule begins unless it says otherwise.
        step: Counted from 0.
        steps: Steps of the whole run: what the schedule's step counts mean where they are not given.

    Returns:
        The rate, or None for a schedule that is not known here.
    """

    def given(name: str, usual: Any) -> Any:
        value = settings.get(name)
        return usual if value is None else value

    start = float(given("initial_learning_rate", rate))
    decay = float(given("decay_steps", steps)) or 1.0
    match kind:
        case "CosineDecay":
            target, warmup = given("warmup_target", None), given("warmup_steps", 0)
            return _cosine(start, given("alpha", 0.0), step, decay, target=target, warmup=warmup)
        case "CosineDecayRestarts":
            length, height = float(given("first_decay_steps", steps)) or 1.0, 1.0
            longer, lower = float(given("t_mul", 2.0)), float(given("m_mul", 1.0))
            while step >= length:
                step, length, height = step - length, max(length * longer, 1.0), height * lower
            alpha = float(given("alpha", 0.0))
            return start * ((1 - alpha) * height * 0.5 * (1 + math.cos(math.pi * step / length)) + alpha)
        case "ExponentialDecay":
            power = math.floor(step / decay) if given("staircase", False) else step / decay
            return start * float(given("decay_rate", 0.96)) ** power
        case "InverseTimeDecay":
            power = math.floor(step / decay) if given("staircase", False) else step / decay
            return start / (1 + float(given("decay_rate", 0.5)) * power)
        case "PolynomialDecay":
            end, power = float(given("end_learning_rate", 1e-4)), float(given("power", 1.0))
            if given("cycle", False):
                decay *= max(math.ceil(step / decay), 1)
            return float((start - end) * (1 - min(step, decay) / decay) ** power + end)
        case "PiecewiseConstantDecay":
            bounds, values = given("boundaries", []), given("values", [])
            if len(values) != len(bounds) + 1:
                return None
            return float(values[sum(step > bound for bound in bounds)])
        case "":
            return start
        case _:
            return None


@dataclass(frozen=True)
class RatePlan:
    """The learning rate over a run.

    Attributes:
        kind: Class of ``keras.optimizers.schedules`` by its last name; empty for a constant rate.
        settings: Those that differ from the defaults.
        rate: The optimizer's.
        steps: Steps (batches) of the whole run; None where that is not known yet.
        warmup: Steps of the climb before all that.
        epochs: Of the whole run.
    """

    kind: str
    settings: Mapping[str, Any]
    rate: float
    steps: int | None = None
    warmup: int = 0
    epochs: int = 1

    @property
    def length(self) -> int:
        """How many steps are drawn."""
        return self.steps or 1000

    def at(self, step: int) -> float | None:
        """The rate of a step, counted from 0; None for a schedule that is not known here."""
        after = max(step - self.warmup, 0)
        rate = rate_at(self.kind, self.settings, self.rate, after, max(self.length - self.warmup, 1))
        return rate if rate is None or not self.warmup else rate * min((step + 1) / self.warmup, 1.0)

    def epoch_of(self, step: int) -> int:
        """The epoch that a step belongs to, counted from 1."""
        return min(step * self.epochs // self.length + 1, self.epochs)


def _cosine(start: float, alpha: float, step: float, decay: float, *, target: float | None, warmup: float) -> float:
    if target is not None and warmup:
        if step < warmup:
            return start + (target - start) * step / warmup
        start, step = target, step - warmup
    return start * ((1 - alpha) * 0.5 * (1 + math.cos(math.pi * min(step, decay) / decay)) + alpha)


class RatePreview(QWidget):
    """The learning rate of each step as a small line, with its greatest value, the climb and the steps written.

    Under the pointer stands the rate of a step.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plan: RatePlan | None = None
        self._steps: list[int] = []
        self._rates: list[float] = []
        self._pointed: int | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.signals.changed.connect(self.update)

    @property
    def rates(self) -> list[float]:
        """The rates drawn, from the first step to the last."""
        return list(self._rates)

    def sizeHint(self) -> QSize:
        return QSize(180, 74)

    def show_plan(self, plan: RatePlan) -> bool:
        """Draws a plan; returns whether its schedule is known. Without a number of steps the end reads *end*."""
        self._plan = plan
        last = plan.length - 1
        self._steps = sorted({round(last * place / _POINTS) for place in range(_POINTS + 1)} | {min(plan.warmup, last)})
        rates = [plan.at(step) for step in self._steps]
        known = all(rate is not None for rate in rates)
        self._rates = [rate for rate in rates if rate is not None] if known else []
        self.setVisible(known)
        if known:
            climb = f", after a climb of {plan.warmup} steps" if plan.warmup else ""
            self.setAccessibleName(f"learning rate from {self._rates[0]:.3g} to {self._rates[-1]:.3g}{climb}")
        self.update()
        return known

    def words_at(self, x: float) -> str:
        """The step, the epoch and the rate at a horizontal place."""
        step = self._step_at(x)
        if self._plan is None or step is None:
            return ""
        epoch = f", epoch {self._plan.epoch_of(step)}" if self._plan.steps else ""
        return f"step {step + 1}{epoch}: {self._plan.at(step):.3g}"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointed = self._step_at(event.position().x())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._pointed = None
        self.update()

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(48, 8, -4, -18)

    def _step_at(self, x: float) -> int | None:
        area = self._area()
        if self._plan is None or not self._rates or area.width() <= 0:
            return None
        share = min(max((x - area.left()) / area.width(), 0.0), 1.0)
        return round(share * (self._plan.length - 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        plan = self._plan
        if plan is None or not self._rates:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.mono_font(10))
        area = self._area()
        top, last = max(*self._rates, 1e-12), max(plan.length - 1, 1)

        def place(step: int, rate: float) -> QPointF:
            return QPointF(area.left() + area.width() * step / last, area.bottom() - area.height() * rate / top)

        if plan.warmup:
            end = place(min(plan.warmup, last), 0).x()
            painter.fillRect(
                QRectF(area.left(), area.top(), end - area.left(), area.height()), theme.color("accent", 0.12)
            )
        painter.setPen(theme.color("dim"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, area.top() - 6, 44, 12), right, f"{top:.3g}")
        painter.drawText(QRectF(0, area.bottom() - 6, 44, 12), right, "0")
        below = QRectF(area.left(), area.bottom() + 4, area.width(), 14)
        if self._pointed is not None:
            painter.setPen(theme.color("text"))
            words = self.words_at(place(self._pointed, 0).x())
            painter.drawText(QRectF(0, below.top(), self.width(), below.height()), right, words)
        else:
            painter.drawText(
                below, Qt.AlignmentFlag.AlignLeft, f"climbs for {plan.warmup}" if plan.warmup else "step 1"
            )
            end_text = f"{plan.steps:,} steps".replace(",", "\u202f") if plan.steps else "end"
            painter.drawText(below, Qt.AlignmentFlag.AlignRight, end_text)
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        points = [place(step, rate) for step, rate in zip(self._steps, self._rates, strict=True)]
        painter.setPen(QPen(theme.color("accent"), 1.5))
        painter.drawPolyline(QPolygonF(points))
        if self._pointed is not None:
            painter.setBrush(theme.color("accent"))
            painter.drawEllipse(place(self._pointed, plan.at(self._pointed) or 0.0), 3, 3)
        painter.end()
