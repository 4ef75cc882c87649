"""Where a user gives a text, numbers or a series of one's own. Images: :mod:`.own_image`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QFormLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.sparkline import SeriesView
from dlstudio.gui.workspaces.panels import button, label

PAUSE_MS = 350
Arrays = dict[str, Any]


class OwnInput(QWidget):
    """One input of the network, filled by hand. ``changed`` says that :meth:`value` is another one."""

    changed = Signal()
    problem = Signal(str)

    def value(self) -> Any:
        """A JSON value or an array, as the data column wants it; None while nothing is given."""
        raise NotImplementedError

    def fill(self, values: Mapping[str, Any]) -> None:
        """Begins with a real row of the data, by column."""


class OwnFile(OwnInput):
    """An input that comes from a file or a folder: chosen, or dropped."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)

    def open(self, path: str) -> None:
        """Takes what lies at a path, or says why it cannot."""
        raise NotImplementedError

    def choose_file(self, title: str, kinds: str) -> None:
        """Asks for a file, of ``kinds`` as Qt writes them."""
        path, _ = QFileDialog.getOpenFileName(self, title, filter=kinds)
        if path:
            self.open(path)

    def choose_folder(self, title: str) -> None:
        """Asks for a folder."""
        path = QFileDialog.getExistingDirectory(self, title)
        if path:
            self.open(path)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.open(event.mimeData().urls()[0].toLocalFile())


class OwnText(OwnInput):
    """A field for a text: judged after a pause in typing, or at once with Enter."""

    def __init__(self) -> None:
        super().__init__()
        self.field = QPlainTextEdit()
        self.field.setPlaceholderText("Type a sentence …")
        self.field.setAccessibleName("sentence to judge")
        self.field.setMaximumHeight(120)
        self.field.installEventFilter(self)
        self._later = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._later.timeout.connect(self.changed)
        self.field.textChanged.connect(self._later.start)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.field)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
                self._later.stop()
                self.changed.emit()
                return True
        return False

    def value(self) -> Any:
        return self.field.toPlainText().strip() or None


class OwnNumbers(OwnInput):
    """A form with a field for each number and a choice for each category, or one field for a whole vector."""

    def __init__(self, names: Sequence[str], classes: Mapping[str, Sequence[str]], length: int) -> None:
        """Args:
        names: Columns that make up the input; empty for a plain vector.
        classes: Class names of those that are categories.
        length: How many numbers a plain vector has.
        """
        super().__init__()
        self._length = length
        self.fields: dict[str, QLineEdit | QComboBox] = {}
        self._later = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._later.timeout.connect(self.changed)
        form = QFormLayout()
        form.setHorizontalSpacing(theme.SPACE_4)
        form.setVerticalSpacing(theme.SPACE_1)
        for name in names or ("",):
            field: QLineEdit | QComboBox
            if name in classes:
                field = QComboBox()
                field.addItems(list(classes[name]))
                field.currentIndexChanged.connect(lambda _: self._later.start())
            else:
                field = QLineEdit()
                field.textEdited.connect(lambda _: self._later.start())
                field.returnPressed.connect(self.changed)
            field.setMaximumWidth(260 if name else 16777215)
            field.setAccessibleName(name or "numbers")
            self.fields[name] = field
            form.addRow(label(name or f"{length} numbers", "dim"), field)
        if not names:
            self.fields[""].setToolTip("Separated by commas or spaces")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(form)

    def fill(self, values: Mapping[str, Any]) -> None:
        for name, field in self.fields.items():
            if isinstance(field, QComboBox):
                field.setCurrentIndex(max(field.findText(str(values.get(name))), 0))
            elif name in values and values[name] is not None:
                value = values[name]
                field.setText(f"{value:g}" if isinstance(value, float) else str(value))
        self._later.start()

    def value(self) -> Any:
        given: dict[str, Any] = {}
        for name, field in self.fields.items():
            if isinstance(field, QComboBox):
                given[name] = field.currentText()
                continue
            texts = field.text().replace(";", " ").split() if not name else [field.text().strip()]
            texts = [part for text in texts for part in (text.split(",") if not name else [text]) if part]
            if not texts:
                return None
            try:
                found = [float(text) for text in texts]
            except ValueError:
                self.problem.emit(f"“{field.text()}” in {name or 'the field'} is no number. Write it like 12.5.")
                return None
            given[name] = found if not name else found[0]
        if "" in given:
            if len(given[""]) != self._length:
                self.problem.emit(f"The network takes {self._length} numbers; there are {len(given[''])}.")
                return None
            return given[""]
        return given


class OwnSeries(OwnFile):
    """A series from a file: CSV with a row a step, or ``.npy``."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self._features = features
        self._series: np.ndarray | None = None
        self.view = SeriesView()
        self.view.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        columns = numbers.counted(features, "column")
        words = f"Drop a CSV file with one step a row and {columns}, perhaps behind one of times, or an .npy file."
        layout.addWidget(label(words, "dim", wrap=True))
        layout.addWidget(button("Choose a file …", self._choose), 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.view)

    def _choose(self) -> None:
        self.choose_file("Choose a series", "Series (*.csv *.tsv *.txt *.npy)")

    def open(self, path: str) -> None:
        """Reads a file and shows it; says so where it is no series."""
        try:
            series = np.load(path, mmap_mode="r", allow_pickle=False) if path.endswith(".npy") else _read_text(path)
            series = np.array(series, np.float32, ndmin=1)
        except (OSError, ValueError) as error:
            self.problem.emit(f"{Path(path).name} cannot be read as a series: {error}.")
            return
        if series.ndim == 1:
            series = series[:, None]
        if series.ndim != 2 or series.shape[1] != self._features:
            shape = " × ".join(map(str, series.shape))
            self.problem.emit(
                f"The network takes series of {numbers.counted(self._features, 'column')}; "
                f"{Path(path).name} holds {shape}."
            )
            return
        self._series = series
        self.view.set_series(series)
        self.view.show()
        self.changed.emit()

    def value(self) -> Any:
        return self._series


def _read_text(path: str) -> np.ndarray:
    text = Path(path).read_text(encoding="utf-8-sig")
    rows = [line.replace(";", ",").replace("\t", ",").split(",") for line in text.splitlines() if line.strip()]
    if rows and any(not _is_number(cell) for cell in rows[0]):
        rows = rows[1:]  # a heading
    if rows and len(rows[0]) > 1 and not any(_is_number(row[0]) for row in rows):
        rows = [row[1:] for row in rows]  # times, or names of the steps
    return np.array([[float(cell) for cell in row] for row in rows], np.float32)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
