"""Where the steps of a figure stand: columns from left to right, rows for long networks, a U where one is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from dlstudio.export.figure.shapes import Form
from dlstudio.export.figure.sketch import Sketch
from dlstudio.graph.layout.heights import heights
from dlstudio.graph.layout.lattice import lattice
from dlstudio.graph.layout.ordering import order_columns
from dlstudio.graph.layout.ranks import columns

GAP = 30.0
U_GAP = 14.0
ROW_GAP = 54.0
CLEAR = 16.0
"""Room between a skip across a U and what stands deeper."""


@dataclass
class Placement:
    """Middles of fronts by step, and the rows they stand in."""

    at: dict[str, tuple[float, float]] = field(default_factory=dict)
    row: dict[str, int] = field(default_factory=dict)
    column: dict[str, int] = field(default_factory=dict)
    bottoms: list[float] = field(default_factory=list)
    tops: list[float] = field(default_factory=list)
    width: float = 0.0
    is_u: bool = False


def place(sketch: Sketch, forms: Mapping[str, Form], width: float) -> Placement:
    """Places the steps.

    Args:
        sketch: What is placed.
        forms: How large each step is.
        width: About how wide a row may be; a U is never broken.
    """
    order = list(sketch.steps)
    parts = columns(order, sketch.edges)
    if not parts:
        return Placement(bottoms=[0.0], tops=[0.0])
    longest = _longest_paths(sketch)
    placed = Placement(is_u=is_u(sketch, parts))
    sizes = {name: (form.room, form.bottom - form.top) for name, form in forms.items()}
    rows = [(0, len(parts))] if placed.is_u else _rows(sketch, parts, forms, width)
    gap = U_GAP if placed.is_u else GAP
    top = 0.0
    for number, (start, end) in enumerate(rows):
        made = lattice(parts[start:end], sketch.edges, sizes, longest, {})
        for index, name in enumerate(made.names):
            made.above[index], made.below[index] = -forms[name].top, forms[name].bottom
        order_columns(made)
        lines = heights(made)
        drops = {made.names[i]: lines[i] for i in range(len(made.names))}
        if placed.is_u:
            depth = _depths(sketch, forms)
            drops = {name: depth[name] for name in drops}
        lift = min(drops[name] + forms[name].top for name in drops)
        x = 0.0
        row_top = top
        for column_number, column in enumerate(parts[start:end]):
            widest = max(forms[name].room for name in column)
            for name in column:
                form = forms[name]
                # The front stands left of what goes back, so that both together are in the middle of the column.
                placed.at[name] = (x + widest / 2 - form.behind / 2, row_top + drops[name] - lift)
                placed.row[name], placed.column[name] = number, column_number
            x += widest + gap
        placed.width = max(placed.width, x - gap)
        names = [name for column in parts[start:end] for name in column]
        placed.tops.append(row_top)
        placed.bottoms.append(max(placed.at[name][1] + forms[name].bottom for name in names))
        top = placed.bottoms[-1] + ROW_GAP
    return placed


def lowered(placed: Placement, over: Mapping[int, float]) -> Placement:
    """The same with room above its rows: ``over`` is how much by row."""
    down, total = [], 0.0
    for row in range(len(placed.tops)):
        total += over.get(row, 0.0)
        down.append(total)
    return replace(
        placed,
        at={name: (x, y + down[placed.row[name]]) for name, (x, y) in placed.at.items()},
        bottoms=[bottom + down[row] for row, bottom in enumerate(placed.bottoms)],
        tops=[top + down[row] - over.get(row, 0.0) for row, top in enumerate(placed.tops)],
    )


def is_u(sketch: Sketch, parts: Sequence[Sequence[str]]) -> bool:
    """Whether the network goes down in size and up again, with skips across: a U-Net or an hourglass."""
    sides = [_side(sketch, column[0]) for column in parts if len(column) == 1]
    known = [side for side in sides if side]
    if len(known) < 5 or len(known) < 0.7 * len(parts):
        return False
    place = {name: index for index, column in enumerate(parts) for name in column}
    long = sum(place[b] - place[a] > 3 for a, b in sketch.edges)
    lowest = min(known)
    return long >= 2 and known[0] >= 4 * lowest and known[-1] >= 4 * lowest


def _side(sketch: Sketch, name: str) -> int:
    shape = sketch.steps[name].shape
    return (shape[0] or 0) if shape is not None and len(shape) in (2, 3, 4) else 0


def _depths(sketch: Sketch, forms: Mapping[str, Form]) -> dict[str, float]:
    """How deep each step of a U stands, so that a wire at one depth passes over all that is deeper.

    What makes pictures larger stands at the depth of what it gets: the skip beside it passes above.
    """
    side = {}
    for name in sketch.steps:
        sides = [_side(sketch, other) for other in (name, *sketch.before(name)) if _side(sketch, other)]
        grows = len(sketch.before(name)) == 1 and len(sides) == 2 and sides[0] > sides[1]
        side[name] = (sides[1] if grows else sides[0]) if sides and _side(sketch, name) else 0
    found: dict[int, float] = {}
    deep = 0.0
    for each in sorted({value for value in side.values() if value}, reverse=True):
        if found:
            deep += max(_over(forms[name]) for name, value in side.items() if value == each) + CLEAR
        found[each] = deep
    found[0] = deep
    return {name: found[value] for name, value in side.items()}


def _over(form: Form) -> float:
    """How far a step and the number over it reach above its middle."""
    return -form.top + (18.0 if form.step.times > 1 else 0.0)


def _rows(
    sketch: Sketch, parts: Sequence[Sequence[str]], forms: Mapping[str, Form], width: float
) -> list[tuple[int, int]]:
    """Breaks columns into rows of about equal width, only where one wire passes."""
    widths = [max(forms[name].room for name in column) + GAP for column in parts]
    total = sum(widths)
    if total <= width:
        return [(0, len(parts))]
    wanted = total / -(-total // width)
    place = {name: index for index, column in enumerate(parts) for name in column}
    passing = [0] * len(parts)
    for a in sketch.steps:
        ends = [place[b] for b in sketch.after(a)]
        for index in range(place[a], max(ends, default=place[a])):
            passing[index] += 1
    rows: list[tuple[int, int]] = []
    start, so_far = 0, 0.0
    for index, own in enumerate(widths[:-1]):
        so_far += own
        if passing[index] <= 1 and so_far + widths[index + 1] / 2 > wanted:
            rows.append((start, index + 1))
            start, so_far = index + 1, 0.0
    return [*rows, (start, len(parts))]


def _longest_paths(sketch: Sketch) -> dict[tuple[str, str], int]:
    deep: dict[str, int] = {}
    high: dict[str, int] = {}
    for name in sketch.steps:
        deep[name] = 1 + max((deep[other] for other in sketch.before(name)), default=0)
    for name in reversed(list(sketch.steps)):
        high[name] = 1 + max((high[other] for other in sketch.after(name)), default=0)
    return {(a, b): deep[a] + high[b] for a, b in sketch.edges}
