"""Where a user gives what only the engine can read: a volume, or an image of bands that no screen can show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from dlstudio.gui import theme
from dlstudio.gui.workspaces.inspect.own_inputs import OwnFile
from dlstudio.gui.workspaces.panels import button, label


class OwnPath(OwnFile):
    """The path of a file or folder; the engine reads it and says where it cannot.

    Args:
        words: What may be dropped.
        title: Of the dialog that asks for a file.
        kinds: What that offers, as Qt writes it.
        folder: What kind of folder may be given in place of a file; none where it is empty.
    """

    def __init__(self, words: str, title: str, kinds: str, folder: str = "") -> None:
        super().__init__()
        self._path = ""
        self.said = label("", "faint", wrap=True)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.SPACE_2)
        buttons.addWidget(button("Choose a file …", lambda: self.choose_file(title, kinds)))
        if folder:
            ask = f"Choose {folder}"
            buttons.addWidget(button("Choose a folder …", lambda: self.choose_folder(ask), tip=ask))
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label(words, "dim", wrap=True))
        layout.addLayout(buttons)
        layout.addWidget(self.said)

    def value(self) -> Any:
        return self._path or None

    def open(self, path: str) -> None:
        """Judges what lies at a path."""
        self._path = path
        self.said.setText(Path(path).name)
        self.changed.emit()


def own_volume() -> OwnPath:
    """For a scan of slices."""
    words = "Drop a NIfTI or .npy file, or a folder of DICOM slices."
    return OwnPath(
        words, "Choose a volume", "Volumes (*.nii *.nii.gz *.npy);;All files (*)", "a folder of DICOM slices"
    )


def own_bands(bands: int) -> OwnPath:
    """For an image of two bands, or of more than three."""
    words = f"Drop an image of {bands} bands: a TIFF, or a .npy file of the shape (height, width, {bands})."
    return OwnPath(words, "Choose an image", "Images (*.tif *.tiff *.npy);;All files (*)")
