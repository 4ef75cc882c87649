"""Blocks in the palette: those of the project, the ready-made ones, and my own."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from dlstudio.graph.project import Project
from dlstudio.workbench.block_library import library_folder, my_blocks, save_block
from dlstudio.workbench.commands import BY_ID
from dlstudio.workbench.document import Document
from tests.gui.design import type_over

LEFT = Qt.MouseButton.LeftButton
KEY = Qt.Key


def test_that_the_palette_offers_the_projects_the_ready_made_and_my_blocks(qtbot, design):
    shown = design.palette_panel.shown_types()
    assert {"block.Stage", "block.ResidualUnit", "shipped.TransformerEncoder"} <= set(shown)
    assert not any(type_id.startswith("mine.") for type_id in shown)
    design.canvas.blocks.save_to_mine("Stage")
    design.studio.open_document(Document(Project("Other")))
    qtbot.waitUntil(lambda: "mine.Stage" in design.palette_panel.shown_types())
    assert "block.Stage" not in design.palette_panel.shown_types()


def test_that_entering_a_block_in_the_palette_adds_it_and_a_use(qtbot, design):
    before = design.studio.project
    qtbot.keyClicks(design.palette_panel.search, "SqueezeExcitation")
    qtbot.keyClick(design.palette_panel.search, KEY.Key_Return)
    assert "SqueezeExcitation" in design.studio.project.blocks
    assert any(node.block == "SqueezeExcitation" for node in design.studio.graph)
    qtbot.waitUntil(lambda: "block.SqueezeExcitation" in design.palette_panel.shown_types())
    design.studio.undo()
    assert design.studio.project == before


def test_that_my_blocks_are_renamed_and_removed_by_the_context_menu(qtbot, design):
    save_block("Stage", design.studio.project.blocks)
    design.studio.open_document(Document(Project("Other")))
    design.canvas.libraryChanged.emit()
    palette = design.palette_panel
    assert "mine.Stage" in palette.shown_types()
    menu = design.shelves.menu("mine.Stage")
    texts = {action.text().partition("\t")[0]: action for action in menu.actions()}
    texts["Rename …"].trigger()
    field = palette.tree.findChild(QLineEdit)
    type_over(qtbot, field, "Level", KEY.Key_Return)
    qtbot.waitUntil(lambda: list(my_blocks()[0]) == ["Level"])
    assert "mine.Level" in palette.shown_types()
    texts = {a.text().partition("\t")[0]: a for a in design.shelves.menu("mine.Level").actions()}
    texts["Remove from my blocks"].trigger()
    assert my_blocks()[0] == {}
    assert "mine.Level" not in palette.shown_types()
    assert "removed" in design.messages[-1]


def test_that_a_name_that_is_taken_is_refused_and_the_old_one_stays(qtbot, design):
    design.shelves.rename("block.Stage", "ResidualUnit")
    assert "already" in design.messages[-1]
    assert "block.Stage" in design.palette_panel.shown_types()


def test_that_only_an_unused_block_can_be_removed_from_the_project(design):
    design.shelves.remove("block.Stage")
    assert "used by" in design.messages[-1]
    design.studio.select([f"stage_{n}" for n in (1, 2, 3)])
    design.do("design.delete")
    design.shelves.remove("block.Stage")
    assert "Stage" not in design.studio.project.blocks


def test_that_a_broken_file_of_my_blocks_is_named_and_the_rest_is_offered(qtbot, design):
    save_block("Stage", design.studio.project.blocks)
    (library_folder() / "Bad.json").write_text("{")
    design.studio.open_document(Document(Project("Other")))
    design.canvas.libraryChanged.emit()
    assert any("Bad.json" in text for text in design.messages)
    assert "mine.Stage" in design.palette_panel.shown_types()


def test_that_every_block_command_is_in_the_table_and_does_something(design):
    commands = [name for name in BY_ID if name.endswith("_block")]
    assert len(commands) == 6
    design.studio.select(["stage_1"])
    for command in ("design.enter_block", "design.leave_block", "design.save_block", "design.unpack_block"):
        design.do(command)
    assert "stage_1" not in design.studio.graph
    assert "Stage" in my_blocks()[0]
