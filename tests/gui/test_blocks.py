"""Blocks in the Design workspace: breadcrumb, inspector, parameters, expressions, problems inside."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from dlstudio.graph.model import Graph
from dlstudio.graph.problems import Problem
from tests.block_projects import resnet_graph, transformer_graph
from tests.gui.design import block, enter, select, type_over
from tests.gui.fake_engine import NO_FACTS

LEFT = Qt.MouseButton.LeftButton
KEY = Qt.Key


# The breadcrumb


def test_that_the_breadcrumb_names_the_way_and_how_many_uses_an_edit_changes(design):
    assert not design.breadcrumb.isVisible()
    enter(design, "stage_1", "others")
    assert design.breadcrumb.isVisible()
    assert [part.text() for part in design.breadcrumb.parts] == ["Clothes", "Stage (stage_1)"]
    assert design.breadcrumb.here.text() == "ResidualUnit (others)"
    assert design.breadcrumb.note.text() == "Edits change all 2 uses"
    design.studio.go_to(())
    assert not design.breadcrumb.isVisible()


def test_that_the_parts_of_the_breadcrumb_lead_back_by_mouse_and_by_keys(qtbot, design):
    enter(design, "stage_1", "others")
    qtbot.mouseClick(design.breadcrumb.parts[0], LEFT)
    assert design.studio.path == ()
    assert design.studio.selection == {"stage_1"}
    enter(design, "stage_1", "others")
    part = design.breadcrumb.parts[1]
    assert part.focusPolicy() & Qt.FocusPolicy.TabFocus
    part.setFocus()
    qtbot.keyClick(part, KEY.Key_Return)
    assert design.studio.path == ("stage_1",)
    assert design.studio.selection == {"others"}


def test_that_a_deep_way_leaves_out_the_middle(open_design):
    from dlstudio.graph.block_edits import make_block
    from dlstudio.graph.paths import graph_at, with_graph_at

    graph, path, use = resnet_graph(), ("stage_1", "others"), "conv_1"
    for number in range(4):
        inner, use = make_block(graph_at(graph, path), [use], f"Deep{number}")
        graph = with_graph_at(graph, path, inner)
    while True:
        deeper = next((node.id for node in graph_at(graph, path) if node.block), None)
        if deeper is None:
            break
        path = (*path, deeper)
    design = open_design(graph)
    enter(design, *path)
    assert len(path) == 6
    assert design.breadcrumb.parts[0].text() == "Clothes"
    assert len(design.breadcrumb.parts) == 3


# The inspector of a use


def test_that_a_use_offers_its_parameters_repeat_and_what_can_be_done(qtbot, design):
    details = select(design, "stage_1")
    assert details.form.names() == ("filters", "repeat")
    assert details.use.note.text() == "Used 3 times in this project."
    qtbot.mouseClick(details.use.buttons["design.enter_block"], LEFT)
    assert design.studio.path == ("stage_1",)


def test_that_a_use_is_unpacked_from_the_inspector(qtbot, design):
    details = select(design, "stage_1")
    qtbot.mouseClick(details.use.buttons["design.unpack_block"], LEFT)
    assert {"first", "others"} <= set(design.studio.graph.nodes)


def test_that_a_block_is_renamed_from_the_inspector(qtbot, design):
    details = select(design, "stage_1")
    qtbot.mouseClick(details.use.buttons["design.rename_block"], LEFT)
    field = design.canvas.blocks.card.field
    qtbot.waitUntil(field.hasFocus)
    type_over(qtbot, field, "Level", KEY.Key_Return)
    assert "Level" in design.studio.project.blocks


def test_that_a_layer_has_no_block_section(design):
    assert select(design, "stem").use.isHidden()


def test_that_a_use_whose_block_is_missing_says_so(open_design):
    graph = resnet_graph()
    from dataclasses import replace

    design = open_design(replace(graph, blocks={}))
    details = select(design, "stage_1")
    assert "not in this project" in details.use.note.text()
    assert not details.use.buttons["design.enter_block"].isEnabled()
    assert not design.canvas.blocks.enter("stage_1")


# The inspector inside a block


def test_that_inside_a_block_the_inspector_shows_the_block(design):
    page = enter(design, "stage_1")
    assert page.isVisible()
    assert not design.inspector.overview.isVisible()
    assert page.name.line.text() == "Stage"
    assert page.summary.text() == block(design, "Stage").summary
    assert list(page.parameters.names) == ["filters"]
    assert page.parameters.defaults["filters"].value() == 32


def test_that_a_block_is_renamed_and_described_there(qtbot, design):
    page = enter(design, "stage_1")
    type_over(qtbot, page.name.line, "ResidualUnit")
    assert "already" in page.name.sentence.text()
    type_over(qtbot, page.name.line, "Level", KEY.Key_Return)
    assert design.studio.path == ("stage_1",)
    page.refresh()
    type_over(qtbot, page.summary, "Makes it smaller.")
    assert block(design, "Level").summary == "Makes it smaller."
    design.studio.document.end_merge()
    design.studio.undo()
    assert block(design, "Level").summary == "Halves the picture, then refines it twice."


def test_that_parameters_are_added_changed_renamed_and_removed(qtbot, design):
    page = enter(design, "stage_1")
    rows = page.parameters
    type_over(qtbot, rows.fresh_name, "filters")
    assert "already" in rows.fault.text()
    assert not rows.add.isEnabled()
    type_over(qtbot, rows.fresh_name, "rate")
    type_over(qtbot, rows.fresh_default, "0.25")
    qtbot.mouseClick(rows.add, LEFT)
    page.refresh()
    assert dict(block(design, "Stage").parameters) == {"filters": 32, "rate": 0.25}
    type_over(qtbot, rows.defaults["filters"].field.lineEdit(), "48")
    assert block(design, "Stage").parameters["filters"] == 48
    page.refresh()
    type_over(qtbot, rows.names["filters"].line, "width", KEY.Key_Return)
    assert block(design, "Stage").graph["first"].settings["filters"] == {"=": "width"}
    assert design.studio.project.graph["stage_1"].settings == {"width": 16}
    page.refresh()
    qtbot.mouseClick(rows.removes["width"], LEFT)
    assert "width" not in block(design, "Stage").parameters
    assert block(design, "Stage").graph["first"].settings["filters"] == 48


def test_that_each_change_of_a_parameter_is_one_undo_step(qtbot, design):
    page = enter(design, "stage_1")
    before = design.studio.project
    type_over(qtbot, page.parameters.defaults["filters"].field.lineEdit(), "1234")
    design.studio.undo()
    assert design.studio.project == before


def test_that_ports_are_listed_and_lead_to_their_nodes(qtbot, design):
    page = enter(design, "stage_1")
    from PySide6.QtWidgets import QPushButton

    links = {link.text(): link for link in page.ports.findChildren(QPushButton)}
    assert list(links) == ["x", "y"]
    qtbot.mouseClick(links["x"], LEFT)
    assert design.studio.selection == {"x"}
    details = select(design, "x")
    assert details.title.text() == "Input port"
    assert details.form is None


def test_that_wires_of_the_uses_follow_a_port_that_is_renamed(qtbot, open_design):
    design = open_design(transformer_graph())
    enter(design, "encoder", "attend")
    details = select(design, "x")
    type_over(qtbot, details.name.line, "sequence", KEY.Key_Return)
    assert "sequence" in block(design, "SelfAttention").graph
    inside = block(design, "Encoder").graph
    assert all(wire.target_port in ("", "sequence") for wire in inside.incoming("attend"))


# Expressions


def test_that_a_setting_inside_becomes_an_expression_and_shows_its_value_for_this_use(qtbot, design):
    enter(design, "stage_1", "first")
    form = select(design, "norm_1").form
    momentum = form.expressible("momentum")
    qtbot.waitUntil(momentum.toggle.isVisible)
    qtbot.mouseClick(momentum.toggle, LEFT)
    assert momentum.line.isVisible()
    type_over(qtbot, momentum.line, "0.5 + filters / 64")
    assert momentum.said.text() == "= 0.75"
    assert block(design, "ResidualUnit").graph["norm_1"].settings["momentum"] == {"=": "0.5 + filters / 64"}


def test_that_an_expression_shows_the_values_of_the_use_one_entered_from(design):
    enter(design, "stage_3", "first")
    assert select(design, "conv_1").form.expressible("filters").said.text() == "= 64"
    enter(design, "stage_1", "first")
    assert select(design, "conv_1").form.expressible("filters").said.text() == "= 16"


def test_that_a_wrong_expression_is_explained_while_typing_and_changes_nothing(qtbot, design):
    enter(design, "stage_1", "first")
    form = select(design, "conv_1").form
    field = form.expressible("filters")
    for text, said in (("width * 2", "no parameter"), ("filters *", "no arithmetic"), ("0 - filters", "filters")):
        type_over(qtbot, field.line, text)
        assert said in field.said.text()
        assert field.line.property("problem")
    assert block(design, "ResidualUnit").graph["conv_1"].settings["filters"] == {"=": "filters"}


def test_that_turning_an_expression_off_keeps_its_value(qtbot, design):
    enter(design, "stage_3", "first")
    form = select(design, "conv_1").form
    qtbot.waitUntil(form.expressible("filters").toggle.isVisible)
    qtbot.mouseClick(form.expressible("filters").toggle, LEFT)
    assert block(design, "ResidualUnit").graph["conv_1"].settings["filters"] == 64
    assert form.editor("filters").isVisible()
    assert not form.expressible("filters").line.isVisible()


def test_that_an_expression_is_reached_by_the_keyboard(qtbot, design):
    enter(design, "stage_1", "first")
    toggle = select(design, "norm_1").form.expressible("momentum").toggle
    toggle.setFocus()
    qtbot.keyClick(toggle, KEY.Key_Space)
    assert toggle.isChecked()


def test_that_outside_of_blocks_there_is_no_way_to_an_expression(design):
    assert select(design, "stem").form.expressible("filters").toggle.isHidden()


# Problems inside


def test_that_a_click_on_a_problem_inside_enters_the_block_and_selects_the_node(qtbot, open_design):
    problem = Problem("is too wide.", "conv_1", path=("stage_1", "first"))
    design = open_design(resnet_graph(), infer={**NO_FACTS, "problems": [problem.as_json()]})
    qtbot.waitUntil(lambda: getattr(design.problems.rows.itemAt(0).widget(), "problem", None) == problem)
    row = design.problems.rows.itemAt(0).widget()
    assert "stage_1 › first › conv_1" in row.accessibleName()
    qtbot.mouseClick(row, LEFT)
    assert design.studio.path == ("stage_1", "first")
    assert design.studio.selection == {"conv_1"}


def test_that_the_inspector_of_a_use_tells_the_problem_inside(qtbot, open_design):
    problem = Problem("is too wide.", "conv_1", path=("stage_1", "first"))
    design = open_design(resnet_graph(), infer={**NO_FACTS, "problems": [problem.as_json()]})
    qtbot.waitUntil(lambda: bool(design.studio.problems))
    details = select(design, "stage_1")
    row = details.problems.body.itemAt(1).widget()
    assert row.problem.message == "is too wide."
    qtbot.mouseClick(row, LEFT)
    assert design.studio.path == ("stage_1", "first")
    assert design.studio.selection == {"conv_1"}


@pytest.mark.slow
def test_that_every_node_inside_every_ready_made_block_opens_in_the_inspector(open_design):
    from dlstudio.workbench.block_offer import shipped

    design = open_design(Graph())
    for name in shipped():
        use = design.canvas.actions_.add(f"shipped.{name}", design.canvas.visible_area().center())
        enter(design, use)
        for node in design.studio.graph:
            details = select(design, node.id)
            if details.form is not None:
                details.form.more.setChecked(True)
        design.studio.go_to(())
    assert set(shipped()) <= set(design.studio.project.blocks)
