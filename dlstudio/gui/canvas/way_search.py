"""The shortest way with few corners among boxes, for wires between nodes that a person has put anywhere. No Qt.

Dijkstra's algorithm over the lines that pass close to the edges of the boxes, as in Wybrow, Marriott and Stuckey
(2009), "Orthogonal connector routing"; a corner costs as much as a detour of some length.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

Point = tuple[float, float]
Box = tuple[float, float, float, float]
CORNER_COST = 60.0


def searched_way(
    start: Point, goal: Point, boxes: Sequence[Box], clearance: float, slack: float
) -> tuple[Point, ...] | None:
    """The corners from start to goal, both included and both met level; None where there is no way.

    Args:
        start, goal: The ends.
        boxes: What must not be crossed.
        clearance: How far from the boxes the way runs by choice.
        slack: How near it may come to them.
    """
    xs = sorted({start[0], goal[0], *(x for box in boxes for x in (box[0] - clearance, box[2] + clearance))})
    ys = sorted({start[1], goal[1], *(y for box in boxes for y in (box[1] - clearance, box[3] + clearance))})
    grid = _Grid(xs, ys, boxes, slack)
    first = (xs.index(start[0]), ys.index(start[1]), False)
    last = (xs.index(goal[0]), ys.index(goal[1]))
    cost = {first: 0.0}
    came: dict[tuple[int, int, bool], tuple[int, int, bool]] = {}
    waiting = [(0.0, first)]
    while waiting:
        so_far, state = heapq.heappop(waiting)
        if so_far > cost[state]:
            continue
        if state[:2] == last and not state[2]:
            return _corners(state, came, xs, ys)
        for then, length in grid.steps(state):
            total = so_far + length
            if total < cost.get(then, float("inf")):
                cost[then] = total
                came[then] = state
                heapq.heappush(waiting, (total, then))
    return None


class _Grid:
    """Crossings of the lines; a state is the numbers of its lines and whether the way runs up and down there."""

    def __init__(self, xs: Sequence[float], ys: Sequence[float], boxes: Sequence[Box], slack: float) -> None:
        self._xs, self._ys = xs, ys
        self._boxes = [(left - slack, top - slack, right + slack, bottom + slack) for left, top, right, bottom in boxes]
        self._clear: dict[tuple[int, int, bool], bool] = {}

    def steps(self, state: tuple[int, int, bool]) -> list[tuple[tuple[int, int, bool], float]]:
        x, y, upright = state
        found = [((x, y, not upright), CORNER_COST)]
        if upright:
            for other in (y - 1, y + 1):
                if 0 <= other < len(self._ys) and self._free(x, min(y, other), True):
                    found.append(((x, other, True), abs(self._ys[other] - self._ys[y])))
        else:
            for other in (x - 1, x + 1):
                if 0 <= other < len(self._xs) and self._free(min(x, other), y, False):
                    found.append(((other, y, False), abs(self._xs[other] - self._xs[x])))
        return found

    def _free(self, x: int, y: int, upright: bool) -> bool:
        """Whether the piece from a crossing to the next one behind or below it meets no box."""
        key = (x, y, upright)
        if key not in self._clear:
            left, top = self._xs[x], self._ys[y]
            right = left if upright else self._xs[x + 1]
            bottom = self._ys[y + 1] if upright else top
            self._clear[key] = not any(
                box[0] < right + 0.01 and left - 0.01 < box[2] and box[1] < bottom + 0.01 and top - 0.01 < box[3]
                for box in self._boxes
            )
        return self._clear[key]


def _corners(
    state: tuple[int, int, bool],
    came: dict[tuple[int, int, bool], tuple[int, int, bool]],
    xs: Sequence[float],
    ys: Sequence[float],
) -> tuple[Point, ...]:
    points = [(xs[state[0]], ys[state[1]])]
    while state in came:
        before = came[state]
        if before[2] != state[2] or before not in came:
            point = (xs[before[0]], ys[before[1]])
            if point != points[-1]:
                points.append(point)
        state = before
    return tuple(reversed(points))
