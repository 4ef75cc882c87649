"""The context menus of the canvas, made from the commands: for a node, a wire, a frame or note, or the empty canvas.

With the mouse the menu is for what is under the pointer, which gets selected first; with the menu key it is for what is
selected.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from dlstudio.graph.annotations import AnnotationKey
from dlstudio.graph.model import Wire
from dlstudio.gui.canvas.keyboard import performers
from dlstudio.gui.canvas.sharing import can_share
from dlstudio.workbench.commands import BY_ID

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView


def canvas_menu(view: CanvasView, place: QPointF) -> QMenu:
    """The menu for what is at a place of the scene."""
    scene = view.canvas_scene
    node = scene.node_at(place)
    if node is not None:
        if node.name not in view.studio.selection:
            view.choose([node.name])
        return _Menu(view).of_nodes()
    annotation = scene.annotations.at(place, view.zoom)
    wire = scene.wire_at(place)
    if annotation is not None and (wire is None or annotation.key.kind == "note"):
        if annotation.key not in scene.annotations.selected:
            view.choose([], [], [annotation.key])
        return _Menu(view).of_annotation(annotation.key)
    if wire is not None:
        view.choose([], [wire.wire])
        return _Menu(view).of_wire(wire.wire, place)
    return _Menu(view).of_canvas(place)


def selection_menu(view: CanvasView, place: QPointF) -> QMenu:
    """The menu for what is selected, or for the canvas where nothing is."""
    scene = view.canvas_scene
    if view.studio.selection:
        return _Menu(view).of_nodes()
    for key in scene.annotations.selected:
        return _Menu(view).of_annotation(key)
    for wire in scene.selected_wires:
        return _Menu(view).of_wire(wire, None)
    return _Menu(view).of_canvas(place)


class _Menu(QMenu):
    """One menu, filled by what it is for."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self._doing = performers(view)

    def of_nodes(self) -> QMenu:
        view, names = self._view, self._view.studio.selection
        items = [view.canvas_scene.nodes[name] for name in sorted(names)]
        one = items[0] if len(items) == 1 else None
        if one is not None:
            if one.look.outputs:
                self._give("design.add", "Add a layer after it …", keys="Tab")
                self._give("design.connect", "Connect it …")
            if one.look.inputs:
                self._give("design.add_before", "Add a layer before it …")
            if one.look.inputs and one.look.outputs and not self._wired(one.name):
                self._give("design.insert", "Put it into a wire …")
            if one.look.stacked:
                for command in ("enter", "unpack", "rename", "save"):
                    self._give(f"design.{command}_block")
            self._entry("Rename …", lambda: view.renameRequested.emit(one.name), "F2")
            if one.look.messages:
                self._entry("Show its problem", lambda: view.problemClicked.emit(one.name))
        if all(item.look.inputs and item.look.outputs for item in items):
            bypassed = all(item.look.bypassed for item in items)
            self._give("design.bypass", "Take back from bypass" if bypassed else "Bypass")
        if any(view.studio.graph[name].shares for name in names):
            self._give("design.own_weights")
        elif all(can_share(view.studio.graph[name], view.studio.catalogue) for name in names):
            self._give("design.share", "Share weights with …" if one is not None else "Share weights")
        self.addSeparator()
        self._give_copying()
        self.addSeparator()
        self._give("design.select_downstream")
        if one is None:
            self._give("design.tidy", "Tidy the selected layers")
            aligning = self.addMenu("Align")
            for side, word in (("left", "Left"), ("right", "Right"), ("up", "Upper"), ("down", "Lower")):
                self._give(f"design.align_{side}", f"{word} edges", menu=aligning)
        self._give("design.frame", "Put a frame around")
        self._give("design.make_block")
        self.addSeparator()
        if any(self._wired(name) for name in names):
            self._give("design.disconnect")
        self._give("design.delete")
        self._give("design.delete_gap")
        return self

    def of_annotation(self, key: AnnotationKey) -> QMenu:
        self._give("design.rename", "Rename …" if key.kind == "frame" else "Edit the text …")
        self.addSeparator()
        self._give_copying()
        self.addSeparator()
        self._give("design.delete", "Delete the frame, not what lies in it" if key.kind == "frame" else "Delete")
        return self

    def of_wire(self, wire: Wire, place: QPointF | None) -> QMenu:
        view = self._view
        self._entry("Insert a layer …", lambda: view.searching.into_wire(wire, place), "Tab")
        self._give("design.connect", "Move its end …")
        self._entry("Remove the wire", lambda: view.actions_.disconnect([wire]), "Del")
        return self

    def of_canvas(self, place: QPointF) -> QMenu:
        view = self._view
        filled = bool(view.canvas_scene.nodes)
        self._entry("Add a layer …", lambda: view.searching.at(place), "Tab")
        self._entry("Add a note", lambda: view.annotating.add_note(place), "Ctrl+Shift+N")
        self._entry("Paste", lambda: view.copying.paste(place), "Ctrl+V")
        self.addSeparator()
        self._give("design.select_all", enabled=filled)
        self._give("design.tidy", enabled=filled)
        self._give("design.fit_all", enabled=filled)
        self._give("design.minimap", "Minimap")
        if view.studio.path:
            self._give("design.leave_block", "Leave the block")
        if not filled:
            self._entry("Choose a template …", view.templateRequested.emit)
        return self

    def _give_copying(self) -> None:
        for command in ("design.cut", "design.copy", "design.duplicate"):
            self._give(command)

    def _give(
        self, command: str, text: str = "", *, keys: str = "", enabled: bool = True, menu: QMenu | None = None
    ) -> None:
        """An entry that does what a command does, with its keys."""
        known = BY_ID[command]
        self._entry(text or known.title, self._doing[command], keys or known.shortcut.split("; ")[0], enabled, menu)

    def _entry(
        self, text: str, do: Callable[[], object], keys: str = "", enabled: bool = True, menu: QMenu | None = None
    ) -> None:
        shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
        action = (menu or self).addAction(f"{text}\t{shown}" if shown else text)
        action.setEnabled(enabled)
        action.triggered.connect(lambda _=False: do())

    def _wired(self, name: str) -> bool:
        graph = self._view.studio.graph
        return bool(graph.incoming(name) or graph.outgoing(name))
