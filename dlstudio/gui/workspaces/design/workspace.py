"""The Design workspace: palette at the left, canvas in the middle, inspector at the right, problems below."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dlstudio.graph.problems import Problem
from dlstudio.gui.canvas.keyboard import performers
from dlstudio.gui.canvas.view import CanvasView
from dlstudio.gui.foldable import FoldablePanels
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.design.beside import Beside
from dlstudio.gui.workspaces.design.breadcrumb import Breadcrumb
from dlstudio.gui.workspaces.design.code_bar import CodeBar
from dlstudio.gui.workspaces.design.code_panel import CodePanel
from dlstudio.gui.workspaces.design.inspector import Inspector
from dlstudio.gui.workspaces.design.palette import FOLDED_AT_FIRST, LayerPalette
from dlstudio.gui.workspaces.design.problems import ProblemList
from dlstudio.gui.workspaces.design.shelf_actions import ShelfActions

_FOLDED = "design.folded_categories"


class DesignWorkspace(QWidget):
    """Where the network is drawn.

    Signals:
        wanted(str): The id of a command that a button here stands for.
    """

    wanted = Signal(str)
    hinted = Signal(str)
    """What the gesture in progress on the canvas can do; an empty text when it is over."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self.canvas = CanvasView(studio)
        folded = studio.preferences.get(_FOLDED, sorted(FOLDED_AT_FIRST))
        self.palette_panel = LayerPalette(self.canvas.offered(), folded)
        self.shelves = ShelfActions(self.palette_panel, self.canvas)
        self.breadcrumb = Breadcrumb(studio)
        self.code_bar = CodeBar(studio)
        self.inspector = Inspector(studio)
        self.problems = ProblemList()
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.breadcrumb)
        column.addWidget(self.code_bar)
        column.addWidget(self.canvas, 1)
        self.code = CodePanel(studio, self._node_sizes)
        self.beside = Beside("design.code", studio.preferences, middle, self.code)
        self.panels = FoldablePanels(
            "design",
            studio.preferences,
            left=self.palette_panel,
            middle=self.beside,
            right=self.inspector,
            bottom=self.problems,
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.panels)
        self.palette_panel.chosen.connect(self._add)
        self.palette_panel.tree.itemExpanded.connect(self._remember_folds)
        self.palette_panel.tree.itemCollapsed.connect(self._remember_folds)
        self.inspector.wanted.connect(self.wanted.emit)
        self.inspector.located.connect(self.show_problem)
        self.code.wanted.connect(self.wanted.emit)
        self.code.chosen.connect(self.canvas.center_on)
        self.code.replaced.connect(self.canvas.fit_all)
        self.code.folded.connect(lambda: self.beside.fold(True))
        self.breadcrumb.wanted.connect(self.canvas.blocks.go_to)
        self.canvas.renameRequested.connect(self.rename)
        self.canvas.statusHint.connect(self.hinted.emit)
        self.canvas.templateRequested.connect(lambda: self.wanted.emit("file.new"))
        self.canvas.problemClicked.connect(lambda _: self.show_problems())
        self.problems.located.connect(self.show_problem)
        self.problems.fixed.connect(self._fix)
        self.problems.folded.connect(lambda: self.panels.fold("bottom", True))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._write_problems)
        for signal in (studio.factsChanged, studio.projectChanged, studio.documentOpened):
            signal.connect(self._timer.start)
        self._write_problems()

    def show_node(self, name: str) -> None:
        """Selects a node and brings it into the middle."""
        self._studio.select([name])
        self.canvas.center_on(name)

    def show_problem(self, problem: Problem) -> None:
        """Goes to where a problem is, into blocks, too, and selects its node."""
        if self._studio.go_to(problem.path) and problem.node is not None:
            self.show_node(problem.node)

    def rename(self, name: str) -> None:
        """Puts the cursor into the field with a node's name."""
        self._studio.select([name])
        self.panels.fold("right", False)
        self.inspector.edit_name()

    def toggle_problems(self) -> None:
        """Shows or hides the list of problems."""
        self.panels.fold("bottom")

    def show_problems(self) -> None:
        """Brings the list of problems into sight."""
        self.panels.fold("bottom", False)

    def toggle_code(self) -> None:
        """Shows or hides the network as Python."""
        self.beside.fold()

    def copy_code(self) -> None:
        """Puts the selected layers' lines of the script, or all of it, on the clipboard."""
        self.beside.fold(False)
        self.code.copy()

    def paste_code(self) -> None:
        """Makes the script on the clipboard the network."""
        self.beside.fold(False)
        self.code.paste()

    def save_code(self, file: Path) -> None:
        """Writes the network to a file as a script."""
        self.code.save(file)

    def open_code(self, file: Path) -> None:
        """Makes the script in a file the network."""
        self.beside.fold(False)
        self.code.open(file)

    def add_type(self, type_id: str) -> None:
        """Adds a layer after the selection, as the palette does."""
        self._add(type_id)

    def do(self, command: str) -> None:
        """Does what a command of the Design category stands for, see :mod:`dlstudio.workbench.commands`."""
        self.canvas.setFocus()
        performers(self.canvas)[command]()

    def _add(self, type_id: str) -> None:
        selected = tuple(self._studio.selection)
        if len(selected) == 1:
            self.canvas.actions_.add_after(type_id, selected[0])
        else:
            self.canvas.actions_.add(type_id, self.canvas.visible_area().center())

    def _node_sizes(self) -> dict[str, tuple[float, float]]:
        items = self.canvas.canvas_scene.nodes
        return {name: (item.shape_.width, item.shape_.height) for name, item in items.items()}

    def _fix(self, problem: Any) -> None:
        self._studio.apply(problem.fix.label, problem.fix.edits)

    def _write_problems(self) -> None:
        self.problems.show_problems(tuple(self._studio.problems))

    def _remember_folds(self) -> None:
        self._studio.preferences.set(_FOLDED, self.palette_panel.folded)
