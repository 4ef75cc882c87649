"""The open project as one window sees it: which of its graphs is looked at, what is selected, and edits of it.

Opening, saving and whatever needs the engine or the runs is the business of :mod:`dlstudio.gui.studio`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.graph.block_views import inside_types
from dlstudio.graph.blocks import with_blocks
from dlstudio.graph.edits import EditError, apply_edits
from dlstudio.graph.model import Graph
from dlstudio.graph.paths import graph_at, valid_path, with_graph_at
from dlstudio.graph.project import Project
from dlstudio.gui.studio_signals import StudioSignals
from dlstudio.workbench.document import Document


class OpenProject(StudioSignals):
    """A document, a path into its blocks, and a selection.

    Args:
        document: What is open.
        catalogue: The node types, without the project's blocks.
        parent: The owner.
    """

    def __init__(self, document: Document, catalogue: Catalogue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._selection: frozenset[str] = frozenset()
        self._path: tuple[str, ...] = ()
        self._seen: tuple[Graph, tuple[str, ...], Graph] | None = None
        self._document = document
        self._unlisten = document.listen(self._document_changed)

    # What a subclass adds

    def _look_inside(self, path: tuple[str, ...]) -> None:
        """Another graph is looked at."""
        raise NotImplementedError

    def _look_around(self) -> None:
        """The project is another value."""
        raise NotImplementedError

    # What is open

    @property
    def document(self) -> Document:
        return self._document

    @property
    def project(self) -> Project:
        return self._document.project

    @property
    def folder(self) -> Path | None:
        """The project's folder, or None while it has never been saved."""
        return self._document.folder

    @property
    def saved(self) -> bool:
        return self._document.saved

    @property
    def catalogue(self) -> Catalogue:
        """The node types, the project's blocks among them; inside a block Input and Output are its ports."""
        known = with_blocks(self._catalogue, self.project.blocks)
        return inside_types(known) if self._path else known

    @property
    def path(self) -> tuple[str, ...]:
        """The block uses that have been entered, outermost first; empty on the project's own graph."""
        return self._path

    @property
    def graph(self) -> Graph:
        """The graph that is looked at and edited: the project's, or the one inside the block that was entered."""
        whole = self.project.graph
        if self._seen is None or self._seen[0] is not whole or self._seen[1] != self._path:
            self._seen = (whole, self._path, graph_at(whole, self._path))
        return self._seen[2]

    @property
    def selection(self) -> frozenset[str]:
        return self._selection

    # Editing

    def change(self, label: str, project: Project, merge_key: str | None = None) -> None:
        """Makes ``project`` the open one, as one undo step (see :meth:`Document.change`)."""
        self._document.change(label, project, merge_key)

    def change_graph(self, label: str, graph: Graph, merge_key: str | None = None) -> None:
        """Makes ``graph`` the one that is edited (:attr:`graph`), as one undo step; all uses of a block follow."""
        whole = with_graph_at(self.project.graph, self._path, graph)
        self.change(label, replace(self.project, graph=whole), merge_key)

    def enter(self, use: str) -> bool:
        """Looks inside a use of a block. Returns whether there is anything to look at."""
        return self.go_to((*self._path, use))

    def go_to(self, path: Iterable[str]) -> bool:
        """Looks at the graph that a path leads to; ``()`` is the project's own. Returns whether it leads there."""
        wanted = tuple(path)
        if valid_path(self.project.graph, wanted) != wanted:
            return False
        if wanted != self._path:
            self._path, self._selection = wanted, frozenset()
            self._look_inside(wanted)
            self.pathChanged.emit()
            self.projectChanged.emit()
            self.selectionChanged.emit()
            self.factsChanged.emit()
        return True

    def apply(self, label: str, edits: Iterable[Mapping[str, Any]]) -> bool:
        """Applies edits given as values (a :class:`Fix`); says so where they no longer make sense."""
        try:
            self.change(label, apply_edits(self.project, edits))
        except EditError as error:
            self.message.emit(str(error), "warning")
            return False
        return True

    def undo(self) -> None:
        self._document.undo()

    def redo(self) -> None:
        self._document.redo()

    def select(self, names: Iterable[str]) -> None:
        """Selects these nodes and no others; names that are not in the graph are passed over."""
        graph = self.graph
        selection = frozenset(name for name in names if name in graph)
        if selection != self._selection:
            self._selection = selection
            self.selectionChanged.emit()

    # Inside

    def _exchange(self, document: Document) -> None:
        """Lets another document be the open one, seen from its own graph; the one before is closed."""
        self._unlisten()
        self._document.close()
        self._document = document
        self._unlisten = document.listen(self._document_changed)
        self._selection, self._path = frozenset(), ()

    def _document_changed(self) -> None:
        path = valid_path(self.project.graph, self._path)
        left, self._path = path != self._path, path
        graph = self.graph
        gone = [name for name in self._selection if name not in graph]
        if left:
            self._look_inside(path)
        self._look_around()
        if left:
            self.pathChanged.emit()
        self.projectChanged.emit()
        self.savedChanged.emit()
        if gone:
            self.select(self._selection.difference(gone))
