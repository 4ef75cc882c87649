"""What can be done with the blocks in the palette, besides adding them: rename, keep, remove."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtWidgets import QMenu

from dlstudio.graph import block_edits
from dlstudio.graph.block_views import count_uses
from dlstudio.graph.edits import EditError
from dlstudio.gui.canvas.view import CanvasView
from dlstudio.gui.workspaces.design.palette import LayerPalette
from dlstudio.workbench.block_library import LibraryError, remove_kept, rename_kept
from dlstudio.workbench.block_offer import MINE, shelf_of


class ShelfActions(QObject):
    """Keeps the palette's blocks up to date and does what its menu says.

    Args:
        palette: The palette.
        canvas: The canvas, whose offer of blocks the palette shows.
    """

    def __init__(self, palette: LayerPalette, canvas: CanvasView) -> None:
        super().__init__(palette)
        self._palette, self._canvas, self._studio = palette, canvas, canvas.studio
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.refresh)
        for signal in (self._studio.projectChanged, self._studio.documentOpened):
            signal.connect(self._timer.start)
        canvas.libraryChanged.connect(self._library_changed)
        palette.menuWanted.connect(self._open_menu)
        palette.renamed.connect(self.rename)
        palette.removeWanted.connect(self.remove)
        for sentence in canvas.offer.broken:
            self._studio.message.emit(sentence, "warning")

    def refresh(self) -> None:
        """Shows the types on offer now."""
        self._palette.show_catalogue(self._canvas.offered())

    def menu(self, type_id: str) -> QMenu:
        """What can be done with a block."""
        menu = QMenu(self._palette)

        def entry(text: str, do: Callable[[], object], keys: str = "", enabled: bool = True) -> None:
            action = menu.addAction(f"{text}\t{keys}" if keys else text)
            action.setEnabled(enabled)
            action.triggered.connect(lambda _=False: do())

        shelf, name = shelf_of(type_id), type_id.partition(".")[2]
        entry("Add to the network", lambda: self._palette.chosen.emit(type_id), "Enter")
        menu.addSeparator()
        if shelf in ("block", MINE):
            entry("Rename …", lambda: self._palette.edit_name(type_id), "F2")
        if shelf == "block":
            entry("Save to my blocks", lambda: self._canvas.blocks.save_to_mine(name))
            uses = count_uses(self._studio.project.graph, name)
            words = f"Remove (used {uses} time{'s' if uses != 1 else ''})" if uses else "Remove from the project"
            entry(words, lambda: self.remove(type_id), "Del", not uses)
        elif shelf == MINE:
            entry("Remove from my blocks", lambda: self.remove(type_id), "Del")
        return menu

    def rename(self, type_id: str, name: str) -> None:
        """Gives a block of the project or of the personal library another name; says why not."""
        shelf, old = shelf_of(type_id), type_id.partition(".")[2]
        try:
            if shelf == MINE:
                rename_kept(old, name)
                self._canvas.libraryChanged.emit()
            else:
                graph = block_edits.rename_block(self._studio.project.graph, old, name)
                self._studio.change(f"Rename the block {old}", replace(self._studio.project, graph=graph))
        except (EditError, LibraryError) as error:
            self._studio.message.emit(str(error), "warning")

    def remove(self, type_id: str) -> None:
        """Takes a block out of the personal library, or an unused one out of the project."""
        shelf, name = shelf_of(type_id), type_id.partition(".")[2]
        try:
            if shelf == MINE:
                aside = remove_kept(name)
                self._canvas.libraryChanged.emit()
                self._studio.message.emit(f"{name} is no longer among your blocks. Its file is now {aside}.", "info")
            elif shelf == "block":
                graph = block_edits.remove_block(self._studio.project.graph, name)
                self._studio.change(f"Remove the block {name}", replace(self._studio.project, graph=graph))
        except (EditError, LibraryError) as error:
            self._studio.message.emit(str(error), "warning")

    def _open_menu(self, type_id: str, place: QPoint) -> None:
        menu = self.menu(type_id)
        menu.exec(place)
        menu.deleteLater()

    def _library_changed(self) -> None:
        self._canvas.offer.refresh()
        self.refresh()
        for sentence in self._canvas.offer.broken:
            self._studio.message.emit(sentence, "warning")
