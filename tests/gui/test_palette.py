from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.gui.application import dress
from dlstudio.gui.fuzzy import score
from dlstudio.gui.workspaces.design.palette import MIME, LayerPalette

CATALOGUE = load_catalogue()


@pytest.fixture
def palette(qtbot):
    dress(QApplication.instance(), "dark")
    shown = LayerPalette(CATALOGUE)
    qtbot.addWidget(shown)
    shown.resize(220, 800)
    shown.show()
    return shown


def test_that_every_type_stands_in_the_palette_once(palette):
    assert sorted(palette.shown_types()) == sorted(CATALOGUE.node_types)


def test_that_searching_ranks_the_meant_layer_first(qtbot, palette):
    qtbot.keyClicks(palette.search, "conv2d")
    assert palette.shown_types()[0] == "keras.layers.Conv2D"


def test_that_enter_adds_the_best_match(qtbot, palette):
    qtbot.keyClicks(palette.search, "dropout")
    with qtbot.waitSignal(palette.chosen) as chosen:
        qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert chosen.args == ["keras.layers.Dropout"]


def test_that_the_arrow_keys_walk_along_the_matches(qtbot, palette):
    qtbot.keyClicks(palette.search, "conv2d")
    qtbot.keyClick(palette.search, Qt.Key.Key_Down)
    assert palette.tree.currentItem() is palette.tree.topLevelItem(1)


def test_that_a_double_click_adds(qtbot, palette):
    item = palette.tree.findItems("Dense", Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)[0]
    place = palette.tree.visualItemRect(item).center()
    qtbot.mouseClick(palette.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    with qtbot.waitSignal(palette.chosen) as chosen:
        qtbot.mouseDClick(palette.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == ["keras.layers.Dense"]


def test_that_a_dragged_type_carries_its_id(palette):
    item = palette.tree.findItems("Dense", Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)[0]
    assert bytes(palette.tree.mimeData([item]).data(MIME).data()).decode() == "keras.layers.Dense"


def test_that_an_unusable_type_is_grey_says_why_and_cannot_be_added(qtbot, palette):
    odd = next(node_type for node_type in CATALOGUE if node_type.unusable)
    item = palette.tree.findItems(odd.name, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)[0]
    assert not item.flags() & Qt.ItemFlag.ItemIsEnabled
    assert item.toolTip(0)
    added = []
    palette.chosen.connect(added.append)
    palette.tree._enter(item)
    assert added == []


def test_that_a_category_folds_by_a_click_and_is_remembered(qtbot, palette):
    heading = palette.tree.topLevelItem(0)
    place = palette.tree.visualItemRect(heading).center()
    qtbot.mouseClick(palette.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert not heading.isExpanded()
    assert "input/output" in palette.folded


def test_that_nothing_found_says_so(qtbot, palette):
    qtbot.keyClicks(palette.search, "zzzqqq")
    assert palette.shown_types() == []
    assert "zzzqqq" in palette.tree.topLevelItem(0).text(0)


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        ("conv2d", "Conv2D", "Conv2DTranspose"),
        ("mxp", "MaxPooling2D", "Dense"),
        ("mha", "MultiHeadAttention", "MatMul"),
        ("dense", "Dense", "DenseSomething"),
    ],
)
def test_that_a_closer_name_scores_higher(query, better, worse):
    assert score(query, better) > score(query, worse)
