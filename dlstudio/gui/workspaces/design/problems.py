"""The list of problems under the canvas: what is wrong, where, and the link that mends it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from dlstudio.graph.problems import Fix, Problem
from dlstudio.gui import theme
from dlstudio.gui.flow_layout import FlowLayout
from dlstudio.gui.icons import paint_icon
from dlstudio.gui.workspaces.design.fix_link import FixLink
from dlstudio.gui.workspaces.panels import button, clear, label

MAXIMUM_ROWS = 100


class ProblemList(QFrame):
    """Shows problems, errors first.

    Signals:
        chosen(str): A node whose problem was clicked.
        located(object): The same as the :class:`Problem`: its path says inside which block.
        fixed(object): The :class:`Problem` whose fix was clicked; its ``fix`` is the one clicked.
        folded(): The button that folds the list away was clicked.
    """

    chosen = Signal(str)
    located = Signal(object)
    fixed = Signal(object)
    folded = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "panel")
        self._problems: tuple[Problem, ...] | None = None
        self.title = label("Problems", "heading")
        head = QHBoxLayout()
        head.setContentsMargins(theme.SPACE_3, theme.SPACE_1, theme.SPACE_2, 0)
        head.addWidget(self.title)
        head.addStretch(1)
        close = button("▾", self.folded.emit, "quiet", "Fold the problems away")
        close.setAccessibleName("Fold the problems away")
        close.setFixedWidth(28)
        head.addWidget(close)
        self._inside = QWidget()
        theme.mark(self._inside, "scrolled")
        self.rows = QVBoxLayout(self._inside)
        self.rows.setContentsMargins(theme.SPACE_2, 0, theme.SPACE_2, theme.SPACE_2)
        self.rows.setSpacing(0)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(self._inside)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(area)
        self.show_problems(())

    def sizeHint(self) -> QSize:
        return QSize(600, 136)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, 60)

    def show_problems(self, problems: tuple[Problem, ...]) -> None:
        """Shows these and no others; the rows stay as they are where nothing changed."""
        if problems == self._problems:
            return
        self._problems = problems
        clear(self.rows)
        ranked = sorted(problems, key=lambda problem: problem.severity != "error")
        for problem in ranked[:MAXIMUM_ROWS]:
            row = ProblemRow(problem)
            row.clicked.connect(self.chosen.emit)
            row.clicked.connect(lambda _, found=problem: self.located.emit(found))
            row.fixed.connect(self.fixed.emit)
            self.rows.addWidget(row)
        if len(ranked) > MAXIMUM_ROWS:
            self.rows.addWidget(label(f"… and {len(ranked) - MAXIMUM_ROWS} more", "faint"))
        if not problems:
            nothing = label("Nothing is wrong with this network.", "dim")
            nothing.setContentsMargins(theme.SPACE_1, theme.SPACE_1, 0, 0)
            self.rows.addWidget(nothing)
        self.rows.addStretch(1)


class ProblemRow(QFrame):
    """One problem: icon and word, the node's name, the sentence, and under it the fixes.

    Args:
        problem: What is wrong.
        named: Says the node's name.
    """

    clicked = Signal(str)
    fixed = Signal(object)

    def __init__(self, problem: Problem, parent: QWidget | None = None, *, named: bool = True) -> None:
        super().__init__(parent)
        theme.mark(self, "row")
        self.problem = problem
        word = "Error" if problem.severity == "error" else "Warning"
        where = " › ".join((*problem.path, problem.node or "project"))
        self.setAccessibleName(f"{word}: {where}: {problem.message}")
        if named and problem.node is not None:
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.SPACE_1, 3, theme.SPACE_1, 3)
        layout.setSpacing(theme.SPACE_2)
        mark = _Mark(problem.severity)
        mark.setToolTip(word)
        layout.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        said = QHBoxLayout()
        said.setSpacing(theme.SPACE_2)
        if named and problem.node is not None:
            said.addWidget(label(problem.node, "heading"), 0, Qt.AlignmentFlag.AlignTop)
        sentence = label(problem.message, "", wrap=True)
        sentence.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        said.addWidget(sentence, 1)
        words.addLayout(said)
        self.links = [self._link(fix) for fix in problem.fixes]
        self.fix = self.links[0] if self.links else None
        if self.links:
            remedies = FlowLayout(theme.SPACE_4)
            for link in self.links:
                remedies.addWidget(link)
            words.addLayout(remedies)
        layout.addLayout(words, 1)

    def _link(self, fix: Fix) -> FixLink:
        chosen = replace(self.problem, fix=fix)
        link = FixLink(fix)
        link.clicked.connect(lambda _=False: self.fixed.emit(chosen))
        return link

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.problem.node is not None:
            self.clicked.emit(self.problem.node)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Space) and self.problem.node is not None:
            self.clicked.emit(self.problem.node)
            return
        super().keyPressEvent(event)


class _Mark(QLabel):
    """The icon of a severity."""

    def __init__(self, severity: str) -> None:
        super().__init__()
        self._severity = severity
        self.setFixedSize(18, 18)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_icon(painter, QRectF(1, 1, 16, 16), self._severity, theme.color(self._severity))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.update()
