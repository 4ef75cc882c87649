"""The recipe in the window: every edit is one undo step, and the preview shows the rates of this run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dlstudio.graph.project import ObjectSettings, Project, TrainingSettings
from dlstudio.gui.workspaces.train.schedule import rate_at


def test_that_an_empty_number_of_decay_steps_means_the_whole_run(workspace, studio):
    schedule = ObjectSettings("keras.optimizers.schedules.CosineDecay", {})
    training = replace(studio.project.training, schedule=schedule)
    studio.change("Use a cosine", replace(studio.project, training=training))
    editor = workspace.form.form("schedule").editor("decay_steps")
    assert editor.field.lineEdit().placeholderText() == "whole run"


def test_that_the_recipe_is_edited_through_undoable_changes(workspace, studio):
    workspace.form.basic.editor("epochs").valueChanged.emit(5)
    assert studio.project.training.epochs == 5
    combo = workspace.form.optimizer
    index = combo.findText("Adam")
    combo.setCurrentIndex(index)
    combo.activated.emit(index)
    assert studio.project.training.optimizer.type == "keras.optimizers.Adam"
    assert "learning_rate" in workspace.form.form("optimizer").names()
    studio.undo()
    assert studio.project.training.optimizer.type == "keras.optimizers.SGD"
    assert combo.currentText() == "SGD"
    studio.undo()
    assert studio.project.training.epochs == 20


def test_that_early_stopping_is_off_at_zero(workspace, studio):
    workspace.form.stopping.patience.setValue(4)
    assert dict(studio.project.training.early_stopping) == {"monitor": "val_loss", "patience": 4}
    workspace.form.stopping.patience.setValue(0)
    assert studio.project.training.early_stopping is None


def test_that_rare_classes_are_weighed_or_shown_more_often_but_not_both(workspace, studio):
    rare = workspace.form.rare
    for words, told in (
        ("weigh more", (True, False)),
        ("show more often", (False, True)),
        ("as they are", (False, False)),
    ):
        index = rare.findText(words)
        rare.setCurrentIndex(index)
        rare.activated.emit(index)
        training = studio.project.training
        assert (training.class_weights, training.resample) == told
    studio.undo()
    assert rare.currentText() == "show more often"


def test_that_a_schedule_shows_its_rates(workspace, studio):
    schedule = ObjectSettings("keras.optimizers.schedules.CosineDecay")
    studio.change("x", Project(training=TrainingSettings(schedule=schedule)))
    rates = workspace.form.preview.rates
    assert rates[0] == pytest.approx(0.05)
    assert rates[-1] == pytest.approx(0.0, abs=1e-6)
    assert rates == sorted(rates, reverse=True)


@pytest.mark.parametrize(
    ("kind", "settings", "step", "rate"),
    [
        ("ExponentialDecay", {"decay_rate": 0.5, "decay_steps": 10}, 20, 0.25),
        ("ExponentialDecay", {"decay_rate": 0.5, "decay_steps": 10, "staircase": True}, 19, 0.5),
        ("PiecewiseConstantDecay", {"boundaries": [10, 20], "values": [1.0, 0.5, 0.1]}, 10, 1.0),
        ("PiecewiseConstantDecay", {"boundaries": [10, 20], "values": [1.0, 0.5, 0.1]}, 21, 0.1),
        ("InverseTimeDecay", {"decay_rate": 1.0, "decay_steps": 10}, 10, 0.5),
        ("PolynomialDecay", {"decay_steps": 10, "end_learning_rate": 0.0}, 5, 0.5),
        ("CosineDecay", {"decay_steps": 10}, 5, 0.5),
        ("CosineDecay", {"decay_steps": 10, "warmup_target": 2.0, "warmup_steps": 10}, 5, 1.5),
        ("CosineDecayRestarts", {"first_decay_steps": 10, "m_mul": 0.5}, 10, 0.5),
        ("SomethingElse", {}, 5, None),
    ],
)
def test_that_previewed_rates_follow_the_documented_formulas(kind, settings, step, rate):
    assert rate_at(kind, settings, 1.0, step, 100) == (None if rate is None else pytest.approx(rate))


def test_that_the_preview_shows_the_climb_and_the_steps_of_this_run(workspace, studio, qtbot):
    studio.summary = {"splits": {"train": 100}}
    cosine = ObjectSettings("keras.optimizers.schedules.CosineDecay")
    studio.change("x", Project(training=TrainingSettings(epochs=4, batch_size=10, schedule=cosine, warmup_steps=8)))
    preview = workspace.form.preview
    assert len(preview.rates) == 40  # 10 steps an epoch: each one is drawn
    assert preview.rates[:8] == pytest.approx([0.05 * step / 8 for step in range(1, 9)])
    assert preview.rates[24] == pytest.approx(0.025)  # half way down
    preview.resize(252, 74)
    assert preview.words_at(48 + 200 * 7 / 39) == "step 8, epoch 1: 0.05"
    assert preview.words_at(1000).startswith("step 40, epoch 4: ")
    workspace.form.warmup.editor("warmup_steps").valueChanged.emit(0)
    assert studio.project.training.warmup_steps == 0
    assert preview.rates[0] == pytest.approx(0.05)


def test_that_a_constant_rate_is_previewed_where_it_is_climbed_to(workspace, studio):
    assert not workspace.form.preview.isVisible()
    workspace.form.warmup.editor("warmup_steps").valueChanged.emit(100)
    assert workspace.form.preview.isVisible()
    assert workspace.form.preview.rates[-1] == pytest.approx(0.05)


def test_that_a_training_until_it_converges_is_one_choice_and_one_undo_step(workspace, studio):
    rows = workspace.form.stopping
    assert rows.until.currentText() == "all epochs"
    rows.until.setCurrentIndex(1)
    rows.until.activated.emit(1)
    training = studio.project.training
    assert training.epochs == 1000
    assert dict(training.early_stopping) == {"monitor": "val_loss", "patience": 5, "share": 0.2, "min_share": 0.001}
    assert not rows._patience_row.isVisible()
    rows.until.setCurrentIndex(0)
    rows.until.activated.emit(0)
    assert (studio.project.training.epochs, studio.project.training.early_stopping) == (20, None)
    studio.undo()
    studio.undo()
    assert studio.project.training == TrainingSettings()
    assert rows.until.currentText() == "all epochs"


def test_that_the_epoch_to_keep_is_chosen_and_undone(workspace, studio):
    keep = workspace.form.stopping.keep
    assert keep.currentText() == "best epoch"
    keep.setCurrentIndex(1)
    keep.activated.emit(1)
    assert studio.project.training.keep == "last"
    assert "weights at the end" in keep.toolTip()
    studio.undo()
    assert (studio.project.training.keep, keep.currentText()) == ("best", "best epoch")


def test_that_labels_can_be_smoothed_where_classes_are_learnt(workspace, studio):
    form = workspace.form.smoothing
    assert not form.isVisible()
    form.editor("label_smoothing").valueChanged.emit(0.1)
    assert studio.project.training.label_smoothing == 0.1
    assert form.isVisible()
    studio.undo()
    assert studio.project.training.label_smoothing == 0.0


def test_that_the_climb_of_one_schedule_alone_is_shown_only_where_a_project_has_it(workspace, studio):
    name = "keras.optimizers.schedules.CosineDecay"
    studio.change("x", replace(studio.project, training=TrainingSettings(schedule=ObjectSettings(name))))
    assert "warmup_steps" not in workspace.form.form("schedule").names()
    settings = {"warmup_steps": 5, "warmup_target": 0.1}
    studio.change("y", replace(studio.project, training=TrainingSettings(schedule=ObjectSettings(name, settings))))
    assert {"warmup_steps", "warmup_target"} <= set(workspace.form.form("schedule").names())
