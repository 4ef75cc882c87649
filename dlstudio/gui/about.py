"""Two sheets over the window: which keys do what, and what this is."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from itertools import groupby

from PySide6 import __version__ as qt_version
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.workspaces.panels import label
from dlstudio.workbench.commands import Command

# Keys of the canvas and gestures of the mouse that are no commands.
KEYS = (
    ("Walk along wires", "Arrow keys"),
    ("Select in addition while walking", "Shift+arrow keys"),
    ("Move what is selected", "Ctrl+arrow keys"),
    ("Scroll", "Page up and down; with Shift sideways"),
    ("Cancel, deselect, leave a block", "Esc"),
    ("End a note", "Esc or Ctrl+Enter"),
)
GESTURES = (
    ("Add a layer", "Double-click the canvas, or drag from the palette"),
    ("Add and connect", "Drag a wire into empty space"),
    ("Insert into a wire", "Drop a layer on it (Alt: not)"),
    ("Cut wires", "Ctrl+Shift+drag a line across them"),
    ("Zoom and pan", "Wheel; middle button, or Space and drag"),
    ("Move a wire's end", "Drag it off the input"),
    ("Several layers at once", "Shift+click, or drag a rubber band"),
    ("Move a frame with what lies in it", "Drag its title"),
    ("Edit a title or a note, look into a block", "Double-click"),
    ("Resize a frame or note", "Drag its corner"),
)


class Sheet(QFrame):
    """A popup with a title; a click elsewhere or Esc closes it."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        theme.mark(self, "popup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(theme.SPACE_5, theme.SPACE_4, theme.SPACE_5, theme.SPACE_4)
        self.body.addWidget(label(title, "title"))

    def open_over(self, window: QWidget) -> None:
        """Shows the sheet in the middle of a window."""
        self.adjustSize()
        x, y = (window.width() - self.width()) // 2, max(theme.BAR_HEIGHT, (window.height() - self.height()) // 2)
        self.move(window.mapToGlobal(QPoint(x, y)))
        self.show()


class ShortcutSheet(Sheet):
    """All shortcuts by category, then the gestures."""

    def __init__(self, commands: Sequence[Command], parent: QWidget) -> None:
        super().__init__("Keyboard and mouse", parent)
        inside = QWidget()
        theme.mark(inside, "scrolled")
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, theme.SPACE_3, 0)
        grid.setHorizontalSpacing(theme.SPACE_6)
        grid.setVerticalSpacing(theme.SPACE_1)
        rows: list[tuple[str, str, str]] = []
        keyed = sorted((c for c in commands if c.shortcut), key=lambda c: _ORDER.index(c.category))
        for category, group in groupby(keyed, key=lambda c: c.category):
            rows.append(("section", category.upper(), ""))
            rows += [("", c.title.removesuffix(" …"), _spoken(c.shortcut)) for c in group]
        rows.append(("section", "KEYS OF THE CANVAS", ""))
        rows += [("", what, how) for what, how in KEYS]
        rows.append(("section", "MOUSE", ""))
        rows += [("", what, how) for what, how in GESTURES]
        for index, (role, left, right) in enumerate(rows):
            grid.addWidget(label(left, role), index, 0)
            if right:
                grid.addWidget(label(right, "dim"), index, 1)
            else:
                grid.setRowMinimumHeight(index, 26)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inside)
        area.setMinimumSize(max(560, inside.sizeHint().width() + 24), min(520, max(240, parent.height() - 160)))
        self.body.addWidget(area)


class AboutSheet(Sheet):
    """Name, versions, licence."""

    def __init__(self, keras_version: str, parent: QWidget) -> None:
        super().__init__("DL Studio", parent)
        self.body.addWidget(label(f"Version {_version()}", "dim"))
        self.body.addWidget(label("Draw a network, train it, watch it learn, see what it predicts."))
        self.body.addSpacing(theme.SPACE_2)
        self.body.addWidget(label(f"Keras {keras_version} · Qt {qt_version}", "dim"))
        self.body.addWidget(label("Apache License 2.0. Fonts: Inter and JetBrains Mono, SIL Open Font License.", "dim"))


def _version() -> str:
    try:
        return metadata.version("dlstudio")
    except metadata.PackageNotFoundError:
        return "from a source checkout"


_ORDER = ("File", "Edit", "View", "Data", "Design", "Train", "Inspect", "Help")


def _spoken(shortcut: str) -> str:
    keys = (QKeySequence(part).toString(QKeySequence.SequenceFormat.NativeText) for part in shortcut.split("; "))
    return " or ".join(keys)
