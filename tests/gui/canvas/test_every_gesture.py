"""What hands expect on the canvas, row by row, and where each row is tested with the mouse and by keys alone.

``B`` stands for ``test_gestures_building``, ``P`` for ``test_gestures_bypassing``, ``R`` for
``test_gestures_arranging``, ``F`` for ``test_gestures_frames`` and ``N`` for ``test_gestures_notes`` (all beside this
file), ``U`` for ``tests/gui/test_undo_everywhere``. Blocks have tests of their own. What goes wrong on the way is the
business of ``test_gestures_silly``.

| row | with the mouse | by keys, commands and the menu key |
| --- | --- | --- |
| add a layer | B a_layer_is_added | B a_layer_is_added_without_a_mouse |
| add and connect | B a_wire_dropped_into_space_offers_only | B a_layer_is_added_and_connected_without_a_mouse |
| add before | B a_wire_pulled_out_of_an_input_adds_before | B a_layer_is_added_before_another_without_a_mouse |
| insert into a wire | B a_node_dropped_on_a_wire_goes_into_it | B a_node_is_put_into_a_wire_without_a_mouse |
| Alt suppresses | B alt_keeps_a_node_out_of_the_wire | B a_new_layer_goes_into_the_chosen_wire_without_a_mouse |
| remove and heal | B removing_heals | B shift_delete_leaves_the_gap_open |
| rewire | B an_input_end_is_dragged_to_the_nearest_port | B a_wire_is_moved_to_another_port_without_a_mouse |
| connect | B a_new_wire_is_drawn | B a_new_wire_is_drawn_without_a_mouse_from_any_output |
| cut wires | B a_line_drawn_across_wires_cuts_them | B the_wires_of_the_selection_are_cut_without_a_mouse |
| bypass a layer | P a_clicked_layer_is_bypassed | P b_bypasses_a_layer_that_keeps_the_shape |
| select | R a_click_shift_click_and_a_rubber_band_select | R several_are_selected_without_a_mouse |
| all and downstream | R all_and_everything_downstream | R several_are_selected_without_a_mouse |
| several at once | U three_convolutions_and_a_dense | U three_convolutions_and_a_dense |
| copy | R a_paste_of_twelve_nodes_is_one_step | R cut_and_duplicate_are_one_step_each |
| copy as text | R what_is_copied_is_text | R what_is_copied_is_text |
| frame | F a_frame_around_clicked_layers | F a_frame_is_put_around_the_selection |
| move a frame | F dragging_a_frame_moves_what_lies_in_it | F a_frame_is_moved_without_a_mouse |
| resize | F a_corner_resizes | F resizing_without_a_mouse_is_one_step |
| title | F a_title_is_edited_in_place | F a_title_is_edited_in_place |
| delete a frame | F deleting_a_frame_keeps_what_lies_in_it | F deleting_a_frame_keeps_what_lies_in_it |
| note | N a_click_elsewhere_takes_the_text | N a_note_is_written_in_place_as_plain_text |
| edit a note | N the_text_of_a_note_is_edited_in_place | N the_text_of_a_note_is_edited_in_place |
| move | R dragging_ten_nodes_is_one_step | R nudges_in_a_row_are_one_step_without_a_mouse |
| tidy | R tidy_slides_the_layout_and_is_one_step | R tidy_with_a_selection_leaves_the_others |
| align | R aligning_is_in_the_menu | R control_shift_arrows_align |
| move about | R the_view_is_moved_and_zoomed_with_the_mouse | R the_view_is_moved_and_zoomed_without_a_mouse |
| fit | R f_and_home_fit | R f_and_home_fit |
| minimap | R the_minimap_shows_and_hides | R the_minimap_shows_and_hides |
| walk | R the_arrows_walk_along_the_wires | R the_arrows_walk_along_the_wires |
| undo | R undo_and_redo_go_through_all_steps | U undo_goes_back_through_graph_data_and_training |
| undo of settings | U typing_into_a_setting_of_a_layer_is_one_step | U typing_a_training_setting_is_one_step |
| undo of data | U saying_what_a_column_is_is_one_step | U typing_a_share_of_the_split_is_one_step |
| screen readers | R screen_readers_hear | R screen_readers_hear |
| every command | U each_command_of_the_canvas_is_in_the_palette | U every_shortcut_is_there_once |
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from dlstudio.gui.canvas.keyboard import performers
from dlstudio.workbench.commands import COMMANDS
from tests.gui.canvas.conftest import MakeHands
from tests.gui.canvas.hands import NONE
from tests.gui.canvas.stand_in import chain

HERE = Path(__file__).parent
FILES = {
    "B": HERE / "test_gestures_building.py",
    "R": HERE / "test_gestures_arranging.py",
    "F": HERE / "test_gestures_frames.py",
    "N": HERE / "test_gestures_notes.py",
    "P": HERE / "test_gestures_bypassing.py",
    "U": HERE.parent / "test_undo_everywhere.py",
}
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")] for line in (__doc__ or "").splitlines() if line[:2] == "| "
][2:]


@pytest.mark.parametrize(("row", "cell"), [(row[0], cell) for row in ROWS for cell in row[1:]])
def test_that_each_row_has_the_tests_that_the_table_says(row: str, cell: str) -> None:
    file, _, name = cell.partition(" ")
    assert re.search(rf"^def test_that_{name}\w*\(", FILES[file].read_text(), re.MULTILINE), f"{row}: {cell}"


def test_that_each_command_of_the_canvas_does_something_and_has_the_key_it_says(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b"))
    done = performers(hands.view)
    named = {c.id for c in COMMANDS if c.category == "Design"}
    assert set(done) <= named
    bound = set(hands.view.keys.table) | {(Qt.Key.Key_Space, NONE)}
    for command in COMMANDS:
        if command.id in done and command.shortcut:
            for keys in command.shortcut.split("; "):
                name = {"+": "Plus", "-": "Minus"}.get(keys, keys.rpartition("+")[2])
                assert any(key == Qt.Key[f"Key_{name}"] for key, _ in bound), command
