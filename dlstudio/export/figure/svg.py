"""Writes SVG: shapes, texts whose widths are known without a font at hand, colours of the light and the dark variant.

Only what SVG Tiny 1.2 has, so that every viewer and Qt show the same: no style sheets, no markers, no filters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]
FAMILY = "Inter, Helvetica Neue, Helvetica, Arial, sans-serif"

# Advance widths of Inter in hundredths of the font size, for the characters from space to tilde.
_REGULAR = bytes.fromhex(
    "1c1c283f40514016242432421c2e1c243e2e3d40403d3e393e3e1c1c424242335e444149483c"
    "3b4a4a1a364138594b4c3f4c4040404a445f40423e2424242f2d32383e383e3a243d3b181836"
    "18573b3c3d3d2534243a385136383624212442"
)
_SEMIBOLD_MORE = 1.04
_WIDE = {"×": 66, "·": 28, "–": 50, "−": 66, "…": 82, "→": 95, "‖": 40}


@dataclass(frozen=True)
class Style:
    """Colours of one variant.

    Attributes:
        ground: Behind everything; None leaves it transparent.
        text, dim, line: Of titles, of dimensions, of wires and outlines.
        paper: What the colours of categories are mixed with.
        shade: How much of a category's colour its faces have: front, top, side.
    """

    ground: str | None
    text: str
    dim: str
    line: str
    paper: str
    shade: tuple[float, float, float]

    def face(self, category: str, side: int = 0) -> str:
        """The fill of a face: 0 front, 1 top, 2 right side."""
        return mixed(CATEGORIES.get(category, CATEGORIES["core"]), self.paper, self.shade[side])

    def edge(self, category: str) -> str:
        """The outline of a shape."""
        return mixed(CATEGORIES.get(category, CATEGORIES["core"]), self.text, 0.62)


LIGHT = Style("#ffffff", "#16181d", "#596170", "#5c6470", "#ffffff", (0.42, 0.24, 0.62))
DARK = Style("#16181d", "#eceef3", "#a3abba", "#8d96a6", "#16181d", (0.62, 0.8, 0.44))

CATEGORIES = {
    "convolution": "#3d7ff0",
    "pooling": "#1fa394",
    "recurrent": "#8d5df0",
    "attention": "#ee7f38",
    "normalization": "#cfa61f",
    "core": "#5b7aa6",
    "merging": "#d9568c",
    "regularization": "#8a8f99",
    "input/output": "#8a93a3",
    "reshaping": "#3f97bd",
    "activation": "#74a544",
    "preprocessing": "#b47c4a",
    "operation": "#8575bd",
    "block": "#a8ad3a",
}


def mixed(first: str, second: str, share: float) -> str:
    """A colour between two: ``share`` of the first."""
    pairs = zip(_channels(first), _channels(second), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def text_width(text: str, size: float, bold: bool = False) -> float:
    """How wide a text is, in the units of its size."""
    total = 0
    for letter in text:
        code = ord(letter) - 32
        total += _REGULAR[code] if 0 <= code < 95 else _WIDE.get(letter, 62)
    return total / 100 * size * (_SEMIBOLD_MORE if bold else 1.0)


class Svg:
    """A picture that grows; coordinates are user units, one a pixel at 100 %."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def whole(self, width: float, height: float, ground: str | None, title: str) -> str:
        """The finished document."""
        back = f'<rect width="{_n(width)}" height="{_n(height)}" fill="{ground}"/>\n' if ground else ""
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" '
            f'width="{_n(width)}" height="{_n(height)}" viewBox="0 0 {_n(width)} {_n(height)}" '
            f'font-family="{FAMILY}">\n<title>{escape(clean(title))}</title>\n{back}'
            + "\n".join(self._parts)
            + "\n</svg>\n"
        )

    def polygon(self, points: Sequence[Point], fill: str, stroke: str, width: float = 1.0) -> None:
        path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        self._parts.append(
            f'<polygon points="{path}" fill="{fill}" stroke="{stroke}" stroke-width="{_n(width)}" '
            'stroke-linejoin="round"/>'
        )

    def box(
        self, x: float, y: float, width: float, height: float, *, fill: str, stroke: str, radius: float = 0.0
    ) -> None:
        """A rectangle; ``x`` and ``y`` are its upper left corner."""
        self._parts.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" rx="{_n(radius)}" '
            f'fill="{fill}" stroke="{stroke}"/>'
        )

    def circle(self, x: float, y: float, radius: float, *, fill: str, stroke: str) -> None:
        self._parts.append(
            f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{fill}" stroke="{stroke}" stroke-width="1.2"/>'
        )

    def path(self, data: str, stroke: str, width: float = 1.3) -> None:
        self._parts.append(
            f'<path d="{data}" fill="none" stroke="{stroke}" stroke-width="{_n(width)}" stroke-linejoin="round"/>'
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        fill: str,
        anchor: Anchor = "middle",
        bold: bool = False,
    ) -> None:
        """A text on a base line."""
        weight = ' font-weight="600"' if bold else ""
        self._parts.append(
            f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" fill="{fill}" text-anchor="{anchor}"{weight}>'
            f"{escape(clean(text))}</text>"
        )

    def polyline(self, points: Sequence[Point], stroke: str, *, radius: float = 8.0, arrow: bool = True) -> None:
        """Straight stretches with round corners, an arrow at the end."""
        data = f"M{_n(points[0][0])} {_n(points[0][1])}"
        for (ax, ay), (bx, by), (cx, cy) in zip(points, points[1:], points[2:], strict=False):
            before, after = abs(bx - ax) + abs(by - ay), abs(cx - bx) + abs(cy - by)
            bend = min(radius, before / 2, after / 2)
            if bend < 0.1:
                continue
            start = (bx - (bx - ax) / before * bend, by - (by - ay) / before * bend)
            end = (bx + (cx - bx) / after * bend, by + (cy - by) / after * bend)
            data += f"L{_n(start[0])} {_n(start[1])}Q{_n(bx)} {_n(by)} {_n(end[0])} {_n(end[1])}"
        self.path(f"{data}L{_n(points[-1][0])} {_n(points[-1][1])}", stroke)
        if arrow:
            self.arrow(points[-2], points[-1], stroke)

    def arrow(self, before: Point, tip: Point, color: str) -> None:
        """A head at the end of a line that comes from ``before``."""
        dx, dy = tip[0] - before[0], tip[1] - before[1]
        length = max(1e-6, (dx * dx + dy * dy) ** 0.5)
        ux, uy = dx / length, dy / length
        base = (tip[0] - 6.5 * ux, tip[1] - 6.5 * uy)
        wings = [(base[0] - 2.8 * uy, base[1] + 2.8 * ux), (base[0] + 2.8 * uy, base[1] - 2.8 * ux)]
        self.polygon([tip, *wings], color, color, 0.5)


def clean(text: str) -> str:
    """Without characters that XML forbids."""
    return "".join(letter for letter in text if letter >= " " and not 0xD800 <= ord(letter) <= 0xDFFF)


def _channels(color: str) -> tuple[int, int, int]:
    return (int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16))


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
