from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.problems import Fix, Problem
from dlstudio.graph.project import DataSettings, Project
from dlstudio.gui.application import dress
from dlstudio.gui.editors.choices import ChoiceEditor, FlagEditor
from dlstudio.gui.editors.numbers import NumberEditor, NumberRowEditor
from dlstudio.gui.editors.objects import LayersEditor, ObjectEditor
from dlstudio.gui.editors.texts import JsonEditor, TextEditor
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.design.help_sheet import help_html
from dlstudio.gui.workspaces.design.inspector import Inspector
from dlstudio.gui.workspaces.design.node_details import NodeDetails
from dlstudio.workbench.document import Document
from tests.gui.fake_engine import FakeEngine

CATALOGUE = load_catalogue()
CONV, DENSE = "keras.layers.Conv2D", "keras.layers.Dense"
SPECS = {
    "image": {"name": "image", "kind": "image", "shape": [28, 28, 1]},
    "label": {"name": "label", "kind": "category", "shape": [], "dtype": "int32", "classes": ["a", "b"]},
}


def layer(shape, parameters=0, work=0):
    return {
        "output_shapes": {"outputs": shape},
        "dtype": "float32",
        "parameters": parameters,
        "multiply_adds": work,
        "activations": math.prod(shape),
        "axes": {"outputs": ["height", "width", "channels"][: len(shape)]},
    }


FACTS = {
    "layers": {"images": layer([28, 28, 1]), "conv_1": layer([26, 26, 32], 320, 195_000)},
    "parameters": 320,
    "problems": [
        Problem(
            "may be too wide.",
            "conv_2",
            Fix("Set filters to 4", ({"edit": "set", "node": "conv_2", "setting": "filters", "value": 4},)),
        ).as_json()
    ],
    "memory_bytes": 10,
}


@pytest.fixture
def studio(qapp):
    nodes = {
        "images": Node("images", "Input", {"column": "image"}),
        "conv_1": Node("conv_1", CONV, {"filters": 32, "kernel_size": 3}),
        "conv_2": Node("conv_2", CONV, {"filters": 64, "kernel_size": 3}),
        "logits": Node("logits", DENSE, {"units": 10}),
        "digit": Node("digit", "Output", {"column": "label"}),
    }
    names = list(nodes)
    wires = tuple(Wire(a, b) for a, b in pairwise(names))
    data = DataSettings("digits", "image-folder", {"image": {"type": "image"}, "label": {"type": "category"}})
    engine = FakeEngine()
    engine.answers.update({"infer": FACTS, "describe_data": {"summary": {"rows": 10}, "specs": SPECS}})
    studio = Studio(Document(Project("Digits", data, Graph(nodes, wires))), engine=engine)
    yield studio
    studio.close()


@pytest.fixture
def inspector(qtbot, studio):
    dress(QApplication.instance(), "dark")
    shown = Inspector(studio)
    shown.resize(304, 900)
    qtbot.addWidget(shown)
    shown.show()
    qtbot.waitUntil(lambda: studio.facts is not None and bool(studio.specs))
    return shown


def select(inspector, studio, *names):
    studio.select(names)
    inspector.refresh()
    return inspector.details


def type_over(qtbot, line, text):
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, text)


def test_that_nothing_selected_shows_the_project_and_the_next_step(qtbot, inspector, studio):
    assert inspector.overview.isVisible()
    inspector.refresh()
    assert inspector.overview.button.text() == "Show the problems"
    with qtbot.waitSignal(inspector.wanted) as asked:
        qtbot.mouseClick(inspector.overview.button, Qt.MouseButton.LeftButton)
    assert asked.args == ["view.problems"]


def test_that_shapes_and_cost_of_the_layer_stand_there(inspector, studio):
    details = select(inspector, studio, "conv_1")
    lines = [(line.title, line.shape, line.axes) for line in details._lines]
    assert lines == [
        ("In", "28 × 28 × 1", "28 height × 28 width × 1 channels"),
        ("Out", "26 × 26 × 32", "26 height × 26 width × 32 channels"),
    ]
    assert not details.cost.isHidden()


def test_that_typing_a_number_is_one_undo_step(qtbot, inspector, studio):
    details = select(inspector, studio, "conv_1")
    type_over(qtbot, details.form.editor("filters").field.lineEdit(), "128")
    assert studio.project.graph["conv_1"].settings["filters"] == 128
    studio.undo()
    assert studio.project.graph["conv_1"].settings["filters"] == 32
    assert studio.document.undo_label == ""


def test_that_two_choices_are_two_undo_steps(inspector, studio):
    details = select(inspector, studio, "conv_1")
    combo = details.form.editor("activation").combo
    for name in ("relu", "tanh"):
        combo.setCurrentText(name)
        combo.activated.emit(combo.currentIndex())
    studio.undo()
    assert studio.project.graph["conv_1"].settings["activation"] == "relu"


def test_that_undo_in_a_field_takes_back_the_edit_of_the_project(qtbot, inspector, studio):
    details = select(inspector, studio, "conv_1")
    line = details.form.editor("filters").field.lineEdit()
    type_over(qtbot, line, "128")
    studio.undo()
    inspector.refresh()
    assert line.text() == "32"


def test_that_a_default_is_not_stored(qtbot, inspector, studio):
    details = select(inspector, studio, "conv_1")
    type_over(qtbot, details.form.editor("strides").line, "2")
    assert "strides" in studio.project.graph["conv_1"].settings
    type_over(qtbot, details.form.editor("strides").line, "1")
    assert "strides" not in studio.project.graph["conv_1"].settings


def test_that_renaming_keeps_wires_and_selection(qtbot, inspector, studio):
    details = select(inspector, studio, "conv_1")
    type_over(qtbot, details.name.line, "first")
    qtbot.keyClick(details.name.line, Qt.Key.Key_Return)
    assert Wire("images", "first") in studio.project.graph.wires
    assert studio.selection == {"first"}


def test_that_a_taken_name_is_refused_with_a_sentence(qtbot, inspector, studio):
    details = select(inspector, studio, "conv_1")
    type_over(qtbot, details.name.line, "logits")
    assert "already" in details.name.sentence.text()
    assert details.name.sentence.isVisible()
    qtbot.keyClick(details.name.line, Qt.Key.Key_Return)
    assert "conv_1" in studio.project.graph


def test_that_several_layers_edit_what_they_share(qtbot, inspector, studio):
    details = select(inspector, studio, "conv_1", "conv_2")
    field = details.form.editor("filters").field.lineEdit()
    assert field.placeholderText() == "mixed"
    type_over(qtbot, field, "8")
    assert [studio.project.graph[name].settings["filters"] for name in ("conv_1", "conv_2")] == [8, 8]


def test_that_different_types_share_only_what_both_have(inspector, studio):
    details = select(inspector, studio, "conv_1", "logits")
    details.form.more.setChecked(True)
    names = set(details.form.names())
    assert "activation" in names
    assert "filters" not in names
    assert "units" not in names


def test_that_a_problem_is_mended_from_the_inspector(qtbot, inspector, studio):
    details = select(inspector, studio, "conv_2")
    row = details.problems.body.itemAt(1).widget()
    qtbot.mouseClick(row.fix, Qt.MouseButton.LeftButton)
    assert studio.project.graph["conv_2"].settings["filters"] == 4


def test_that_an_input_chooses_among_the_columns(inspector, studio):
    details = select(inspector, studio, "images")
    combo = details.form.editor("column").combo
    assert [combo.itemText(i) for i in range(combo.count())] == ["none", "image", "label"]


def test_that_an_unknown_type_is_shown_and_left_alone(inspector, studio):
    graph = studio.project.graph
    odd = Node("odd", "their.plugin.Layer", {"secret": 5})
    studio.change("Add", replace(studio.project, graph=replace(graph, nodes={**graph.nodes, "odd": odd})))
    details = select(inspector, studio, "odd")
    assert details.form is None
    assert "not known" in details.summary.text()


def test_that_help_escapes_what_came_from_elsewhere():
    odd = replace(CATALOGUE[CONV], help='<img src="/etc/passwd">')
    assert "<img" not in help_html(odd)


def edit_somehow(qtbot, editor):
    """Makes an edit with the keyboard or by choosing; returns whether this editor can give another value at all."""
    if isinstance(editor, NumberEditor):
        setting = editor.setting
        value = max(setting.minimum or 1, 1)
        value = value if setting.maximum is None else min(value, setting.maximum)
        text = repr(int(value) if setting.kind == "integer" else float(value))
        if editor.value() == value:
            text = {"1": "2", "1.0": "0.5", "2": "3"}.get(text, text)
        type_over(qtbot, editor.field.lineEdit(), text)
    elif isinstance(editor, NumberRowEditor):
        places = editor.setting.length or 1
        wanted = "0.5" if editor.setting.kind == "numbers" else "2"
        type_over(qtbot, editor.line, " × ".join([wanted] * places))
        if not editor.seen:
            other = "0.25" if editor.setting.kind == "numbers" else "3"
            type_over(qtbot, editor.line, " × ".join([other] * places))
    elif isinstance(editor, FlagEditor):
        qtbot.mouseClick(editor.switch, Qt.MouseButton.LeftButton)
    elif isinstance(editor, TextEditor):
        type_over(qtbot, editor.line, ":, 2" if editor.setting.kind == "slices" else "words")
    elif isinstance(editor, JsonEditor):
        field: QPlainTextEdit = editor.text
        field.selectAll()
        qtbot.keyClicks(field, "[7]")
    elif isinstance(editor, LayersEditor):
        qtbot.mouseClick(editor.add, Qt.MouseButton.LeftButton)
    elif isinstance(editor, ChoiceEditor | ObjectEditor):
        combo = editor.combo
        index = (combo.currentIndex() + 1) % max(combo.count(), 1)
        if combo.count() < 2 and combo.currentIndex() == 0:
            return False
        combo.setCurrentIndex(index)
        combo.activated.emit(index)
    else:
        raise AssertionError(type(editor))
    return True


@pytest.mark.parametrize("type_id", list(CATALOGUE.node_types))
def test_that_every_setting_of_every_type_can_be_edited(qtbot, studio, type_id):
    node_type = CATALOGUE[type_id]
    node = Node("edited", type_id, dict(node_type.fresh_settings))
    studio.change("Add", replace(studio.project, graph=Graph({"edited": node})))
    details = NodeDetails(studio)
    qtbot.addWidget(details)
    details.show_nodes(("edited",))
    details.show()
    if details.form is None:
        assert not node_type.settings
        return
    details.form.more.setChecked(bool([s for s in node_type.settings if s.advanced]))
    for name in details.form.names():
        editor = details.form.editor(name)
        editor.seen = []
        editor.valueChanged.connect(editor.seen.append)
        if not edit_somehow(qtbot, editor):
            continue
        assert editor.seen, f"{name}: {editor.setting}"
        stored = studio.project.graph["edited"].settings.get(name, node_type.defaults.get(name))
        assert stored == editor.seen[-1], name
    details.show_nodes(("edited",))


def with_twin(studio):
    graph = studio.graph
    nodes = {**graph.nodes, "twin": Node("twin", CONV, shares="conv_1")}
    studio.change("Add", replace(studio.project, graph=replace(graph, nodes=nodes)))


def test_that_shared_weights_are_said_and_their_settings_are_the_owners(qtbot, inspector, studio):
    with_twin(studio)
    details = select(inspector, studio, "twin")
    assert "Shares the weights of conv_1" in details.shared.note.text()
    assert details.form.editor("filters").value() == 32
    assert not details.form.isEnabled()
    qtbot.mouseClick(details.shared.own, Qt.MouseButton.LeftButton)
    assert studio.graph["twin"].shares is None
    assert studio.graph["twin"].settings == studio.graph["conv_1"].settings
    qtbot.waitUntil(lambda: details.form.isEnabled() and details.shared.isHidden())


def test_that_the_owner_names_who_shares_its_weights_and_leads_there(qtbot, inspector, studio):
    with_twin(studio)
    details = select(inspector, studio, "conv_1")
    assert "One layer uses the weights of conv_1" in details.shared.note.text()
    link = next(made for made in details.shared.findChildren(QPushButton) if made.text() == "twin")
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert studio.selection == frozenset({"twin"})
