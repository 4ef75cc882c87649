from __future__ import annotations

import pytest
from PySide6.QtGui import QFontInfo

from dlstudio.catalogue.node_types import CATEGORIES
from dlstudio.gui import theme


@pytest.fixture(params=["dark", "light"])
def each_theme(request, qapp):
    theme.set_theme(request.param)
    yield request.param
    theme.set_theme("dark")


@pytest.mark.parametrize("pair", theme.TEXT_PAIRS, ids=lambda pair: f"{pair[0]}-on-{pair[1]}")
def test_that_text_is_readable_on_its_ground(each_theme, pair):
    ink, ground = pair
    assert theme.contrast(theme.color(ink), theme.color(ground)) >= 4.5


def test_that_every_category_has_its_own_colour(each_theme):
    colours = {theme.category_color(category).name() for category in CATEGORIES}
    assert len(colours) == len(CATEGORIES)


def test_that_marks_stand_out_from_the_panel(each_theme):
    for category in CATEGORIES:
        assert theme.contrast(theme.category_color(category), theme.color("panel")) >= 1.9, category


def test_that_the_shipped_fonts_are_the_ones_shown(qapp):
    assert QFontInfo(theme.ui_font(13)).family() == "Inter"
    assert QFontInfo(theme.mono_font(12)).family() == "JetBrains Mono"


def test_that_a_change_of_theme_is_told_once(qapp):
    told = []
    theme.signals.changed.connect(lambda: told.append(theme.theme_name()))
    theme.set_theme("light")
    theme.set_theme("light")
    theme.set_theme("dark")
    assert told == ["light", "dark"]


def test_that_the_style_sheet_has_no_unknown_token(each_theme):
    assert "@" not in theme.stylesheet()
