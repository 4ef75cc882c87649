"""Nodes that slide to their new places instead of jumping, so that the eye can follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, QPointF, QVariantAnimation

MILLISECONDS = 180
MOST_NODES = 300

Paths = Mapping[str, tuple[QPointF, QPointF]]


class Glide(QVariantAnimation):
    """One slide of several nodes.

    Args:
        paths: Start and goal by node.
        place: Puts the nodes somewhere.
        parent: Owns the animation.
    """

    def __init__(self, paths: Paths, place: Callable[[Mapping[str, QPointF]], None], parent: QObject) -> None:
        super().__init__(parent)
        self._paths = paths
        self._place = place
        self.setStartValue(0.0)
        self.setEndValue(1.0)
        self.setDuration(MILLISECONDS)
        self.valueChanged.connect(self._step)

    def _step(self, value: float) -> None:
        part = 1 - (1 - value) ** 3
        self._place({name: start + (goal - start) * part for name, (start, goal) in self._paths.items()})
