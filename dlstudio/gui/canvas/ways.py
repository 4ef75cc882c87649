"""The way of a wire around nodes: few straight stretches, left to right and up and down. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

from dlstudio.gui.canvas.body_index import Box
from dlstudio.gui.canvas.channels import Stretch
from dlstudio.gui.canvas.way_search import searched_way

EXIT = 16.0
"""How far a wire goes on straight from its port."""
CLEARANCE = 14.0
TRACK = 6.0
SLACK = 4.0
"""Least distance of a stretch from a body."""
MOST_TRACKS = 6
REACH = 160.0
"""How far over and below its ends a wire looks for a free height at first."""
ABOVE_A_ROW = 31.0
SHARING = 40.0
"""How long a detour is better than another stretch beside one with the same source."""
WRONG_SIDE = 90.0
"""How long a detour is better than to arrive from the other side than one's end of the port lies at."""
MOST_AROUND = 60

Point = tuple[float, float]


class Surroundings(Protocol):
    """What is there already."""

    def boxes(self, area: Box) -> Sequence[Box]:
        """The bodies of all nodes that touch an area."""

    def is_free(self, stretch: Stretch) -> bool:
        """Whether no other wire lies on a stretch."""

    def shared(self) -> Sequence[float]:
        """Heights at which wires from the same port run already."""


def way(
    source: Point, target: Point, source_box: Box, target_box: Box, around: Surroundings, *, lean: int = 0
) -> tuple[Point, ...]:
    """The corners of a wire's way, its ends included.

    Tried in this order: two corners in one gap between columns, four corners with a stretch over, between or below the
    nodes, a search among the edges of the nodes near by. Where nothing is free (a port lies under another node), the
    way with four corners is taken all the same.

    Args:
        source, target: The ends, in scene units.
        source_box, target_box: The bodies that the ends belong to.
        around: The nodes and wires that are there already.
        lean: Negative where the wire's end lies above the other ends at its port, positive where it lies below.
    """
    finder = _Finder(source, target, source_box, target_box, around, lean=lean)
    return finder.one_gap() or finder.one_channel() or finder.anyhow()


class _Finder:
    def __init__(
        self, source: Point, target: Point, source_box: Box, target_box: Box, around: Surroundings, *, lean: int
    ) -> None:
        self._lean = lean
        self._clear: dict[tuple[float, float], tuple[float, float, float, float]] = {}
        self._source, self._target = source, target
        self._source_box, self._target_box = source_box, target_box
        self._around = around
        self._outs = [source[0] + EXIT + TRACK * track for track in range(4)]
        self._ins = [target[0] - EXIT - TRACK * track for track in range(4)]

    def one_gap(self) -> tuple[Point, ...] | None:
        """Along the source's height, up or down in one gap, along the target's height."""
        (sx, sy), (tx, ty) = self._source, self._target
        if tx - sx < EXIT:
            return None
        middle = sx + (tx - sx) / 2
        places = [middle]
        if tx - sx >= 2 * EXIT:  # before the target where the source's height is free as far as there, or the reverse
            places = list(self._ins) if self._level(sy, sx, self._ins[-1], False) else []
            places += self._outs if self._level(ty, self._outs[-1], tx, False) else []
        for strict in (True, False):
            for x in places:
                if not sx < x < tx:
                    continue
                if (
                    self._level(sy, sx, x, strict)
                    and self._upright(x, sy, ty, strict)
                    and self._level(ty, x, tx, strict)
                ):
                    return (self._source, (x, sy), (x, ty), self._target)
            if tx - sx > 2 * EXIT:
                break  # rather another channel than on top of another wire
        return None

    def one_channel(self) -> tuple[Point, ...] | None:
        """Up or down behind the source, along a free height, up or down before the target."""
        for reach in (REACH, 6 * REACH):
            heights = self._heights(reach)
            for strict in (True, False):
                for height in heights:
                    found = self._through(height, strict)
                    if found is not None:
                        return found
        return None

    def anyhow(self) -> tuple[Point, ...]:
        """A search among the bodies near by, else the shortest way, whatever it meets."""
        (sx, sy), (tx, ty) = self._source, self._target
        start, goal = (self._outs[0], sy), (self._ins[0], ty)
        buried = not self._level(sy, sx, start[0] + SLACK, False) or not self._level(ty, goal[0] - SLACK, tx, False)
        for reach in () if buried else (120.0, 240.0, 480.0, 960.0):
            area = (min(sx, tx) - reach, min(sy, ty) - reach, max(sx, tx) + reach, max(sy, ty) + reach)
            boxes = self._around.boxes(area)
            if len(boxes) <= MOST_AROUND:
                found = searched_way(start, goal, boxes, CLEARANCE, SLACK)
                if found is not None:
                    return (self._source, *found, self._target)
        heights = self._heights(REACH) or [(sy + ty) / 2]  # none where bodies lie over each other, as while they glide
        return self._corners(self._outs[0], heights[0], self._ins[0])

    def _through(self, y: float, strict: bool) -> tuple[Point, ...] | None:
        (_, sy), (_, ty) = self._source, self._target
        level = Stretch(False, y, min(self._outs[0], self._ins[0]), max(self._outs[0], self._ins[0]))
        if strict and not self._around.is_free(level):
            return None
        out = next((x for x in self._outs if self._upright(x, sy, y, strict)), None)
        if out is None:
            return None
        into = next((x for x in self._ins if self._upright(x, y, ty, strict)), None)
        if into is None or (self._source[0] + EXIT <= self._target[0] and out > into):
            return None
        return self._corners(out, y, into)

    def _corners(self, out: float, y: float, into: float) -> tuple[Point, ...]:
        (_, sy), (_, ty) = self._source, self._target
        return (self._source, (out, sy), (out, y), (into, y), (into, ty), self._target)

    def _heights(self, reach: float) -> list[float]:
        """Heights at which nothing is in the way of the long stretch, the best first."""
        (_, sy), (_, ty) = self._source, self._target
        left, right = min(self._outs[0], self._ins[0]), max(self._outs[0], self._ins[0])
        top, bottom = min(sy, ty) - reach, max(sy, ty) + reach
        gaps = free_gaps(self._around.boxes((left, top, right, bottom)), top, bottom)
        shared = [y for y in self._around.shared() if any(a <= y <= b for a, b in gaps)]
        costs = {y: self._cost(y) for gap in gaps for y in _tracks(*gap)} | {y: self._cost(y) - SHARING for y in shared}
        return sorted(costs, key=costs.__getitem__)

    def _cost(self, y: float) -> float:
        (_, sy), (_, ty) = self._source, self._target
        cost = abs(y - sy) + abs(y - ty)
        if self._lean * (y - ty) < 0:
            cost += WRONG_SIDE
        upper, lower = self._source_box, self._target_box
        between = lower[1] - upper[3]
        if between >= CLEARANCE:  # close above the target's row: what comes out below the source's row has its place
            cost += abs(y - max(lower[1] - ABOVE_A_ROW, (upper[3] + lower[1]) / 2)) / 100
        return cost

    def _level(self, y: float, left: float, right: float, strict: bool) -> bool:
        """Whether a stretch at a height is clear of bodies, and with ``strict`` of other wires."""
        if self._around.boxes((left + 1, y - SLACK, max(right - 1, left + 2), y + SLACK)):
            return False
        return not strict or self._around.is_free(Stretch(False, y, left, right))

    def _upright(self, x: float, start: float, end: float, strict: bool) -> bool:
        """Whether a stretch up or down from ``start`` is clear of bodies, and with ``strict`` of other wires."""
        known = self._clear.get((x, start))
        if known is None or not known[2] <= end <= known[3]:
            known = self._clear[(x, start)] = self._clear_from(x, start, end)
        if not known[0] <= end <= known[1]:
            return False
        return not strict or self._around.is_free(Stretch(True, x, min(start, end), max(start, end)))

    def _clear_from(self, x: float, start: float, end: float) -> tuple[float, float, float, float]:
        """How far up and down nothing is in the way from a place, and how far up and down that was looked for."""
        above, below = min(start, end) - REACH, max(start, end) + REACH
        top, bottom = above, below
        for box in self._around.boxes((x - SLACK, above, x + SLACK, below)):
            if box[3] <= start:
                top = max(top, box[3])
            elif box[1] >= start:
                bottom = min(bottom, box[1])
            else:
                top, bottom = start + 1, start - 1  # inside a body
                break
        return (top, bottom, above, below)


def free_gaps(boxes: Sequence[Box], top: float, bottom: float) -> list[tuple[float, float]]:
    """The parts of a range of heights that no box reaches into, from top to bottom."""
    gaps = []
    reached = top
    for box in sorted(boxes, key=lambda box: box[1]):
        if box[1] - SLACK > reached:
            gaps.append((reached, box[1] - SLACK))
        reached = max(reached, box[3] + SLACK)
    if reached < bottom:
        gaps.append((reached, bottom))
    return gaps


def _tracks(top: float, bottom: float) -> list[float]:
    """Heights within a gap: some close to each of its edges, and its middle."""
    edge = CLEARANCE - SLACK
    if bottom - top < 2 * edge + TRACK:
        return [(top + bottom) / 2]
    steps = range(min(MOST_TRACKS, int((bottom - top - 2 * edge) / TRACK) + 1))
    return [(top + bottom) / 2, *(top + edge + TRACK * n for n in steps), *(bottom - edge - TRACK * n for n in steps)]


def stretches(corners: Sequence[Point]) -> list[Stretch]:
    """The straight pieces between corners."""
    found = []
    for (ax, ay), (bx, by) in pairwise(corners):
        if abs(ay - by) < 0.01:
            found.append(Stretch(False, ay, min(ax, bx), max(ax, bx)))
        elif abs(ax - bx) < 0.01:
            found.append(Stretch(True, ax, min(ay, by), max(ay, by)))
    return found
