"""The shapes that wires carry: small chips on the wire under the pointer and on those selected."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath

from dlstudio.graph.model import Wire
from dlstudio.gui.canvas.node_item import NODE_LAYER
from dlstudio.gui.canvas.node_look import shape_text
from dlstudio.gui.canvas.text_chip import TextChip
from dlstudio.gui.shape_texts import carried

if TYPE_CHECKING:
    from dlstudio.gui.canvas.scene import CanvasScene

MOST_CHIPS = 24
"""More selected wires than this are a drawing of their own; the chips would cover it."""

_HEIGHT = 18.0
_CHIP_LAYER = NODE_LAYER + 3


class WireChip(TextChip):
    """One shape, in the middle of its wire."""

    def __init__(self) -> None:
        super().__init__("number", _HEIGHT / 2, _CHIP_LAYER)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def show_on(self, path: QPainterPath, text: str) -> None:
        """Takes its place on a wire's path."""
        place = path.pointAtPercent(0.5) if path.length() > 0 else QPointF()
        if text != self.text:
            self.prepareGeometryChange()
            self.text = text
            width = self.text_width(text) + 12
            self._box = QRectF(-width / 2, -_HEIGHT / 2, width, _HEIGHT)
        self.setPos(place)
        self.setVisible(bool(text))


class WireChips:
    """The chips of one scene; items exist only while they show something.

    Args:
        scene: Whose wires they stand on.
    """

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._hovered: Wire | None = None
        self._selected: frozenset[Wire] = frozenset()
        self.items: dict[Wire, WireChip] = {}

    def hover(self, wire: Wire | None) -> None:
        """The wire under the pointer is another one, or none is."""
        if wire != self._hovered:
            self._hovered = wire
            self.refresh()

    def select(self, wires: Iterable[Wire]) -> None:
        """Other wires are selected."""
        self._selected = frozenset(wires)
        self.refresh()

    def refresh(self) -> None:
        """Brings places and texts up to date; cheap while there is nothing to show."""
        wanted = set(self._selected) if len(self._selected) <= MOST_CHIPS else set()
        if self._hovered is not None:
            wanted.add(self._hovered)
        if not wanted and not self.items:
            return
        shown = {wire for wire in wanted if wire in self._scene.wires}
        for wire in [wire for wire in self.items if wire not in shown]:
            self._scene.removeItem(self.items.pop(wire))
        for wire in shown:
            found = carried(self._scene.studio.layer_facts(wire.source), wire.source_port)
            text = shape_text(found[0]) if found else ""
            chip = self.items.get(wire)
            if chip is None:
                chip = self.items[wire] = WireChip()
                self._scene.addItem(chip)
            chip.show_on(self._scene.wires[wire].path(), text)
