"""The rate that a schedule gives at each step, for a small preview; the formulas are those of Keras' documentation.

Schedules that are not known here have no preview. Training itself uses Keras' own classes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from dlstudio.gui import theme


def rate_at(kind: str, settings: Mapping[str, Any], rate: float, step: float, steps: int) -> float | None:
    """The learning rate at a step.

    Args:
        kind: Class of ``keras.optimizers.schedules`` by its last name.
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
        case _:
            return None


def _cosine(start: float, alpha: float, step: float, decay: float, *, target: float | None, warmup: float) -> float:
    if target is not None and warmup:
        if step < warmup:
            return start + (target - start) * step / warmup
        start, step = target, step - warmup
    return start * ((1 - alpha) * 0.5 * (1 + math.cos(math.pi * min(step, decay) / decay)) + alpha)


class RatePreview(QWidget):
    """The learning rate over the run as a small line, with its greatest value and the steps written."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rates: list[float] = []
        self._steps = 0
        self._known = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.signals.changed.connect(self.update)

    @property
    def rates(self) -> list[float]:
        """The rates drawn, from the first step to the last."""
        return list(self._rates)

    def sizeHint(self) -> QSize:
        return QSize(180, 74)

    def show_schedule(self, kind: str, settings: Mapping[str, Any], rate: float, steps: int | None) -> bool:
        """Draws a schedule over a run of ``steps``; returns whether it is known. Without steps the end reads *end*."""
        self._known, self._steps = steps is not None, steps or 1000
        rates = [rate_at(kind, settings, rate, self._steps * i / 120, self._steps) for i in range(121)]
        self._rates = [value for value in rates if value is not None]
        self.setVisible(len(self._rates) == len(rates))
        if self._rates:
            self.setAccessibleName(f"learning rate from {self._rates[0]:.3g} to {self._rates[-1]:.3g}")
        self.update()
        return len(self._rates) == len(rates)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rates:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.mono_font(10))
        painter.setPen(theme.color("dim"))
        inner = QRectF(self.rect()).adjusted(44, 8, -4, -18)
        top = max(*self._rates, 1e-12)
        painter.drawText(QRectF(0, inner.top() - 6, 40, 12), Qt.AlignmentFlag.AlignRight, f"{top:.3g}")
        painter.drawText(QRectF(0, inner.bottom() - 6, 40, 12), Qt.AlignmentFlag.AlignRight, "0")
        below = QRectF(inner.left(), inner.bottom() + 4, inner.width(), 14)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "step 0")
        end = f"{self._steps:,}".replace(",", "\u202f") if self._known else "end"
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, end)
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(inner.bottomLeft(), inner.bottomRight())
        count = len(self._rates) - 1
        points = [
            QPointF(inner.left() + inner.width() * i / count, inner.bottom() - inner.height() * value / top)
            for i, value in enumerate(self._rates)
        ]
        painter.setPen(QPen(theme.color("accent"), 1.5))
        painter.drawPolyline(QPolygonF(points))
        painter.end()
