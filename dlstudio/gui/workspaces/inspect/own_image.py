"""Where a user gives an image of one's own: drawn, dropped, pasted or chosen from a file."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLabel, QLayout, QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.flow_layout import FlowLayout
from dlstudio.gui.workspaces.inspect.drawing_pad import SIDE, DrawingPad
from dlstudio.gui.workspaces.inspect.framing import Framing
from dlstudio.gui.workspaces.inspect.own_inputs import OwnInput
from dlstudio.gui.workspaces.inspect.pictures import read_image, to_array
from dlstudio.gui.workspaces.inspect.sample_detail import PictureView
from dlstudio.gui.workspaces.panels import button, label


class OwnImage(OwnInput):
    """A drawing pad, and beside it a place for pictures; whichever changed last counts."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        # Photographs have no figure to frame; a drawing for them stays where it is.
        self.framing = Framing() if channels == 1 else None
        self._picture: QImage | None = None
        self._drawn_last = False
        self.setAcceptDrops(True)
        self.pad = DrawingPad()
        self.pad.drawn.connect(self._drawn)
        self.shown = _Place()
        self.invert = QCheckBox("Swap light and dark")
        self.invert.setToolTip("For dark writing on light paper, where the network has learned light on dark")
        self.invert.toggled.connect(self._swapped)
        paste = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self)
        paste.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        paste.activated.connect(self.paste)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        under_pad, under_place = QHBoxLayout(), QHBoxLayout()
        under_place.setSpacing(theme.SPACE_2)
        under_pad.addWidget(button("Clear", self.clear))
        under_pad.addStretch(1)
        under_place.addWidget(button("Choose a file …", self._choose))
        under_place.addWidget(button("Paste", self.paste, tip="Ctrl+V"))
        under_place.addStretch(1)
        layout = FlowLayout(theme.SPACE_5, self, between_rows=theme.SPACE_4)
        layout.addWidget(_under_each_other(label("Draw", "dim"), self.pad, under_pad))
        layout.addWidget(_under_each_other(label("or give a picture", "dim"), self.shown, under_place, self.invert))

    def value(self) -> Any:
        if self._drawn_last:
            return None if self.pad.empty else self.pad.pixels(self.framing)
        if self._picture is None:
            return None
        picture = self._picture.copy()
        if self.invert.isChecked():
            picture.invertPixels(QImage.InvertMode.InvertRgb)
        return to_array(picture)

    def set_picture(self, picture: QImage) -> None:
        """Judges a picture."""
        if picture.isNull():
            self.problem.emit("What is on the clipboard is no picture. Copy an image, then paste it here.")
            return
        self._picture, self._drawn_last = picture, False
        self.shown.show_picture(picture)
        self.changed.emit()

    def open(self, path: str) -> None:
        """Judges an image file; says so where it is none."""
        try:
            picture = read_image(path)
        except ValueError as error:
            self.problem.emit(str(error))
            return
        self.set_picture(picture)

    def paste(self) -> None:
        """Judges the picture, or the file, on the clipboard."""
        content = QGuiApplication.clipboard().mimeData()
        files = [url.toLocalFile() for url in content.urls() if url.isLocalFile()]
        if files:
            self.open(files[0])
        else:
            self.set_picture(QGuiApplication.clipboard().image())

    def clear(self) -> None:
        """Wipes the drawing."""
        self.pad.clear()
        self.changed.emit()

    def _swapped(self) -> None:
        if self._picture is not None:
            self.changed.emit()

    def _drawn(self) -> None:
        self._drawn_last = True
        self.changed.emit()

    def _choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, "Choose an image", filter="Images (*.png *.jpg *.jpeg *.bmp *.gif *.webp *.tif *.tiff);;All files (*)"
        )
        if path:
            self.open(path)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        content = event.mimeData()
        if content.hasImage() or any(url.isLocalFile() for url in content.urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            self.open(files[0])
        else:
            self.set_picture(QImage(event.mimeData().imageData()))


def _under_each_other(*parts: QWidget | QLayout) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.SPACE_1)
    for part in parts:
        if isinstance(part, QLayout):
            column.addLayout(part)
        else:
            column.addWidget(part)
    column.addStretch(1)
    return made


class _Place(QWidget):
    """Says where to drop a picture until there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(QSize(SIDE, SIDE))
        self.setObjectName("place")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        theme.signals.changed.connect(self._restyle)
        self._restyle()
        layout = QHBoxLayout(self)
        self.words: QLabel = label("Drop or paste a picture here", "dim", wrap=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.view = PictureView()
        self.view.setFixedHeight(SIDE - 24)
        self.view.hide()
        layout.addWidget(self.words)
        layout.addWidget(self.view)

    def show_picture(self, picture: QImage) -> None:
        self.words.hide()
        self.view.set_picture(picture)
        self.view.show()

    def _restyle(self) -> None:
        line = theme.hex_color("line")
        self.setStyleSheet(f"#place {{ border: 2px dashed {line}; border-radius: 10px; }}")
