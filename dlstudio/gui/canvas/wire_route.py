"""The way a wire takes: a smooth curve where it is free, else around the nodes in the channels between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

EXIT = 16.0
CLEARANCE = 14.0
LANE = 6.0
CORNER = 10.0

Obstacles = Callable[[QRectF], Sequence[QRectF]]


@dataclass(frozen=True)
class Route:
    """A wire's way: the path to paint, and its corners for the far-out view."""

    path: QPainterPath
    corners: tuple[QPointF, ...]


def route(
    source: QPointF, target: QPointF, source_body: QRectF, target_body: QRectF, obstacles: Obstacles, *, lane: int = 0
) -> Route:
    """Finds the way from an output port to an input port.

    Args:
        source, target: The ends, in scene units.
        source_body, target_body: The bodies that the ends belong to; an empty one where an end hangs at the pointer.
        obstacles: Gives the bodies of all nodes that touch a rectangle.
        lane: Parallel wires in one channel keep apart by their lane.
    """
    dx = target.x() - source.x()
    if dx >= EXIT:
        curve = _curve(source, target)
        if not _blocked(curve, source_body, target_body, obstacles):
            return Route(curve, (source, target))
    out, into = source.x() + EXIT + LANE * (lane % 3), target.x() - EXIT - LANE * (lane % 3)
    if dx >= EXIT and out > into:
        out = into = source.x() + dx / 2
    y = _channel(source, target, source_body, target_body, obstacles, ends=(out, into), lane=lane)
    corners = (source, QPointF(out, source.y()), QPointF(out, y), QPointF(into, y), QPointF(into, target.y()), target)
    return Route(_rounded(corners), corners)


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


def _blocked(path: QPainterPath, source_body: QRectF, target_body: QRectF, obstacles: Obstacles) -> bool:
    bounds = path.boundingRect().adjusted(0, -2, 0, 2)
    for body in obstacles(bounds):
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
    obstacles: Obstacles,
    *,
    ends: tuple[float, float],
    lane: int,
) -> float:
    """The height of the long horizontal stretch: the nearest that meets no node."""
    left, right = min(ends), max(ends)
    offset = LANE * (lane % 4)
    candidates: list[float] = []
    if target_body.top() - source_body.bottom() >= CLEARANCE:
        # Close above the target's row: the channel stays free for what comes out below the source's row.
        candidates.append(max((source_body.bottom() + target_body.top()) / 2, target_body.top() - 31) + offset - LANE)
    elif source_body.top() - target_body.bottom() >= CLEARANCE:
        candidates.append((target_body.bottom() + source_body.top()) / 2 + offset - LANE)
    strip = QRectF(left, min(source.y(), target.y()) - 2, right - left, abs(target.y() - source.y()) + 4)
    bodies = [*obstacles(strip), source_body, target_body]
    top = min(body.top() for body in bodies if not body.isNull() or len(bodies) == 2)
    bottom = max(body.bottom() for body in bodies if not body.isNull() or len(bodies) == 2)
    candidates.extend((top - CLEARANCE - offset, bottom + CLEARANCE + offset))
    candidates.sort(key=lambda y: abs(y - source.y()) + abs(y - target.y()))
    for y in candidates:
        if not obstacles(QRectF(left, y - 4, max(right - left, 1), 8)):
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
