"""Undo covers graph, data and training: in the real window, with the keyboard in the field that was typed into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import Project
from dlstudio.gui.command_palette import CommandPalette
from dlstudio.gui.frame import Frame
from dlstudio.gui.palette_entries import entries_of
from dlstudio.workbench.commands import COMMANDS
from tests.gui.window import SPECS, digits

Key, Open = Qt.Key, Callable[..., Frame]
SUMMARY = {"rows": 10, "splits": {"train": 8, "validation": 1, "test": 1}, "columns": [], "samples": {}}
CONV, DENSE = "keras.layers.Conv2D", "keras.layers.Dense"


@pytest.fixture
def frame(qtbot: QtBot, open_frame: Open) -> Frame:
    frame = open_frame(digits(), describe_data={"summary": SUMMARY, "specs": SPECS})
    frame.activateWindow()
    qtbot.waitUntil(frame.isActiveWindow)
    qtbot.waitUntil(lambda: bool(frame.studio.specs))
    return frame


@contextmanager
def one_step(frame: Frame) -> Iterator[None]:
    """One undo step: Ctrl+Z, pressed where the keyboard is, takes it back, Ctrl+Shift+Z does it again."""
    document = frame.studio.document
    before, steps = document.project, len(document._undo)
    yield
    after = document.project
    assert after != before, "nothing changed"
    assert len(document._undo) == steps + 1, [step.label for step in document._undo[steps:]]
    press(Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert document.project == before
    press(Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert document.project == after


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, modifiers)


def type_into(field: QWidget, text: str) -> None:
    """Types over what stands in a field."""
    field.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(field, Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, text)


def test_that_typing_into_a_setting_of_a_layer_is_one_step(frame: Frame) -> None:
    frame.studio.select(["conv"])
    details = frame.workspaces["design"].inspector.details
    frame.workspaces["design"].inspector.refresh()
    with one_step(frame):
        type_into(details.form.editor("filters").field.lineEdit(), "128")
    assert frame.studio.graph["conv"].settings["filters"] == 128


def test_that_typing_into_two_settings_is_two_steps(frame: Frame) -> None:
    frame.studio.select(["conv"])
    details = frame.workspaces["design"].inspector.details
    frame.workspaces["design"].inspector.refresh()
    type_into(details.form.editor("filters").field.lineEdit(), "64")
    details.form.more.setChecked(True)
    details.form.editor("use_bias").setFocus()
    type_into(details.form.editor("filters").field.lineEdit(), "65")
    assert len(frame.studio.document._undo) == 2, "leaving the field ends the step"


@pytest.mark.parametrize("name", ["epochs", "batch_size", "seed"])
def test_that_typing_a_training_setting_is_one_step(frame: Frame, name: str) -> None:
    frame.show_workspace("train")
    form = frame.workspaces["train"].form
    with one_step(frame):
        type_into(form.basic.editor(name).field.lineEdit(), "123")
    assert getattr(frame.studio.project.training, name) == 123


def test_that_typing_the_patience_is_one_step(frame: Frame) -> None:
    frame.show_workspace("train")
    form = frame.workspaces["train"].form
    with one_step(frame):
        type_into(form.stopping.patience.lineEdit(), "12")
    assert frame.studio.project.training.early_stopping == {"monitor": "val_loss", "patience": 12}


def test_that_a_rate_and_an_optimizer_are_a_step_each(frame: Frame) -> None:
    frame.show_workspace("train")
    form = frame.workspaces["train"].form
    with one_step(frame):
        type_into(form.form("optimizer").editor("learning_rate").field.lineEdit(), "0.125")
    with one_step(frame):
        form.optimizer.setFocus()
        QTest.keyClicks(form.optimizer, "A")
        form.optimizer.activated.emit(form.optimizer.currentIndex())
    assert frame.studio.project.training.optimizer.type != "keras.optimizers.SGD"


@pytest.mark.parametrize("field", ["validation", "test", "seed"])
def test_that_typing_a_share_of_the_split_is_one_step(frame: Frame, field: str) -> None:
    frame.show_workspace("data")
    box = getattr(frame.workspaces["data"].columns.split, field)
    with one_step(frame):
        type_into(box.lineEdit(), "25")
        press(Key.Key_Return)
    assert 25 in frame.studio.project.data.split.values() or 0.25 in frame.studio.project.data.split.values()


def test_that_two_fields_of_the_split_are_two_steps(frame: Frame) -> None:
    frame.show_workspace("data")
    split = frame.workspaces["data"].columns.split
    for box in (split.validation, split.test):
        type_into(box.lineEdit(), "20")
        press(Key.Key_Return)
    assert len(frame.studio.document._undo) == 2


def test_that_saying_what_a_column_is_is_one_step(frame: Frame) -> None:
    frame.show_workspace("data")
    row = frame.workspaces["data"].columns.rows()["label"]
    with one_step(frame):
        row.kind.setFocus()
        row.kind.setCurrentIndex(row.kind.findText("number"))
        row.kind.activated.emit(row.kind.currentIndex())
    assert frame.studio.project.data.columns["label"]["type"] == "number"


def test_that_undo_goes_back_through_graph_data_and_training_in_turn(frame: Frame) -> None:
    seen = [frame.studio.project]
    frame.workspaces["design"].canvas.choose(["conv"])
    frame.give("design.duplicate")
    seen.append(frame.studio.project)
    frame.show_workspace("train")
    type_into(frame.workspaces["train"].form.basic.editor("epochs").field.lineEdit(), "7")
    seen.append(frame.studio.project)
    frame.show_workspace("data")
    box = frame.workspaces["data"].columns.split.validation
    type_into(box.lineEdit(), "30")
    press(Key.Key_Return)
    seen.append(frame.studio.project)
    assert len({id(project) for project in seen}) == 4
    for project in reversed(seen[:-1]):
        frame.give("edit.undo")
        assert frame.studio.project == project
    for project in seen[1:]:
        frame.give("edit.redo")
        assert frame.studio.project == project


def three_convolutions_and_a_dense() -> Project:
    names = ("images", "conv_1", "conv_2", "conv_3", "dense", "digit")
    types = ("Input", CONV, CONV, CONV, DENSE, "Output")
    settings = ({"column": "image"}, *({"filters": 4, "kernel_size": 3},) * 3, {"units": 8}, {"column": "label"})
    nodes = {n: Node(n, t, s, (i * 220, 0)) for i, (n, t, s) in enumerate(zip(names, types, settings, strict=True))}
    wires = tuple(Wire(a, b) for a, b in pairwise(names))
    return replace(digits(), graph=Graph(nodes, wires))


def test_that_three_convolutions_and_a_dense_get_one_activation_in_one_step(
    qtbot: QtBot,
    open_frame: Open,
) -> None:
    frame = open_frame(three_convolutions_and_a_dense())
    frame.activateWindow()
    qtbot.waitUntil(frame.isActiveWindow)
    design = frame.workspaces["design"]
    design.canvas.setFocus()
    press(Key.Key_Right)
    press(Key.Key_Right)
    for _ in range(3):
        press(Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert frame.studio.selection == {"conv_1", "conv_2", "conv_3", "dense"}
    qtbot.waitUntil(lambda: design.inspector.details.title.text() == "4 layers")
    editor = design.inspector.details.form.editor("activation")
    with one_step(frame):
        editor.combo.setFocus()
        editor.combo.setCurrentText("relu")
        editor.combo.activated.emit(editor.combo.currentIndex())
    graph = frame.studio.graph
    assert [graph[n].settings.get("activation") for n in ("conv_1", "conv_2", "conv_3", "dense")] == ["relu"] * 4
    assert "filters" not in [setting.name for setting in design.inspector.details._settings]


def test_that_each_command_of_the_canvas_is_in_the_palette_with_its_keys_and_does_no_harm(frame: Frame) -> None:
    entries = {(entry.title, entry.shortcut) for entry in entries_of(frame)}
    design = [command for command in COMMANDS if command.category == "Design"]
    assert len(design) > 25
    for command in design:
        assert (command.title, command.shortcut.split("; ")[0]) in entries
    frame.open_palette()
    palette = QApplication.activePopupWidget() or frame.findChild(CommandPalette)
    assert palette is not None
    palette.close()


def test_that_every_shortcut_is_there_once() -> None:
    keys = [
        (QKeySequence(part).toString(), command.id)
        for command in COMMANDS
        for part in command.shortcut.split("; ")
        if part
    ]
    twice = {key for key, _ in keys if sum(key == other for other, _ in keys) > 1}
    assert not twice
