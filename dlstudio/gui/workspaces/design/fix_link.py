"""The link that mends a problem when it is clicked; gives way where there is little room."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter, QWidget

from dlstudio.graph.problems import Fix
from dlstudio.gui import theme

_LEAST = 80


class FixLink(QPushButton):
    """A fix in its own words; where it does not fit its middle is left out, and all stands in the tooltip."""

    def __init__(self, fix: Fix, parent: QWidget | None = None) -> None:
        super().__init__(fix.label.replace("&", "&&"), parent)
        self.fix = fix
        theme.mark(self, "link")
        self.setAccessibleName(fix.label)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(min(_LEAST, hint.width()), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Qt guesses markup in tooltips, and a fix may name a column after "<img ...>".
        cut = self.width() < self.sizeHint().width()
        self.setToolTip(f"<qt>{escape(self.fix.label)}</qt>" if cut else "")

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        room = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self).width()
        option.text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, max(room, 20))
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
