"""The list of what is wrong with the data: sentences with counts, the files and lines, and remedies to choose from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from dlstudio.graph.problems import Fix
from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.workspaces.data.view import Choice, IssueView
from dlstudio.gui.workspaces.panels import button, clear, label

_HIGHEST = 230  # pixels of the list before it scrolls
_MARKS = {"error": "✕", "warning": "⚠", "info": "ⓘ"}


class IssueList(QFrame):
    """Shows issues; hidden where there is none. A remedy is chosen with :attr:`choiceMade`."""

    choiceMade = Signal(object)  # Choice or Fix
    rowsWanted = Signal(object)  # IssueView whose samples are to be seen

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self._issues: tuple[IssueView, ...] = ()
        self.title = label("What is wrong", "heading")
        inside = QWidget()
        theme.mark(inside, "scrolled")
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(0, 0, theme.SPACE_2, 0)
        self._list.setSpacing(theme.SPACE_2)
        self._scroll = _Scroll(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.SPACE_4, theme.SPACE_3, theme.SPACE_4, theme.SPACE_3)
        layout.setSpacing(theme.SPACE_2)
        layout.addWidget(self.title)
        layout.addWidget(self._scroll)
        self.hide()

    @property
    def issues(self) -> tuple[IssueView, ...]:
        """The issues shown."""
        return self._issues

    def show_issues(self, issues: Sequence[IssueView]) -> None:
        """Lists these issues."""
        if tuple(issues) == self._issues and self._list.count():
            return
        self._issues = tuple(issues)
        clear(self._list)
        for issue in self._issues:
            self._list.addWidget(_IssueRow(issue, self.choiceMade.emit, self.rowsWanted.emit))
        self.title.setText(f"What is wrong · {numbers.counted(len(self._issues), 'finding')}")
        self.setVisible(bool(self._issues))


class _Scroll(QScrollArea):
    """As high as its content, up to a bound: many findings must not push the samples out of sight."""

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._inside = inside
        self.setWidget(inside)
        inside.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._fit()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        layout = self._inside.layout()
        assert layout is not None
        wanted = layout.totalHeightForWidth(self.viewport().width()) if layout.hasHeightForWidth() else -1
        self.setFixedHeight(min(max(wanted, layout.minimumSize().height()), _HIGHEST))


class _IssueRow(QWidget):
    def __init__(
        self, issue: IssueView, choose: Callable[[Choice | Fix], object], show: Callable[[IssueView], object]
    ) -> None:
        super().__init__()
        self._places = QPlainTextEdit("\n".join(issue.places))
        self._places.setReadOnly(True)
        self._places.setFont(theme.mono_font(11))
        self._places.setFixedHeight(min(20 * len(issue.places) + 14, 130))
        self._places.hide()
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE_3)
        role = issue.severity if issue.severity in ("error", "warning") else "dim"
        head.addWidget(label(_MARKS.get(issue.severity, "⚠"), role))
        head.addWidget(label(issue.message, "", wrap=True), 1)
        remedies: list[Choice | Fix] = [*issue.choices, *([issue.fix] if issue.fix else [])]
        links = QHBoxLayout()
        links.setSpacing(theme.SPACE_4)
        links.setContentsMargins(26, 0, 0, 0)
        for each in remedies:
            links.addWidget(button(each.label, partial(choose, each), "link"))
        if issue.rows:
            samples = button(f"Show the {numbers.counted(len(issue.rows), 'sample')}", partial(show, issue), "link")
            links.addWidget(samples)
        if issue.places:
            more = len(issue.places) < issue.count
            words = f"show {'the first ' if more else ''}{len(issue.places)}"
            self.unfold = button(words, self._unfold, "link")
            head.addWidget(self.unfold, 0, Qt.AlignmentFlag.AlignTop)
        links.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_1)
        layout.addLayout(head)
        if remedies or issue.rows:
            layout.addLayout(links)
        layout.addWidget(self._places)

    def _unfold(self) -> None:
        self._places.setVisible(self._places.isHidden())
