"""How large a node is and where its texts and ports stand, measured from what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QStaticText, QTransform

from dlstudio.gui import theme
from dlstudio.gui.canvas import dimensions as d
from dlstudio.gui.canvas.node_look import SEPARATOR, NodeLook, PortLook, Side

MORE = " …"


@dataclass(frozen=True)
class PlacedText:
    """One text of a node.

    Attributes:
        place: Its upper left corner.
        text: What it says.
        font: ``title``, ``detail``, ``port`` or ``number``.
        ink: ``text``, ``dim`` or ``faint``.
    """

    place: QPointF
    text: str
    font: str
    ink: str

    @property
    def laid_out(self) -> QStaticText:
        """The text laid out, once for all nodes that show it: painting it so costs a third of the bare string."""
        return _laid_out(self.text, self.font)


@dataclass(frozen=True)
class NodeShape:
    """A measured node; all places are relative to its upper left corner.

    Attributes:
        width, height: Of the body.
        title: Elided to fit.
        details: One or two elided lines.
        texts: All texts at their places.
        port_rows: Whether the ports have rows of their own with permanent names.
    """

    width: float
    height: float
    title: str
    details: tuple[str, ...]
    texts: tuple[PlacedText, ...]
    port_rows: bool

    @property
    def body(self) -> QRectF:
        return QRectF(0, 0, self.width, self.height)


@cache
def fonts() -> Mapping[str, QFont]:
    """The fonts of a node's texts by what they are for."""
    return {
        "title": theme.ui_font(13, 600),
        "detail": theme.ui_font(12),
        "port": theme.ui_font(11),
        "number": theme.mono_font(11),
    }


class _Metrics:
    """Widths of texts in one font; what many nodes show is measured once."""

    def __init__(self, font: str) -> None:
        metrics = QFontMetricsF(fonts()[font])
        self.ascent = metrics.ascent()
        self._advance, self._elided = metrics.horizontalAdvance, metrics.elidedText
        # A method of ours: for the docstring of Qt's, which lru_cache would copy, PySide parses its signatures (80 ms).
        self.advance = lru_cache(maxsize=16384)(self._measured)

    def _measured(self, text: str) -> float:
        return self._advance(text)

    def elided(self, text: str, width: float) -> str:
        """The text, or as much of it as is no wider than ``width``, with an ellipsis."""
        if self.advance(text) <= width:
            return text
        return self._elided(text, Qt.TextElideMode.ElideRight, width)


@cache
def _metrics(font: str) -> _Metrics:
    return _Metrics(font)


@lru_cache(maxsize=8192)
def measure(look: NodeLook) -> NodeShape:
    """Measures a node. Equal looks are measured once."""
    titles, lines, numbers = _metrics("title"), _metrics("detail"), _metrics("number")
    rows = max(len(look.inputs), len(look.outputs))
    port_rows = rows > 1
    times = numbers.advance(look.times)
    wanted = titles.advance(look.title) + (times + 8 if times else 0) + 2 * d.MARGIN
    width = next((w for w in d.NODE_WIDTHS if wanted <= w), d.NODE_WIDTHS[-1])
    if port_rows:
        width = max(width, min(_label_width(look) + 2 * d.MARGIN, d.NODE_WIDTHS[-1]))
    inner = width - 2 * d.MARGIN
    top = d.TITLE_TOP + d.TITLE_HEIGHT
    if port_rows:
        top = d.PORT_Y - d.PORT_ROW / 2 + rows * d.PORT_ROW
    broken = _break_lines(look.details, lines, inner, 1 if port_rows else 2)
    title = titles.elided(look.title, inner - (times + 8 if times else 0))
    texts = [
        _placed(title, d.MARGIN, d.TITLE_TOP + 14, "title", "text"),
        _placed(look.times, width - d.MARGIN - times, d.TITLE_TOP + 14, "number", "dim"),
    ]
    texts.extend(_placed(line, d.MARGIN, top + i * d.LINE + 13, "detail", "dim") for i, line in enumerate(broken))
    top += len(broken) * d.LINE
    right = numbers.advance(look.parameters)
    room = inner - (right + 10 if look.parameters else 0)
    shape_text = numbers.elided(look.shape, room)
    texts.append(_placed(shape_text, d.MARGIN, top + 12, "number", "text"))
    texts.append(_placed(look.parameters, width - d.MARGIN - right, top + 12, "number", "faint"))
    if port_rows:
        texts.extend(_port_names(look, width))
    return NodeShape(
        width=width,
        height=top + d.LINE + d.BOTTOM,
        title=title,
        details=tuple(broken),
        texts=tuple(text for text in texts if text.text),
        port_rows=port_rows,
    )


def port_place(shape: NodeShape, look: NodeLook, side: Side, index: int, end: int = 0) -> QPointF:
    """Where a port is, or where the ``end``-th wire of a port that takes many ends."""
    ports = look.inputs if side == "in" else look.outputs
    y = d.PORT_Y + index * d.PORT_ROW
    if side == "in" and 0 <= index < len(ports) and ports[index].many:
        y += (end - (max(ports[index].wires, 1) - 1) / 2) * _spread(ports[index])
    return QPointF(0.0 if side == "in" else shape.width, y)


def pill_height(port: PortLook) -> float:
    """How tall a port that takes many wires is painted."""
    return 2 * d.PORT_RADIUS + 6 + max(0, port.wires - 1) * _spread(port)


def _placed(text: str, x: float, baseline: float, font: str, ink: str) -> PlacedText:
    return PlacedText(QPointF(x, baseline - _metrics(font).ascent), text, font, ink)


@lru_cache(maxsize=16384)
def _laid_out(text: str, font: str) -> QStaticText:
    static = QStaticText(text)
    static.setTextFormat(Qt.TextFormat.PlainText)
    static.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    static.prepare(QTransform(), fonts()[font])
    return static


def _port_names(look: NodeLook, width: float) -> list[PlacedText]:
    metrics = _metrics("port")
    placed = []
    for ports, left in ((look.inputs, True), (look.outputs, False)):
        for index, port in enumerate(ports if len(ports) > 1 else ()):
            x = d.MARGIN if left else width - d.MARGIN - metrics.advance(port.name)
            placed.append(_placed(port.name, x, d.PORT_Y + index * d.PORT_ROW + 4, "port", "dim"))
    return placed


def _spread(port: PortLook) -> float:
    return min(d.WIRE_SPREAD, 36 / max(port.wires, 1))


def _label_width(look: NodeLook) -> float:
    metrics = _metrics("detail")
    left = max((metrics.advance(p.name) for p in look.inputs), default=0.0)
    right = max((metrics.advance(p.name) for p in look.outputs), default=0.0)
    return left + right + 16


def _break_lines(parts: tuple[str, ...], metrics: _Metrics, width: float, most: int) -> list[str]:
    """Breaks at the separators; parts that do not fit into the last line are left out whole, with an ellipsis."""
    lines: list[str] = []
    rest = list(parts)
    while rest and len(lines) < most:
        line = rest.pop(0)
        while rest and metrics.advance(line + SEPARATOR + rest[0]) <= width:
            line += SEPARATOR + rest.pop(0)
        if rest and len(lines) == most - 1 and metrics.advance(line + MORE) <= width:
            line += MORE
        lines.append(metrics.elided(line, width))
    return lines or [""]
