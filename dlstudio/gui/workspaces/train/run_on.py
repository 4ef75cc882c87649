"""Where the next run is trained: on this computer, by a Ray cluster, or on another machine by SSH."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QSpinBox, QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.editors.editor import CalmComboBox
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.panels import label
from dlstudio.gui.workspaces.train.named_row import named_row
from dlstudio.training.sites.site import MOST_WORKERS, USUAL_COMMAND
from dlstudio.workbench.run_on import CLUSTER, HERE, KINDS, MACHINE, RunOn

_HELP = {
    HERE: "A process of its own on this computer",
    CLUSTER: "Several processes share each batch; their machines see the project under the same path",
    MACHINE: "The project is sent there by ssh; events and checkpoints come back while it trains",
}
_SAID = {
    HERE: "",
    CLUSTER: "Each batch is shared by all workers, with JAX. The address 'local' starts Ray on this computer.",
    MACHINE: "The same version of DL Studio has to be installed there. The run goes on when this computer is off.",
}


class RunOnChoice(QWidget):
    """The fields below the choice; the choice itself, :attr:`kind`, stands in a row of the form."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self.kind = CalmComboBox()
        self.kind.setToolTip("Where the next run is trained; remembered for this project on this computer")
        for name, title in KINDS.items():
            self.kind.addItem(title, name)
            self.kind.setItemData(self.kind.count() - 1, _HELP[name], Qt.ItemDataRole.ToolTipRole)
        self.kind.activated.connect(lambda index: self._set(kind=self.kind.itemData(index)))
        self.address = _line("local, auto, HOST:PORT or ray://HOST:PORT")
        self.address.editingFinished.connect(lambda: self._set(address=self.address.text().strip()))
        self.workers = QSpinBox()
        self.workers.setRange(1, MOST_WORKERS)
        self.workers.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.workers.lineEdit().setTextMargins(6, 0, 0, 0)
        self.workers.setToolTip("Processes that share each batch; the batch size should be a multiple of them")
        self.workers.valueChanged.connect(lambda value: self._set(workers=value))
        self.machine = _line("USER@HOST or USER@HOST:FOLDER")
        self.machine.setPlaceholderText("user@host")
        self.machine.editingFinished.connect(lambda: self._set(machine=self.machine.text().strip()))
        self.command = _line("How DL Studio is started on that machine")
        self.command.editingFinished.connect(lambda: self._set(command=self.command.text().strip() or USUAL_COMMAND))
        self.said = label("", "small", wrap=True)
        self.problem = label("", "error", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_1)
        self._rows = {
            CLUSTER: [named_row("Address", self.address), named_row("Workers", self.workers)],
            MACHINE: [named_row("Machine", self.machine), named_row("Command", self.command)],
        }
        for each in (*self._rows[CLUSTER], *self._rows[MACHINE], self.said, self.problem):
            layout.addWidget(each)

    def refresh(self) -> None:
        """Shows what is chosen for the open project."""
        chosen = self._studio.run_on
        self.kind.setCurrentIndex(self.kind.findData(chosen.kind))
        for field, text in (
            (self.address, chosen.address),
            (self.machine, chosen.machine),
            (self.command, chosen.command),
        ):
            if not field.hasFocus():
                field.setText(text)
                field.setCursorPosition(0)  # of a long text its beginning is seen
        self.workers.blockSignals(True)
        self.workers.setValue(chosen.workers)
        self.workers.blockSignals(False)
        for kind, rows in self._rows.items():
            for each in rows:
                each.setVisible(kind == chosen.kind)
        self._say(chosen)

    def _say(self, chosen: RunOn) -> None:
        problem = chosen.problem
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.said.setText(_SAID[chosen.kind])
        self.said.setVisible(bool(_SAID[chosen.kind]) and not problem)
        self.setVisible(chosen.kind != HERE)

    def _set(self, **values: Any) -> None:
        chosen = replace(self._studio.run_on, **values)
        if chosen != self._studio.run_on:
            self._studio.choose_run_on(chosen)
        self.refresh()


def _line(tip: str) -> QLineEdit:
    made = QLineEdit()
    made.setToolTip(tip)
    made.setMaxLength(300)
    made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return made
