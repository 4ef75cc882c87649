"""Blocks on the canvas: making one from the selection, entering and leaving, unpacking, renaming, keeping."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF

from dlstudio.graph import block_edits
from dlstudio.graph.block_views import free_block_name
from dlstudio.graph.edits import EditError, fault_of
from dlstudio.graph.model import INPUT, OUTPUT, Graph
from dlstudio.graph.paths import block_at
from dlstudio.gui.canvas.name_card import NameCard

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView


class BlockGestures:
    """What can be done with blocks in one view; every change is one undo step.

    Args:
        view: The view.

    Attributes:
        card: Asks for names.
    """

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._studio = view.studio
        self.card = NameCard(view)

    # Looking inside

    def enter(self, name: str | None = None) -> bool:
        """Looks inside a use, the selected one by default. Returns whether there was one to enter."""
        name = name or self._one_use()
        if name is None:
            return False
        if not self._studio.enter(name):
            self._view.refuse(f"The block that '{name}' uses is not in this project, so there is nothing to enter.")
            return False
        self._view.setFocus()
        return True

    def enter_selected(self) -> None:
        """Looks inside the selected use; says so where none is selected."""
        if self._one_use() is None:
            self._view.refuse("Select one use of a block to enter it.")
        else:
            self.enter()

    def leave(self) -> bool:
        """Looks at the graph around the block; the use one came from is selected. Returns whether there is one."""
        return bool(self._studio.path) and self.go_to(self._studio.path[:-1])

    def go_to(self, path: Iterable[str]) -> bool:
        """Looks at the graph at a path; on the way out the use one came from is selected."""
        wanted, before = tuple(path), self._studio.path
        if not self._studio.go_to(wanted):
            return False
        if len(before) > len(wanted) and before[: len(wanted)] == wanted:
            self._view.choose([before[len(wanted)]])
        self._view.setFocus()
        return True

    def step_back(self) -> None:
        """Backspace: removes what is selected; where nothing is, leaves the block."""
        if self._view.anything_selected or not self._studio.path:
            self._view.actions_.delete()
        else:
            self.leave()

    # Making and changing

    def make(self) -> None:
        """Makes a block of the selected layers, after asking for its name."""
        chosen = [node for node in self._studio.graph if node.id in self._studio.selection]
        names = tuple(node.id for node in chosen if node.type not in (INPUT, OUTPUT))  # ends and ports stay outside
        if not names:
            self._view.refuse("Select the layers that are to become a block.")
            return
        proposed = free_block_name(self._studio.graph.blocks)

        def attempt(name: str) -> tuple[Graph, str]:
            return block_edits.make_block(self._studio.graph, names, name)

        said = fault_of(lambda: attempt(proposed))
        if said:
            self._view.refuse(said)
            return

        def take(name: str) -> None:
            graph, use = attempt(name)
            self._view.change_graph(f"Make the block {name}", graph)
            self._view.choose([use])

        count = "1 layer" if len(names) == 1 else f"{len(names)} layers"
        self.card.ask(
            self._beside(names),
            f"Name of the block made of {count}",
            proposed,
            verb="Make block",
            check=lambda name: fault_of(lambda: attempt(name)),
            then=take,
        )

    def unpack(self) -> None:
        """Puts what is inside the selected uses in their place."""
        uses = [name for name in sorted(self._studio.selection) if self._studio.graph[name].block]
        if not uses:
            self._view.refuse("Select a use of a block to unpack it.")
            return
        graph, before = self._studio.graph, set(self._studio.graph.nodes)
        try:
            for use in uses:
                graph = block_edits.unpack(graph, use)
        except EditError as error:
            self._view.refuse(str(error))
            return
        self._view.change_graph(f"Unpack {uses[0] if len(uses) == 1 else f'{len(uses)} blocks'}", graph)
        self._view.choose([name for name in graph.nodes if name not in before])

    def rename(self, block: str | None = None) -> None:
        """Asks for another name of a block: by default that of the selected use, else that one is inside of."""
        old = block or self.block_meant()
        if old is None:
            self._view.refuse("Select a use of the block that is to have another name.")
            return

        def attempt(name: str) -> Graph:
            return block_edits.rename_block(self._studio.project.graph, old, name)

        def take(name: str) -> None:
            if name != old:
                renamed = replace(self._studio.project, graph=attempt(name))
                self._studio.change(f"Rename the block {old}", renamed)

        use = self._one_use()
        at = self._beside([use]) if use else QPoint(16, 16)
        self.card.ask(
            at,
            f"New name of the block {old}, for all its uses",
            old,
            verb="Rename",
            check=lambda name: "" if name == old else fault_of(lambda: attempt(name)),
            then=take,
        )

    def save_to_mine(self, block: str | None = None) -> None:
        """Puts a block into the personal library, with the blocks that it uses."""
        from dlstudio.workbench.block_library import LibraryError, save_block

        name = block or self.block_meant()
        if name is None:
            self._view.refuse("Select a use of the block that is to be kept.")
            return
        try:
            replaced = save_block(name, self._studio.project.blocks)
        except LibraryError as error:
            self._studio.message.emit(str(error), "error")
            return
        what = "took the place of the one there" if replaced else "is now there for every project"
        self._studio.message.emit(f"{name} {what}, under My blocks in the palette.", "info")
        self._view.libraryChanged.emit()

    def block_meant(self) -> str | None:
        """The block of the selected use, else the one that is looked into, or None."""
        use = self._one_use()
        if use is not None:
            return self._studio.graph[use].block
        return block_at(self._studio.project.graph, self._studio.path) or None

    # Inside

    def _one_use(self) -> str | None:
        names = self._studio.selection
        name = next(iter(names)) if len(names) == 1 else None
        return name if name is not None and self._studio.graph[name].block else None

    def _beside(self, names: Iterable[str]) -> QPoint:
        area = self._view.canvas_scene.bounds(names)
        return self._view.pixel_of(QPointF(area.left(), area.bottom() + 14))
