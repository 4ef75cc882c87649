"""The menu of the window: filled anew whenever it opens, so that it says what Undo takes back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dlstudio.gui import theme

if TYPE_CHECKING:
    from dlstudio.gui.frame import Frame


def fill_menu(frame: Frame) -> None:
    """Fills the menu of a window with its commands, the recent projects and the themes."""
    menu, act = frame.menu, frame.actions_
    menu.clear()
    act.fill(menu, "file.new", "file.open", "file.import")
    recent = menu.addMenu("Open recent")
    for folder in frame.studio.preferences.recent_projects:
        recent.addAction(folder.name, partial(frame.files.open, folder))
    recent.setEnabled(not recent.isEmpty())
    act.fill(menu, "file.save", "file.save_as", "design.figure", "design.picture", "")
    act.fill(menu, "data.choose", "", "edit.undo", "edit.redo", "")
    document = frame.studio.document
    for command, verb, what in (
        ("edit.undo", "Undo", document.undo_label),
        ("edit.redo", "Redo", document.redo_label),
    ):
        act[command].setText(f"{verb}: {what}" if what else verb)
    for command in ("file.save", "file.save_as", "data.choose"):
        act[command].setEnabled(frame.has_project())
    themes = menu.addMenu("Theme")
    for choice in ("dark", "light", "system"):
        action = act[f"view.theme_{choice}"]
        action.setCheckable(True)
        action.setChecked(theme.theme_choice() == choice)
        themes.addAction(action)
    act.fill(menu, "view.left_panel", "view.right_panel", "view.problems", "view.code", "view.palette", "")
    act.fill(menu, "help.shortcuts", "help.about", "", "file.close")
