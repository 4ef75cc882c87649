"""Which command and which key does what on the canvas.

The keys of commands stand in :mod:`dlstudio.workbench.commands`, the one table that menus, palette and help are made
from; here stands what each does, and the few keys that are no commands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent

from dlstudio.gui.canvas.annotating import STEP
from dlstudio.gui.canvas.gesture import Modifiers
from dlstudio.gui.canvas.walking import Direction
from dlstudio.workbench.commands import COMMANDS

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView

NUDGE = 11.0
ZOOM_STEP = 1.25
_ARROWS: Mapping[Qt.Key, Direction] = {
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
}
_NONE, _CONTROL, _SHIFT = Modifiers.NoModifier, Modifiers.ControlModifier, Modifiers.ShiftModifier
_MODIFIERS = {"Ctrl": _CONTROL, "Shift": _SHIFT, "Alt": Modifiers.AltModifier}
Keys = Mapping[tuple[Qt.Key, Modifiers], Callable[[], object]]


def performers(view: CanvasView) -> Mapping[str, Callable[[], object]]:
    """What each command of the Design category does in a view, by the command's id."""
    act, copying, keys = view.actions_, view.copying, view.by_keys
    return {
        "design.add": view.open_search,
        "design.add_before": view.searching.before_selected,
        "design.cut": copying.cut,
        "design.copy": copying.copy,
        "design.paste": copying.paste,
        "design.paste_shared": partial(copying.paste, shared=True),
        "design.duplicate": copying.duplicate,
        "design.share": view.sharing.share,
        "design.own_weights": view.sharing.own,
        "design.delete": act.delete,
        "design.delete_gap": partial(act.delete, heal=False),
        "design.select_all": act.select_all,
        "design.select_downstream": act.select_downstream,
        "design.menu": view.open_menu,
        "design.rename": keys.rename,
        "design.connect": keys.connect,
        "design.insert": keys.insert,
        "design.next_wire": keys.next_wire,
        "design.disconnect": act.isolate,
        "design.bypass": act.bypass,
        "design.frame": view.annotating.add_frame,
        "design.note": view.annotating.add_note,
        "design.next_annotation": view.annotating.next,
        "design.align_left": partial(keys.shape, "left", STEP),
        "design.align_right": partial(keys.shape, "right", STEP),
        "design.align_up": partial(keys.shape, "up", STEP),
        "design.align_down": partial(keys.shape, "down", STEP),
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
        (key.Key_PageUp, _NONE): lambda: view.by_keys.scroll(0, -1),
        (key.Key_PageDown, _NONE): lambda: view.by_keys.scroll(0, 1),
        (key.Key_PageUp, _SHIFT): lambda: view.by_keys.scroll(-1, 0),
        (key.Key_PageDown, _SHIFT): lambda: view.by_keys.scroll(1, 0),
        (key.Key_Left, _CONTROL): lambda: act.nudge(-NUDGE, 0),
        (key.Key_Right, _CONTROL): lambda: act.nudge(NUDGE, 0),
        (key.Key_Up, _CONTROL): lambda: act.nudge(0, -NUDGE),
        (key.Key_Down, _CONTROL): lambda: act.nudge(0, NUDGE),
    }
    for arrow, direction in _ARROWS.items():
        table[(arrow, _NONE)] = partial(view.by_keys.walk, direction)
        table[(arrow, _SHIFT)] = partial(view.by_keys.walk, direction, extend=True)
    done = performers(view)
    for command in COMMANDS:
        if command.id in done:
            for keys in command.shortcut.split("; ") if command.shortcut else ():
                spelled = _combination(keys)
                if spelled[0] != key.Key_Space:
                    table[spelled] = done[command.id]
    return table


def _combination(keys: str) -> tuple[Qt.Key, Modifiers]:
    """A key with its modifiers from its portable spelling, such as ``Ctrl+Shift+N`` or ``+``."""
    *held, name = keys.split("+") if keys != "+" else ("Plus",)
    modifiers = Modifiers.NoModifier
    for each in held:
        modifiers |= _MODIFIERS[each]
    return Qt.Key["Key_" + {"-": "Minus"}.get(name, name)], modifiers


def pressed(event: QKeyEvent) -> tuple[Qt.Key, Modifiers]:
    """A key event as the table's key; keypad and level modifiers do not count."""
    combination: QKeyCombination = event.keyCombination()
    modifiers = combination.keyboardModifiers()
    modifiers &= ~(Modifiers.KeypadModifier | Modifiers.GroupSwitchModifier)
    key = Qt.Key(event.key())
    if key == Qt.Key.Key_Plus:
        modifiers &= ~_SHIFT
    return (key, modifiers)


class Keyboard:
    """What the keys of one view do: those of the gesture in progress, Space, and those of the table.

    Args:
        view: The view whose events these are.
    """

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self.table = bindings(view)

    def takes(self, event: QKeyEvent) -> bool:
        """Whether a key means something here."""
        return pressed(event) in self.table or event.key() == Qt.Key.Key_Space

    def press(self, event: QKeyEvent) -> bool:
        """Does what a key stands for. Returns whether it stands for anything now."""
        key, modifiers = pressed(event)
        pointer = self._view.pointer
        gesture = pointer.gesture
        if gesture is not None and gesture.takes_keys and key != Qt.Key.Key_Escape:
            if gesture.key(key):
                pointer.gesture = None
            return True
        if key == Qt.Key.Key_Space and modifiers == _NONE:
            if not event.isAutoRepeat():
                pointer.panning_key, pointer.panned = True, False
                self._view.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
            return True
        do = self.table.get((key, modifiers))
        if do is None or (gesture is not None and key != Qt.Key.Key_Escape):
            return False
        do()
        return True

    def release(self, event: QKeyEvent) -> bool:
        """Lets the panning hand go; a Space that panned nothing opens the search. Returns whether it was that."""
        pointer = self._view.pointer
        if event.key() != Qt.Key.Key_Space or event.isAutoRepeat() or not pointer.panning_key:
            return False
        pointer.panning_key = False
        self._view.viewport().unsetCursor()
        if not pointer.panned:
            self._view.open_search()
        return True
