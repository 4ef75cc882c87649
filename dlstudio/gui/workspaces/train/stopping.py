"""The rows of the recipe that say when a training ends (after its epochs, early, or once it has converged) and which
epoch is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QSpinBox, QVBoxLayout, QWidget

from dlstudio.graph.project import BEST, LAST, UNTIL_CONVERGED, TrainingSettings
from dlstudio.gui import theme
from dlstudio.gui.editors.editor import CalmComboBox, ProjectUndo
from dlstudio.gui.plots import numbers
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.train.named_row import named_row

_PATIENCE = 5
_MOST_EPOCHS = 1000
PLANNED, CONVERGED = "planned", "converged"


class StoppingRows(QWidget):
    """Shows and edits ``early_stopping`` and ``keep``, and ``epochs`` where a training goes on until it converges."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._epochs = TrainingSettings().epochs  # to return to from a training until it converges
        self.until = CalmComboBox()
        for value, title, words in (
            (PLANNED, "all epochs", "Ends after the epochs above, or earlier where that is asked for below"),
            (
                CONVERGED,
                "until converged",
                "Ends once nothing has become better by a thousandth for a fifth of its epochs, five at least. "
                "A schedule would last all of the epochs above: leave it constant",
            ),
        ):
            self.until.addItem(title, value)
            self.until.setItemData(self.until.count() - 1, words, Qt.ItemDataRole.ToolTipRole)
        self.until.activated.connect(lambda index: self._until_chosen(self.until.itemData(index)))
        self.patience = QSpinBox()
        self.patience.setRange(0, 999)
        self.patience.setSpecialValueText("off")
        self.patience.lineEdit().setTextMargins(6, 0, 0, 0)
        self.patience.installEventFilter(ProjectUndo(self.patience))
        self.patience.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.patience.setToolTip("Stop when the watched value has not become better for so many epochs; 0 is off")
        self.patience.valueChanged.connect(self._changed)
        self.monitor = CalmComboBox()
        self.monitor.activated.connect(lambda _: self._changed())
        self.keep = CalmComboBox()
        for value, title, words in (
            (BEST, "best epoch", "Keeps the weights of the epoch that was best on the validation split"),
            (
                LAST,
                "last epoch",
                "Keeps the weights at the end. A handful of validation samples choose an epoch hardly better than "
                "chance; with a schedule that lets the rate fall, the last one is a good choice",
            ),
        ):
            self.keep.addItem(title, value)
            self.keep.setItemData(self.keep.count() - 1, words, Qt.ItemDataRole.ToolTipRole)
        self.keep.activated.connect(lambda i: self._set("Choose the epoch to keep", keep=self.keep.itemData(i)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_1)
        self._patience_row, self._monitor_row = (
            named_row("Stop early", self.patience),
            named_row("Watching", self.monitor),
        )
        rows = (named_row("Train", self.until), self._patience_row, self._monitor_row, named_row("Keep", self.keep))
        for row in rows:
            layout.addWidget(row)

    def refresh(self) -> None:
        """Shows the project's settings."""
        training = self._studio.project.training
        stopping = training.early_stopping
        converges = is_until_converged(training)
        if not converges:
            self._epochs = training.epochs
        self.until.setCurrentIndex(self.until.findData(CONVERGED if converges else PLANNED))
        self.until.setToolTip(self.until.currentData(Qt.ItemDataRole.ToolTipRole))
        self.patience.blockSignals(True)
        self.patience.setValue(int(stopping.get("patience", _PATIENCE)) if stopping else 0)
        self.patience.setSuffix(" epoch" if self.patience.value() == 1 else " epochs")
        self.patience.blockSignals(False)
        watched = str(stopping.get("monitor", "val_loss")) if stopping else "val_loss"
        kinds = {spec.kind for spec in self._studio.specs.values()}
        names = ["val_loss", *(["val_accuracy"] if "category" in kinds else []), "loss"]
        self.monitor.clear()
        for name in dict.fromkeys([*names, watched]):
            self.monitor.addItem(numbers.metric_title(name), name)
        self.monitor.setCurrentIndex(self.monitor.findData(watched))
        self.keep.setCurrentIndex(self.keep.findData(training.keep))
        self.keep.setToolTip(self.keep.currentData(Qt.ItemDataRole.ToolTipRole))
        self._patience_row.setVisible(not converges)
        self._monitor_row.setVisible(bool(stopping))

    def _set(self, words: str, merge_key: str | None = None, **values: Any) -> None:
        project = self._studio.project
        self._studio.change(words, replace(project, training=replace(project.training, **values)), merge_key)

    def _changed(self) -> None:
        patience, training = self.patience.value(), self._studio.project.training
        watched = self.monitor.currentData() or "val_loss"
        kept = dict(training.early_stopping or {})
        value = {**kept, "monitor": watched, "patience": patience} if patience else None
        self._set("Set early stopping", "training.early_stopping", early_stopping=value)

    def _until_chosen(self, until: str) -> None:
        training = self._studio.project.training
        if (until == CONVERGED) == is_until_converged(training):
            return
        if until == CONVERGED:
            stopping = {"monitor": self.monitor.currentData() or "val_loss", **UNTIL_CONVERGED}
            self._set("Train until it converges", early_stopping=stopping, epochs=max(training.epochs, _MOST_EPOCHS))
        else:
            self._set("Train for planned epochs", early_stopping=None, epochs=self._epochs)


def is_until_converged(training: TrainingSettings) -> bool:
    """Whether a training ends by itself, however long that takes."""
    return bool(training.early_stopping and training.early_stopping.get("share"))
