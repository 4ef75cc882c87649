"""What the command palette of a window finds: commands, recent projects, nodes of the network, layers to add."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dlstudio.gui.command_palette import Entry
from dlstudio.gui.workspaces.design.palette import USUAL

if TYPE_CHECKING:
    from dlstudio.gui.frame import Frame


def entries_of(frame: Frame) -> list[Entry]:
    """The entries of a window as it stands; commands that cannot be given now are left out."""
    studio, actions = frame.studio, frame.actions_
    entries = [
        Entry(c.title, c.category, actions[c.id].trigger, c.shortcut.split("; ")[0], weight=5.0)
        for c in actions.commands
        if c.id != "view.palette" and actions[c.id].isEnabled()
    ]
    for folder in studio.preferences.recent_projects:
        entries.append(Entry(folder.name, "recent project", partial(frame.files.open, folder), weight=2.0))
    if not frame.has_project():
        return entries
    for node in studio.graph:
        show = partial(frame.in_design, "show_node", node.id)
        entries.append(Entry(node.id, "in this network", show, weight=1.0))
    canvas = getattr(frame.workspaces.get("design"), "canvas", None)
    for node_type in canvas.offered() if canvas is not None else studio.catalogue:
        if not node_type.unusable:
            add = partial(frame.in_design, "add_type", node_type.id)
            usual = 0.9 if node_type.name in USUAL else 0.0
            entries.append(Entry(f"Add {node_type.name}", node_type.category, add, "", node_type.aliases, usual))
    return entries
