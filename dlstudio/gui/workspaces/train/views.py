"""What the middle of the Train workspace shows of a run: its curves, or its layers; a row of tabs between them."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.workspaces.train.layers_view import LayersView
from dlstudio.gui.workspaces.train.record import RunRecord


class RunViews(QWidget):
    """Tabs over pages; the first page is made by the owner."""

    def __init__(self, charts: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layers = LayersView()
        self.pages = QStackedWidget()
        self.tabs: list[QPushButton] = []
        self._group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE_1)
        for title, page in (("Curves", charts), ("Layers", self.layers)):
            self.pages.addWidget(page)
            tab = QPushButton(title)
            tab.setCheckable(True)
            theme.mark(tab, "tab")
            self._group.addButton(tab, len(self.tabs))
            self.tabs.append(tab)
            row.addWidget(tab)
        row.addStretch(1)
        self.tabs[0].setChecked(True)
        self._group.idClicked.connect(self.pages.setCurrentIndex)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_2)
        layout.addLayout(row)
        layout.addWidget(self.pages, 1)

    def show_record(self, record: RunRecord | None) -> None:
        """Shows another run."""
        self.layers.show_record(record)

    def refresh(self) -> None:
        """Follows what the run has gained."""
        self.layers.refresh()
