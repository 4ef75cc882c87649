"""The commands of the window as Qt actions: one table for shortcuts, menus and the palette.

What commands there are stands in :mod:`dlstudio.workbench.commands`; what each does is bound by the frame. The canvas
listens to its own keys, so commands of the Design category get no window-wide shortcut here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from dlstudio.workbench.commands import COMMANDS, Command

EXTRA = (
    Command("view.left_panel", "Fold or unfold the left panel", "Ctrl+B", "View"),
    Command("view.right_panel", "Fold or unfold the right panel", "Ctrl+Alt+B", "View"),
    Command("view.theme_dark", "Dark theme", "", "View"),
    Command("view.theme_light", "Light theme", "", "View"),
    Command("view.theme_system", "Theme of the desktop", "", "View"),
)
ALL: tuple[Command, ...] = (*COMMANDS, *EXTRA)


class WindowActions:
    """The bound commands.

    Args:
        window: Whose shortcuts they are.
        handlers: What each command does, by its id; a command without one is left out.
    """

    def __init__(self, window: QWidget, handlers: Mapping[str, Callable[[], object]]) -> None:
        self.commands = [command for command in ALL if command.id in handlers]
        self._actions: dict[str, QAction] = {}
        for command in self.commands:
            action = QAction(command.title, window)
            action.triggered.connect(lambda _=False, act=handlers[command.id]: act())
            if command.shortcut and command.category != "Design":
                action.setShortcuts([QKeySequence(keys) for keys in command.shortcut.split("; ")])
                action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
                window.addAction(action)
            self._actions[command.id] = action

    def __getitem__(self, command: str) -> QAction:
        return self._actions[command]

    def give(self, command: str) -> None:
        """Does what a command stands for; one that is not bound is passed over."""
        action = self._actions.get(command)
        if action is not None and action.isEnabled():
            action.trigger()

    def fill(self, menu: QMenu, *ids: str) -> None:
        """Adds commands to a menu; an empty id is a separator."""
        for command in ids:
            if command:
                menu.addAction(self._actions[command])
            else:
                menu.addSeparator()
