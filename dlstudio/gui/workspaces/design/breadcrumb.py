"""The line above the canvas while one looks inside a block: the way there, and what an edit here touches."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from dlstudio.graph.block_views import count_uses
from dlstudio.graph.paths import Path, block_at
from dlstudio.gui import theme
from dlstudio.gui.editors.editor import tip
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.panels import ElidedLabel, clear, label

HEIGHT = 34
LONGEST, SHORTEST = 190, 84
MOST_PARTS = 4


class Breadcrumb(QFrame):
    """Shows the studio's path; hidden on the project's own graph.

    Signals:
        wanted(object): The path that was clicked, a tuple.
    """

    wanted = Signal(object)

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "bar")
        self._studio = studio
        self._shown: object = None
        self.parts: list[QPushButton] = []
        self.here = ElidedLabel()
        theme.mark(self.here, "heading")
        self.note = ElidedLabel()
        theme.mark(self.note, "dim")
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName("Where in the network")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE_3, 0, theme.SPACE_3, 0)
        row.setSpacing(theme.SPACE_2)
        self._way = QHBoxLayout()
        self._way.setSpacing(theme.SPACE_1 + 2)
        row.addLayout(self._way)
        row.addWidget(self.here)
        row.addStretch(1)
        row.addWidget(self.note)
        studio.pathChanged.connect(self.refresh)
        studio.projectChanged.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Writes the path as it is now."""
        graph, path = self._studio.project.graph, self._studio.path
        self.setVisible(bool(path))
        if not path:
            self._shown = None
            return
        uses = count_uses(graph, block_at(graph, path))
        self.note.setText("Edits change its only use" if uses == 1 else f"Edits change all {uses} uses")
        names = [self._studio.project.name, *(self._name(path[: depth + 1]) for depth in range(len(path)))]
        shown = (names, path, self._longest(names))
        if self._shown != shown:
            self._shown = shown
            self._write(*shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.refresh()

    def _longest(self, names: list[str]) -> int:
        """How wide a part may be, so that where one is stays readable."""
        parts = min(len(names) - 1, MOST_PARTS - 1)
        here = self.here.fontMetrics().horizontalAdvance(names[-1])
        room = self.width() - here - self.note.sizeHint().width() - 40 - 24 * parts
        return max(SHORTEST, min(LONGEST, room // max(parts, 1)))

    def _name(self, path: Path) -> str:
        return f"{block_at(self._studio.project.graph, path)} ({path[-1]})"

    def _write(self, names: list[str], path: Path, longest: int) -> None:
        clear(self._way)
        self.parts = []
        hidden = range(1, len(path) - MOST_PARTS + 2) if len(path) >= MOST_PARTS else range(0)
        for depth, name in enumerate(names[:-1]):
            if depth in hidden:
                if depth == hidden[0]:
                    self._way.addWidget(label("…  ›", "faint"))
                continue
            part = QPushButton(_shortened(name, self.fontMetrics(), longest).replace("&", "&&"))
            theme.mark(part, "link")
            part.setCursor(Qt.CursorShape.PointingHandCursor)
            part.setToolTip(tip(f"Go to {name}"))
            part.setAccessibleName(f"Go to {name}")
            part.setAutoDefault(True)
            part.clicked.connect(lambda _=False, target=path[:depth]: self.wanted.emit(target))
            self.parts.append(part)
            self._way.addWidget(part)
            self._way.addWidget(label("›", "faint"))
        self.here.setText(names[-1])


def _shortened(text: str, metrics: QFontMetrics, longest: int) -> str:
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, longest)
