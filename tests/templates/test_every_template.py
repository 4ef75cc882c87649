"""Every template learns in fifty steps, and what it has learnt can be saved, read again and looked at."""

from __future__ import annotations

import copy
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PySide6.QtCore import Qt

from dlstudio.cli.measuring import run_command
from dlstudio.data.preparing import PreparedData
from dlstudio.graph.project import Project
from dlstudio.graph.saving import load_project
from dlstudio.inspection import asking, trained
from dlstudio.tasks.informed import embeds
from dlstudio.tasks.registry import get_task
from dlstudio.templates.library import find_template, list_templates
from dlstudio.training import preparation
from dlstudio.training.batches import grouped_order
from dlstudio.training.fitting import train
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import RunFolder, create_run
from dlstudio.training.targets import targets_of
from tests.gui.workspaces.answered_studio import opened

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

STEPS_AN_EPOCH, EPOCHS, JUDGED = 10, 5, 8
BATCH, BATCH_OF_LARGE, BATCH_OF_COMPARED = 4, 1, 8
LARGE = ("clip", "volume")


def batch_size(project: Project) -> int:
    """Samples a step: few, so that a test of every template is quick; of those that are compared, more."""
    if any(embeds(get_task(node.settings["task"])) for node in project.graph.nodes.values() if "task" in node.settings):
        return BATCH_OF_COMPARED
    return BATCH_OF_LARGE if any(each["type"] in LARGE for each in project.data.columns.values()) else BATCH


def few(project: Project, root: Path) -> PreparedData:
    """The project's data, real but with only as many samples in the splits as the steps take."""
    data = copy.copy(real_read_data(project, root))
    learnt = project.training.batch_size * STEPS_AN_EPOCH
    compared = [each for each in targets_of(project.graph, data.specs) if embeds(each.task)]
    data.rows = {
        split: _some(data, rows, learnt if split == "train" else JUDGED, compared) for split, rows in data.rows.items()
    }
    return data


def _some(data: PreparedData, rows: np.ndarray, count: int, compared: list[Any]) -> np.ndarray:
    if not compared:
        return rows[np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(int)]
    places = grouped_order(0, 0, data.encode(compared[0].column.name, rows))  # several samples of one class
    return np.sort(rows[places[:count]])


real_read_data = preparation.read_data


@pytest.fixture
def little_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "read_data", few)
    monkeypatch.setattr(trained, "read_data", few)


def trained_run(template: str, folder: Path) -> RunFolder:
    bar = find_template(template).bars[0]
    options = [word for option in bar.options for word in ("--option", option)]
    run_command("new", folder, "--template", template, "--data", bar.data, *options)
    project = load_project(folder)
    settings = replace(
        project.training, epochs=EPOCHS, batch_size=batch_size(project), early_stopping=None, device="cpu"
    )
    run = create_run(folder, replace(project, training=settings))
    assert train(run) == 0, run.info().message
    return run


@pytest.mark.parametrize("template", [each.name for each in list_templates()])
def test_that_it_learns_and_can_be_saved_read_and_looked_at(template: str, tmp_path: Path, little_data, qtbot) -> None:  # type: ignore[no-untyped-def]
    run = trained_run(template, tmp_path / "project")
    # Of two players each gains what the other loses: what they make has to come nearer to what is real.
    falls = "energy" if find_template(template).content.get("task") == "adversarial" else "loss"
    losses = [each.values[falls] for each in ev.EventReader(run.events_file).read_new() if isinstance(each, ev.Epoch)]
    assert len(losses) == EPOCHS and all(math.isfinite(loss) for loss in losses)
    assert losses[-1] < losses[0], losses

    again = asking.trained(run.path)
    reloaded = keras.models.load_model(run.model_file, compile=False)
    feed = again.network.feed(again.data, "test")
    x, _, _ = feed.take(np.arange(min(4, len(feed))))
    given, same = again.model.predict(x, verbose=0), reloaded(x, training=False)
    for one, other in zip(*(each if isinstance(each, list) else [each] for each in (given, same)), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5, rtol=1e-5)

    studio, workspace = opened(run)
    qtbot.addWidget(workspace)
    assert workspace.list.count() >= 2
    for row in range(workspace.list.count()):
        workspace.list.setCurrentRow(row)
        name = workspace.list.item(row).data(Qt.ItemDataRole.UserRole)
        assert workspace.pages.currentWidget() is workspace.views[name]
        assert name not in studio.faults, studio.faults[name]
        assert not workspace.grab().isNull()
