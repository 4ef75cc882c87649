"""Where a user gives an image of one's own that no screen can show: one of two bands, or of more than three."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from dlstudio.gui.workspaces.inspect.own_inputs import OwnFile
from dlstudio.gui.workspaces.panels import button, label


class OwnBands(OwnFile):
    """The path of an image; the engine reads it and says where it cannot."""

    def __init__(self, bands: int) -> None:
        super().__init__()
        self._path = ""
        self.said = label("", "faint", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        words = f"Drop an image of {bands} bands: a TIFF, or a .npy file of the shape (height, width, {bands})."
        layout.addWidget(label(words, "dim", wrap=True))
        layout.addWidget(button("Choose a file …", self._choose), 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.said)

    def value(self) -> Any:
        return self._path or None

    def open(self, path: str) -> None:
        """Judges the image at a path."""
        self._path = path
        self.said.setText(Path(path).name)
        self.changed.emit()

    def _choose(self) -> None:
        self.choose_file("Choose an image", "Images (*.tif *.tiff *.npy);;All files (*)")
