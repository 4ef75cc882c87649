"""Shows a script: monospace, line numbers, colours, and the lines of what is selected."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from dlstudio.gui import theme
from dlstudio.gui.workspaces.design.code_colours import PythonColours

Span = tuple[int, int]
"""First and last line, counted from 1."""

_BAR = 3
_MARGIN = 8
_MOST_MARKED = 500


class CodeText(QPlainTextEdit):
    """A script that can be read and copied, not edited.

    Signals:
        clicked(int): The line that was clicked, or where Enter was pressed, counted from 1.
    """

    clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName("The network as a Keras script")
        self.setFont(theme.mono_font(12))
        self.setProperty("role", "code")
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.spans: tuple[Span, ...] = ()
        self._lines: list[str] = [""]
        self._numbers = _Numbers(self)
        self._colours = PythonColours(self.document())
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._scroll_numbers)
        self.cursorPositionChanged.connect(self._numbers.update)
        theme.signals.changed.connect(self._take_theme)
        self._make_room()

    def show_text(self, text: str) -> None:
        """Shows another text; lines that stay the same are left alone, and so is the place one looks at."""
        lines = text.rstrip("\n").split("\n")
        if lines == self._lines:
            return
        before, after = self._common(lines)
        gone, come = len(self._lines) - after - before, lines[before : len(lines) - after]
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        # Whole lines go and come with the line break before them, or behind them at the very top.
        if before:
            cursor.setPosition(self._end_of(before - 1))
            cursor.setPosition(self._end_of(before + gone - 1), QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText("".join(f"\n{line}" for line in come))
        elif after:
            cursor.setPosition(self.document().findBlockByNumber(gone).position(), QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText("".join(f"{line}\n" for line in come))
        else:
            cursor.select(QTextCursor.SelectionType.Document)
            cursor.insertText("\n".join(come))
        cursor.endEditBlock()
        self._lines = lines

    def _end_of(self, number: int) -> int:
        """Position of the end of a line, counted from 0, before its line break."""
        block = self.document().findBlockByNumber(number)
        return block.position() + block.length() - 1

    def mark(self, spans: Iterable[Span]) -> None:
        """Marks the lines of these spans and no others."""
        self.spans = tuple(sorted(spans))[:_MOST_MARKED]
        marked = []
        for first, last in self.spans:
            for number in range(first, last + 1):
                extra = QTextEdit.ExtraSelection()
                extra.format.setBackground(theme.color("raised"))
                extra.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
                extra.cursor = QTextCursor(self.document().findBlockByNumber(number - 1))
                marked.append(extra)
        self.setExtraSelections(marked)
        self._numbers.update()

    def bring_into_view(self, span: Span) -> None:
        """Scrolls so that these lines are seen, where they are not."""
        seen = self._seen_lines()
        if span[0] >= seen[0] and span[1] <= seen[1]:
            return
        middle = (span[0] + span[1]) // 2 - 1
        self.verticalScrollBar().setValue(max(middle - (seen[1] - seen[0]) // 2, 0))

    def lines_of(self, spans: Iterable[Span]) -> str:
        """The lines of these spans as one text without the indent they share; lines between spans are left out."""
        numbers = dict.fromkeys(number for first, last in sorted(spans) for number in range(first, last + 1))
        chosen = [self._lines[number - 1] for number in numbers if number <= len(self._lines)]
        indent = min((len(each) - len(each.lstrip()) for each in chosen if each.strip()), default=0)
        return "".join(f"{each[indent:]}\n" for each in chosen)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            self.clicked.emit(self.cursorForPosition(event.position().toPoint()).blockNumber() + 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clicked.emit(self.textCursor().blockNumber() + 1)
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        inside = self.contentsRect()
        self._numbers.setGeometry(QRect(inside.left(), inside.top(), self.gutter, inside.height()))

    def sizeHint(self) -> QSize:
        return QSize(460, 300)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 80)

    # Line numbers

    @property
    def gutter(self) -> int:
        """Width of the column of line numbers, in pixels."""
        return self.fontMetrics().horizontalAdvance("9" * max(len(str(self.blockCount())), 2)) + 2 * _MARGIN + _BAR

    def paint_numbers(self, painter: QPainter, area: QRect) -> None:
        """Draws the line numbers beside the lines that are seen, and a bar beside those that are marked."""
        painter.fillRect(area, theme.color("canvas"))
        painter.setFont(self.font())
        marked = {number for first, last in self.spans for number in range(first, last + 1)}
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= area.bottom():
            height = self.blockBoundingRect(block).height()
            number = block.blockNumber() + 1
            box = QRect(0, round(top), self.gutter - _MARGIN, round(height))
            if number in marked:
                painter.fillRect(0, box.top(), self.gutter, box.height(), theme.color("raised"))
                painter.fillRect(0, box.top(), _BAR, box.height(), theme.color("accent"))
            painter.setPen(theme.color("dim" if number in marked else "faint"))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), str(number))
            top += height
            block = block.next()

    def _seen_lines(self) -> Span:
        first = self.firstVisibleBlock().blockNumber() + 1
        height = max(self.fontMetrics().lineSpacing(), 1)
        return first, first + max(self.viewport().height() // height - 1, 0)

    def _make_room(self) -> None:
        self.setViewportMargins(self.gutter, 0, 0, 0)

    def _scroll_numbers(self, area: QRect, moved: int) -> None:
        if moved:
            self._numbers.scroll(0, moved)
        else:
            self._numbers.update(0, area.y(), self._numbers.width(), area.height())

    def _take_theme(self) -> None:
        self._colours.take_theme()
        self.mark(self.spans)

    def _common(self, lines: list[str]) -> tuple[int, int]:
        """How many lines at the beginning and at the end stay the same."""
        old, shorter = self._lines, min(len(self._lines), len(lines))
        before = 0
        while before < shorter and old[before] == lines[before]:
            before += 1
        after = 0
        while after < shorter - before and old[len(old) - 1 - after] == lines[len(lines) - 1 - after]:
            after += 1
        return before, after


class _Numbers(QWidget):
    """The column of line numbers."""

    def __init__(self, text: CodeText) -> None:
        super().__init__(text)
        self._text = text

    def sizeHint(self) -> QSize:
        return QSize(self._text.gutter, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._text.paint_numbers(QPainter(self), event.rect())
