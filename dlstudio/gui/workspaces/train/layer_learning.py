"""The layers that begin with given weights as a table: each learns as usual, is kept, learns more slowly or by LoRA."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dlstudio.graph.fine_tuning import RANK, How, Learning, adaptable, learning_of, with_learning
from dlstudio.graph.project import Project
from dlstudio.gui import theme
from dlstudio.gui.editors.editor import CalmComboBox
from dlstudio.gui.workspaces.panels import label

WORDS: dict[How, str] = {
    "usual": "learns",
    "rate": "learns at a share of the rate",
    "lora": "learns by LoRA",
    "kept": "is kept as it is",
}


class LayerLearning(QDialog):
    """Shows how each layer learns, and gives a changed project back."""

    def __init__(self, project: Project, layers: Iterable[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("How each layer learns")
        self._project = project
        self._rows: dict[str, tuple[CalmComboBox, QDoubleSpinBox]] = {}
        able = adaptable(project.graph)
        self.table = QTableWidget(0, 3)
        self.table.setHorizontalHeaderLabels(["Layer", "In training it", "Share or rank"])
        self.table.verticalHeader().setVisible(False)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 230), (2, 110)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.table.setColumnWidth(column, width)
        for path in layers:
            self._add(path, learning_of(project, path), path in able)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(theme.SPACE_2)
        words = (
            "LoRA leaves the weights of a layer alone and learns two thin matrices beside them; their rank says how "
            "thin. Afterwards they are added to the weights."
        )
        layout.addWidget(label(words, "small", wrap=True))
        layout.addWidget(self.table, 1)
        layout.addWidget(self.buttons)
        self.resize(620, 440)

    def changed(self) -> Project:
        """The project with what was chosen."""
        wanted = {path: self._learning(how, amount) for path, (how, amount) in self._rows.items()}
        return with_learning(self._project, wanted)

    def choose(self, path: str, learning: Learning) -> None:
        """Shows a choice for one layer."""
        how, amount = self._rows[path]
        how.setCurrentIndex(max(how.findData(learning.how), 0))
        self._turn(how, amount)
        if amount.isEnabled():
            amount.setValue(learning.amount)

    @staticmethod
    def _learning(how: CalmComboBox, amount: QDoubleSpinBox) -> Learning:
        chosen: How = how.currentData()
        return Learning(chosen, amount.value() if chosen in ("rate", "lora") else 1.0)

    def _add(self, path: str, learning: Learning, able: bool) -> None:
        row = self.table.rowCount()
        self.table.insertRow(row)
        self.table.setItem(row, 0, QTableWidgetItem(path))
        how, amount = CalmComboBox(), QDoubleSpinBox()
        for each, words in WORDS.items():
            if each != "lora" or able:
                how.addItem(words, each)
        how.setAccessibleName(f"how {path} learns")
        amount.setAccessibleName(f"share or rank of {path}")
        amount.lineEdit().setTextMargins(6, 0, 0, 0)
        how.activated.connect(lambda _: self._turn(how, amount))
        self._rows[path] = (how, amount)
        self.table.setCellWidget(row, 1, how)
        self.table.setCellWidget(row, 2, amount)
        self.table.setRowHeight(row, theme.ROW_HEIGHT + theme.SPACE_1)
        self.choose(path, learning)

    @staticmethod
    def _turn(how: CalmComboBox, amount: QDoubleSpinBox) -> None:
        """Has the number mean a share or a rank, whichever was chosen."""
        chosen = how.currentData()
        amount.setEnabled(chosen in ("rate", "lora"))
        if chosen == "lora":
            amount.setPrefix("rank ")
            amount.setDecimals(0)
            amount.setRange(1, 4096)
            amount.setValue(RANK)
        else:
            amount.setPrefix("× ")
            amount.setDecimals(3)
            amount.setSingleStep(0.1)
            amount.setRange(0.001, 1000.0)
            amount.setValue(0.1 if chosen == "rate" else 1.0)
