"""The way a wire takes: a smooth curve where it is free, else around the nodes in the channels between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

EXIT = 16.0
CLEARANCE = 14.0
LANE = 6.0
CORNER = 10.0

LANES = (0.0, -6.0, 6.0, -12.0, 12.0, -18.0, 18.0)


class Surroundings(Protocol):
    """What is there already."""

    def bodies(self, area: QRectF) -> Sequence[QRectF]:
        """The bodies of all nodes that touch a rectangle."""

    def is_free(self, y: float, left: float, right: float) -> bool:
        """Whether no wire runs at a height between two places."""


@dataclass(frozen=True)
class Route:
    """A wire's way.

    Attributes:
        path: What is painted.
        corners: For the far-out view.
        channel: Height, left and right end of the long horizontal stretch, where it has one.
    """

    path: QPainterPath
    corners: tuple[QPointF, ...]
    channel: tuple[float, float, float] | None = None


def route(
    source: QPointF,
    target: QPointF,
    source_body: QRectF,
    target_body: QRectF,
    surroundings: Surroundings,
    *,
    lanes: tuple[int, int] = (0, 0),
) -> Route:
    """Finds the way from an output port to an input port.

    Args:
        source, target: The ends, in scene units.
        source_body, target_body: The bodies that the ends belong to.
        surroundings: The nodes and wires that are there already.
        lanes: The wire's number among those that leave the source and those that enter the target: their vertical
            stretches keep apart by it.
    """
    dx = target.x() - source.x()
    if dx >= EXIT:
        curve = _curve(source, target)
        if not _blocked(curve, source_body, target_body, surroundings):
            return Route(curve, (source, target))
    out, into = source.x() + EXIT + LANE * (lanes[0] % 4), target.x() - EXIT - LANE * (lanes[1] % 4)
    if dx >= EXIT and out > into:
        out = into = source.x() + dx / 2
    y = _channel(source, target, source_body, target_body, surroundings, ends=(out, into))
    corners = (source, QPointF(out, source.y()), QPointF(out, y), QPointF(into, y), QPointF(into, target.y()), target)
    return Route(_rounded(corners), corners, (y, min(out, into), max(out, into)))


def loose(source: QPointF, target: QPointF) -> QPainterPath:
    """The path of a wire that is being drawn and has no target yet."""
    return _curve(source, target)


def _curve(source: QPointF, target: QPointF) -> QPainterPath:
    dx, dy = target.x() - source.x(), abs(target.y() - source.y())
    pull = max(dx / 2, min(60.0, 20 + dy / 3, 20 + abs(dx)))
    path = QPainterPath(source)
    if dy < 0.5 and dx > 0:
        path.lineTo(target)
    else:
        path.cubicTo(source + QPointF(pull, 0), target - QPointF(pull, 0), target)
    return path


def _blocked(path: QPainterPath, source_body: QRectF, target_body: QRectF, surroundings: Surroundings) -> bool:
    bounds = path.boundingRect().adjusted(0, -2, 0, 2)
    for body in surroundings.bodies(bounds):
        if body in (source_body, target_body):
            continue
        grown = body.adjusted(-2, -4, 2, 4)
        if any(grown.contains(path.pointAtPercent(step / 16)) for step in range(17)):
            return True
    return False


def _channel(
    source: QPointF,
    target: QPointF,
    source_body: QRectF,
    target_body: QRectF,
    surroundings: Surroundings,
    *,
    ends: tuple[float, float],
) -> float:
    """The height of the long horizontal stretch: the nearest that meets no node and lies on no other wire."""
    left, right = min(ends), max(ends)
    candidates: list[float] = []
    if target_body.top() - source_body.bottom() >= CLEARANCE:
        # Close above the target's row: the channel stays free for what comes out below the source's row.
        candidates.append(max((source_body.bottom() + target_body.top()) / 2, target_body.top() - 31))
    elif source_body.top() - target_body.bottom() >= CLEARANCE:
        candidates.append((target_body.bottom() + source_body.top()) / 2)
    height = abs(target.y() - source.y()) + 4
    strip = QRectF(left, min(source.y(), target.y()) - 2, right - left, height)
    bodies = [*surroundings.bodies(strip), source_body, target_body]
    filled = [body for body in bodies if not body.isNull()] or bodies
    candidates.append(min(body.top() for body in filled) - CLEARANCE)
    candidates.append(max(body.bottom() for body in filled) + CLEARANCE)
    candidates.sort(key=lambda y: abs(y - source.y()) + abs(y - target.y()))
    for candidate in candidates:
        for offset in LANES:
            y = candidate + offset
            is_clear = not surroundings.bodies(QRectF(left, y - 4, max(right - left, 1), 8))
            if is_clear and surroundings.is_free(y, left, right):
                return y
    return candidates[0]


def _rounded(corners: Sequence[QPointF]) -> QPainterPath:
    path = QPainterPath(corners[0])
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        first, second = corner - before, after - corner
        length_in = abs(first.x()) + abs(first.y())
        length_out = abs(second.x()) + abs(second.y())
        radius = min(CORNER, length_in / 2, length_out / 2)
        if radius < 0.5:
            path.lineTo(corner)
            continue
        path.lineTo(corner - first * (radius / length_in))
        path.quadTo(corner, corner + second * (radius / length_out))
    path.lineTo(corners[-1])
    return path
