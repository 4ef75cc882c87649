from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from dlstudio.graph.model import Wire
from dlstudio.graph.problems import Fix, Problem
from dlstudio.graph.project import Project
from dlstudio.graph.saving import load_project, save_project
from dlstudio.gui import application, theme
from dlstudio.gui.command_palette import CommandPalette
from dlstudio.training.computing.devices import Device
from dlstudio.workbench.document import Document
from dlstudio.workbench.preferences import config_folder
from tests.gui.window import digits

ROOT = Path(__file__).parents[2]


def test_that_an_empty_window_shows_the_start_page(open_frame):
    frame = open_frame()
    assert frame.pages.currentWidget() is frame.start
    assert frame.start.create_button.isVisible()
    assert not frame.top.train.isVisible()


def test_that_a_project_opens_in_the_design_workspace(open_frame):
    frame = open_frame(digits())
    assert frame.workspace == "design"
    assert frame.top.tabs["design"].isChecked()
    assert "Digits" in frame.windowTitle()


def test_that_number_keys_switch_workspaces(qtbot, open_frame):
    frame = open_frame(digits())
    frame.activateWindow()
    with qtbot.waitActive(frame):
        pass
    qtbot.keyClick(frame, Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: frame.workspace == "export")
    qtbot.keyClick(frame, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: frame.workspace == "design")


def test_that_a_tab_click_switches_the_workspace(qtbot, open_frame):
    frame = open_frame(digits())
    qtbot.mouseClick(frame.top.tabs["export"], Qt.MouseButton.LeftButton)
    assert frame.workspace == "export"


def test_that_the_chip_says_whether_everything_is_saved(qtbot, open_frame):
    frame = open_frame(digits())
    assert frame.top.chip.text() == "saved"
    frame.studio.change("Rename", Project("Other", digits().data, digits().graph))
    assert frame.top.chip.text() == "unsaved"
    frame.give("file.save")
    assert frame.top.chip.text() == "saved"
    assert load_project(frame.studio.folder).name == "Other"


def test_that_a_problem_is_counted_and_its_fix_is_one_undo_step(qtbot, open_frame):
    fix = Fix("Set padding", ({"edit": "set", "node": "conv", "setting": "padding", "value": "same"},))
    problem = Problem("cannot be right.", "conv", fix)
    facts = {"layers": {}, "parameters": 5, "problems": [problem.as_json()], "memory_bytes": 10}
    frame = open_frame(digits(), infer=facts)
    qtbot.waitUntil(lambda: "1 problem" in frame.status.problems.text())
    design = frame.workspaces["design"]
    qtbot.waitUntil(lambda: bool(design.problems.rows.itemAt(0).widget().fix))
    qtbot.mouseClick(design.problems.rows.itemAt(0).widget().fix, Qt.MouseButton.LeftButton)
    assert frame.studio.project.graph["conv"].settings["padding"] == "same"
    frame.give("edit.undo")
    assert "padding" not in frame.studio.project.graph["conv"].settings


def test_that_a_click_on_a_problem_selects_its_node(qtbot, open_frame):
    problem = Problem("cannot be right.", "conv")
    facts = {"layers": {}, "parameters": 5, "problems": [problem.as_json()], "memory_bytes": 10}
    frame = open_frame(digits(), infer=facts)
    design = frame.workspaces["design"]
    qtbot.waitUntil(lambda: getattr(design.problems.rows.itemAt(0).widget(), "problem", None) == problem)
    qtbot.mouseClick(design.problems.rows.itemAt(0).widget(), Qt.MouseButton.LeftButton)
    assert frame.studio.selection == {"conv"}


def test_that_a_problem_with_markup_is_shown_as_plain_text(qtbot, open_frame):
    problem = Problem('<img src="/etc/passwd"> is no layer.', "conv")
    facts = {"layers": {}, "parameters": 5, "problems": [problem.as_json()], "memory_bytes": 10}
    frame = open_frame(digits(), infer=facts)
    from PySide6.QtWidgets import QLabel

    qtbot.waitUntil(lambda: any("<img" in label.text() for label in frame.findChildren(QLabel)))
    shown = [label for label in frame.findChildren(QLabel) if "<img" in label.text()]
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in shown)


def test_that_training_with_an_error_shows_the_problems_instead(qtbot, open_frame):
    facts = {"layers": {}, "parameters": 5, "problems": [Problem("is wrong.", "conv").as_json()], "memory_bytes": 1}
    frame = open_frame(digits(), infer=facts)
    qtbot.waitUntil(lambda: bool(frame.studio.problems))
    frame.workspaces["design"].panels.fold("bottom", True)
    qtbot.mouseClick(frame.top.train, Qt.MouseButton.LeftButton)
    assert not frame.workspaces["design"].panels.is_folded("bottom")
    assert "is wrong" in frame.toast.text.text()


def test_that_the_palette_finds_commands_layers_and_nodes(qtbot, open_frame):
    frame = open_frame(digits())
    frame.give("view.palette")
    palette = frame.findChild(CommandPalette)
    qtbot.keyClicks(palette.field, "maxpool2")
    assert palette.titles()[0] == "Add MaxPooling2D"
    palette.field.clear()
    qtbot.keyClicks(palette.field, "digit")
    assert "digit" in palette.titles()
    palette.close()


def test_that_enter_in_the_palette_adds_the_layer_after_the_selection(qtbot, open_frame):
    frame = open_frame(digits())
    frame.studio.select(["conv"])
    frame.give("view.palette")
    palette = frame.findChild(CommandPalette)
    qtbot.keyClicks(palette.field, "Add Flatten")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    graph = frame.studio.project.graph
    (added,) = [node for node in graph if node.type == "keras.layers.Flatten"]
    assert Wire("conv", added.id) in graph.wires or any(
        w.source == "conv" and w.target == added.id for w in graph.wires
    )
    assert any(w.source == added.id and w.target == "digit" for w in graph.wires)


def drop(frame, path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(50, 200),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    frame.dropEvent(event)


def test_that_a_dropped_project_folder_opens(open_frame, tmp_path):
    frame = open_frame()
    save_project(digits(), tmp_path / "other")
    drop(frame, tmp_path / "other")
    assert frame.studio.project.name == "Digits"
    assert frame.workspace == "design"


def test_that_dropped_data_is_looked_at_for_the_new_project(qtbot, open_frame, tmp_path):
    guessed = {"data": {"source": "d.csv", "format": "csv", "columns": {}, "split": {}}}
    specs = {
        "words": {"name": "words", "kind": "text", "shape": [32], "dtype": "int32", "vocabulary_size": 90},
        "label": {"name": "label", "kind": "category", "shape": [], "dtype": "int32", "classes": ["a", "b"]},
    }
    described = {"summary": {"rows": 1200}, "specs": specs}
    frame = open_frame(None, guess_data=guessed, describe_data=described)
    drop(frame, tmp_path / "d.csv")
    qtbot.waitUntil(lambda: "2 classes" in frame.start.data_words.text())
    usable = {card.name for card in frame.start.cards if card.isEnabled()}
    assert "bilstm-text" in usable
    assert "cnn" not in usable


def test_that_a_data_set_of_the_hub_is_asked_for_by_name(qtbot, open_frame, monkeypatch):
    source = "hf://people/films@0123456789abcdef0123456789abcdef01234567"
    guessed = {"data": {"source": source, "format": "hub-folder", "columns": {}, "split": {}}}
    frame = open_frame(None, guess_data=guessed, describe_data={"summary": {"rows": 50}, "specs": {}})
    frame.start._questions.hub = "hf://people/films"
    frame.start._choose_data_on_the_hub()
    qtbot.waitUntil(lambda: "50 rows" in frame.start.data_words.text())
    assert frame.engine.payloads("guess_data")[0] == {"path": "hf://people/films", "root": ""}
    assert frame.start.data_name.text() == "people/films"
    assert frame.start.folder.text().endswith("films")


def test_that_a_new_project_is_made_from_card_and_folder(qtbot, open_frame, tmp_path):
    frame = open_frame(None, fit_template={"project": digits().as_json()})
    card = next(card for card in frame.start.cards if card.name == "cnn")
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    frame.start.folder.selectAll()
    qtbot.keyClicks(frame.start.folder, str(tmp_path / "made"))
    qtbot.mouseClick(frame.start.create_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: frame.workspace == "design")
    assert frame.engine.payloads("fit_template")[0]["template"] == "cnn"
    assert (tmp_path / "made" / "project.json").is_file()


def test_that_an_empty_canvas_needs_no_engine(qtbot, open_frame, tmp_path):
    frame = open_frame()
    qtbot.mouseClick(frame.start.cards[-1], Qt.MouseButton.LeftButton)
    frame.start.folder.selectAll()
    qtbot.keyClicks(frame.start.folder, str(tmp_path / "blank"))
    qtbot.mouseClick(frame.start.create_button, Qt.MouseButton.LeftButton)
    assert frame.studio.folder == tmp_path / "blank"
    assert frame.workspace == "design"


def test_that_edits_left_by_a_crash_are_offered_back(qtbot, open_frame, tmp_path):
    config = tmp_path / "config"
    save_project(digits(), tmp_path / "project")
    os.environ["DLSTUDIO_CONFIG"] = str(config)
    lost = Document.open(tmp_path / "project")
    lost.change("Rename", Project("Rescued", digits().data, digits().graph))
    lost._lock.give_back()  # the process that held it is gone
    frame = open_frame(digits())
    assert frame.banner.isVisible()
    qtbot.mouseClick(frame.banner.buttons[0], Qt.MouseButton.LeftButton)
    assert frame.studio.project.name == "Rescued"
    assert not frame.banner.isVisible()


def test_that_folded_panels_are_remembered(open_frame):
    frame = open_frame(digits())
    frame.give("view.left_panel")
    assert frame.workspaces["design"].palette_panel.isHidden()
    assert frame.studio.preferences.get("design.folded", []) == ["left"]


def test_that_the_theme_is_remembered(open_frame):
    frame = open_frame(digits())
    frame.give("view.theme_light")
    assert theme.theme_name() == "light"
    assert frame.studio.preferences.get("theme", "") == "light"
    frame.give("view.theme_dark")


def test_that_the_device_is_chosen_by_name(qtbot, open_frame):
    frame = open_frame(digits(), devices={"devices": [{"id": "cpu", "name": "CPU · 2 cores"}]})
    frame.studio.ask_devices()
    qtbot.waitUntil(lambda: bool(frame.studio.devices))
    frame.top._fill_devices()
    next(action for action in frame.top.devices.actions() if action.text() == "CPU · 2 cores").trigger()
    assert frame.studio.project.training.device == "cpu"
    assert "CPU · 2 cores" in frame.top.device.text()


def test_that_devices_are_listed_with_their_memory_and_auto_is_the_first_gpu(qtbot, open_frame):
    gigabytes = 10**9
    devices = [
        Device("cpu", "CPU, 2 cores", 25 * gigabytes),
        *(Device(f"gpu:{index}", "NVIDIA H200", 151 * gigabytes) for index in range(2)),
        Device("all", "2 GPUs together", 302 * gigabytes),
    ]
    frame = open_frame(digits(), devices={"devices": [device.as_json() for device in devices]})
    frame.studio.ask_devices()
    qtbot.waitUntil(lambda: bool(frame.studio.devices))
    frame.top._fill_devices()
    assert [action.text() for action in frame.top.devices.actions()][1:] == [
        "CPU, 2 cores · 25 GB",
        "NVIDIA H200 · 151 GB (gpu:0)",
        "NVIDIA H200 · 151 GB (gpu:1)",
        "2 GPUs together · 302 GB",
    ]
    assert "Auto · NVIDIA H200" in frame.top.device.text()


def test_that_the_window_starts_without_keras_within_its_memory(tmp_path):
    report = tmp_path / "report.json"
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(ROOT),
        "DLSTUDIO_CONFIG": str(tmp_path / "config"),
        "DLSTUDIO_STARTUP_REPORT": str(report),
        "DLSTUDIO_STARTUP_QUIT": "1",
    }
    began = time.time()
    subprocess.run([sys.executable, "-m", "dlstudio"], env=environment, check=True, timeout=60, cwd=tmp_path)
    found = json.loads(report.read_text())
    assert not {"keras", "tensorflow", "PIL", "datasets", "pyqtgraph", "numpy"} & set(found["modules"])
    assert found["rss_mb"] < 250
    assert found["ready_at"] > began


def test_that_the_primary_button_stops_a_run(qtbot, open_frame, training, monkeypatch):
    stopped = []
    frame = open_frame(digits())
    frame.top.stopWanted.connect(lambda: stopped.append(True))
    monkeypatch.setattr(frame.studio._desk, "send", lambda command: None)
    assert frame.top.train.text().strip() == "Stop"
    qtbot.mouseClick(frame.top.train, Qt.MouseButton.LeftButton)
    assert stopped == [True]
    assert frame.top.train.text().strip() == "Stopping …"


def test_that_an_error_nobody_caught_is_told_and_logged(open_frame, tmp_path, monkeypatch):
    frame = open_frame(digits())
    before = sys.excepthook
    monkeypatch.setattr(sys, "excepthook", lambda *_: None)
    application._catch_errors(frame.studio)
    try:
        raise ZeroDivisionError("a slot divided by zero")
    except ZeroDivisionError:
        sys.excepthook(*sys.exc_info())
    finally:
        for handler in list(application.log.handlers):
            handler.close()
            application.log.removeHandler(handler)
        sys.excepthook = before
    assert frame.toast.isVisible()
    assert "divided by zero" in frame.toast.text.text()
    assert "ZeroDivisionError" in (config_folder() / "window.log").read_text()


def test_that_the_window_is_never_larger_than_the_screen(open_frame):
    frame = open_frame(digits())
    room = frame.screen().availableSize()
    for name in ("design", "train", "inspect", "export"):
        frame.show_workspace(name)
        assert frame.minimumSizeHint().width() <= room.width()
        assert frame.width() <= room.width() and frame.height() <= room.height()


def test_that_a_page_wider_than_the_window_scrolls(qtbot, open_frame):
    frame = open_frame(digits())
    frame.show_workspace("inspect")
    frame.workspaces["inspect"].splitter.setMinimumWidth(1000)  # as a view with much beside each other would
    frame.resize(820, 520)
    assert frame.width() == 820
    area = frame.pages.parentWidget().parentWidget()
    qtbot.waitUntil(lambda: area.horizontalScrollBar().maximum() > 0)
    frame.show_workspace("design")
    qtbot.waitUntil(lambda: area.horizontalScrollBar().maximum() == 0)


def test_that_the_command_of_searches_shows_their_page(open_frame):
    frame = open_frame(digits())
    frame.give("train.search")
    train = frame.workspaces["train"]
    assert frame.workspace == "train" and train.pages.currentWidget() is train.search_page
