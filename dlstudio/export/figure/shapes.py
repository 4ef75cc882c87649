"""How large a step is in a figure and how it is painted: slabs for pictures, sheets for sequences, bars for vectors.

Sizes follow the logarithm of the tensor's: the height of a slab its height and width, its thickness its channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

from dlstudio.export.figure.sketch import Shape, Step
from dlstudio.export.figure.svg import Style, Svg, text_width

TITLE, SMALL = 11.5, 10.0
LINE = 13.5
CIRCLE = 11.0
SLANT = 0.36
STACK = 4.0
LABEL_GAP = 15.0
WIDEST_LABEL = 108.0
MARK = 8.0


@dataclass(frozen=True)
class Form:
    """A step as it is painted, relative to the middle of its front.

    Attributes:
        width, height: Of the front.
        depth: How far it goes back, up and to the right.
        copies: How many more fronts stand behind it.
        lines: Its label: texts with whether they are titles.
        mark: The letter of its detail drawing, or nothing.
    """

    step: Step
    width: float
    height: float
    depth: float
    copies: int
    lines: tuple[tuple[str, bool], ...]
    mark: str = ""

    @property
    def is_circle(self) -> bool:
        return bool(self.step.sign) and self.step.inner is None

    @property
    def behind(self) -> float:
        """How far it reaches over its front, up and to the right."""
        return self.depth * SLANT + self.copies * STACK

    @property
    def label_width(self) -> float:
        return max((text_width(text, TITLE if bold else SMALL, bold) for text, bold in self.lines), default=0.0)

    @property
    def room(self) -> float:
        """The width that it takes in a row."""
        return max(self.width + self.behind, self.label_width)

    @property
    def top(self) -> float:
        return -self.height / 2 - self.behind

    @property
    def bottom(self) -> float:
        return self.height / 2 + (LABEL_GAP + LINE * len(self.lines) - 4 if self.lines else 0)


def form_of(step: Step, mark: str = "") -> Form:
    """Measures a step."""
    lines: list[tuple[str, bool]] = []
    copies = min(step.times, 3) - 1
    if step.sign and step.inner is None:
        lines = [(line, False) for line in broken(", ".join(step.extras), SMALL)] if step.extras else []
        return Form(step, 2 * CIRCLE, 2 * CIRCLE, 0.0, 0, tuple(lines))
    lines += [(line, True) for line in broken(step.title, TITLE, bold=True)]
    lines += [(line, False) for line in broken(", ".join(step.extras), SMALL)] if step.extras else []
    if step.shape is not None:
        lines.append((dimensions(step.shape), False))
    width, height, depth = _size(step.shape)
    return Form(step, width, height, depth, copies, tuple(lines), mark)


def dimensions(shape: Shape) -> str:
    """``112×112×64``; a length that differs between samples is T, as in papers."""
    return "×".join("T" if axis is None else str(axis) for axis in shape) or "1"


def broken(text: str, size: float, bold: bool = False) -> list[str]:
    """The text in lines that are not too wide, broken at spaces."""
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size, bold) <= WIDEST_LABEL:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return [_elided(line, size, bold) for line in lines[:3]]


def paint(svg: Svg, form: Form, x: float, y: float, style: Style) -> None:
    """Paints a step; ``x`` and ``y`` are the middle of its front."""
    if form.is_circle:
        _paint_circle(svg, form, x, y, style)
    else:
        for copy in range(form.copies, -1, -1):
            _paint_slab(svg, form, x + copy * STACK, y - copy * STACK, style)
        if form.step.times > 1:
            text = f"×{form.step.times}"
            svg.text(x + form.behind / 2, y + form.top - 7, text, size=TITLE + 1, fill=style.text, bold=True)
        if form.mark:
            svg.circle(x, y, MARK, fill=style.paper, stroke=style.edge(form.step.category))
            svg.text(x, y + 3.6, form.mark, size=SMALL, fill=style.text, bold=True)
    baseline = y + form.height / 2 + LABEL_GAP
    for text, bold in form.lines:
        size, fill = (TITLE, style.text) if bold else (SMALL, style.dim)
        svg.text(x + form.behind / 2, baseline, text, size=size, fill=fill, bold=bold)
        baseline += LINE


def _size(shape: Shape | None) -> tuple[float, float, float]:
    """Width, height and depth of a tensor's slab."""
    known = [axis if axis is not None else 64 for axis in shape or ()]
    if shape is None:
        return (30.0, 48.0, 20.0)
    if len(known) >= 3:  # pictures, volumes
        channels, side = known[-1], max(known[:-1])
        height = min(128.0, 18 + 13 * log2(max(side, 1) + 1))
        return (6 + 4.2 * log2(max(channels, 1) + 1), height, height)
    if len(known) == 2:  # sequences: as high as their features, as long as their steps
        return (14 + 4.5 * log2(known[0] + 1), 14 + 8 * log2(known[1] + 1), 10.0)
    features = known[0] if known else 1
    return (11.0, min(118.0, 16 + 9.5 * log2(features + 1)), 0.0)


def _paint_slab(svg: Svg, form: Form, x: float, y: float, style: Style) -> None:
    left, right = x - form.width / 2, x + form.width / 2
    top, bottom = y - form.height / 2, y + form.height / 2
    back = form.depth * SLANT
    category, edge = form.step.category, style.edge(form.step.category)
    if back:
        lid = [(left, top), (left + back, top - back), (right + back, top - back), (right, top)]
        side = [(right, top), (right + back, top - back), (right + back, bottom - back), (right, bottom)]
        svg.polygon(lid, style.face(category, 1), edge, 0.9)
        svg.polygon(side, style.face(category, 2), edge, 0.9)
        front = [(left, top), (right, top), (right, bottom), (left, bottom)]
        svg.polygon(front, style.face(category, 0), edge, 0.9)
    else:
        svg.box(left, top, form.width, form.height, fill=style.face(category, 0), stroke=edge, radius=2)


def _paint_circle(svg: Svg, form: Form, x: float, y: float, style: Style) -> None:
    sign = form.step.sign
    svg.circle(x, y, CIRCLE, fill=style.face("merging", 1), stroke=style.edge("merging"))
    if sign in ("+", "−", "×"):
        strokes = {
            "+": ((-5, 0, 5, 0), (0, -5, 0, 5)),
            "−": ((-5, 0, 5, 0),),
            "×": ((-3.6, -3.6, 3.6, 3.6), (-3.6, 3.6, 3.6, -3.6)),
        }[sign]
        for ax, ay, bx, by in strokes:
            svg.path(f"M{x + ax:.2f} {y + ay:.2f}L{x + bx:.2f} {y + by:.2f}", style.text, 1.4)
    else:
        svg.text(x, y + 3.4, sign, size=SMALL if len(sign) < 3 else 8.0, fill=style.text, bold=True)


def _elided(text: str, size: float, bold: bool) -> str:
    if text_width(text, size, bold) <= WIDEST_LABEL + 20:
        return text
    while len(text) > 1 and text_width(f"{text}…", size, bold) > WIDEST_LABEL + 20:
        text = text[:-1]
    return f"{text}…"
