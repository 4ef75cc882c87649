"""Looks for a good learning rate: a curve of the loss over rising rates, the suggestion, and a click to take it.

The test trains a copy of the network in the engine; the project changes only where a rate is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from dlstudio.gui import theme
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.panels import button, label
from dlstudio.training.remedies import rate_of, with_rate


class RateFinder(QDialog):
    """Asks for a range test as soon as it opens."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Find a learning rate")
        self._studio = studio
        self._request = 0
        self._rate: float | None = None
        self.said = label("A copy of the network trains on some batches while the rate rises …", "small", wrap=True)
        self.curve = RateCurve()
        self.curve.chosen.connect(self._choose)
        self.take = button("Take", self._take, "primary", "Sets the learning rate of the optimizer, as one undo step")
        self.take.setEnabled(False)
        self.again = button("Test again", self.ask)
        row = QHBoxLayout()
        row.addStretch(1)
        for each in (button("Close", self.reject), self.again, self.take):
            row.addWidget(each)
        layout = QVBoxLayout(self)
        layout.setSpacing(theme.SPACE_3)
        layout.addWidget(self.said)
        layout.addWidget(self.curve, 1)
        layout.addLayout(row)
        self.resize(640, 430)
        self.ask()

    def ask(self) -> None:
        """Has the engine make the test."""
        self.again.setEnabled(False)
        payload = {"project": self._studio.project.as_json(), "root": str(self._studio.folder or "")}
        self._request = self._studio.ask("find_rate", payload, self._done, self._failed, replaces="find_rate")

    def done(self, result: int) -> None:
        """Closes; a test that still goes on is given up."""
        if self._request and not self.again.isEnabled():
            self._studio.cancel(self._request)
        super().done(result)

    def _done(self, found: Mapping[str, Any]) -> None:
        if not isValid(self):
            return
        self.again.setEnabled(True)
        self.curve.show_test(found["rates"], found["losses"])
        suggestion = found.get("suggestion")
        if suggestion is None:
            self.said.setText(
                "The loss fell nowhere, so no rate can be suggested. Look at the data, the loss and the last layer."
            )
            return
        now = rate_of(self._studio.project.training)
        self.said.setText(
            f"A tenth of the rate with the least loss is {suggestion:g}; the recipe has {now:g}. Where the curve turns "
            "up, the rate is too high. Click into the curve to choose another."
        )
        self._choose(float(suggestion))

    def _failed(self, sentence: str) -> None:
        if isValid(self):
            self.again.setEnabled(True)
            self.said.setText(sentence)

    def _choose(self, rate: float) -> None:
        self._rate = rate
        self.curve.mark_rate(rate)
        self.take.setText(f"Take {rate:g}")
        self.take.setEnabled(True)

    def _take(self) -> None:
        if self._rate is not None:
            project = self._studio.project
            training = with_rate(project.training, self._rate)
            self._studio.change(f"Learn at a rate of {self._rate:g}", replace(project, training=training))
        self.accept()


class RateCurve(QWidget):
    """Loss over the learning rate, on a logarithmic axis; a click emits the rate there."""

    chosen = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._rates = np.empty(0)
        self._losses = np.empty(0)
        self._marked: float | None = None
        self.setMinimumHeight(200)
        theme.signals.changed.connect(self.update)

    def show_test(self, rates: list[float], losses: list[float]) -> None:
        """Shows what a range test found."""
        self._rates, self._losses = np.asarray(rates, float), np.asarray(losses, float)
        self.setAccessibleName(f"loss over learning rates from {rates[0]:.1g} to {rates[-1]:.1g}")
        self.update()

    def mark_rate(self, rate: float) -> None:
        """Marks a rate by a line."""
        self._marked = rate
        self.update()

    def rate_at(self, x: float) -> float:
        """The rate at a horizontal place, with two digits."""
        area = self._area()
        low, high = np.log10(self._rates[0]), np.log10(self._rates[-1])
        share = min(max((x - area.left()) / area.width(), 0.0), 1.0)
        return float(f"{10 ** (low + share * (high - low)):.2g}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if len(self._rates) > 1:
            self.chosen.emit(self.rate_at(event.position().x()))

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(58, 10, -14, -38)

    def _x(self, rate: float) -> float:
        area = self._area()
        low, high = np.log10(self._rates[0]), np.log10(self._rates[-1])
        return float(area.left() + (np.log10(rate) - low) / ((high - low) or 1.0) * area.width())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self._area()
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.drawLine(area.bottomLeft(), area.topLeft())
        if len(self._rates) < 2:
            return
        low, high = float(self._losses.min()), float(np.percentile(self._losses, 97))
        span = (high - low) or 1.0

        def y(loss: float) -> float:
            return float(area.bottom() - min((loss - low) / span, 1.04) * (area.height() - 8) - 4)

        painter.setFont(theme.mono_font(11))
        painter.setPen(theme.color("dim"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for loss in (low, (low + high) / 2, high):
            painter.drawText(QRectF(0, y(loss) - 8, 50, 16), right, f"{loss:.3g}")
        for power in range(int(np.ceil(np.log10(self._rates[0]))), int(np.floor(np.log10(self._rates[-1]))) + 1):
            x = self._x(10.0**power)
            painter.setPen(theme.color("grid"))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            painter.setPen(theme.color("dim"))
            painter.drawText(
                QRectF(x - 30, area.bottom() + 3, 60, 14), Qt.AlignmentFlag.AlignCenter, f"{10.0**power:g}"
            )
        painter.setFont(theme.ui_font(11))
        below = QRectF(area.left(), area.bottom() + 18, area.width(), 16)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, "learning rate (loss upwards, smoothed)")
        painter.setPen(QPen(theme.color("training"), 2))
        painter.drawPolyline(
            QPolygonF([QPointF(self._x(r), y(v)) for r, v in zip(self._rates, self._losses, strict=True)])
        )
        if self._marked is not None:
            x = self._x(self._marked)
            painter.setPen(QPen(theme.color("ok"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            painter.setPen(theme.color("ok-text"))
            painter.drawText(QPointF(x + 5, area.top() + 12), f"{self._marked:g}")
