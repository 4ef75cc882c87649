"""How large a node is and where its texts and ports stand, measured from what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF

from dlstudio.gui import theme
from dlstudio.gui.canvas import dimensions as d
from dlstudio.gui.canvas.node_look import SEPARATOR, NodeLook, PortLook, Side

MORE = " …"


@dataclass(frozen=True)
class NodeShape:
    """A measured node; all places are relative to its upper left corner.

    Attributes:
        width, height: Of the body.
        title: Elided to fit.
        details: One or two elided lines with their baselines.
        bottom: Baseline of shape and parameters.
        shape_text: Elided to what the parameters leave.
        port_rows: Whether the ports have rows of their own with permanent names.
    """

    width: float
    height: float
    title: str
    details: tuple[tuple[str, float], ...]
    bottom: float
    shape_text: str
    port_rows: bool

    @property
    def body(self) -> QRectF:
        return QRectF(0, 0, self.width, self.height)


def title_font() -> QFont:
    return theme.ui_font(13, 600)


def detail_font() -> QFont:
    return theme.ui_font(12)


def port_font() -> QFont:
    return theme.ui_font(11)


def number_font() -> QFont:
    return theme.mono_font(11)


@cache
def _metrics() -> tuple[QFontMetricsF, QFontMetricsF, QFontMetricsF]:
    return QFontMetricsF(title_font()), QFontMetricsF(detail_font()), QFontMetricsF(number_font())


@cache
def measure(look: NodeLook) -> NodeShape:
    """Measures a node. Equal looks are measured once."""
    titles, lines, numbers = _metrics()
    rows = max(len(look.inputs), len(look.outputs))
    port_rows = rows > 1
    wanted = titles.horizontalAdvance(look.title) + 2 * d.MARGIN
    width = next((w for w in d.NODE_WIDTHS if wanted <= w), d.NODE_WIDTHS[-1])
    if port_rows:
        width = max(width, min(_label_width(look) + 2 * d.MARGIN, d.NODE_WIDTHS[-1]))
    inner = width - 2 * d.MARGIN
    top = d.TITLE_TOP + d.TITLE_HEIGHT
    if port_rows:
        top = d.PORT_Y - d.PORT_ROW / 2 + rows * d.PORT_ROW
    broken = _break_lines(look.details, lines, inner, 1 if port_rows else 2)
    details = tuple((text, top + index * d.LINE + 13) for index, text in enumerate(broken))
    top += len(broken) * d.LINE
    room = inner - (numbers.horizontalAdvance(look.parameters) + 10 if look.parameters else 0)
    return NodeShape(
        width=width,
        height=top + d.LINE + d.BOTTOM,
        title=titles.elidedText(look.title, Qt.TextElideMode.ElideRight, inner),
        details=details,
        bottom=top + 13,
        shape_text=numbers.elidedText(look.shape, Qt.TextElideMode.ElideRight, room),
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


def _spread(port: PortLook) -> float:
    return min(d.WIRE_SPREAD, 36 / max(port.wires, 1))


def _label_width(look: NodeLook) -> float:
    metrics = _metrics()[1]
    left = max((metrics.horizontalAdvance(p.name) for p in look.inputs), default=0.0)
    right = max((metrics.horizontalAdvance(p.name) for p in look.outputs), default=0.0)
    return left + right + 16


def _break_lines(parts: tuple[str, ...], metrics: QFontMetricsF, width: float, most: int) -> list[str]:
    """Breaks at the separators; parts that do not fit into the last line are left out whole, with an ellipsis."""
    lines: list[str] = []
    rest = list(parts)
    while rest and len(lines) < most:
        line = rest.pop(0)
        while rest and metrics.horizontalAdvance(line + SEPARATOR + rest[0]) <= width:
            line += SEPARATOR + rest.pop(0)
        if rest and len(lines) == most - 1 and metrics.horizontalAdvance(line + MORE) <= width:
            line += MORE
        lines.append(metrics.elidedText(line, Qt.TextElideMode.ElideRight, width))
    return lines or [""]
