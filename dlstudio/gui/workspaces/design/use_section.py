"""What the inspector offers for one use of a block, besides its parameters: enter, unpack, rename, keep."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from dlstudio.graph.block_views import count_uses
from dlstudio.gui import theme
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.panels import Section, button, label

_COMMANDS = (
    ("Enter", "design.enter_block", "Look inside and edit (Enter, or double-click)"),
    ("Unpack", "design.unpack_block", "Put the layers inside in its place (Ctrl+Shift+G)"),
    ("Rename block …", "design.rename_block", "Another name for the block, on all its uses"),
    ("Save to my blocks", "design.save_block", "Keep it for other projects, under My blocks in the palette"),
)


class UseSection(Section):
    """Four buttons and how often the block is used.

    Signals:
        wanted(str): The id of a command, see :mod:`dlstudio.workbench.commands`.
    """

    wanted = Signal(str)

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__("Block", parent)
        self._studio = studio
        self.note = label("", "dim", wrap=True)
        grid = QGridLayout()
        grid.setSpacing(theme.SPACE_1 + 2)
        self.buttons = {}
        for place, (text, command, tip) in enumerate(_COMMANDS):
            made = button(text, partial(self.wanted.emit, command), "", tip)
            self.buttons[command] = made
            grid.addWidget(made, place // 2, place % 2)
        self.body.addWidget(self.note)
        self.body.addLayout(grid)

    def show_block(self, name: str) -> None:
        """Shows the block of this name."""
        graph = self._studio.project.graph
        there = name in graph.blocks
        uses = count_uses(graph, name)
        if there:
            self.note.setText("Used once in this project." if uses == 1 else f"Used {uses} times in this project.")
        else:
            self.note.setText(f"The block {name} is not in this project, so there is nothing inside.")
        for made in self.buttons.values():
            made.setEnabled(there)
