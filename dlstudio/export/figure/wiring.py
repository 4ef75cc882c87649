"""The wires of a figure: straight where they can be, curved to another height, arcs over what they pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from dlstudio.export.figure.placing import ROW_GAP, Placement, lowered
from dlstudio.export.figure.shapes import Form
from dlstudio.export.figure.sketch import Edge, Sketch
from dlstudio.export.figure.svg import Point, Style, Svg

ARC = 15.0
"""Height of the first arc over what it passes, and distance of the next."""
LEVEL = 0.6
"""Heights that differ by less count as one."""
SPACE = 3.0
"""Between a wire's end and the shape it leaves or meets."""


def draw_wires(svg: Svg, sketch: Sketch, forms: Mapping[str, Form], placed: Placement, style: Style) -> None:
    """Draws all wires of a placed sketch."""
    for a, b in sketch.edges:
        (ax, ay), (bx, by) = placed.at[a], placed.at[b]
        start, end = ax + forms[a].width / 2 + forms[a].behind + SPACE, bx - forms[b].width / 2 - SPACE
        way = _way((a, b), forms, placed)
        if way == "next row":
            _next_row(svg, (start, ay), (end, by), placed.bottoms[placed.row[a]] + ROW_GAP / 2, style)
        elif way == "straight" and abs(ay - by) < LEVEL:
            svg.polyline([(start, ay), (end, by)], style.line)
        elif way == "straight":
            _curve(svg, (start, ay), (end, by), style)
        elif way == "corner":
            down = by > ay
            tip = by + (forms[b].top - SPACE if down else forms[b].bottom + SPACE)
            svg.polyline([(start, ay), (bx, ay), (bx, tip)], style.line)
    for points in arcs(sketch, forms, placed):
        svg.polyline(points, style.line)


def with_room_for_arcs(sketch: Sketch, forms: Mapping[str, Form], placed: Placement) -> Placement:
    """The placement with each row so much lower as arcs reach above it."""
    over: dict[int, float] = {}
    for _, (_, height), *_ in arcs(sketch, forms, placed):
        row = next(row for row, bottom in enumerate(placed.bottoms) if height < bottom)
        over[row] = max(over.get(row, 0.0), placed.tops[row] - height + SPACE)
    for name, row in placed.row.items():  # numbers over stacks stand above their row, too
        reach = placed.tops[row] - (placed.at[name][1] + forms[name].top - _above(forms[name]))
        over[row] = max(over.get(row, 0.0), reach)
    return lowered(placed, over)


def _way(edge: Edge, forms: Mapping[str, Form], placed: Placement) -> Literal["next row", "straight", "corner", "arc"]:
    a, b = edge
    if placed.row[a] != placed.row[b]:
        return "next row"
    if _is_free(a, b, forms, placed):
        return "straight"
    return "corner" if _has_free_corner(a, b, forms, placed) else "arc"


def _next_row(svg: Svg, start: tuple[float, float], end: tuple[float, float], between: float, style: Style) -> None:
    """A wire from one row into the next, at a height between the two."""
    right, left = start[0] + 10, end[0] - 12
    corners = [start, (right, start[1]), (right, between), (left, between), (left, end[1]), end]
    svg.polyline(corners, style.line)


def _curve(svg: Svg, start: tuple[float, float], end: tuple[float, float], style: Style) -> None:
    middle = (start[0] + end[0]) / 2
    svg.path(
        f"M{start[0]:.2f} {start[1]:.2f}C{middle:.2f} {start[1]:.2f} {middle:.2f} {end[1]:.2f} "
        f"{end[0] - 4:.2f} {end[1]:.2f}",
        style.line,
    )
    svg.arrow((end[0] - 8, end[1]), end, style.line)


def _is_free(a: str, b: str, forms: Mapping[str, Form], placed: Placement) -> bool:
    """Whether a straight or curved wire meets nothing between two columns."""
    first, last = placed.column[a], placed.column[b]
    upper, lower = sorted((placed.at[a][1], placed.at[b][1]))
    if last - first > 1 and lower - upper > LEVEL:
        return False
    for name, column in placed.column.items():
        if placed.row[name] == placed.row[a] and first < column < last:
            y = placed.at[name][1]
            if y + forms[name].top - 4 < lower and upper < y + forms[name].bottom + 2:
                return False
    return True


def _has_free_corner(a: str, b: str, forms: Mapping[str, Form], placed: Placement) -> bool:
    """Whether nothing is in the way along the source's height to the target, then down or up into it."""
    (_, ay), (_, by) = placed.at[a], placed.at[b]
    first, last = placed.column[a], placed.column[b]
    down = by > ay
    tip = by + (forms[b].top - SPACE if down else forms[b].bottom + SPACE)
    if abs(by - ay) < LEVEL or (tip - ay if down else ay - tip) < 12:
        return False
    upper, lower = sorted((ay, tip))
    for name, column in placed.column.items():
        if placed.row[name] != placed.row[a] or name == b:
            continue
        y = placed.at[name][1]
        top, bottom = y + forms[name].top - 4, y + forms[name].bottom + 2
        if first < column < last and top < ay < bottom:
            return False
        if column == last and top < lower and upper < bottom:
            return False
    return True


def arcs(sketch: Sketch, forms: Mapping[str, Form], placed: Placement) -> list[list[Point]]:
    """Wires over a row; shorter ones lie below longer ones, and those that do not meet at one height."""
    wanted = [edge for edge in sketch.edges if _way(edge, forms, placed) == "arc"]
    taken: dict[tuple[int, int], list[tuple[int, int]]] = {}
    arriving: dict[str, int] = {}
    found: list[list[Point]] = []
    for a, b in sorted(wanted, key=lambda edge: placed.column[edge[1]] - placed.column[edge[0]]):
        row, first, last = placed.row[a], placed.column[a], placed.column[b]
        level = 0
        while any(first < end and begin < last for begin, end in taken.get((row, level), [])):
            level += 1
        taken.setdefault((row, level), []).append((first, last))
        passed = [name for name, column in placed.column.items() if placed.row[name] == row and first <= column <= last]
        highest = min(placed.at[name][1] + forms[name].top - _above(forms[name]) for name in passed)
        height = highest - ARC * (level + 0.6)
        (ax, ay), (bx, by) = placed.at[a], placed.at[b]
        out = ax + forms[a].width / 2 + forms[a].behind + SPACE + 5
        offset = 7.0 * arriving.get(b, 0)
        arriving[b] = arriving.get(b, 0) + 1
        into = bx + (0 if forms[b].is_circle else forms[b].behind / 2) - offset
        tip = by + (forms[b].top if not forms[b].is_circle else -forms[b].height / 2) - SPACE
        found.append([(out, ay), (out, height), (into, height), (into, tip)])
    return found


def _above(form: Form) -> float:
    """Room for what stands over a shape: how many alike it stands for."""
    return 18.0 if form.step.times > 1 else 0.0
