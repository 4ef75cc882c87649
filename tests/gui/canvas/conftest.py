"""A canvas on the screen, and hands to work on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dlstudio.graph.model import Graph
from dlstudio.graph.project import Project
from dlstudio.gui.canvas.view import CanvasView
from tests.gui.canvas.hands import Hands
from tests.gui.canvas.stand_in import StandInStudio

MakeHands = Callable[[Graph | Project], Hands]


@pytest.fixture
def canvas(qtbot: QtBot) -> Iterator[MakeHands]:
    """Makes a canvas of 1000 × 700 that shows a graph at 100 %, its first node in the upper left."""
    made: list[CanvasView] = []

    def make(project: Graph | Project) -> Hands:
        studio = StandInStudio(project)
        view = CanvasView(studio)  # type: ignore[arg-type]
        qtbot.addWidget(view)
        view.resize(1000, 700)
        view.show()
        qtbot.waitExposed(view)
        view.activateWindow()
        view.setFocus()
        qtbot.waitUntil(view.hasFocus)
        hands = Hands(view, studio)
        hands.look_at(440, 150)
        made.append(view)
        return hands

    yield make
    QApplication.clipboard().clear()
