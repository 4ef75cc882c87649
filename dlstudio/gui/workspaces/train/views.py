"""What the middle of the Train workspace shows of a run: its curves, its layers, advice, or all runs; a row of tabs."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from dlstudio.graph.project import TrainingSettings
from dlstudio.gui import theme
from dlstudio.gui.workspaces.train.advice_cards import AdviceCards
from dlstudio.gui.workspaces.train.layers_view import LayersView
from dlstudio.gui.workspaces.train.record import RunRecord
from dlstudio.gui.workspaces.train.runs_page import RunsPage


class RunViews(QWidget):
    """Tabs over pages; the first page is made by the owner."""

    def __init__(self, charts: QWidget, advice: AdviceCards, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layers = LayersView()
        self.runs = RunsPage()
        self.advice = advice
        self._record: RunRecord | None = None
        self._training: TrainingSettings | None = None
        self.pages = QStackedWidget()
        self.tabs: list[QPushButton] = []
        self._group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE_1)
        for title, page in (("Curves", charts), ("Layers", self.layers), ("Advice", advice), ("Runs", self.runs)):
            self.pages.addWidget(page)
            tab = QPushButton(title)
            tab.setCheckable(True)
            theme.mark(tab, "tab")
            self._group.addButton(tab, len(self.tabs))
            self.tabs.append(tab)
            row.addWidget(tab)
        row.addStretch(1)
        self.tabs[0].setChecked(True)
        advice.counted.connect(self._count)
        self.runs.table.opened.connect(lambda _: self.show_page(0))
        self._group.idClicked.connect(self.pages.setCurrentIndex)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_2)
        layout.addLayout(row)
        layout.addWidget(self.pages, 1)

    def show_record(self, record: RunRecord | None, training: TrainingSettings | None) -> None:
        """Shows another run, trained with these settings."""
        self._record, self._training = record, training
        self.layers.show_record(record)
        self.advice.show_record(record, training)

    def show_page(self, place: int) -> None:
        """Turns to a tab."""
        self.tabs[place].setChecked(True)
        self.pages.setCurrentIndex(place)

    def refresh(self) -> None:
        """Follows what the run has gained."""
        self.layers.refresh()
        self.advice.show_record(self._record, self._training)

    def _count(self, pieces: int) -> None:
        self.tabs[2].setText(f"Advice · {pieces}" if pieces else "Advice")
