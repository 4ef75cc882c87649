"""The Code panel: follows edits, shows and copies the selected node's lines, makes networks of scripts."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtTest import QTest

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.compiler.code import read_code, same_network
from dlstudio.graph.edits import rename_node, set_settings
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import Project
from dlstudio.gui import theme
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.design.beside import Beside
from dlstudio.gui.workspaces.design.code_panel import CodePanel
from dlstudio.gui.workspaces.design.workspace import DesignWorkspace
from dlstudio.workbench.document import Document
from dlstudio.workbench.preferences import Preferences
from tests.compiler.code_graphs import unit_block
from tests.gui.fake_engine import FakeEngine


def network() -> Graph:
    nodes = (
        Node("image", "Input", {"column": "image"}, (0, 0)),
        Node("conv", "keras.layers.Conv2D", {"filters": 8, "kernel_size": 3}, (220, 0)),
        Node("unit", "block.Unit", {"filters": 2}, (440, 0)),
        Node("logits", "keras.layers.Dense", {"units": 10}, (660, 0)),
        Node("label", "Output", {"column": "label", "task": "classification"}, (880, 0)),
    )
    wires = (Wire("image", "conv"), Wire("conv", "unit"), Wire("unit", "logits"), Wire("logits", "label"))
    return Graph({node.id: node for node in nodes}, wires, blocks={"Unit": unit_block()})


@pytest.fixture
def studio(qapp, tmp_path, monkeypatch):
    monkeypatch.setenv("DLSTUDIO_CONFIG", str(tmp_path / "config"))
    made = Studio(Document(Project("Digits", graph=network())), engine=FakeEngine(), preferences=Preferences(tmp_path))
    yield made
    made.close()


@pytest.fixture
def panel(studio, qtbot) -> CodePanel:
    made = CodePanel(studio)
    qtbot.addWidget(made)
    made.resize(460, 500)
    made.show()
    qtbot.waitUntil(lambda: "build_model" in made.text.toPlainText())
    return made


def _change(studio: Studio, graph: Graph) -> None:
    studio.change_graph("Edit", graph)


def test_that_the_code_follows_an_edit(panel, studio, qtbot):
    _change(studio, set_settings(studio.graph, "conv", {"filters": 77}))
    qtbot.waitUntil(lambda: "layers.Conv2D(77" in panel.text.toPlainText())
    _change(studio, rename_node(studio.graph, "conv", "first"))
    qtbot.waitUntil(lambda: 'name="first"' in panel.text.toPlainText())
    assert panel.text.toPlainText().rstrip("\n") == panel.script.text.rstrip("\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\nc", "a\nB\nc"),
        ("a\nb\nc", "b\nc"),
        ("a\nb\nc", "a\nb"),
        ("a\nb\nc", "x\na\nb\nc"),
        ("a\nb\nc", "a\nb\nc\nd"),
        ("a\nb", "a\nx\ny\nb"),
        ("a\na\na", "a\na"),
        ("a", ""),
        ("", "a\nb"),
        ("a\nb\nc", "c\nb\na"),
    ],
)
def test_that_changed_lines_give_exactly_the_new_text(panel, before, after):
    panel.text.show_text(before)
    panel.text.show_text(after)
    assert panel.text.toPlainText() == after


def test_that_lines_that_stay_are_left_alone(panel):
    panel.text.show_text("\n".join(f"line {n}" for n in range(300)))
    panel.text.verticalScrollBar().setValue(100)
    panel.text.show_text("\n".join("changed" if n == 5 else f"line {n}" for n in range(300)))
    assert panel.text.verticalScrollBar().value() == 100


def test_that_the_selected_nodes_lines_are_marked_and_brought_into_view(panel, studio, qtbot):
    studio.select(["logits"])
    first, last = panel.script.lines["logits"]
    assert panel.text.spans == ((first, last),)
    assert panel.text.bring_into_view((1, 1)) is None
    studio.select([])
    assert panel.text.spans == ()
    panel.resize(460, 120)
    panel.text.verticalScrollBar().setValue(0)
    studio.select(["label"])
    seen = panel.text._seen_lines()
    assert seen[0] <= panel.script.lines["label"][0] <= seen[1]


def test_that_a_click_on_a_line_selects_its_node_also_inside_a_block(panel, studio, qtbot):
    def click(line: int) -> None:
        panel.text.bring_into_view((line, line))
        block = panel.text.document().findBlockByNumber(line - 1)
        place = panel.text.cursorRect(QTextCursor(block)).center()
        QTest.mouseClick(panel.text.viewport(), Qt.MouseButton.LeftButton, pos=place + QPoint(20, 0))

    click(panel.script.lines["logits"][0])
    assert studio.selection == {"logits"}
    click(panel.script.lines["Unit/conv"][0])
    assert studio.path == ("unit",)
    assert studio.selection == {"conv"}
    assert panel.text.spans == (panel.script.lines["Unit/conv"],)
    click(panel.script.lines["conv"][0])
    assert studio.path == ()
    assert studio.selection == {"conv"}


def test_that_enter_selects_the_node_of_the_line_with_the_cursor(panel, studio):
    line = panel.script.lines["logits"][0]
    panel.text.setTextCursor(QTextCursor(panel.text.document().findBlockByNumber(line - 1)))
    QTest.keyClick(panel.text, Qt.Key.Key_Return)
    assert studio.selection == {"logits"}


def test_that_one_click_copies_the_selected_nodes_lines_or_all(panel, studio, qtbot):
    panel.copy_button.click()
    assert QGuiApplication.clipboard().text() == panel.script.text
    studio.select(["logits"])
    assert panel.copy_button.text() == "Copy 1 line"
    panel.copy_button.click()
    assert QGuiApplication.clipboard().text() == 'logits = layers.Dense(10, name="logits")(unit_)\n'


def test_that_saving_writes_the_script_as_it_stands_now(panel, studio, tmp_path):
    _change(studio, set_settings(studio.graph, "conv", {"filters": 31}))
    assert panel.save(tmp_path / "model.py")
    text = (tmp_path / "model.py").read_text(encoding="utf-8")
    assert same_network(read_code(text, load_catalogue()), studio.project.graph, load_catalogue())


def test_that_a_file_that_cannot_be_written_is_said(panel, studio, tmp_path, qtbot):
    with qtbot.waitSignal(studio.message) as told:
        assert not panel.save(tmp_path / "nowhere" / "model.py")
    assert told.args[1] == "error"


def test_that_pasted_code_becomes_the_network_in_one_undo_step(panel, studio, qtbot):
    before = studio.project
    text = panel.script.text.replace("layers.Conv2D(8, 3", "layers.Conv2D(16, 5")
    QGuiApplication.clipboard().setText(text)
    with qtbot.waitSignal(panel.replaced):
        panel.paste()
    assert studio.graph["conv"].settings == {"filters": 16, "kernel_size": 5}
    assert studio.graph["conv"].at == (220, 0)
    assert studio.graph["label"].settings["column"] == "label"
    assert studio.document.undo_label == "Paste code"
    studio.undo()
    assert studio.project == before


def test_that_foreign_code_is_laid_out_and_keeps_the_columns(panel, studio, qtbot, tmp_path):
    file = tmp_path / "foreign.py"
    file.write_text(
        "from keras import layers, Sequential\n"
        "model = Sequential([layers.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10)])\n"
    )
    with qtbot.waitSignal(panel.replaced):
        panel.open(file)
    graph = studio.graph
    assert [node.type for node in graph] == ["Input", "keras.layers.Flatten", "keras.layers.Dense", "Output"]
    assert graph["input"].settings["column"] == "image"
    assert graph["output"].settings == {"column": "label", "task": "classification"}
    assert len({node.at for node in graph}) == len(graph)
    assert studio.document.undo_label == "Read foreign.py"


def test_that_code_that_is_not_understood_says_the_line_and_changes_nothing(panel, studio, qtbot):
    before = studio.project
    QGuiApplication.clipboard().setText("import keras\nx = keras.Input((3,))\ny = keras.layers.Densse(3)(x)\n")
    panel.paste()
    qtbot.waitUntil(panel.fault.isVisible)
    assert "Line 3" in panel.fault.text()
    assert "keras.layers.Densse(3)(x)" in panel.fault.text()
    assert panel.fault.textFormat() == Qt.TextFormat.PlainText
    assert studio.project is before
    QGuiApplication.clipboard().setText(panel.script.text)
    with qtbot.waitSignal(panel.replaced):
        panel.paste()
    assert panel.fault_row.isHidden()


def test_that_an_empty_clipboard_and_a_file_that_is_no_text_are_said(panel, tmp_path):
    QGuiApplication.clipboard().setText(" ")
    panel.paste()
    assert "no text" in panel.fault.text()
    (tmp_path / "x.py").write_bytes(b"\xff\xfe\x00")
    panel.open(tmp_path / "x.py")
    assert "not text" in panel.fault.text()
    panel.open(tmp_path / "missing.py")
    assert "cannot be read" in panel.fault.text()


def test_that_a_hidden_panel_writes_nothing_until_it_is_seen(studio, qtbot):
    made = CodePanel(studio)
    qtbot.addWidget(made)
    _change(studio, set_settings(studio.graph, "conv", {"filters": 5}))
    QTest.qWait(150)
    assert made.script is None
    assert not made.writing.running
    made.show()
    qtbot.waitUntil(lambda: "layers.Conv2D(5" in made.text.toPlainText())


def test_that_the_window_stays_free_while_a_large_network_is_written(studio, qtbot):
    names = [f"dense_{number}" for number in range(1000)]
    nodes = {name: Node(name, "keras.layers.Dense", {"units": 8}) for name in names}
    ends = {"x": Node("x", "Input", {"shape": [8]}), "y": Node("y", "Output")}
    chain = ["x", *names, "y"]
    large = Graph({**ends, **nodes}, tuple(Wire(a, b) for a, b in pairwise(chain)))
    made = CodePanel(studio)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made.is_current)
    studio.change("Large", replace(studio.project, graph=large))
    made._write()
    assert made.writing.running  # a thread writes, while the window goes on
    assert "dense_999" not in made.text.toPlainText()
    qtbot.waitUntil(lambda: "dense_999" in made.text.toPlainText())


def _inks(panel: CodePanel, line: int) -> set[str]:
    """The colours of the words in a line, counted from 0."""
    ranges = panel.text.document().findBlockByNumber(line).layout().formats()
    return {each.format.foreground().color().name() for each in ranges}


def test_that_colours_follow_the_theme(panel):
    line = panel.script.text.split("\n").index("import keras")
    before = theme.theme_name()
    try:
        for name in ("dark", "light"):
            theme.set_theme(name)
            assert _inks(panel, line) == {theme.color("accent-text").name()}
    finally:
        theme.set_theme(before)


def test_that_words_in_docstrings_are_texts_and_behind_them_code_again(panel):
    panel.text.show_text('"""One\nif two\n"""\nif three:\n    """Four."""\n    return 5')
    texts, keywords, numbers = (theme.color(token).name() for token in ("ok-text", "accent-text", "warning-text"))
    found = [_inks(panel, line) for line in range(6)]
    assert found == [{texts}, {texts}, {texts}, {keywords}, {texts}, {keywords, numbers}]


def test_that_the_workspace_folds_the_panel_and_remembers_it(studio, qtbot):
    made = DesignWorkspace(studio)
    qtbot.addWidget(made)
    made.resize(1400, 800)
    made.show()
    assert made.beside.is_folded
    made.toggle_code()
    assert not made.beside.is_folded
    assert made.beside.orientation() == Qt.Orientation.Horizontal
    qtbot.waitUntil(lambda: "build_model" in made.code.text.toPlainText())
    again = DesignWorkspace(studio)
    qtbot.addWidget(again)
    assert not again.beside.is_folded
    made.code.folded.emit()
    assert made.beside.is_folded


def test_that_the_panel_goes_below_a_narrow_canvas(studio, qtbot):
    made = DesignWorkspace(studio)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    made.toggle_code()
    assert isinstance(made.beside, Beside)
    assert made.beside.orientation() == Qt.Orientation.Vertical
    made.resize(1700, 700)
    qtbot.waitUntil(lambda: made.beside.orientation() == Qt.Orientation.Horizontal)
