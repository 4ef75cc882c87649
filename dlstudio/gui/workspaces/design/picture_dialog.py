"""Pictures of the network for reports, papers and slides: the drawing as it is, or a compact architecture figure."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from dlstudio.export.figure import Variant, architecture_figure
from dlstudio.gui import theme
from dlstudio.gui.canvas.picture import Colours, Picture, PictureError, PictureOptions
from dlstudio.gui.editors.editor import CalmComboBox
from dlstudio.gui.figure_picture import FigurePicture
from dlstudio.gui.questions import Questions
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.panels import button, label

Kind = Literal["drawing", "figure"]
PREVIEW_PIXELS = 2200
COLOURS: tuple[tuple[str, Colours], ...] = (
    ("Light", "light"),
    ("Dark", "dark"),
    ("Light, no background", "transparent"),
)
FORMATS = (("PDF (vectors)", ".pdf"), ("SVG (vectors)", ".svg"), ("PNG (pixels)", ".png"))
SCALES = (("1×", 1.0), ("2×", 2.0), ("3×", 3.0), ("4×", 4.0))
WIDTHS = (("One column", 620.0), ("Page", 1180.0), ("Wide", 1900.0), ("One row", 1e6))


class PictureDialog(QDialog):
    """Shows the picture as it will be, and saves or copies it.

    Args:
        studio: Whose graph is drawn: the one that is looked at.
        kind: What is shown at first.
        near: The folder that the file dialog begins in.
        parent: The window.
    """

    def __init__(self, studio: Studio, kind: Kind, near: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio, self._near = studio, near
        self._picture: Picture | FigurePicture | None = None
        self._image = QImage()
        self.questions = Questions(self)
        self.setWindowTitle("Picture of the network")
        self.kind = _chooser("What is drawn", (("Architecture figure", "figure"), ("The drawing", "drawing")))
        self.kind.setCurrentIndex(self.kind.findData(kind))
        self.colours = _chooser("Colours", COLOURS)
        self.part = _chooser("Part", (("All", "all"), ("Selected layers", "selection")))
        self.part.setEnabled(bool(studio.selection))
        self.width_ = _chooser("Width", WIDTHS)
        self.width_.setCurrentIndex(1)
        self.heading = QLineEdit()
        self.heading.setPlaceholderText("none")
        self.heading.setAccessibleName("Heading")
        self.blocks = QCheckBox("Draw repeated blocks once")
        self.blocks.setChecked(True)
        self.format = _chooser("Format", FORMATS)
        self.scale = _chooser("Scale", SCALES)
        self.scale.setCurrentIndex(1)
        self.preview = QLabel()
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.preview.setMinimumSize(480, 320)
        self.preview.setAccessibleName("Preview")
        self.facts = label("", "dim", wrap=True)
        self.copy = button("Copy", self._copy, tip="Puts the picture on the clipboard")
        self.save = button("Save …", self._save, "primary")
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.refresh)
        for chooser in (self.kind, self.colours, self.part, self.width_, self.format, self.scale):
            chooser.currentIndexChanged.connect(self._timer.start)
        self.heading.textChanged.connect(self._timer.start)
        self.blocks.toggled.connect(self._timer.start)
        studio.factsChanged.connect(self._timer.start)
        studio.projectChanged.connect(self._timer.start)
        self.resize(980, 620)
        self.refresh()

    def _lay_out(self) -> None:
        self._form = QFormLayout()
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self._form.setHorizontalSpacing(theme.SPACE_3)
        self._form.setVerticalSpacing(theme.SPACE_2)
        for title, widget in (
            ("Picture", self.kind),
            ("Colours", self.colours),
            ("Part", self.part),
            ("Width", self.width_),
            ("Heading", self.heading),
            ("", self.blocks),
            ("Format", self.format),
            ("Scale", self.scale),
        ):
            self._form.addRow(label(title, "dim"), widget)
        side = QWidget()
        side.setFixedWidth(290)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._form)
        column.addWidget(self.facts)
        column.addStretch(1)
        row = QHBoxLayout()
        row.addWidget(button("Close", self.close))
        row.addStretch(1)
        row.addWidget(self.copy)
        row.addWidget(self.save)
        column.addLayout(row)
        body = QHBoxLayout(self)
        body.setContentsMargins(theme.SPACE_4, theme.SPACE_4, theme.SPACE_4, theme.SPACE_4)
        body.setSpacing(theme.SPACE_4)
        body.addWidget(self.preview, 1)
        body.addWidget(side)

    def refresh(self) -> None:
        """Draws the picture again with what is chosen now."""
        figure = self.kind.currentData() == "figure"
        for widget, shown in (
            (self.part, not figure),
            (self.width_, figure),
            (self.heading, figure),
            (self.blocks, figure),
            (self.scale, self.format.currentData() == ".png"),
        ):
            self._form.setRowVisible(widget, shown)
        empty = not len(self._studio.graph)
        self.save.setEnabled(not empty)
        self.copy.setEnabled(not empty)
        if empty:
            self._picture, self._image = None, QImage()
            self.preview.setText("There is nothing to draw yet.")
            self.facts.setText("")
            return
        self._picture = self._figure() if figure else self._drawing()
        size = self._picture.size
        scale = min(2.0, PREVIEW_PIXELS / max(size.width(), size.height(), 1.0))
        self._image = self._picture.image(scale)
        self.facts.setText(self._said())
        self._show()

    def _drawing(self) -> Picture:
        only = self._studio.selection if self.part.currentData() == "selection" else None
        options = PictureOptions(self.colours.currentData(), self.scale.currentData(), only or None)
        return Picture(self._studio, options)

    def _figure(self) -> FigurePicture:
        graph = self._studio.graph
        facts = {node.id: known for node in graph if (known := self._studio.layer_facts(node.id)) is not None}
        variant: Variant = self.colours.currentData()
        return FigurePicture(
            architecture_figure(
                graph,
                self._studio.catalogue,
                facts,
                variant=variant,
                heading=self.heading.text().strip(),
                width=self.width_.currentData(),
                find_blocks=self.blocks.isChecked(),
            )
        )

    def _said(self) -> str:
        assert self._picture is not None
        size = self._picture.size
        if self.format.currentData() == ".png":
            scale = self.scale.currentData()
            return f"{round(size.width() * scale)} × {round(size.height() * scale)} pixels"
        return f"{size.width() / 96 * 25.4:.0f} × {size.height() / 96 * 25.4:.0f} mm at full size; text stays text."

    def _show(self) -> None:
        if self._image.isNull():
            return
        ratio = self.devicePixelRatioF()
        room = QSize(round(self.preview.width() * ratio), round(self.preview.height() * ratio))
        small = self._image.scaled(room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        pixmap = QPixmap.fromImage(small)
        pixmap.setDevicePixelRatio(ratio)
        self.preview.setPixmap(pixmap)

    def _save(self) -> None:
        if self._picture is None:
            return
        ending = self.format.currentData()
        stem = "".join(c if c.isalnum() or c in "-_" else "-" for c in self._studio.project.name.lower()).strip("-")
        file = self.questions.copy_to(f"{stem or 'network'}{ending}", self._near)
        if file is None:
            return
        if file.suffix.lower() not in (".png", ".svg", ".pdf"):
            file = file.with_name(file.name + ending)
        try:
            if isinstance(self._picture, FigurePicture):
                self._picture.save(file, self.scale.currentData())
            else:
                self._picture.save(file)
        except PictureError as error:
            self.facts.setText(str(error))
            return
        self._near = file.parent
        self._studio.message.emit(f"Saved {file}.", "info")
        self.accept()

    def _copy(self) -> None:
        if self._picture is not None:
            QGuiApplication.clipboard().setImage(self._picture.image(self.scale.currentData()))
            self._studio.message.emit("Copied.", "info")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show()


def _chooser(name: str, choices: tuple[tuple[str, object], ...]) -> CalmComboBox:
    box = CalmComboBox()
    box.setAccessibleName(name)
    for text, value in choices:
        box.addItem(text, value)
    return box
