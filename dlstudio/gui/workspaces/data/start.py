"""The Data workspace before there is data: a place to drop it, ways to choose it, and the shipped samples."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from dlstudio.data.hugging_face.hub_address import EXAMPLE, hub_address
from dlstudio.gui import theme
from dlstudio.gui.workspaces.panels import button, centred, label
from dlstudio.places import sample_names, sample_path, sample_title


class DropZone(QFrame):
    """Takes one file or folder that is dropped onto it."""

    dropped = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.setObjectName("drop")
        theme.signals.changed.connect(self._restyle)
        self._light(False)

    def _restyle(self) -> None:
        self._light(False)

    def _light(self, on: bool) -> None:
        line, ground = theme.hex_color("accent" if on else "line"), theme.hex_color("raised" if on else "panel")
        self.setStyleSheet(f"#drop {{ border: 2px dashed {line}; border-radius: 12px; background: {ground}; }}")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            self._light(True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._light(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._light(False)
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths[0])


class DataStart(QWidget):
    """Asks where the data is; :attr:`chosen` gives a path or an address of the hub, :attr:`stopped` gives it up."""

    chosen = Signal(str)
    stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.zone = DropZone()
        self.zone.dropped.connect(self.chosen)
        self.state = label("", "error", wrap=True)
        self.state.setFixedWidth(480)
        self.state.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.state.hide()
        self.stop = button("Stop", self.stopped.emit, "link", "What has been fetched is not fetched again")
        self.stop.hide()
        self.back = button("Back to the data in use", self.hide, "link")
        self.back.hide()
        inside = QVBoxLayout(self.zone)
        inside.setContentsMargins(48, 36, 48, 36)
        inside.setSpacing(theme.SPACE_3)
        headline = label("Drop data here", "headline")
        sentence = label(
            "A folder of images or clips with one sub-folder a class, a CSV or TSV file, or an .npz file of arrays.",
            "dim",
            wrap=True,
        )
        sentence.setFixedWidth(400)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        self.folder = button("Choose a folder …", self.choose_folder, "primary")
        self.file = button("Choose a file …", self.choose_file)
        buttons.addWidget(self.folder)
        buttons.addWidget(self.file)
        buttons.addStretch(1)
        for widget in (headline, sentence):
            widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            inside.addLayout(centred(widget))
        inside.addLayout(buttons)
        inside.addLayout(self._address())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.SPACE_6, theme.SPACE_6, theme.SPACE_6, theme.SPACE_6)
        layout.setSpacing(theme.SPACE_4)
        layout.addStretch(2)
        layout.addWidget(self.zone, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addLayout(centred(self.state))
        layout.addWidget(self.stop, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._samples(), 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self.back, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    def say(self, text: str, role: str = "error", can_stop: bool = False) -> None:
        """Writes a sentence under the drop zone, or takes it away."""
        theme.mark(self.state, role)
        self.state.setText(text)
        self.state.setVisible(bool(text))
        self.stop.setVisible(can_stop)

    def _address(self) -> QHBoxLayout:
        self.address = QLineEdit()
        self.address.setPlaceholderText(f"{EXAMPLE}, a data set of the Hugging Face hub")
        self.address.setToolTip(
            f"{EXAMPLE}/configuration and {EXAMPLE}@revision, or the address of its page. Files of data are fetched; "
            "no code is run."
        )
        self.address.setAccessibleName("Address of a data set on the Hugging Face hub")
        self.address.returnPressed.connect(self.open_address)
        row = QHBoxLayout()
        row.addWidget(self.address, 1)
        row.addWidget(button("Fetch", self.open_address))
        return row

    def open_address(self) -> None:
        """Uses what is typed: an address, the ``owner/name`` of one, or a path."""
        text = self.address.text().strip()
        if text:
            self.chosen.emit(hub_address(text))

    def _samples(self) -> QWidget:
        made = QWidget()
        grid = QGridLayout(made)
        grid.setHorizontalSpacing(theme.SPACE_5)
        names = sample_names()
        if names:
            heading = label("or begin with real data that is shipped", "faint")
            grid.addWidget(heading, 0, 0, 1, 3, Qt.AlignmentFlag.AlignHCenter)
        for place, name in enumerate(names):
            link = button(sample_title(name), partial(self.chosen.emit, str(sample_path(name))), "link")
            grid.addWidget(link, 1 + place // 3, place % 3)
        return made

    def choose_folder(self) -> None:
        """Asks for a folder."""
        path = QFileDialog.getExistingDirectory(self, "Choose a folder of data")
        if path:
            self.chosen.emit(path)

    def choose_file(self) -> None:
        """Asks for a file."""
        kinds = "Tables and arrays (*.csv *.tsv *.txt *.dat *.data *.npz);;All files (*)"
        path, _ = QFileDialog.getOpenFileName(self, "Choose a file of data", filter=kinds)
        if path:
            self.chosen.emit(path)
