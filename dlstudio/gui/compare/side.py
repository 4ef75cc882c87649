"""One side of a comparison: what is shown, its drawing with the differences marked, and its metrics."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QComboBox, QFrame, QVBoxLayout

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.graph.model import Graph
from dlstudio.gui import theme
from dlstudio.gui.canvas.navigation import NavigableView
from dlstudio.gui.canvas.scene import CanvasScene
from dlstudio.gui.compare.still import Still
from dlstudio.workbench.comparing import Kind

_TOKENS: dict[Kind, str] = {"added": "ok", "removed": "error", "changed": "warning"}
_MARGIN = 7.0


class MarkedView(NavigableView):
    """A drawing that can be moved about but not edited, with outlines around what differs."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._still = Still(catalogue)
        super().__init__(CanvasScene(self._still))  # type: ignore[arg-type]
        self.canvas_scene.setParent(self)
        self._still.setParent(self)
        self._marks: dict[str, Kind] = {}
        self._pointed = ""
        self._untouched = True
        self._grip: QMouseEvent | None = None
        self.setAccessibleName("network")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.signals.changed.connect(self.canvas_scene.refresh_colors)

    def show_graph(self, graph: Graph, marks: Mapping[str, Kind]) -> None:
        """Shows a graph; ``marks`` says by node id what happened to it."""
        self._still.show(graph)
        self._marks, self._pointed = dict(marks), ""
        self.canvas_scene.sync()
        self._untouched = True
        self.fit_all()
        self.viewport().update()

    def point_to(self, name: str) -> None:
        """Brings a node to the middle; an empty name points to nothing."""
        self._pointed = name
        item = self.canvas_scene.nodes.get(name)
        if item is not None:
            self._untouched = False
            self.show_area(item.body().adjusted(-260, -160, 260, 160), most=1.0)
        self.viewport().update()

    def drawForeground(self, painter: QPainter, area: QRectF | QRect) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        font = theme.ui_font(11)
        for name, kind in self._marks.items():
            item = self.canvas_scene.nodes.get(name)
            if item is None:
                continue
            body = item.body().adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
            if not body.adjusted(0, -20, 0, 0).intersects(QRectF(area)):
                continue
            width = 3.0 if name == self._pointed else 2.0
            painter.setPen(QPen(theme.color(_TOKENS[kind]), width / min(self.zoom, 1.0)))
            painter.drawRoundedRect(body, 10, 10)
            if self.zoom > 0.45:  # a colour never stands alone
                painter.setFont(font)
                painter.setPen(theme.color(f"{_TOKENS[kind]}-text"))
                painter.drawText(body.topLeft() + QPointF(4, -5), kind)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._grip = event.clone() if event.button() != Qt.MouseButton.RightButton else None
        self._untouched = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            self.pan(event.position() - self._grip.position())
            self._grip = event.clone()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._grip = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._untouched:
            self.fit_all()


class Side(QFrame):
    """A choice of what to show, and its drawing."""

    chosen = Signal(int)

    def __init__(self, catalogue: Catalogue, name: str) -> None:
        super().__init__()
        theme.mark(self, "card")
        self.choice = QComboBox()
        self.choice.setAccessibleName(name)
        self.choice.activated.connect(self.chosen)
        self.view = MarkedView(catalogue)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.SPACE_2, theme.SPACE_2, theme.SPACE_2, theme.SPACE_2)
        layout.setSpacing(theme.SPACE_2)
        layout.addWidget(self.choice)
        layout.addWidget(self.view, 1)
