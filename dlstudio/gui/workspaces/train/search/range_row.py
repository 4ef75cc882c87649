"""One range in the form of a search: the setting, what it is now, what it may be, and what is wrong with that."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.editors.editor import ProjectUndo, tip
from dlstudio.gui.workspaces.panels import ElidedLabel, button, label
from dlstudio.search.offering import Offer
from dlstudio.search.ranges import Range, RangeError, range_of
from dlstudio.search.trials import value_text

HELP = """\
16..128   between two numbers
1e-4..1e-1:log   each order of magnitude alike
0..0.5:0.1   in steps
relu,gelu   one of these"""


class RangeRow(QWidget):
    """Edits the range of one setting as text, as the command line reads it."""

    changed = Signal()
    removed = Signal()

    def __init__(self, offer: Offer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.offer = offer
        name = ElidedLabel(f"{offer.place} · {offer.name}")
        name.setToolTip(tip(offer.path))
        name.setFixedWidth(220)
        now = label(f"now {value_text(offer.value)}", "faint")
        now.setFixedWidth(130)
        self.text = QLineEdit(offer.text)
        self.text.setToolTip(tip(HELP))
        self.text.setAccessibleName(f"range of {offer.path}")
        self.text.installEventFilter(ProjectUndo(self.text))
        self.text.textChanged.connect(lambda _: self.changed.emit())
        self.fault = label("", "error", wrap=True)
        self.fault.hide()
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE_2)
        row.addWidget(name)
        row.addWidget(now)
        row.addWidget(self.text, 1)
        row.addWidget(button("Remove", self.removed.emit, "quiet", "Leave this setting as it is"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_1)
        layout.addLayout(row)
        layout.addWidget(self.fault)

    def range(self) -> Range | None:
        """What is typed, or None where it means no range; then :attr:`fault` says why."""
        try:
            found = range_of(self.offer.path, self.text.text().strip())
        except RangeError as error:
            self.say(str(error))
            return None
        self.say("")
        return found

    def say(self, sentence: str) -> None:
        """Shows what is wrong, or nothing."""
        self.fault.setText(sentence)
        self.fault.setVisible(bool(sentence))
