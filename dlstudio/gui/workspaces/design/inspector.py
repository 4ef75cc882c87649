"""The panel at the right of the canvas: the selected layers; where none is, the block one is in, or the project."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QWidget

from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.design.block_overview import BlockOverview
from dlstudio.gui.workspaces.design.node_details import NodeDetails
from dlstudio.gui.workspaces.design.overview import ProjectOverview
from dlstudio.gui.workspaces.panels import SidePanel


class Inspector(SidePanel):
    """Follows the studio's selection.

    Signals:
        wanted(str): The id of a command that a button here stands for.
        located(object): The :class:`Problem` inside a block that is to be shown.
    """

    wanted = Signal(str)
    located = Signal(object)

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(304, parent)
        self._studio = studio
        self._shown_once = False
        self.overview = ProjectOverview(studio)
        self.block = BlockOverview(studio)
        self.details = NodeDetails(studio)
        self.overview.wanted.connect(self.wanted.emit)
        self.details.use.wanted.connect(self.wanted.emit)
        self.details.located.connect(self.located.emit)
        self.body.addWidget(self.overview)
        self.body.addWidget(self.block)
        self.body.addWidget(self.details)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.refresh)
        for signal in (studio.projectChanged, studio.selectionChanged, studio.summaryChanged, studio.runsChanged):
            signal.connect(self._timer.start)
        studio.factsChanged.connect(self._facts_changed)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_changed)
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Shows the selection as it is now; while hidden, when it is shown again."""
        self._timer.stop()
        if self._shown_once and not self.isVisible():
            return
        self._shown_once = True
        names = tuple(node.id for node in self._studio.graph if node.id in self._studio.selection)
        inside = bool(self._studio.path)
        self.overview.setVisible(not names and not inside)
        self.block.setVisible(not names and inside)
        self.details.setVisible(bool(names))
        if names:
            self.details.show_nodes(names)
        elif inside:
            self.block.refresh()
        else:
            self.overview.refresh()

    def edit_name(self) -> None:
        """Puts the cursor into the name of the selected node."""
        self.refresh()
        self.ensureWidgetVisible(self.details.name)
        self.details.name.line.setFocus()
        self.details.name.line.selectAll()

    def _facts_changed(self) -> None:
        if self.details.isVisible():
            self.details.show_facts()
        else:
            self._timer.start()

    def _focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        """Leaving a field ends its undo step: the next burst of typing is another one."""
        if old is not None and self.isAncestorOf(old) and old is not new:
            self._studio.document.end_merge()
