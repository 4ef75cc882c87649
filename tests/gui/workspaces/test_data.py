"""The Data workspace: choosing data, saying what its columns mean, its charts, samples and what is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QPushButton

from dlstudio.graph.project import DataSettings, Project
from dlstudio.gui.workspaces.data import changes
from dlstudio.gui.workspaces.data.issues import IssueList
from dlstudio.gui.workspaces.data.normal_form import NormalForm
from dlstudio.gui.workspaces.data.view import Choice, IssueView
from dlstudio.gui.workspaces.data.workspace import DataWorkspace
from dlstudio.places import sample_names, sample_path, sample_title
from tests.gui.workspaces.choosing import choose

DATA = DataSettings(
    "digits",
    "image-folder",
    {
        "image": {"type": "image", "size": [28, 28], "channels": 1, "role": "input"},
        "label": {"type": "category", "role": "target"},
    },
    {"train": 0.8, "validation": 0.1, "test": 0.1, "seed": 7},
)


@pytest.fixture
def workspace(qtbot, studio):
    made = DataWorkspace(studio)
    qtbot.addWidget(made)
    made.resize(1300, 800)
    made.show()
    return made


def use(studio, data=DATA) -> None:
    studio.change("Use data", replace(studio.project, data=data))


def test_that_without_data_the_workspace_asks_for_some(workspace, studio, tmp_path):
    assert workspace.pages.currentWidget() is workspace.start
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    event = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, content, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    )
    workspace.start.zone.dropEvent(event)
    assert ("set_data", str(tmp_path)) in studio.calls
    assert workspace.start.state.text() == "Looking at the data …"


def test_that_data_that_cannot_be_read_is_a_sentence_where_it_was_dropped(workspace, studio):
    workspace.start.chosen.emit("/nowhere")
    studio.message.emit("There is nothing at /nowhere.", "error")
    assert workspace.start.state.text() == "There is nothing at /nowhere."


def test_that_a_data_set_of_the_hub_is_typed_followed_and_given_up(workspace, studio):
    workspace.start.address.setText("people/films")
    workspace.start.open_address()
    assert studio.calls[-1] == ("set_data", "hf://people/films")
    studio.readingProgressed.emit("Fetching people/films (12.0 MB)", 3_000_000, 12_000_000)
    assert workspace.start.state.text() == "Fetching people/films (12.0 MB), 25% …"
    assert workspace.start.stop.isVisible()
    request = len(studio.calls)
    workspace.start.stop.click()
    assert studio.calls[-1] == ("cancel", request)
    assert not workspace.start.stop.isVisible() and not workspace.start.state.isVisible()


def test_that_chosen_data_replaces_the_question(workspace, studio):
    use(studio)
    assert workspace.pages.currentWidget() is not workspace.start
    assert workspace.columns.source.text() == "digits"
    assert "image folder" in workspace.columns.facts.text()


def test_that_a_type_can_be_said_and_undone(workspace, studio):
    use(studio)
    choose(workspace.columns.rows()["label"].kind, "number")
    assert dict(studio.project.data.columns["label"]) == {"type": "number", "role": "target"}
    studio.undo()
    assert workspace.columns.rows()["label"].kind.currentText() == "category"


def test_that_a_use_can_be_said(workspace, studio):
    use(studio)
    choose(workspace.columns.rows()["label"].role, "")
    assert "role" not in studio.project.data.columns["label"]
    choose(workspace.columns.rows()["image"].kind, "ignore")
    assert dict(studio.project.data.columns["image"]) == {"type": "ignore"}
    assert not workspace.columns.rows()["image"].role.isEnabled()


def test_that_only_images_and_series_can_be_read_and_learnt_at_once(workspace, studio):
    use(studio)
    rows = workspace.columns.rows()
    assert rows["image"].role.findData("both") >= 0
    assert rows["label"].role.findData("both") < 0
    assert not workspace.columns.normality.isVisibleTo(workspace.columns)
    choose(rows["image"].role, "both")
    assert studio.project.data.columns["image"]["role"] == "both"
    assert workspace.columns.normality.isVisibleTo(workspace.columns)


def test_that_what_is_normal_is_ticked(qtbot):
    form, changes = NormalForm(), []
    qtbot.addWidget(form)
    form.changed.connect(changes.append)
    classes = {"label": ("fine", "bent", "torn")}
    form.show_choice(None, ["label"], classes)
    assert not form.boxes
    choose(form.column, "label")
    assert changes[-1] == {"column": "label", "classes": ["fine"]}
    form.show_choice(changes[-1], ["label"], classes)
    assert [name for name, box in form.boxes.items() if box.isChecked()] == ["fine"]
    form.boxes["bent"].click()
    assert changes[-1] == {"column": "label", "classes": ["fine", "bent"]}
    choose(form.column, "")
    assert changes[-1] is None


def test_that_normal_classes_beyond_the_boxes_and_odd_values_of_a_file_are_kept_apart(qtbot):
    form, changes = NormalForm(), []
    qtbot.addWidget(form)
    form.changed.connect(changes.append)
    classes = {"label": tuple(f"class {number:03d}" for number in range(100))}
    form.show_choice({"column": "label", "classes": ["class 099"]}, ["label"], classes)
    assert len(form.boxes) == 40
    form.boxes["class 003"].click()
    assert changes[-1]["classes"] == ["class 003", "class 099"]
    for odd in ({"column": "label", "classes": 5}, {"column": ["x"]}, "label", 3):
        form.show_choice(odd, ["label"], classes)
        assert not any(box.isChecked() for box in form.boxes.values())


def test_that_the_size_and_channels_of_images_are_settings(workspace, studio):
    use(studio)
    row = workspace.columns.rows()["image"]
    assert row.form() is None
    row.fold.setChecked(True)
    assert row.form().editor("greyscale").value() is True
    row.form().changed.emit("greyscale", False)
    row.form().changed.emit("size", (32, 48))
    column = studio.project.data.columns["image"]
    assert (column["channels"], column["size"]) == (3, [32, 48])


def test_that_the_size_and_fit_of_masks_are_settings(workspace, studio):
    mask = {"type": "mask", "size": [64, 64], "fit": "pad", "classes": {"ground": 0, "cell": 1}, "role": "target"}
    use(studio, replace(DATA, columns={"mask": mask}))
    row = workspace.columns.rows()["mask"]
    row.fold.setChecked(True)
    assert row.form().editor("fit").value() == "pad"
    row.form().changed.emit("size", (32, 48))
    row.form().changed.emit("fit", "stretch")
    column = studio.project.data.columns["mask"]
    assert (column["size"], column["fit"], column["classes"]) == ([32, 48], "stretch", {"ground": 0, "cell": 1})


def test_that_a_joined_column_names_its_parts(workspace, studio):
    columns = {"age": {"type": "number"}, "features": {"type": "number", "from": ["age"], "role": "input"}}
    use(studio, replace(DATA, columns=columns))
    row = workspace.columns.rows()["features"]
    assert not row.kind.isEnabled()
    row.fold.setChecked(True)
    assert row._made_of.text() == "joins age"


def test_that_a_wide_table_shows_its_first_columns_and_all_on_demand(workspace, studio, qtbot):
    use(studio, replace(DATA, columns={f"pixel {i}": {"type": "number"} for i in range(100)}))
    assert len(workspace.columns.rows()) == 40
    qtbot.mouseClick(workspace.columns.search_more, Qt.MouseButton.LeftButton)
    assert len(workspace.columns.rows()) == 100


def test_that_a_split_can_follow_folders_or_a_column(workspace, studio):
    use(studio)
    form = workspace.columns.split
    choose(form.by, "folder")
    assert dict(studio.project.data.split) == {"by": "folder", "seed": 7}
    choose(form.by, "column")
    assert dict(studio.project.data.split)["by"] == "column"
    choose(form.by, "share")
    assert studio.project.data.split["train"] == 0.8


def test_that_a_description_under_way_never_blocks(workspace, studio):
    use(studio)
    studio.describing = True
    studio.summaryChanged.emit()
    assert workspace.busy.isVisible()
    studio.describing, studio.summary_error = False, "The folder digits is gone."
    studio.summaryChanged.emit()
    assert not workspace.busy.isVisible()
    assert workspace.trouble.text() == "✕ The folder digits is gone."


def test_that_what_is_wrong_is_listed_with_places_and_choices(qtbot, workspace, studio):
    use(studio)
    skip = Choice("Skip them", "unreadable", "skip")
    issue = IssueView("2 images of 'image' cannot be read.", 2, ("3/7.png", "4/1.png"), (skip,), "error")
    workspace.issues.show_issues([issue])
    assert workspace.issues.isVisible()
    row = workspace.issues._list.itemAt(0).widget()
    qtbot.mouseClick(row.unfold, Qt.MouseButton.LeftButton)
    assert row._places.isVisible()
    assert row._places.toPlainText() == "3/7.png\n4/1.png"
    workspace.issues.choiceMade.emit(issue.choices[0])
    assert dict(studio.project.data.options) == {"unreadable": "skip"}
    studio.undo()
    assert not studio.project.data.options


def test_that_no_issue_hides_the_list(qtbot):
    listed = IssueList()
    qtbot.addWidget(listed)
    listed.show_issues([])
    assert listed.isHidden()


def test_that_samples_are_found_beside_their_readme(tmp_path):
    (tmp_path / "digits" / "digits").mkdir(parents=True)
    (tmp_path / "digits" / "README.md").write_text("# Handwritten digits\n")
    (tmp_path / "iris").mkdir()
    (tmp_path / "iris" / "iris.csv").write_text("a,b\n")
    assert sample_names(tmp_path) == ["digits", "iris"]
    assert [sample_title(name, tmp_path) for name in sample_names(tmp_path)] == ["Handwritten digits", "Iris"]
    assert sample_path("digits", tmp_path) == tmp_path / "digits" / "digits"
    assert sample_path("iris", tmp_path) == tmp_path / "iris" / "iris.csv"


def test_that_edits_leave_the_rest_of_the_project_alone():
    project = Project("x", data=DATA)
    changed = changes.set_option(project, "image", "channels", None)
    assert "channels" not in changed.data.columns["image"]
    assert changed.data.columns["label"] == DATA.columns["label"]
    assert changes.shares({"validation": 0.2, "test": 0.3}) == (0.5, 0.2, 0.3)
    assert changes.reset_data(project).data == DataSettings()


# The examination

SUMMARY = {
    "rows": 40,
    "splits": {"train": 30, "validation": 5, "test": 5},
    "columns": [{"name": "image", "type": "image"}, {"name": "label", "type": "category"}],
    "issues": [],
    "problems": [],
    "samples": {"train": list(range(30)), "validation": list(range(30, 35)), "test": list(range(35, 40))},
}
FINDING = {
    "kind": "copies",
    "message": "2 samples repeat another sample exactly in the same split.",
    "column": "",
    "count": 4,
    "rows": [5, 9, 6, 8],
    "places": ["a.png", "b.png", "c.png", "d.png"],
    "fix": {
        "label": "Leave out the copies",
        "edits": [{"edit": "data", "value": {**DATA.as_json(), "options": {"left_out": ["b.png"]}}}],
    },
    "severity": "warning",
}


@pytest.fixture
def examined(workspace, studio):
    studio.summary = SUMMARY
    use(studio)
    studio.summaryChanged.emit()
    workspace.columns.examine.click()
    return workspace


def test_that_findings_are_listed_with_their_samples_and_their_remedy(examined, studio):
    assert examined.busy.isVisible()
    studio.waiting("examine_data").then({"findings": [FINDING]})
    assert [issue.message for issue in examined.issues.issues][-1] == FINDING["message"]
    links = {each.text(): each for each in examined.issues.findChildren(QPushButton)}
    links["Show the 4 samples"].click()
    assert examined.samples.chosen.text() == "Only 4 samples of a finding ✕"
    assert list(examined.samples._rows) == [5, 9, 6, 8]
    examined.samples.chosen.click()
    assert len(examined.samples._rows) != 4
    links["Leave out the copies"].click()
    assert studio.project.data.options["left_out"] == ["b.png"]


def test_that_data_without_faults_is_said_to_be_clean(examined, studio):
    studio.waiting("examine_data").then({"findings": []})
    assert examined.issues.issues[-1].message == "Examined: nothing doubtful found."
    assert not examined.busy.isVisible()


def test_that_changed_data_is_examined_again_and_old_answers_are_dropped(examined, studio):
    old = studio.waiting("examine_data")
    use(studio, replace(DATA, options={"left_out": ["b.png"]}))
    studio.summary = {**SUMMARY}
    studio.summaryChanged.emit()
    new = studio.waiting("examine_data")
    assert new is not old
    old.then({"findings": [FINDING]})
    assert FINDING["message"] not in {issue.message for issue in examined.issues.issues}


def test_that_many_findings_leave_room_for_the_samples(examined, studio):
    many = [{**FINDING, "message": f"Finding number {number} of many."} for number in range(30)]
    studio.waiting("examine_data").then({"findings": many})
    assert examined.issues.height() < examined.height() / 2
    assert examined.samples.height() > 200


def test_that_a_long_reading_tells_how_far_it_is_and_can_be_stopped(workspace, studio):
    use(studio)
    studio.describing = True
    studio.summaryChanged.emit()
    studio.readingProgressed.emit("Checking images", 34_000, 100_000)
    assert workspace.reading.text() == "Checking images: 34\u202f000 of 100\u202f000"
    assert (workspace.busy.value(), workspace.busy.maximum()) == (34_000, 100_000)
    workspace.stop.click()
    assert ("stop_reading", None) in studio.calls
    studio.describing = False
    studio.summaryChanged.emit()
    assert not workspace.reading.isVisible()


def test_that_a_wrong_guess_about_the_format_can_be_changed(workspace, studio):
    use(studio)
    images = replace(DATA, format="clip-folder")
    studio.answers["formats_of"] = lambda _: {"formats": [["image-folder", "Images"], ["clip-folder", "Clips"]]}
    studio.answers["guess_as"] = lambda payload: {"data": replace(images, format=payload["format"]).as_json()}
    link = workspace.columns.read_as
    link.click()
    offered = link.menu_shown.actions()
    assert [(each.text(), each.isChecked()) for each in offered] == [("Images", True), ("Clips", False)]
    offered[1].trigger()
    assert studio.project.data == images
