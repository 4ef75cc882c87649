"""Puts a figure together: the network, below it what is inside its blocks, and the legend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dlstudio.export.figure.chips import chip_of, general_title, paint_chip
from dlstudio.export.figure.placing import Placement, place
from dlstudio.export.figure.shapes import SMALL, TITLE, Form, form_of, paint
from dlstudio.export.figure.sketch import Sketch, Step
from dlstudio.export.figure.svg import Style, Svg, text_width
from dlstudio.export.figure.wiring import draw_wires, with_room_for_arcs

MARGIN = 28.0
PANEL_GAP = 18.0
PANEL_INSET = 16.0
PANEL_HEAD = 30.0
LEGEND_GAP = 20.0
LEGEND_WORDS = {"core": "dense and embedding", "merging": "join (c: concatenate)", "block": "named block"}


@dataclass(frozen=True)
class _Panel:
    """The inside of a block, placed."""

    title: str
    mark: str
    sketch: Sketch
    forms: Mapping[str, Form]
    placed: Placement
    plain: bool

    @property
    def width(self) -> float:
        return max(self.placed.width, text_width(self.title, TITLE, True) + 30) + 2 * PANEL_INSET

    @property
    def height(self) -> float:
        return self.placed.bottoms[-1] + PANEL_HEAD + PANEL_INSET


def draw(sketch: Sketch, style: Style, *, title: str, heading: str, footer: str, width: float) -> str:
    """The figure as an SVG document.

    Args:
        sketch: What is drawn.
        style: Colours.
        title: Of the document, for those who hear it read out.
        heading: Printed above the network, or empty.
        footer: Printed below it, or empty.
        width: About how wide the figure may be; long networks are broken into rows.
    """
    marks, panels = _panels(sketch, width)
    forms = {name: form_of(step, marks.get(_kind(step), "")) for name, step in sketch.steps.items()}
    placed = with_room_for_arcs(sketch, forms, place(sketch, forms, width))
    inner = max(placed.width, min(width, sum(panel.width + PANEL_GAP for panel in panels)), 360.0)
    svg = Svg()
    top = MARGIN
    if heading:
        svg.text(MARGIN, top + 12, heading, size=16, fill=style.text, anchor="start", bold=True)
        top += 34
    left = MARGIN + (inner - placed.width) / 2
    shifted = _shifted(placed, left, top)
    draw_wires(svg, sketch, forms, shifted, style)
    for name, form in forms.items():
        paint(svg, form, *shifted.at[name], style)
    top = shifted.bottoms[-1] + 26
    top = _draw_panels(svg, panels, top, inner, style)
    top = _draw_legend(svg, sketch, top, inner, footer=footer, style=style)
    return svg.whole(inner + 2 * MARGIN, top + MARGIN - 8, style.ground, title)


def _kind(step: Step) -> tuple[object, ...]:
    """Equal for blocks whose details look alike: filters and strides do not count."""
    if step.inner is None:
        return ()
    inner = step.inner
    number = {name: index for index, name in enumerate(inner.steps)}
    parts = tuple((general_title(each.title), each.extras, each.sign, each.times) for each in inner.steps.values())
    return (step.title, parts, tuple((number[a], number[b]) for a, b in inner.edges))


def _panels(sketch: Sketch, width: float) -> tuple[dict[tuple[object, ...], str], list[_Panel]]:
    """A letter for each kind of block, and its detail drawing."""
    by_kind: dict[tuple[object, ...], list[Step]] = {}
    for step in sketch.steps.values():
        if step.inner is not None:
            by_kind.setdefault(_kind(step), []).append(step)
    marks: dict[tuple[object, ...], str] = {}
    panels = []
    for index, (kind, steps) in enumerate(by_kind.items()):
        inner = steps[0].inner
        assert inner is not None
        plain = len({step.key for step in steps}) > 1
        marks[kind] = chr(ord("A") + index) if index < 26 else str(index + 1)
        forms = {name: chip_of(each, plain) for name, each in inner.steps.items()}
        placed = with_room_for_arcs(inner, forms, place(inner, forms, width - 2 * PANEL_INSET))
        panels.append(_Panel(steps[0].title, marks[kind], inner, forms, placed, plain))
    return marks, panels


def _draw_panels(svg: Svg, panels: list[_Panel], top: float, width: float, style: Style) -> float:
    """Draws the details side by side, in rows; returns where the next thing may begin."""
    rows: list[list[_Panel]] = []
    for panel in panels:
        taken = sum(each.width + PANEL_GAP for each in rows[-1]) if rows else 0.0
        if rows and taken + panel.width <= width + 1:
            rows[-1].append(panel)
        else:
            rows.append([panel])
    for row in rows:
        total = sum(panel.width for panel in row) + PANEL_GAP * (len(row) - 1)
        left = MARGIN + (width - total) / 2
        height = max(panel.height for panel in row)
        for panel in row:
            svg.box(left, top, panel.width, height, fill="none", stroke=style.line, radius=8)
            svg.circle(left + 20, top + 18, 8, fill=style.paper, stroke=style.line)
            svg.text(left + 20, top + 21.6, panel.mark, size=SMALL, fill=style.text, bold=True)
            svg.text(left + 35, top + 22, panel.title, size=TITLE, fill=style.text, anchor="start", bold=True)
            drop = (height - panel.height) / 2
            moved = _shifted(panel.placed, left + (panel.width - panel.placed.width) / 2, top + PANEL_HEAD + drop)
            draw_wires(svg, panel.sketch, panel.forms, moved, style)
            for name, form in panel.forms.items():
                paint_chip(svg, form, *moved.at[name], style, plain=panel.plain)
            left += panel.width + PANEL_GAP
        top += height + PANEL_GAP
    return top


def _draw_legend(svg: Svg, sketch: Sketch, top: float, width: float, *, footer: str, style: Style) -> float:
    """The colours that occur, and the footer; returns where the figure ends."""
    every = [*sketch.steps.values()]
    every += [each for step in sketch.steps.values() if step.inner for each in step.inner.steps.values()]
    found = dict.fromkeys(step.category for step in every if step.category and step.category != "input/output")
    words = [(category, LEGEND_WORDS.get(category, category)) for category in found]
    total = sum(text_width(word, SMALL) + 18 + LEGEND_GAP for _, word in words) - LEGEND_GAP
    x, y = MARGIN + max(0.0, (width - total) / 2), top + 10
    for category, word in words:
        own = text_width(word, SMALL) + 18
        if x + own > MARGIN + width:
            x, y = MARGIN, y + 18
        svg.box(x, y - 9, 11, 11, fill=style.face(category, 0), stroke=style.edge(category), radius=2)
        svg.text(x + 17, y, word, size=SMALL, fill=style.dim, anchor="start")
        x += own + LEGEND_GAP
    if footer:
        y += 20
        svg.text(MARGIN + width / 2, y, footer, size=SMALL, fill=style.dim)
    return y


def _shifted(placed: Placement, dx: float, dy: float) -> Placement:
    return Placement(
        {name: (x + dx, y + dy) for name, (x, y) in placed.at.items()},
        placed.row,
        placed.column,
        [bottom + dy for bottom in placed.bottoms],
        [top + dy for top in placed.tops],
        placed.width,
        placed.is_u,
    )
