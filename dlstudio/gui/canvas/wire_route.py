"""The path that is painted for a wire: a smooth curve to a near node, else straight stretches with round corners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from dlstudio.gui.canvas.body_index import Box, box_of
from dlstudio.gui.canvas.channels import Stretch
from dlstudio.gui.canvas.ways import EXIT, Point, Surroundings, stretches, way

CORNER = 10.0
LONGEST_CURVE = 320.0
"""How far a curve reaches to the right: longer ones would cross what lies between at a slant."""


@dataclass(frozen=True)
class Route:
    """A wire's way.

    Attributes:
        path: What is painted.
        corners: For the far-out view.
        stretches: Its straight pieces, where it is no curve.
    """

    path: QPainterPath
    corners: tuple[QPointF, ...]
    stretches: tuple[Stretch, ...] = ()


def route(
    source: QPointF, target: QPointF, source_body: QRectF, target_body: QRectF, around: Surroundings, *, lean: int = 0
) -> Route:
    """Finds the way from an output port to an input port.

    Args:
        source, target: The ends, in scene units.
        source_body, target_body: The bodies that the ends belong to.
        around: The nodes and wires that are there already.
        lean: Negative where the wire's end lies above the other ends at its port, positive where it lies below.
    """
    start, end = (source.x(), source.y()), (target.x(), target.y())
    level = abs(start[1] - end[1]) < 0.5
    if end[0] - start[0] >= EXIT and (level or end[0] - start[0] <= LONGEST_CURVE):
        curve = _curve(source, target)
        if not _blocked(curve, start, end, around):
            return Route(curve, (source, target), _level(start, end) if level else ())
    corners = way(start, end, box_of(source_body), box_of(target_body), around, lean=lean)
    points = tuple(QPointF(x, y) for x, y in corners)
    return Route(_rounded(corners), points, tuple(stretches(corners)))


def loose(source: QPointF, target: QPointF) -> QPainterPath:
    """The path of a wire that is being drawn and has no target yet."""
    return _curve(source, target)


def _level(start: Point, end: Point) -> tuple[Stretch, ...]:
    return (Stretch(False, start[1], start[0], end[0]),)


def _curve(source: QPointF, target: QPointF) -> QPainterPath:
    dx, dy = target.x() - source.x(), abs(target.y() - source.y())
    pull = max(dx / 2, min(60.0, 20 + dy / 3, 20 + abs(dx)))
    path = QPainterPath(source)
    if dy < 0.5 and dx > 0:
        path.lineTo(target)
    else:
        path.cubicTo(source + QPointF(pull, 0), target - QPointF(pull, 0), target)
    return path


def _blocked(path: QPainterPath, start: Point, end: Point, around: Surroundings) -> bool:
    top, bottom = min(start[1], end[1]), max(start[1], end[1])
    near: Sequence[Box] = around.boxes((start[0] + 1, top - 6, end[0] - 1, bottom + 6))
    if not near:
        return False
    if bottom - top < 1:
        return True
    points = [(point.x(), point.y()) for point in (path.pointAtPercent(step / 32) for step in range(1, 32))]
    return any(
        left - 2 < x < right + 2 and top - 4 < y < bottom + 4 for left, top, right, bottom in near for x, y in points
    )


def _rounded(corners: Sequence[Point]) -> QPainterPath:
    path = QPainterPath(QPointF(*corners[0]))
    for (ax, ay), (bx, by), (cx, cy) in zip(corners, corners[1:], corners[2:], strict=False):
        length_in, length_out = abs(bx - ax) + abs(by - ay), abs(cx - bx) + abs(cy - by)
        radius = min(CORNER, length_in / 2, length_out / 2)
        if radius < 0.5:
            path.lineTo(bx, by)
            continue
        path.lineTo(bx - (bx - ax) * radius / length_in, by - (by - ay) * radius / length_in)
        path.quadTo(bx, by, bx + (cx - bx) * radius / length_out, by + (cy - by) * radius / length_out)
    path.lineTo(*corners[-1])
    return path
