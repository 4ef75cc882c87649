"""How the layers of a run learn: a strip a layer, for one quantity at a time, and what its colours mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots.layer_strip import Floats, LayerStrip, between
from dlstudio.gui.workspaces.panels import ElidedLabel, label
from dlstudio.gui.workspaces.train.layer_history import LayerHistory, Quantity
from dlstudio.gui.workspaces.train.record import RunRecord


@dataclass(frozen=True)
class _Kind:
    """A quantity: its name, what it says, and the colours of its values (of their decimal logarithm where ``log``)."""

    title: str
    meaning: str
    log: bool
    stops: tuple[tuple[float, str], ...] = ()


# Where updates are usual: Karpathy (2015), CS231n, "ratio of weights:updates", about 1e-3.
KINDS: dict[Quantity, _Kind] = {
    "update": _Kind(
        "Update to weights",
        "How far one step moves a layer's weights, as a share of them. About a thousandth is usual; above a tenth the "
        "rate is too high, below a hundred-thousandth the layer hardly learns.",
        True,
        ((-6.0, "accent"), (-4.0, "ok"), (-2.0, "ok"), (-1.0, "warning"), (0.0, "error")),
    ),
    "gradient": _Kind(
        "Gradient norm",
        "The length of the gradient before clipping. Shrinking from layer to layer towards the input: it vanishes; "
        "growing over time: it explodes.",
        True,
    ),
    "weights": _Kind("Weight norm", "The length of all that a layer learns, as one vector.", True),
    "dead": _Kind(
        "Dead units",
        "The share of relu units that give 0 for all of a fixed few samples: they learn nothing from them.",
        False,
        ((0.0, "raised"), (0.1, "ok"), (0.5, "warning"), (1.0, "error")),
    ),
}


class LayersView(QFrame):
    """The strips of the run that is shown; redrawn only while it is visible."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self._record: RunRecord | None = None
        self._shown: tuple[object, ...] = ()
        self.choice = QComboBox()
        self.choice.setAccessibleName("what the strips show")
        for quantity, kind in KINDS.items():
            self.choice.addItem(kind.title, quantity)
        self.choice.currentIndexChanged.connect(lambda _: self.refresh())
        self.strip = LayerStrip()
        self.strip.pointed.connect(self._point)
        self.scale = _Scale()
        self.meaning = label("", "small", wrap=True)
        self.place = ElidedLabel("")
        theme.mark(self.place, "dim")
        self.waiting = label("", "dim", wrap=True)
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE_3)
        head.addWidget(self.choice)
        head.addWidget(self.scale)
        head.addStretch(1)
        head.addWidget(self.place)
        scrolled = QScrollArea()
        scrolled.setWidgetResizable(True)
        scrolled.setFrameShape(QFrame.Shape.NoFrame)
        inside = QWidget()
        theme.mark(inside, "scrolled")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.strip)
        column.addStretch(1)
        scrolled.setWidget(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.SPACE_4, theme.SPACE_3, theme.SPACE_3, theme.SPACE_3)
        layout.setSpacing(theme.SPACE_2)
        layout.addLayout(head)
        layout.addWidget(self.meaning)
        layout.addWidget(self.waiting)
        layout.addWidget(scrolled, 1)
        theme.signals.changed.connect(self._restyle)

    def show_record(self, record: RunRecord | None) -> None:
        """Shows another run."""
        self._record = record
        self.refresh()

    def refresh(self) -> None:
        """Draws what the run has measured by now."""
        history = self._record.layers if self._record else LayerHistory()
        quantity: Quantity = self.choice.currentData()
        shown = (id(history), len(history), history.steps[-1:], quantity)
        if not self.isVisible() or shown == self._shown:
            return
        self._shown = shown
        kind = KINDS[quantity]
        values = history.values(quantity)
        scaled = _log(values) if kind.log else values
        stops = kind.stops or _sequence(scaled)
        colours = between([(place, theme.color(token)) for place, token in stops])
        self.strip.show_values(
            history.layers(quantity),
            history.steps,
            values,
            lambda plain: colours(_log(plain) if kind.log else plain),
            _percent if quantity == "dead" else "{:.2g}".format,
        )
        self.scale.show_scale(stops, kind.log)
        self.scale.setVisible(values.size > 0)
        self.meaning.setText(kind.meaning)
        self.waiting.setVisible(values.size == 0)
        self.waiting.setText(self._nothing(quantity, history))

    def showEvent(self, event: object) -> None:
        self.refresh()

    @staticmethod
    def _nothing(quantity: Quantity, history: LayerHistory) -> str:
        if len(history) and quantity == "dead":
            return "No layer of this network ends in a relu, so there are no units that could be dead."
        return "Nothing has been measured yet. The first values come with the first step of a run."

    def _point(self, row: int, column: int) -> None:
        history = self._record.layers if self._record else LayerHistory()
        known = 0 <= column < len(history)
        self.place.setText(f"step {history.steps[column]} · epoch {history.epochs[column]}" if known else "")

    def _restyle(self) -> None:
        self._shown = ()
        self.refresh()


class _Scale(QWidget):
    """A bar of the colours with the least and the greatest value beside it."""

    def __init__(self) -> None:
        super().__init__()
        self._stops: tuple[tuple[float, str], ...] = ((0.0, "raised"), (1.0, "accent"))
        self._log = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, 20)

    def show_scale(self, stops: tuple[tuple[float, str], ...], log: bool) -> None:
        """Shows the colours of values, or of their decimal logarithms."""
        self._stops, self._log = stops, log
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.mono_font(11))
        painter.setPen(theme.color("dim"))
        low, high = self._stops[0][0], self._stops[-1][0]
        bar = QRectF(58, 5, self.width() - 116, 10)
        painter.drawText(QRectF(0, 0, 52, 20), 0x0082, self._text(low))  # right, centred
        painter.drawText(QRectF(bar.right() + 6, 0, 52, 20), 0x0081, self._text(high))
        colours = QLinearGradient(bar.topLeft(), bar.topRight())
        for place, token in self._stops:
            colours.setColorAt((place - low) / ((high - low) or 1.0), theme.color(token))
        painter.fillRect(bar, colours)

    def _text(self, place: float) -> str:
        return f"{10**place:.1g}" if self._log else _percent(place)


def _log(values: Floats) -> Floats:
    return np.log10(values, out=np.full(values.shape, np.nan), where=values > 0)


def _sequence(scaled: Floats) -> tuple[tuple[float, str], ...]:
    """From the least to the greatest value that there is, at least one decade."""
    known = scaled[np.isfinite(scaled)]
    low, high = (float(known.min()), float(known.max())) if known.size else (-3.0, 0.0)
    high = max(high, low + 1.0)
    return ((low, "selection"), ((low + high) / 2, "accent"), (high, "validation"))


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
