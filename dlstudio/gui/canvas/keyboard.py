"""Which key does what on the canvas, as one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent

from dlstudio.gui.canvas.gesture import Modifiers

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView

NUDGE = 11.0
_NONE, _CONTROL, _SHIFT = Modifiers.NoModifier, Modifiers.ControlModifier, Modifiers.ShiftModifier
Keys = Mapping[tuple[Qt.Key, Modifiers], Callable[[], object]]


def bindings(view: CanvasView) -> Keys:
    """What each key with its modifiers does in a view. Space is not here: it also holds the panning hand."""
    act, key = view.actions_, Qt.Key
    table: dict[tuple[Qt.Key, Modifiers], Callable[[], object]] = {
        (key.Key_Tab, _NONE): view.open_search,
        (key.Key_Delete, _NONE): act.delete,
        (key.Key_Backspace, _NONE): act.delete,
        (key.Key_Delete, _SHIFT): lambda: act.delete(heal=False),
        (key.Key_A, _CONTROL): act.select_all,
        (key.Key_L, _CONTROL): act.select_downstream,
        (key.Key_C, _CONTROL): act.copy,
        (key.Key_X, _CONTROL): act.cut,
        (key.Key_V, _CONTROL): act.paste,
        (key.Key_D, _CONTROL): act.duplicate,
        (key.Key_Z, _CONTROL): view.studio.undo,
        (key.Key_Z, _CONTROL | _SHIFT): view.studio.redo,
        (key.Key_Y, _CONTROL): view.studio.redo,
        (key.Key_F, _NONE): view.fit_selection,
        (key.Key_Home, _NONE): view.fit_all,
        (key.Key_M, _NONE): view.toggle_minimap,
        (key.Key_L, _NONE): act.tidy,
        (key.Key_C, _NONE): view.connect_by_keys,
        (key.Key_F2, _NONE): view.rename_selected,
        (key.Key_Escape, _NONE): view.escape,
        (key.Key_Plus, _NONE): lambda: view.set_zoom(view.zoom * 1.25),
        (key.Key_Minus, _NONE): lambda: view.set_zoom(view.zoom / 1.25),
        (key.Key_0, _CONTROL): lambda: view.set_zoom(1.0),
        (key.Key_Left, _NONE): lambda: view.walk("left"),
        (key.Key_Right, _NONE): lambda: view.walk("right"),
        (key.Key_Up, _NONE): lambda: view.walk("up"),
        (key.Key_Down, _NONE): lambda: view.walk("down"),
        (key.Key_Left, _CONTROL): lambda: act.nudge(-NUDGE, 0),
        (key.Key_Right, _CONTROL): lambda: act.nudge(NUDGE, 0),
        (key.Key_Up, _CONTROL): lambda: act.nudge(0, -NUDGE),
        (key.Key_Down, _CONTROL): lambda: act.nudge(0, NUDGE),
    }
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
