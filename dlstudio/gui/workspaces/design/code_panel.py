"""The network as Python beside the canvas: follows every edit, shows the selected node's lines, takes scripts back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from dlstudio.atomic import write_atomically
from dlstudio.catalogue.loading import load_catalogue
from dlstudio.graph.model import Graph
from dlstudio.graph.paths import block_at, way_to_block
from dlstudio.gui import theme
from dlstudio.gui.icons import icon
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.design.code_text import CodeText, Span
from dlstudio.gui.workspaces.design.code_work import NewestWork
from dlstudio.gui.workspaces.panels import button, label
from dlstudio.workbench.from_code import Sizes, with_network

if TYPE_CHECKING:
    from dlstudio.compiler.code import CodeError, Script

# What writes and reads code is loaded in the thread that does it first: the window is to start quickly.

FOLLOW_MS = 80
"""How long after an edit the script is written: typing and dragging shall not ask for every step of theirs."""

_MOST_FAULTS = 4


@dataclass(frozen=True)
class _Read:
    """What became of a script: a graph in place of the one before, or why not."""

    name: str
    before: Graph
    graph: Graph | None = None
    notes: tuple[str, ...] = ()
    fault: str = ""


class CodePanel(QFrame):
    """Shows the script of the open project.

    Args:
        studio: What is open.
        sizes: Width and height of the nodes on the canvas, for laying out what is read.

    Signals:
        wanted(str): The id of a command that a button here stands for.
        chosen(str): A node was chosen by a click on its line.
        replaced(): A script has become the network.
        folded(): The button that folds the panel away was clicked.
    """

    wanted = Signal(str)
    chosen = Signal(str)
    replaced = Signal()
    folded = Signal()

    def __init__(self, studio: Studio, sizes: Callable[[], Sizes] = dict, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "panel")
        self._studio, self._sizes = studio, sizes
        self.script: Script | None = None
        self._stale = True
        self._asked_for: object = None
        self._clicked = False
        self.text = CodeText()
        self.text.clicked.connect(self._choose_at)
        self.copy_button = button("Copy all", self.copy, "quiet", "Copy the script, or the selected layers' lines")
        self.fault = label("", "error", wrap=True)
        self.writing = NewestWork("code", self)
        self.writing.done.connect(self._show)
        self.reading = NewestWork("reading code", self)
        self.reading.done.connect(self._take)
        self._timer = QTimer(self, singleShot=True, interval=FOLLOW_MS)
        self._timer.timeout.connect(self._write)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._head())
        layout.addWidget(self._fault_row())
        layout.addWidget(self.text, 1)
        for signal in (studio.projectChanged, studio.factsChanged, studio.summaryChanged, studio.documentOpened):
            signal.connect(self._follow)
        studio.selectionChanged.connect(self._mark_selection)
        studio.pathChanged.connect(self._mark_selection)

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setContentsMargins(theme.SPACE_3, theme.SPACE_1, theme.SPACE_2, theme.SPACE_1)
        head.setSpacing(theme.SPACE_1)
        head.addWidget(label("Code", "heading"))
        head.addStretch(1)
        head.addWidget(self.copy_button)
        head.addWidget(button("Paste code", self.paste, "quiet", "Make the script on the clipboard the network"))
        self.menu = QMenu(self)
        self.menu.addAction("Save as model.py …", lambda: self.wanted.emit("code.save"))
        self.menu.addAction("Open a Python file …", lambda: self.wanted.emit("code.open"))
        more = QToolButton()
        theme.mark(more, "quiet")
        more.setText("⋯")
        more.setAccessibleName("More about the code")
        more.setToolTip("Save the script, or open one")
        more.setMenu(self.menu)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        head.addWidget(more)
        head.addWidget(_close_button("Fold the code away", self.folded.emit))
        return head

    def _fault_row(self) -> QWidget:
        self.fault_row = QWidget()
        row = QHBoxLayout(self.fault_row)
        row.setContentsMargins(theme.SPACE_3, 0, theme.SPACE_2, theme.SPACE_2)
        row.addWidget(self.fault, 1)
        close = _close_button("Hide what was not understood", lambda: self._tell(""))
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.fault_row.hide()
        return self.fault_row

    def sizeHint(self) -> QSize:
        return QSize(440, 260)

    def minimumSizeHint(self) -> QSize:
        return QSize(280, 120)

    # What is done with the script

    def copy(self) -> None:
        """Puts the lines of the selected nodes on the clipboard, or the whole script where none is selected."""
        whole = self._current().text
        spans = self._selected_spans()
        QGuiApplication.clipboard().setText(self.text.lines_of(spans) if spans else whole)
        self._studio.message.emit(f"{_lines(spans) if spans else 'The whole script'} copied.", "info")

    def save(self, file: Path) -> bool:
        """Writes the script to a file. Returns whether that went well; says why where not."""
        try:
            write_atomically(file, self._current().text.encode())
        except OSError as error:
            self._studio.message.emit(f"{file} could not be written: {error.strerror}.", "error")
            return False
        self._studio.message.emit(f"Saved as {file}.", "info")
        return True

    def paste(self) -> None:
        """Makes the script on the clipboard the network."""
        text = QGuiApplication.clipboard().text()
        if not text.strip():
            self._tell("The clipboard holds no text.")
            return
        self.read(text, "Paste code")

    def open(self, file: Path) -> None:
        """Makes the script in a file the network."""
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            self._tell(f"{file.name} is not text in UTF-8.")
        except OSError as error:
            self._tell(f"{file.name} cannot be read: {error.strerror}.")
        else:
            self.read(text, f"Read {file.name}")

    def read(self, text: str, name: str) -> None:
        """Makes a script the network, as one undo step with this name; says what is not understood."""
        catalogue, before, sizes = load_catalogue(), self._studio.project.graph, self._sizes()
        self._tell("")

        def work() -> _Read:
            from dlstudio.compiler.code import CodeError, read_script

            try:
                reading = read_script(text, catalogue)
            except CodeError as error:
                return _Read(name, before, fault=_sentences(text, error))
            return _Read(name, before, with_network(before, reading.graph, sizes), reading.notes)

        self.reading.ask(work)

    def _take(self, read: _Read) -> None:
        if read.graph is None:
            self._tell(read.fault)
            return
        if self._studio.project.graph is not read.before:
            self._tell("The network was changed while the script was read. Try again.")
            return
        self._studio.change(read.name, replace(self._studio.project, graph=read.graph))
        self.replaced.emit()
        if read.notes:
            more = f" ({len(read.notes) - 1} more)" if len(read.notes) > 1 else ""
            self._studio.message.emit(read.notes[0] + more, "warning")

    def _tell(self, sentence: str) -> None:
        self.fault.setText(sentence)
        self.fault_row.setVisible(bool(sentence))

    # Following the project

    @property
    def is_current(self) -> bool:
        """Whether the script shown is that of the project as it stands now."""
        return not self._stale and not self.writing.running and self._asked_for is self._studio.project

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._write()

    def _follow(self) -> None:
        self._stale = True
        if self.isVisible():
            self._timer.start()

    def _write(self) -> None:
        self._stale = False
        self._asked_for = self._studio.project
        self.writing.ask(self._work())

    def _work(self) -> Callable[[], Script]:
        studio = self._studio
        project, specs, catalogue = studio.project, dict(studio.specs), load_catalogue()
        facts = studio.facts.layers if studio.facts and studio.facts_are_current else None

        def work() -> Script:
            from dlstudio.compiler.code import write_code

            return write_code(
                project.graph, specs, project.training, name=project.name, catalogue=catalogue, facts=facts
            )

        return work

    def _current(self) -> Script:
        """The script of the project as it stands now."""
        if self.script is None or not self.is_current:
            self._show(self._work()())
        assert self.script is not None
        return self.script

    def _show(self, script: Script) -> None:
        self.script = script
        self.text.show_text(script.text)
        self._mark_selection()

    # Selection

    def _selected_spans(self) -> list[Span]:
        prefix = f"{block_at(self._studio.project.graph, self._studio.path)}/" if self._studio.path else ""
        lines = self.script.lines if self.script else {}
        return [lines[key] for name in self._studio.selection if (key := f"{prefix}{name}") in lines]

    def _mark_selection(self) -> None:
        spans = self._selected_spans()
        self.copy_button.setText(f"Copy {_lines(spans)}" if spans else "Copy all")
        if not self.isVisible():
            return
        self.text.mark(spans)
        if spans and not self._clicked:
            self.text.bring_into_view(min(spans))

    def _choose_at(self, line: int) -> None:
        """Selects the node of a line, inside its block where it stands in one."""
        found = self.script.node_at(line) if self.script else None
        if found is None:
            return
        block, name = found
        graph, path = self._studio.project.graph, self._studio.path
        if block != (block_at(graph, path) if path else ""):
            way = way_to_block(graph, block)
            if way is None or not self._studio.go_to(way):
                return
        self._clicked = True
        try:
            self._studio.select([name])
            self.chosen.emit(name)
        finally:
            self._clicked = False


def _close_button(name: str, clicked: Callable[[], object]) -> QToolButton:
    made = QToolButton()
    theme.mark(made, "quiet")
    made.setIcon(icon("close"))
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.clicked.connect(lambda _=False: clicked())
    return made


def _lines(spans: list[Span]) -> str:
    count = len({number for first, last in spans for number in range(first, last + 1)})
    return "1 line" if count == 1 else f"{count} lines"


def _sentences(text: str, error: CodeError) -> str:
    """The sentences of an error, each with the line it is about."""
    lines = text.split("\n")
    told = []
    for number, sentence in error.faults[:_MOST_FAULTS]:
        code = lines[number - 1].strip()[:90] if 0 < number <= len(lines) else ""
        told.append(f"Line {number}: {sentence}" + (f"\n    {code}" if code else "") if number else sentence)
    if len(error.faults) > _MOST_FAULTS:
        told.append(f"… and {len(error.faults) - _MOST_FAULTS} more.")
    return "\n".join(told)
