"""Cards of the start page: a template with a small drawn picture of its network, and a recent project."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.gui import theme
from dlstudio.gui.icons import paint_icon
from dlstudio.templates.template import Template

PICTURE_HEIGHT = 64


class _Card(QAbstractButton):
    """A button painted by hand that Enter presses, as a click does."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def entered(self) -> None:
        """What Enter does."""
        self.click()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered()
            return
        super().keyPressEvent(event)


class TemplateCard(_Card):
    """One template: its network in miniature, its name and one line. Chosen by click, made by double-click or Enter.

    Signals:
        made(): Double-click, or Enter on the chosen card.
    """

    made = Signal()

    def __init__(self, template: Template | None, catalogue: Catalogue, parent: QWidget | None = None) -> None:
        """Args:
        template: What it offers; None is the empty canvas.
        catalogue: Where the colours of the nodes come from.
        parent: The Qt parent.
        """
        super().__init__(parent)
        self.template = template
        self.name = template.name if template else ""
        self._catalogue = catalogue
        self.title = template.title if template else "Empty canvas"
        self.summary = template.summary if template else "Draw the network yourself, layer by layer."
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setMinimumSize(180, 172)
        self.setAccessibleName(f"{self.title}. {self.summary}")
        self.setToolTip(f'<p style="white-space: pre-wrap">{self.summary}</p>')
        theme.signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(220, 172)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        if self.isEnabled():
            self.setChecked(True)
            self.made.emit()

    def entered(self) -> None:
        if self.isChecked():
            self.made.emit()
        else:
            self.click()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        chosen = self.isChecked() or self.hasFocus()
        painter.setPen(QPen(theme.color("accent" if chosen else "line"), 2 if self.isChecked() else 1))
        over = self.underMouse() and self.isEnabled()
        painter.setBrush(theme.color("raised" if over else "panel"))
        painter.drawRoundedRect(body, 8, 8)
        painter.setOpacity(1.0 if self.isEnabled() else 0.35)
        self._paint_network(painter, body.adjusted(12, 12, -12, 0))
        painter.setOpacity(1.0)
        left, width = body.left() + 12, body.width() - 24
        painter.setPen(theme.color("text" if self.isEnabled() else "disabled"))
        painter.setFont(theme.ui_font(13, 600))
        top = body.top() + PICTURE_HEIGHT + 20
        title = painter.fontMetrics().elidedText(self.title, Qt.TextElideMode.ElideRight, int(width))
        painter.drawText(QRectF(left, top, width, 18), Qt.AlignmentFlag.AlignVCenter, title)
        painter.setPen(theme.color("dim" if self.isEnabled() else "disabled"))
        painter.setFont(theme.ui_font(12))
        self._paint_lines(painter, QRectF(left, top + 20, width, 50))

    def _paint_lines(self, painter: QPainter, room: QRectF) -> None:
        """Three lines of the summary; the last ends in dots where there is more."""
        metrics, words = painter.fontMetrics(), self.summary.split()
        lines = []
        for _ in range(2):
            line = words.pop(0) if words else ""
            while words and metrics.horizontalAdvance(f"{line} {words[0]}") <= room.width():
                line = f"{line} {words.pop(0)}"
            lines.append(line)
        lines.append(metrics.elidedText(" ".join(words), Qt.TextElideMode.ElideRight, int(room.width())))
        painter.drawText(room, Qt.AlignmentFlag.AlignTop, "\n".join(lines))

    @cached_property
    def _places(self) -> tuple[dict[str, tuple[int, int]], list[tuple[str, str]], dict[str, str]]:
        """Column and row of each node, the wires, and each node's category."""
        content: Mapping[str, Any] = self.template.content if self.template else {}
        nodes: Mapping[str, Any] = content.get("nodes", {})
        places = {
            name: (column, row)
            for row, names in enumerate(content.get("rows", ()))
            for column, name in enumerate(names)
            if name in nodes
        }
        wires = [(a.partition(".")[0], b.partition(".")[0]) for a, b in content.get("wires", ())]
        categories = {}
        for name, node in nodes.items():
            node_type = self._catalogue.get(node["type"])
            categories[name] = node_type.category if node_type else "core"
        return places, wires, categories

    def _paint_network(self, painter: QPainter, room: QRectF) -> None:
        places, wires, categories = self._places
        room.setHeight(PICTURE_HEIGHT)
        if not places:
            pen = QPen(theme.color("faint"), 1.2, Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            box = QRectF(room.center().x() - 34, room.center().y() - 18, 68, 36)
            painter.drawRoundedRect(box, 5, 5)
            paint_icon(painter, QRectF(box.center().x() - 8, box.center().y() - 8, 16, 16), "plus", theme.color("dim"))
            return
        columns = 1 + max(column for column, _ in places.values())
        rows = 1 + max(row for _, row in places.values())
        dx, dy = min(room.width() / columns, 34.0), min(PICTURE_HEIGHT / rows, 22.0)
        left = room.left() + (room.width() - dx * columns) / 2
        top = room.top() + (PICTURE_HEIGHT - dy * rows) / 2
        width, height = dx * 0.66, min(dy * 0.62, 12.0)
        centres = {
            name: QPointF(left + dx * (column + 0.5), top + dy * (row + 0.5)) for name, (column, row) in places.items()
        }
        painter.setPen(QPen(theme.color("wire"), 1))
        for source, target in wires:
            # Wires that wrap to the next row say nothing at this size: only those that lead onwards are drawn.
            if source in centres and target in centres and centres[target].x() > centres[source].x():
                painter.drawLine(centres[source], centres[target])
        painter.setPen(Qt.PenStyle.NoPen)
        for name, centre in centres.items():
            painter.setBrush(theme.category_color(categories[name]))
            painter.drawRoundedRect(QRectF(centre.x() - width / 2, centre.y() - height / 2, width, height), 2.5, 2.5)


class RecentRow(_Card):
    """A recent project: its name and where it lies."""

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self.title = _name_in(folder)
        self.setAccessibleName(f"Open {self.title}, {folder}")
        self.setToolTip(str(folder))

    def sizeHint(self) -> QSize:
        return QSize(220, 44)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.underMouse() or self.hasFocus():
            painter.setPen(theme.color("accent") if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("raised"))
            painter.drawRoundedRect(body, 6, 6)
        width = int(body.width()) - 16
        painter.setPen(theme.color("text"))
        painter.setFont(theme.ui_font(13))
        title = painter.fontMetrics().elidedText(self.title, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRectF(8, 4, width, 18), Qt.AlignmentFlag.AlignVCenter, title)
        painter.setPen(theme.color("faint"))
        painter.setFont(theme.ui_font(11))
        place = painter.fontMetrics().elidedText(_short(self.folder), Qt.TextElideMode.ElideMiddle, width)
        painter.drawText(QRectF(8, 22, width, 16), Qt.AlignmentFlag.AlignVCenter, place)


def _name_in(folder: Path) -> str:
    """The project's name; its folder's where the file cannot be read."""
    try:
        with (folder / "project.json").open(encoding="utf-8") as file:
            name = json.loads(file.read(1_000_000)).get("name")
    except (OSError, ValueError, AttributeError, RecursionError):
        name = None
    return name if isinstance(name, str) and name else folder.name


def _short(folder: Path) -> str:
    try:
        return f"~/{folder.relative_to(Path.home())}"
    except ValueError:
        return str(folder)
