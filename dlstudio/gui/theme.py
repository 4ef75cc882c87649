"""Every colour, font and distance of the window, dark and light, in this one file.

``color("panel")`` gives a token's colour in the theme in force, ``stylesheet()`` the Qt style sheet made from it
(written in :mod:`dlstudio.gui.stylesheet`). Widgets that paint themselves repaint on ``signals.changed``. A widget says
what it is by a dynamic property, and the style sheet does the rest::

    mark(label, "dim")        # labels: title, heading, dim, faint, section, mono, error, warning, ok
    mark(button, "primary")   # buttons: primary, quiet, link, danger, chip, tab
    mark(frame, "panel")      # frames: panel, card, bar, field, line
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QWidget

from dlstudio.places import RESOURCES

ThemeName = Literal["dark", "light"]
ThemeChoice = Literal["dark", "light", "system"]

# Distances in pixels, in steps of 4.
SPACE_1, SPACE_2, SPACE_3, SPACE_4, SPACE_5, SPACE_6 = 4, 8, 12, 16, 20, 24
RADIUS = 6
ROW_HEIGHT = 28
BAR_HEIGHT = 44
STATUS_HEIGHT = 28
DOT_GRID = 22

# token: (dark, light). `*-text` variants carry words at a contrast of 4.5 or more; the plain ones carry marks.
TOKENS: dict[str, tuple[str, str]] = {
    "background": ("#14161b", "#f4f5f7"),
    "canvas": ("#171a20", "#fbfbfc"),
    "panel": ("#1d2027", "#ffffff"),
    "raised": ("#262a33", "#eceef2"),
    "field": ("#14161b", "#ffffff"),
    "line": ("#323743", "#d9dde4"),
    "grid": ("#262a33", "#e3e6eb"),
    "text": ("#e6e9ef", "#1a1d23"),
    "dim": ("#98a1b2", "#5a6372"),
    "faint": ("#828c9e", "#667080"),
    "disabled": ("#5a6272", "#a4acb9"),
    "accent": ("#4c8dff", "#2f6fe4"),
    "accent-text": ("#6ea3ff", "#2461d0"),
    "primary": ("#2f6fe4", "#2f6fe4"),
    "primary-hover": ("#3a78e8", "#2461d0"),
    "on-primary": ("#ffffff", "#ffffff"),
    "selection": ("#24375c", "#d5e2fb"),
    "ok": ("#3fb97f", "#26935f"),
    "ok-text": ("#3fb97f", "#1b7548"),
    "warning": ("#e6a23c", "#b87a14"),
    "warning-text": ("#e6a23c", "#8a5a0b"),
    "error": ("#ef5b5b", "#d03b3b"),
    "error-text": ("#f47c7c", "#c22f2f"),
    "wire": ("#5b6373", "#9aa3b1"),
    "training": ("#4c8dff", "#2f6fe4"),
    "validation": ("#f08c4a", "#c76a22"),
}

# Text on ground, as the window uses them; the test holds each to 4.5.
TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    *((ink, ground) for ink in ("text", "dim") for ground in ("background", "canvas", "panel", "raised", "field")),
    *(("faint", ground) for ground in ("background", "canvas", "panel", "field")),
    *(
        (ink, ground)
        for ink in ("accent-text", "ok-text", "warning-text", "error-text")
        for ground in ("background", "canvas", "panel", "raised")
    ),
    ("on-primary", "primary"),
    ("text", "selection"),
)

_CATEGORIES: dict[str, str] = {
    "convolution": "#4c8dff",
    "pooling": "#2bb3a3",
    "recurrent": "#a77bf3",
    "attention": "#f08c4a",
    "normalization": "#d9b430",
    "core": "#5f7fa8",
    "merging": "#e06c9f",
    "regularization": "#8a8f99",
    "input/output": "#7d8799",
    "reshaping": "#4fa3c7",
    "activation": "#7fae52",
    "preprocessing": "#c08a5b",
    "operation": "#8f7fc0",
    "block": "#c9cf5d",
}

# Colours of compared runs, in the order in which runs are chosen: told apart by hue and by lightness.
SERIES: tuple[str, ...] = ("#4c8dff", "#f08c4a", "#a77bf3", "#2bb3a3", "#e06c9f", "#d9b430", "#7fae52", "#98a1b2")

FONT_FILES = ("Inter-Regular.otf", "Inter-SemiBold.otf", "JetBrainsMono-Regular.ttf")


class ThemeSignals(QObject):
    """Tells who paints by hand that the colours are different now."""

    changed = Signal()


signals = ThemeSignals()


class _Current:
    name: ThemeName = "dark"
    choice: ThemeChoice = "dark"
    watching = False


def set_theme(choice: ThemeChoice) -> None:
    """Puts a theme in force; ``system`` follows the desktop, now and later."""
    if choice == "system" and not _Current.watching and QGuiApplication.instance() is not None:
        QGuiApplication.styleHints().colorSchemeChanged.connect(lambda _: _follow_system())
        _Current.watching = True
    _Current.choice = choice
    name = _system_theme() if choice == "system" else choice
    if name != _Current.name:
        _Current.name = name
        signals.changed.emit()


def theme_name() -> ThemeName:
    """The theme in force."""
    return _Current.name


@contextmanager
def painting_in(name: ThemeName) -> Iterator[None]:
    """Colours of a theme for what is painted inside the block; nobody else notices."""
    before, _Current.name = _Current.name, name
    try:
        yield
    finally:
        _Current.name = before


def theme_choice() -> ThemeChoice:
    """What the user chose: a theme, or ``system``."""
    return _Current.choice


def hex_color(token: str) -> str:
    """A token's colour in the theme in force as ``#rrggbb``."""
    return TOKENS[token][0 if _Current.name == "dark" else 1]


def color(token: str, alpha: float = 1.0) -> QColor:
    """A token's colour in the theme in force.

    Args:
        token: A key of :data:`TOKENS`.
        alpha: 0 (clear) to 1 (opaque).
    """
    value = QColor(hex_color(token))
    value.setAlphaF(alpha)
    return value


def blend(ground: QColor, ink: QColor, strength: float) -> QColor:
    """The opaque colour that a colour makes on a ground: 0 is the ground, 1 the colour itself."""
    below = (ground.redF(), ground.greenF(), ground.blueF())
    above = (ink.redF(), ink.greenF(), ink.blueF())
    return QColor.fromRgbF(*(low + (high - low) * strength for low, high in zip(below, above, strict=True)))


def category_color(category: str) -> QColor:
    """The colour of a node category; 10 % darker in the light theme. Unknown ones look like ``core``."""
    value = QColor(_CATEGORIES.get(category, _CATEGORIES["core"]))
    return value if _Current.name == "dark" else value.darker(111)


def series_color(index: int) -> QColor:
    """The colour of the n-th compared run or class."""
    value = QColor(SERIES[index % len(SERIES)])
    return value if _Current.name == "dark" else value.darker(118)


def ui_font(px: int = 13, weight: int = 400) -> QFont:
    """Inter in a size in pixels; weights below 550 show as regular, others as semibold."""
    return _font("Inter", px, weight)


def mono_font(px: int = 12) -> QFont:
    """The font of shapes and numbers."""
    return _font("JetBrains Mono", px, 400)


def _font(family: str, px: int, weight: int) -> QFont:
    load_fonts()
    font = QFont(family)
    font.setPixelSize(px)
    font.setWeight(QFont.Weight.DemiBold if weight >= 550 else QFont.Weight.Normal)
    font.setStyleHint(QFont.StyleHint.Monospace if "Mono" in family else QFont.StyleHint.SansSerif)
    return font


@cache
def load_fonts() -> tuple[str, ...]:
    """Makes the shipped fonts known to Qt (once); returns the families found."""
    families: list[str] = []
    for name in FONT_FILES:
        number = QFontDatabase.addApplicationFont(str(RESOURCES / "fonts" / name))
        families.extend(QFontDatabase.applicationFontFamilies(number))
    return tuple(dict.fromkeys(families))


def stylesheet() -> str:
    """The Qt style sheet of the theme in force, for ``QApplication.setStyleSheet``."""
    from dlstudio.gui.stylesheet import render

    return render()


def mark(widget: QWidget, role: str) -> None:
    """Says what a widget is (see the module's head); the style sheet draws it so, also when it changes later."""
    if widget.property("role") == role:
        return
    widget.setProperty("role", role)
    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def contrast(first: QColor, second: QColor) -> float:
    """Contrast ratio of two opaque colours as WCAG 2 defines it: 1 (same) to 21 (black on white)."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(value: QColor) -> float:
    parts = (value.redF(), value.greenF(), value.blueF())
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _system_theme() -> ThemeName:
    if QGuiApplication.instance() is None:
        return "dark"
    return "light" if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Light else "dark"


def _follow_system() -> None:
    if _Current.choice == "system":
        set_theme("system")
