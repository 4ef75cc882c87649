"""Three panels beside each other and one below, that fold, resize and are remembered."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QWidget

from dlstudio.workbench.preferences import Preferences

Side = Literal["left", "right", "bottom"]


class FoldablePanels(QWidget):
    """A middle with panels around it.

    Args:
        name: Under which the preferences remember sizes and folds.
        preferences: Where they are remembered.
        left, middle, right, bottom: The panels; the bottom one lies under the middle.
        sizes: Widths of left and right and height of the bottom in pixels at first.
    """

    def __init__(
        self,
        name: str,
        preferences: Preferences,
        *,
        left: QWidget,
        middle: QWidget,
        right: QWidget,
        bottom: QWidget,
        sizes: tuple[int, int, int] = (220, 304, 120),
    ) -> None:
        super().__init__()
        self._name, self._preferences = name, preferences
        self._panels: dict[Side, QWidget] = {"left": left, "right": right, "bottom": bottom}
        self._column = QSplitter(Qt.Orientation.Vertical)
        self._row = QSplitter(Qt.Orientation.Horizontal)
        for splitter in (self._column, self._row):
            splitter.setHandleWidth(1)
            splitter.setChildrenCollapsible(False)
        self._column.addWidget(middle)
        self._column.addWidget(bottom)
        self._column.setStretchFactor(0, 1)
        for widget in (left, self._column, right):
            self._row.addWidget(widget)
        self._row.setStretchFactor(1, 1)
        kept = preferences.get(f"{name}.sizes", [])
        usable = len(kept) == 3 and all(isinstance(size, int) and 40 <= size <= 1200 for size in kept)
        self._sizes: list[int] = list(kept) if usable else list(sizes)
        folded = preferences.get(f"{name}.folded", [])
        for side, panel in self._panels.items():
            panel.setVisible(side not in folded)
        self._row.splitterMoved.connect(self._remember)
        self._column.splitterMoved.connect(self._remember)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._row)
        self._apply()

    def is_folded(self, side: Side) -> bool:
        """Whether a panel is out of sight."""
        return self._panels[side].isHidden()

    def fold(self, side: Side, folded: bool | None = None) -> None:
        """Folds a panel away or brings it back; the other of both without a say."""
        panel = self._panels[side]
        panel.setVisible(panel.isHidden() if folded is None else not folded)
        self._apply()
        self._preferences.set(f"{self._name}.folded", [s for s, p in self._panels.items() if p.isHidden()])

    def _apply(self) -> None:
        left, right, bottom = self._sizes
        self._row.setSizes([left, max(self.width() - left - right, 200), right])
        self._column.setSizes([max(self.height() - bottom, 200), bottom])

    def showEvent(self, _event: object) -> None:
        self._apply()

    def _remember(self) -> None:
        row, column = self._row.sizes(), self._column.sizes()
        found = (row[0], row[2], column[1])
        self._sizes = [size or old for size, old in zip(found, self._sizes, strict=True)]
        self._preferences.set(f"{self._name}.sizes", self._sizes)
