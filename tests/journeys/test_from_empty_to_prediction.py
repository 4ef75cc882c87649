"""A person's first quarter of an hour, in the real window with the real engine: from nothing to a prediction."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from dlstudio.gui.application import dress
from dlstudio.gui.frame import Frame
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.design.problems import ProblemRow
from dlstudio.places import SAMPLE_DATA
from dlstudio.workbench.preferences import Preferences

KERAS_STARTS = 90_000  # milliseconds; two seconds on a quiet machine
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def frame(qtbot: QtBot, own_settings: Path) -> Iterator[Frame]:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    dress(application, "dark")
    studio = Studio(None, preferences=Preferences(own_settings))
    window = Frame(studio)
    qtbot.addWidget(window, before_close_func=lambda w: setattr(w, "_closing", True))
    window.resize(1440, 900)
    window.show()
    with qtbot.waitActive(window):
        window.activateWindow()
    yield window
    studio.close()


class WindowWatch(QObject):
    """Notes every widget that shows as a window of its own: a child shown before it has its parent flashes as one."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(type(watched).__name__)
        return False


def drop_file(target: QWidget, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(target, QDragEnterEvent(QPoint(400, 300), copy, data, LEFT, none))
    QApplication.sendEvent(target, QDropEvent(QPointF(400, 300), copy, data, LEFT, none))


def add_layer(qtbot: QtBot, frame: Frame, name: str) -> None:
    """Tab, the first letters, Enter: the layer follows the selected one."""
    canvas = frame.workspaces["design"].canvas  # type: ignore[attr-defined]
    before = len(frame.studio.project.graph)
    QTest.keyClick(canvas.viewport(), Qt.Key.Key_Tab)
    field = canvas.searching.popup.field
    qtbot.waitUntil(field.isVisible)
    QTest.keyClicks(field, name)
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(frame.studio.project.graph) == before + 1)


def type_number(editor: QWidget, text: str) -> None:
    field = editor.findChild(QLineEdit) or editor.findChild(QSpinBox)
    assert field is not None
    QTest.mouseClick(field, LEFT)
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


@pytest.mark.timeout(300)
def test_that_a_person_gets_from_an_empty_project_to_a_prediction(qtbot: QtBot, frame: Frame, tmp_path: Path) -> None:
    studio = frame.studio
    windows = WindowWatch()
    application = QApplication.instance()
    assert application is not None
    application.installEventFilter(windows)

    # An empty canvas on the digits, dropped onto the window.
    drop_file(frame, SAMPLE_DATA / "digits" / "digits")
    qtbot.waitUntil(lambda: frame.start.data.settings is not None, timeout=KERAS_STARTS)
    empty = next(card for card in frame.start.cards if card.template is None)
    QTest.mouseClick(empty, LEFT)
    QTest.mouseClick(frame.start.folder, LEFT)
    QTest.keyClick(frame.start.folder, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(frame.start.folder, str(tmp_path / "digits"))
    qtbot.waitUntil(frame.start.create_button.isEnabled, timeout=KERAS_STARTS)
    QTest.mouseClick(frame.start.create_button, LEFT)
    qtbot.waitUntil(lambda: frame.workspace == "design")
    qtbot.waitUntil(lambda: "image" in studio.specs and "label" in studio.specs, timeout=KERAS_STARTS)

    # The network, by keyboard.
    for name in ("Input", "Conv2D", "Flatten", "Dense", "Output"):
        add_layer(qtbot, frame, name)
    graph = studio.project.graph
    assert [(w.source, w.target) for w in graph.wires] == [
        ("input", "conv2d"),
        ("conv2d", "flatten"),
        ("flatten", "dense"),
        ("dense", "output"),
    ]
    assert graph["input"].settings["column"] == "image"
    assert graph["output"].settings["column"] == "label"

    # The wrong number of units is a problem with a fix; the fix is one click and one undo step.
    wrong = "10 classes"
    qtbot.waitUntil(lambda: any(wrong in p.message for p in studio.problems), timeout=KERAS_STARTS)
    rows = [row for row in frame.workspaces["design"].findChildren(ProblemRow) if wrong in row.problem.message]
    QTest.mouseClick(next(row.fix for row in rows if row.fix and row.isVisible()), LEFT)
    qtbot.waitUntil(lambda: studio.project.graph["dense"].settings["units"] == 10)
    qtbot.waitUntil(lambda: not studio.problems, timeout=KERAS_STARTS)

    # Three epochs.
    QTest.keyClick(frame, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: frame.workspace == "train")
    type_number(frame.workspaces["train"].form.basic.editor("epochs"), "3")  # type: ignore[attr-defined]
    assert studio.project.training.epochs == 3
    QTest.mouseClick(frame.top.train, LEFT)
    qtbot.waitUntil(lambda: bool(studio.runs) and studio.runs[-1].status == "finished", timeout=KERAS_STARTS)
    run = studio.runs[-1]
    assert run.metrics["accuracy"] > 0.7
    qtbot.waitUntil(lambda: len(frame.workspaces["train"].record_of(run.name).epochs["val_loss"]) == 3)  # type: ignore[attr-defined]

    # Its predictions, and one of one's own: a vertical stroke.
    QTest.keyClick(frame, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: frame.workspace == "inspect")
    inspect = frame.workspaces["inspect"]
    views = inspect.list  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: views.count() >= 4, timeout=KERAS_STARTS)
    row = next(i for i in range(views.count()) if views.item(i).text() == "Try your own")
    QTest.mouseClick(views.viewport(), LEFT, pos=views.visualItemRect(views.item(row)).center())
    own = inspect.views["try"]  # type: ignore[attr-defined]
    pad = own.inputs["image"].pad
    QTest.mousePress(pad, LEFT, pos=QPoint(pad.width() // 2, pad.height() // 5))
    for step in range(1, 7):
        QTest.mouseMove(pad, QPoint(pad.width() // 2, pad.height() // 5 + step * pad.height() // 10))
    QTest.mouseRelease(pad, LEFT, pos=QPoint(pad.width() // 2, pad.height() * 4 // 5))
    qtbot.waitUntil(lambda: own.label.text() in [str(digit) for digit in range(10)], timeout=KERAS_STARTS)

    # Everything is on disk.
    QTest.keyClick(frame, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert (tmp_path / "digits" / "project.json").exists()
    assert (tmp_path / "digits" / "runs" / run.name / "model.keras").exists()

    application.removeEventFilter(windows)
    assert windows.seen == []
