"""Which command and which key does what on the canvas.

The keys of commands stand in :mod:`dlstudio.workbench.commands`, the one table that menus, palette and help are made
from; here stands what each does, and the few keys that are no commands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from dlstudio.gui.canvas.gesture import Modifiers
from dlstudio.workbench.commands import COMMANDS

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView

NUDGE = 11.0
ZOOM_STEP = 1.25
_NONE, _CONTROL, _SHIFT = Modifiers.NoModifier, Modifiers.ControlModifier, Modifiers.ShiftModifier
Keys = Mapping[tuple[Qt.Key, Modifiers], Callable[[], object]]


def performers(view: CanvasView) -> Mapping[str, Callable[[], object]]:
    """What each command of the Design category does in a view, by the command's id."""
    act = view.actions_
    return {
        "design.add": view.open_search,
        "design.cut": act.cut,
        "design.copy": act.copy,
        "design.paste": act.paste,
        "design.duplicate": act.duplicate,
        "design.delete": act.delete,
        "design.delete_gap": partial(act.delete, heal=False),
        "design.select_all": act.select_all,
        "design.select_downstream": act.select_downstream,
        "design.rename": view.rename_selected,
        "design.connect": view.connect_by_keys,
        "design.make_block": view.blocks.make,
        "design.enter_block": view.blocks.enter_selected,
        "design.leave_block": view.blocks.leave,
        "design.unpack_block": view.blocks.unpack,
        "design.rename_block": view.blocks.rename,
        "design.save_block": view.blocks.save_to_mine,
        "design.fit_selection": view.fit_selection,
        "design.fit_all": view.fit_all,
        "design.zoom_in": lambda: view.set_zoom(view.zoom * ZOOM_STEP),
        "design.zoom_out": lambda: view.set_zoom(view.zoom / ZOOM_STEP),
        "design.zoom_real": lambda: view.set_zoom(1.0),
        "design.minimap": view.toggle_minimap,
        "design.tidy": act.tidy,
    }


def bindings(view: CanvasView) -> Keys:
    """What each key with its modifiers does in a view. Space is not here: it also holds the panning hand."""
    act, key = view.actions_, Qt.Key
    table: dict[tuple[Qt.Key, Modifiers], Callable[[], object]] = {
        (key.Key_Backspace, _NONE): view.blocks.step_back,
        (key.Key_Z, _CONTROL): view.studio.undo,
        (key.Key_Z, _CONTROL | _SHIFT): view.studio.redo,
        (key.Key_Y, _CONTROL): view.studio.redo,
        (key.Key_Escape, _NONE): view.escape,
        (key.Key_Left, _NONE): lambda: view.walk("left"),
        (key.Key_Right, _NONE): lambda: view.walk("right"),
        (key.Key_Up, _NONE): lambda: view.walk("up"),
        (key.Key_Down, _NONE): lambda: view.walk("down"),
        (key.Key_Left, _CONTROL): lambda: act.nudge(-NUDGE, 0),
        (key.Key_Right, _CONTROL): lambda: act.nudge(NUDGE, 0),
        (key.Key_Up, _CONTROL): lambda: act.nudge(0, -NUDGE),
        (key.Key_Down, _CONTROL): lambda: act.nudge(0, NUDGE),
    }
    done = performers(view)
    for command in COMMANDS:
        if command.id in done:
            for keys in command.shortcut.split("; ") if command.shortcut else ():
                combination = QKeySequence(keys)[0]
                if combination.key() != key.Key_Space:
                    table[(combination.key(), combination.keyboardModifiers())] = done[command.id]
    return table


def pressed(event: QKeyEvent) -> tuple[Qt.Key, Modifiers]:
    """A key event as the table's key; keypad and level modifiers do not count."""
    combination: QKeyCombination = event.keyCombination()
    modifiers = combination.keyboardModifiers()
    modifiers &= ~(Modifiers.KeypadModifier | Modifiers.GroupSwitchModifier)
    key = Qt.Key(event.key())
    if key == Qt.Key.Key_Plus:
        modifiers &= ~_SHIFT
    return (key, modifiers)
