"""The boxes of detail drawings: the text inside, the colour of the category."""

from __future__ import annotations

from dlstudio.export.figure.shapes import SMALL, Form, form_of, paint
from dlstudio.export.figure.sketch import Step
from dlstudio.export.figure.svg import Style, Svg, text_width

HEIGHT = 24.0
DOT = 3.0


def chip_of(step: Step, plain: bool = False) -> Form:
    """Measures a step as a box; ``plain`` leaves the numbers of filters and units out."""
    if step.sign == "·" and not step.members:
        return Form(step, 2 * DOT, 2 * DOT, 0.0, 0, ())
    if step.sign and step.inner is None:
        return form_of(step)
    return Form(step, text_width(chip_text(step, plain), SMALL) + 18, HEIGHT, 0.0, 0, ())


def chip_text(step: Step, plain: bool = False) -> str:
    """``Conv 3×3, 64 · BN · ReLU``."""
    title = general_title(step.title) if plain else step.title
    text = " · ".join((title, *step.extras))
    return f"{text}  ×{step.times}" if step.times > 1 else text


def general_title(title: str) -> str:
    """A title without what differs between blocks of one kind: filters, units, strides."""
    head = title.partition(",")[0] if "onv " in title else title
    first, _, last = head.rpartition(" ")
    return first if first and last.isdigit() else head


def paint_chip(svg: Svg, form: Form, x: float, y: float, style: Style, *, plain: bool = False) -> None:
    """Paints a box; ``x`` and ``y`` are its middle."""
    step = form.step
    if step.sign == "·" and not step.members:
        svg.circle(x, y, DOT, fill=style.line, stroke=style.line)
    elif form.is_circle:
        paint(svg, form, x, y, style)
    else:
        left, top = x - form.width / 2, y - form.height / 2
        fill, edge = style.face(step.category, 1), style.edge(step.category)
        svg.box(left, top, form.width, form.height, fill=fill, stroke=edge, radius=5)
        svg.text(x, y + 3.6, chip_text(step, plain), size=SMALL, fill=style.text)
