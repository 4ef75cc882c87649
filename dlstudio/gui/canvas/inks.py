"""Pens, brushes and fonts of the canvas, made once a theme: making them at every stroke costs more than the stroke."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPen

from dlstudio.gui import theme
from dlstudio.gui.canvas.node_shape import fonts


@dataclass(frozen=True)
class Inks:
    """What the items paint with in one theme."""

    body: QBrush
    raised: QBrush
    frame_fill: QBrush
    stripes: QBrush
    canvas: QColor
    outline: QPen
    hover: QPen
    selected: QPen
    glow: QPen
    error: QPen
    warning: QPen
    error_fill: QBrush
    warning_fill: QBrush
    badge_text: QPen
    link: QPen
    port: QBrush
    port_hollow: QPen
    port_edge: QPen
    accent: QBrush
    wire: QPen
    wire_hover: QPen
    wire_selected: QPen
    wire_error: QPen
    wire_loose: QPen
    grid: QPen
    guide: QPen
    band: QPen
    band_fill: QBrush
    cut: QPen
    fonts: Mapping[str, QFont]
    text_pens: Mapping[str, QPen]
    badge_font: QFont


def inks() -> Inks:
    """The inks of the theme in force."""
    return _inks(theme.theme_name())


@cache
def category_brush(category: str, theme_name: str) -> QBrush:
    """The brush of a category's bar; cached by theme, so the theme's name is an argument."""
    del theme_name
    return QBrush(theme.category_color(category))


@cache
def _inks(_: str) -> Inks:
    color = theme.color
    return Inks(
        body=QBrush(color("panel")),
        raised=QBrush(color("raised")),
        frame_fill=QBrush(color("raised", 0.45)),
        stripes=QBrush(color("line", 0.7)),
        canvas=color("canvas"),
        outline=_pen(color("line"), 1),
        hover=_pen(color("faint"), 1),
        selected=_pen(color("accent"), 2),
        glow=_pen(color("accent", 0.25), 6),
        error=_pen(color("error"), 1.5),
        warning=_pen(color("warning"), 1.5),
        error_fill=QBrush(color("error")),
        warning_fill=QBrush(color("warning")),
        badge_text=_pen(QColor("#14161b") if theme.theme_name() == "dark" else QColor("#ffffff"), 1),
        link=_pen(color("accent"), 1.4),
        port=QBrush(color("dim")),
        port_hollow=_pen(color("dim"), 1.5),
        port_edge=_pen(color("canvas"), 1.5),
        accent=QBrush(color("accent")),
        wire=_pen(color("wire"), 1.75),
        wire_hover=_pen(color("dim"), 2.25),
        wire_selected=_pen(color("accent"), 2.5),
        wire_error=_pen(color("error"), 2),
        wire_loose=_pen(color("accent"), 2),
        grid=QPen(color("grid"), 1, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap),
        guide=QPen(color("accent", 0.6), 0, Qt.PenStyle.DashLine),
        band=QPen(color("accent"), 0),
        band_fill=QBrush(color("accent", 0.12)),
        cut=QPen(color("error"), 0, Qt.PenStyle.DashLine),
        fonts=fonts(),
        text_pens={name: _pen(color(name), 1) for name in ("text", "dim", "faint")},
        badge_font=theme.ui_font(11, 700),
    )


def _pen(color: QColor, width: float) -> QPen:
    return QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
