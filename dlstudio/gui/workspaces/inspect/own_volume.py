"""Where a user gives a volume of one's own: a NIfTI or .npy file, or a folder of DICOM slices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from dlstudio.gui import theme
from dlstudio.gui.workspaces.inspect.own_inputs import OwnFile
from dlstudio.gui.workspaces.panels import button, label


class OwnVolume(OwnFile):
    """The path of a scan; the engine reads it and says where it cannot."""

    def __init__(self) -> None:
        super().__init__()
        self._path = ""
        self.said = label("", "faint", wrap=True)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.SPACE_2)
        buttons.addWidget(button("Choose a file …", self._choose))
        buttons.addWidget(button("Choose a folder …", self._choose_folder, tip="A folder of DICOM slices"))
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label("Drop a NIfTI or .npy file, or a folder of DICOM slices.", "dim", wrap=True))
        layout.addLayout(buttons)
        layout.addWidget(self.said)

    def value(self) -> Any:
        return self._path or None

    def open(self, path: str) -> None:
        """Judges the scan at a path."""
        self._path = path
        self.said.setText(Path(path).name)
        self.changed.emit()

    def _choose(self) -> None:
        self.choose_file("Choose a volume", "Volumes (*.nii *.nii.gz *.npy);;All files (*)")

    def _choose_folder(self) -> None:
        self.choose_folder("Choose a folder of DICOM slices")
