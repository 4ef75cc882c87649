"""What the recipe sets changes what is trained: warm-up, label smoothing, clipping, accumulation, decay, averages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.graph.project import UNTIL_CONVERGED, ObjectSettings, Project, TrainingSettings
from dlstudio.graph.saving import ProjectError, load_project, save_project
from dlstudio.gui.workspaces.train.schedule import RatePlan
from dlstudio.training.early_stopping import BestSoFar, Patience
from dlstudio.training.fitting import train
from dlstudio.training.objectives.general import SmoothedCrossEntropy
from dlstudio.training.optimizers import build_optimizer
from dlstudio.training.runs.events import Epoch, EventReader, Finished, Warning_
from dlstudio.training.runs.run_folder import RunFolder, create_run
from tests.training.test_optimizers import SCHEDULE_NEEDS
from tests.training.tiny_projects import make_graph, make_project

SGD = "keras.optimizers.SGD"


def trained(folder: Path, project: Project) -> tuple[RunFolder, np.ndarray]:
    """A run of the project, and the weights that it ended with, all in one row."""
    run = create_run(folder, project)
    assert train(run) == 0, run.info().message
    model = keras.models.load_model(run.model_file, compile=False)
    return run, np.concatenate([np.ravel(each) for each in model.get_weights()])


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Project, np.ndarray]:
    folder = tmp_path_factory.mktemp("plain")
    settings = ObjectSettings(SGD, {"learning_rate": 0.1})
    project = make_project(folder, epochs=2, optimizer=settings, tensorboard=False)
    return folder, project, trained(folder, project)[1]


def test_that_the_same_recipe_trains_the_same_weights(plain: tuple[Path, Project, np.ndarray]) -> None:
    folder, project, weights = plain
    assert np.array_equal(trained(folder, project)[1], weights)


@pytest.mark.parametrize(
    "change",
    [
        {"warmup_steps": 10},
        {"label_smoothing": 0.2},
        {"class_weights": True},
        {"schedule": ObjectSettings("keras.optimizers.schedules.CosineDecay")},
        {"optimizer": ObjectSettings(SGD, {"learning_rate": 0.1, "clipnorm": 0.05})},
        {"optimizer": ObjectSettings(SGD, {"learning_rate": 0.1, "clipvalue": 0.01})},
        {"optimizer": ObjectSettings(SGD, {"learning_rate": 0.1, "global_clipnorm": 0.05})},
        {"optimizer": ObjectSettings(SGD, {"learning_rate": 0.1, "weight_decay": 0.1})},
        {"optimizer": ObjectSettings(SGD, {"learning_rate": 0.1, "gradient_accumulation_steps": 2})},
        {"optimizer": ObjectSettings(SGD, {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.9})},
    ],
    ids=lambda change: " ".join([*change, *getattr(change.get("optimizer"), "settings", ())]),
)
def test_that_each_setting_of_the_recipe_changes_what_is_trained(
    plain: tuple[Path, Project, np.ndarray], change: dict[str, Any]
) -> None:
    folder, project, weights = plain
    changed = replace(project, training=replace(project.training, **change))
    found = trained(folder, changed)[1]
    assert np.isfinite(found).all()
    assert np.abs(found - weights).max() > 1e-4


def test_that_two_gathered_batches_make_the_step_of_one_twice_as_large(tmp_path: Path) -> None:
    graph = make_graph(answer="colour")
    nodes = {name: replace(node, bypassed=name == "dropout") for name, node in graph.nodes.items()}
    whole = make_project(
        tmp_path,
        replace(graph, nodes=nodes),
        epochs=1,
        batch_size=240,
        optimizer=ObjectSettings(SGD),
        tensorboard=False,
    )
    halves = ObjectSettings(SGD, {"gradient_accumulation_steps": 2})
    split = replace(whole, training=replace(whole.training, batch_size=120, optimizer=halves))
    assert trained(tmp_path, whole)[1] == pytest.approx(trained(tmp_path, split)[1], abs=1e-6)


def test_that_the_rate_climbs_before_what_follows() -> None:
    constant = build_optimizer(TrainingSettings(warmup_steps=4), 100)
    cosine = ObjectSettings("keras.optimizers.schedules.CosineDecay")
    falling = build_optimizer(TrainingSettings(warmup_steps=20, schedule=cosine), 100)
    rates: dict[str, list[float]] = {"constant": [], "falling": []}
    for name, optimizer, steps in (("constant", constant, (0, 1, 3, 50)), ("falling", falling, (0, 9, 19, 60, 100))):
        for step in steps:
            optimizer.iterations.assign(step)
            rates[name].append(float(optimizer.learning_rate))
    assert rates["constant"] == pytest.approx([0.0125, 0.025, 0.05, 0.05])
    assert rates["falling"] == pytest.approx([0.0025, 0.025, 0.05, 0.025, 0.0], abs=1e-6)


@pytest.mark.parametrize("from_logits", [True, False])
def test_that_smoothed_labels_give_the_cross_entropy_against_spread_truth(from_logits: bool) -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(5, 4)).astype("float32")
    truth = np.array([0, 3, 1, 1, 2])
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    spread = 0.9 * np.eye(4)[truth] + 0.1 / 4
    wanted = float(-(spread * np.log(shares)).sum(axis=1).mean())
    loss = SmoothedCrossEntropy(0.1, from_logits)
    assert float(loss(truth, logits if from_logits else shares)) == pytest.approx(wanted, rel=1e-5)
    plain = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    assert float(SmoothedCrossEntropy(0.0, True)(truth, logits)) == pytest.approx(float(plain(truth, logits)), rel=1e-5)


def test_that_ignored_places_count_nothing_in_smoothed_labels() -> None:
    logits = np.random.default_rng(1).normal(size=(2, 3, 4)).astype("float32")
    truth = np.array([[0, -1, 2], [-1, -1, 3]])
    plain = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1)
    found = SmoothedCrossEntropy(0.0, True, ignore_class=-1)(truth, logits)
    assert float(found) == pytest.approx(float(plain(truth, logits)), rel=1e-5)
    kept = SmoothedCrossEntropy(0.2, True)(np.array([0, 2, 3]), logits[[0, 0, 1], [0, 2, 2]])
    assert float(SmoothedCrossEntropy(0.2, True, -1)(truth, logits)) == pytest.approx(float(kept), rel=1e-5)


def test_that_label_smoothing_without_classes_is_told(tmp_path: Path) -> None:
    project = make_project(tmp_path, make_graph(price="price"), epochs=1, label_smoothing=0.1, tensorboard=False)
    run, _ = trained(tmp_path, project)
    told = [event.message for event in EventReader(run.events_file).read_new() if isinstance(event, Warning_)]
    assert any("Label smoothing is set but changes nothing" in message for message in told)


def test_that_a_training_until_it_converges_ends_by_itself(tmp_path: Path) -> None:
    stopping = {"monitor": "val_loss", **UNTIL_CONVERGED}
    fast = ObjectSettings(SGD, {"learning_rate": 1.0})
    project = make_project(tmp_path, epochs=1000, early_stopping=stopping, optimizer=fast, tensorboard=False)
    run, _ = trained(tmp_path, project)
    events = EventReader(run.events_file).read_new()
    (finished,) = [event for event in events if isinstance(event, Finished)]
    losses = [event.values["val_loss"] for event in events if isinstance(event, Epoch)]
    assert finished.reason == "early-stopping"
    assert finished.epoch == len(losses) < 500
    best = int(np.argmin(losses)) + 1
    assert finished.best_epoch == best  # what is kept is the best, not the last
    assert len(losses) - best <= max(5, np.ceil(0.2 * len(losses)))


def test_that_patience_grows_with_the_training_and_counts_gains_that_matter_alone() -> None:
    best, patience = BestSoFar("val_loss", False, minimum_share=0.01), Patience(3, 0.5)
    for epoch, loss in enumerate([1.0, 0.5, 0.499, 0.498], 1):
        best.take(epoch, {"val_loss": loss})
    assert (best.epoch, best.waited) == (2, 2)
    assert not patience.is_over(best, 4)
    best.take(5, {"val_loss": 0.6})
    assert patience.is_over(best, 5)
    assert not patience.is_over(best, 7)  # after seven epochs four are waited for


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"warmup_steps": -1}, "warmup_steps"),
        ({"warmup_steps": 1.5}, "warmup_steps"),
        ({"label_smoothing": 1.0}, "label_smoothing"),
        ({"label_smoothing": "much"}, "label_smoothing"),
        ({"early_stopping": {"share": 7}}, "early_stopping.share"),
    ],
)
def test_that_a_recipe_that_cannot_be_is_refused_with_its_place(tmp_path: Path, values: Any, said: str) -> None:
    save_project(replace(Project("x"), training=replace(TrainingSettings(), **values)), tmp_path / "x")
    with pytest.raises(ProjectError, match=said):
        load_project(tmp_path / "x")


def test_that_warm_up_and_smoothing_are_kept_with_the_project(tmp_path: Path) -> None:
    project = Project("x", training=TrainingSettings(warmup_steps=7, label_smoothing=0.1))
    save_project(project, tmp_path / "x")
    assert load_project(tmp_path / "x").training == project.training


def test_that_the_previewed_rates_are_those_that_train() -> None:
    for each in load_catalogue().with_role("schedule"):
        settings = SCHEDULE_NEEDS.get(each.name, {})
        training = TrainingSettings(schedule=ObjectSettings(each.id, settings), warmup_steps=10)
        optimizer = build_optimizer(training, 100)
        plan = RatePlan(each.name, settings, 0.05, 100, 10)
        for step in (0, 5, 9, 10, 40, 70, 99):
            optimizer.iterations.assign(step)
            assert plan.at(step) == pytest.approx(float(optimizer.learning_rate), rel=1e-4, abs=1e-7), (each.name, step)
