"""The context menus of the canvas: the main actions for a node, a wire or the empty canvas."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QMenu

from dlstudio.gui.canvas.node_item import NodeItem
from dlstudio.gui.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView


def canvas_menu(view: CanvasView, place: QPointF) -> QMenu:
    """The menu for what is at a place of the scene; a node or wire there gets selected first."""
    scene, act = view.canvas_scene, view.actions_
    item: NodeItem | WireItem | None = scene.node_at(place) or scene.wire_at(place)
    menu = QMenu(view)

    def entry(text: str, do: Callable[[], object], keys: str = "", enabled: bool = True) -> None:
        action = menu.addAction(f"{text}\t{keys}" if keys else text)
        action.setEnabled(enabled)
        action.triggered.connect(lambda _=False: do())

    if isinstance(item, NodeItem):
        name = item.name
        if name not in view.studio.selection:
            view.choose([name])
        one = len(view.studio.selection) == 1
        if item.look.outputs and one:
            entry("Add a layer after it …", view.open_search, "Tab")
        if one:
            entry("Rename …", lambda: view.renameRequested.emit(name), "F2")
        if item.look.messages and one:
            entry("Show its problem", lambda: view.problemClicked.emit(name))
        menu.addSeparator()
        entry("Cut", act.cut, "Ctrl+X")
        entry("Copy", act.copy, "Ctrl+C")
        entry("Duplicate", act.duplicate, "Ctrl+D")
        menu.addSeparator()
        entry("Select everything downstream", act.select_downstream, "Ctrl+L")
        if not one:
            entry("Tidy the selected layers", act.tidy, "L")
        menu.addSeparator()
        entry("Delete and heal the wires", act.delete, "Del")
        entry("Delete and leave the gap", lambda: act.delete(heal=False), "Shift+Del")
        return menu
    if isinstance(item, WireItem):
        wire = item.wire
        view.choose([], [wire])
        entry("Insert a layer …", lambda: view.searching.into_wire(wire, place))
        entry("Remove the wire", lambda: act.disconnect([wire]), "Del")
        return menu
    filled = bool(scene.nodes)
    entry("Add a layer …", lambda: view.searching.at(place), "Tab")
    entry("Paste", lambda: act.paste(place), "Ctrl+V")
    menu.addSeparator()
    entry("Select all", act.select_all, "Ctrl+A", filled)
    entry("Tidy the layout", act.tidy, "L", filled)
    entry("Zoom to everything", view.fit_all, "Home", filled)
    entry("Minimap", view.toggle_minimap, "M")
    if not filled:
        entry("Choose a template …", view.templateRequested.emit)
    return menu
