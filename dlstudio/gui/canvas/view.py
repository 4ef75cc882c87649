"""The node canvas: what hands do to the graph becomes edits of the open project, one undo step a gesture.

Items are the business of :mod:`dlstudio.gui.canvas.scene`, zooming and panning that of
:mod:`dlstudio.gui.canvas.navigation`, the edits that of :mod:`dlstudio.gui.canvas.actions`, the mouse that of
:mod:`dlstudio.gui.canvas.pointer`.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QCursor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.graph.annotations import AnnotationKey
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.gui import theme
from dlstudio.gui.canvas.actions import CanvasActions
from dlstudio.gui.canvas.annotating import Annotating
from dlstudio.gui.canvas.block_gestures import BlockGestures
from dlstudio.gui.canvas.by_keys import ByKeys
from dlstudio.gui.canvas.copying import Copying
from dlstudio.gui.canvas.empty_hint import EmptyHint
from dlstudio.gui.canvas.keyboard import Keyboard
from dlstudio.gui.canvas.menus import canvas_menu, selection_menu
from dlstudio.gui.canvas.minimap import Minimap
from dlstudio.gui.canvas.navigation import NavigableView
from dlstudio.gui.canvas.palette_drop import NODE_MIME, PaletteDrop
from dlstudio.gui.canvas.picture import Picture, PictureError, PictureOptions
from dlstudio.gui.canvas.pointer import Pointer
from dlstudio.gui.canvas.scene import CanvasScene
from dlstudio.gui.canvas.searching import Searching
from dlstudio.gui.canvas.sharing import SharingGestures
from dlstudio.gui.canvas.speaking import speak
from dlstudio.gui.canvas.tips import tip_at
from dlstudio.gui.canvas.view_places import ViewPlaces
from dlstudio.gui.canvas.wire_gesture import WireGesture
from dlstudio.workbench.block_offer import BlockOffer

if TYPE_CHECKING:
    from dlstudio.gui.studio import Studio

__all__ = ["NODE_MIME", "CanvasView"]


class CanvasView(NavigableView):
    """Shows and edits the graph of the open project.

    Args:
        studio: The bridge to the project.
        parent: The widget it lies in.
    """

    renameRequested = Signal(str)
    """A node whose name is to be edited (F2, double-click)."""
    templateRequested = Signal()
    problemClicked = Signal(str)
    """A node whose problem is to be shown."""
    statusHint = Signal(str)
    """What the gesture in progress can do; an empty text when it is over."""
    libraryChanged = Signal()
    """A block was put into the personal library."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        self.studio = studio
        super().__init__(CanvasScene(studio), parent)
        self.canvas_scene.setParent(self)
        self._gliding = False
        self._shown = -1
        self._fitted = False
        self._untouched = False
        self._wants_minimap = True
        self._choosing = False
        self._coming_back = False
        self._places = ViewPlaces(self)
        self.offer = BlockOffer()
        self.actions_ = CanvasActions(self, self.canvas_scene)
        self.copying = Copying(self)
        self.blocks = BlockGestures(self)
        self.sharing = SharingGestures(self)
        self.annotating = Annotating(self)
        self.by_keys = ByKeys(self)
        self.searching = Searching(self)
        self.pointer = Pointer(self)
        self._drop = PaletteDrop(self)
        self.minimap = Minimap(self)
        self.hint = EmptyHint(self)
        self.hint.templateRequested.connect(self.templateRequested)
        self.keys = Keyboard(self)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Network canvas")
        studio.projectChanged.connect(self._project_changed)
        studio.factsChanged.connect(self._facts_changed)
        studio.summaryChanged.connect(self._facts_changed)
        studio.selectionChanged.connect(self._selection_changed)
        studio.documentOpened.connect(self._document_opened)
        studio.pathChanged.connect(self._path_changed)
        theme.signals.changed.connect(self._recolor)
        self._settle()

    # What others call

    def fit_selection(self) -> None:
        """Shows the selected nodes, or everything where none is selected."""
        self._untouched = False
        chosen = self.selected_area()
        self.show_area(self.canvas_scene.bounds() if chosen.isNull() else chosen, most=1.5)

    def center_on(self, node_id: str) -> None:
        """Brings a node to the middle, large enough to read."""
        item = self.canvas_scene.nodes.get(node_id)
        if item is not None:
            self._fitted, self._untouched = True, False
            self.set_zoom(max(self.zoom, 0.7))
            self._put(item.body().center(), QRectF(self.viewport().rect()).center())

    def render_picture(self, path: Path | str) -> bool:
        """Writes the whole network as PNG, SVG or PDF; says why where that fails. Returns whether it was written."""
        try:
            Picture(self.studio, PictureOptions(theme.theme_name())).save(Path(path))
        except PictureError as error:
            self.studio.message.emit(str(error), "error")
            return False
        return True

    def offered(self) -> Catalogue:
        """The node types that can be added here: the project's, and the blocks of the libraries."""
        return self.offer.catalogue(self.studio.catalogue, self.studio.project.blocks)

    def open_search(self) -> None:
        """Opens the search box: behind the selected node, else at the pointer."""
        self.searching.open()

    def open_menu(self) -> None:
        """Opens the context menu for what is selected, without a mouse."""
        place = self.visible_area().center()
        if self.anything_selected:
            self.bring_into_view(self.selected_area())
            place = self.selected_area().intersected(self.visible_area()).center()
        menu = selection_menu(self, place)
        menu.exec(self.viewport().mapToGlobal(self.pixel_of(place)))
        menu.deleteLater()

    def toggle_minimap(self) -> None:
        """Shows or hides the overview; an empty canvas has none."""
        self._wants_minimap = not self._wants_minimap
        self._settle()

    def selected_area(self) -> QRectF:
        """The rectangle around all that is selected; null where nothing is."""
        scene = self.canvas_scene
        area = scene.bounds(self.studio.selection).united(scene.annotations.bounds(scene.annotations.selected))
        for wire in scene.selected_wires:
            area = area.united(scene.wires[wire].path().boundingRect().adjusted(-1, -1, 1, 1))
        return area

    def escape(self) -> None:
        """Cancels the gesture in progress; without one, deselects; with nothing selected, leaves the block."""
        if self.pointer.cancel():
            self.statusHint.emit("")
        elif self.searching.popup.is_open:
            self.searching.close()
        elif self.anything_selected or not self.blocks.leave():
            self.choose([])

    # What the parts of the canvas call

    def change_graph(self, label: str, graph: Graph, merge_key: str | None = None, glide: bool = False) -> None:
        """Makes ``graph`` the project's, as one undo step."""
        self._gliding = glide
        self.studio.change_graph(label, graph, merge_key)
        self._gliding = False
        self.canvas_scene.put_back()  # a change that changed nothing leaves moved items behind
        self.statusHint.emit("")

    @property
    def anything_selected(self) -> bool:
        """Whether a node, a wire, a frame or a note is selected."""
        scene = self.canvas_scene
        return bool(self.studio.selection or scene.selected_wires or scene.annotations.selected)

    def choose(
        self, names: Iterable[str], wires: Iterable[Wire] = (), annotations: Iterable[AnnotationKey] = ()
    ) -> None:
        """Selects nodes, wires, frames and notes, and nothing else."""
        self.canvas_scene.select_wires(wires)
        self.canvas_scene.annotations.select(annotations)
        self._choosing = True
        self.studio.select(names)
        self._choosing = False
        self.canvas_scene.edition += 1
        self._settle()

    def refuse(self, sentence: str) -> None:
        """Says why something was not done."""
        self.studio.message.emit(sentence, "warning")

    def size_of(self, node: Node, graph: Graph) -> tuple[float, float]:
        """The width and height of a node."""
        return self.actions_.size_of(node, graph)

    def search_for_end(self, gesture: WireGesture, place: QPointF) -> None:
        self.searching.for_end(gesture, place)

    def covered_corner(self) -> QRectF:
        return QRectF() if self.minimap.isHidden() else QRectF(self.minimap.geometry())

    def scene_point(self, pixel: QPointF) -> QPointF:
        """The scene point under a pixel of the viewport."""
        return self._scene_point(pixel)

    def pointer_place(self) -> QPointF:
        """Where the pointer is, or the middle of the view where it is elsewhere."""
        pixel = self.viewport().mapFromGlobal(QCursor.pos())
        inside = self.viewport().rect().contains(pixel) and self.isActiveWindow()
        return self.mapToScene(pixel if inside else self.viewport().rect().center())

    # Following the project

    def _project_changed(self) -> None:
        self.pointer.cancel()
        self.searching.close()
        self.canvas_scene.sync(glide=self._gliding)
        if self._coming_back:
            self._coming_back, self._fitted, self._untouched = False, True, False
            self._places.come_back()
        self._settle()

    def _path_changed(self) -> None:
        """Another graph is about to be shown: the zoom and place of the one now seen are kept for coming back."""
        self.blocks.card.close_card()
        self._coming_back = self._places.leave()
        self._fitted = False

    def _facts_changed(self) -> None:
        if self.pointer.gesture is None:
            self.canvas_scene.sync()
        else:
            self.canvas_scene.sync_facts()
        self._settle()

    def _selection_changed(self) -> None:
        if not self._choosing:  # chosen elsewhere: wires, frames and notes, which only the canvas knows, are not meant
            self.canvas_scene.select_wires(())
            self.canvas_scene.annotations.select(())
        self.canvas_scene.sync_selection()
        self._settle()

    def _document_opened(self) -> None:
        self._fitted = False
        self._places.forget()

    def _recolor(self) -> None:
        self.canvas_scene.refresh_colors()
        self.viewport().update()
        self.minimap.update()

    def _settle(self) -> None:
        """Brings everything around the items up to date: hint, minimap, spoken description, first fit."""
        empty = not self.canvas_scene.nodes and not self.canvas_scene.annotations.items
        self.hint.setVisible(empty)
        self.minimap.setVisible(self._wants_minimap and not empty)
        if empty:
            self.hint.settle()
        elif not self._fitted and self.isVisible():
            self._fitted = self._untouched = True
            self.fit_readably()
        self.minimap.update()
        if self.batched and self._shown != self.canvas_scene.edition:
            self._shown = self.canvas_scene.edition
            self.viewport().update()
        speak(self)

    # Events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._untouched = False
        self.pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.pointer.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pointer.double_click(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.pointer.cancel():
            return
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.open_menu()
            return
        menu = canvas_menu(self, self.mapToScene(event.pos()))
        menu.exec(event.globalPos())
        menu.deleteLater()

    def event(self, event: QEvent) -> bool:
        # The canvas' keys come before the window's shortcuts of the same name.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self.keys.takes(event):
            event.accept()
            return True
        return bool(super().event(event))

    def focusNextPrevChild(self, forward: bool) -> bool:
        return False if forward else bool(super().focusNextPrevChild(forward))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._untouched = False
        if not self.keys.press(event):
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not self.keys.release(event):
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.pointer.panning_key = False
        super().focusOutEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = tip_at(self.canvas_scene, self.mapToScene(event.pos()))
            # Rich text on purpose, with everything escaped: plain text would be guessed at, and names are a stranger's.
            rich = f"<p style='white-space:pre-wrap'>{html.escape(text)}</p>" if text else ""
            QToolTip.showText(event.globalPos(), rich, self.viewport())
            return True
        if event.type() == QEvent.Type.Leave:
            self.canvas_scene.hover(None)
            self.canvas_scene.annotations.hover(None)
        return super().viewportEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._drop.takes(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self._drop.takes(event.mimeData()):
            self._drop.move(event)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._drop.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        if self._drop.takes(event.mimeData()):
            self._drop.drop(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self.canvas_scene.nodes:
            self.hint.settle()
        elif self._untouched:  # the first fit, or a change of the window before anybody moved about
            self.fit_readably()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._untouched = False
        super().wheelEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._settle()
