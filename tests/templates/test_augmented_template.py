"""The network that augments: at work while it trains, and in nothing that is measured, predicted or exported."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from dlstudio.data.opening import guess_settings
from dlstudio.graph.edits import bypass_nodes
from dlstudio.graph.saving import save_project
from dlstudio.templates.making import fit_to_data
from dlstudio.training.runs.run_folder import RunFolder, create_run

AUGMENTING = ("flip", "turn", "shift", "zoom", "brightness", "contrast")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    from dlstudio.training.fitting import train

    home = tmp_path_factory.mktemp("augmented")
    rng = np.random.default_rng(4)
    images = rng.integers(0, 90, (60, 16, 16, 3))
    labels = np.arange(60) % 2
    images[labels == 1, :, :8] += 150
    np.savez(home / "sides.npz", image=images.astype(np.uint8), label=labels)
    folder = home / "project"
    project, _ = fit_to_data(folder, "resnet-augmented", guess_settings(home / "sides.npz"), "Sides")
    project = replace(project, training=replace(project.training, epochs=2, seed=1))
    folder.mkdir(exist_ok=True)
    save_project(project, folder)
    found = create_run(folder, project)
    assert train(found) == 0, found.info().message
    return found


@pytest.fixture(scope="module")
def model(run: RunFolder) -> keras.Model:
    from dlstudio.inspection.asking import trained as load

    return load(run.path).model


@pytest.fixture(scope="module")
def images(run: RunFolder) -> np.ndarray:
    from dlstudio.inspection.asking import trained as load

    found = load(run.path)
    (column,) = found.inputs.values()
    return np.asarray(found.encoded(column, "validation"), np.float32)


@pytest.fixture(scope="module")
def plain(run: RunFolder, model: keras.Model, images: np.ndarray) -> np.ndarray:
    """What the same weights say of the validation images where all augmenting layers are passed by."""
    from dlstudio.data.encoders.saved import load_encoders
    from dlstudio.training.preparation import build_network

    project = run.project()
    assert all(project.graph[name].type.startswith("keras.layers.Random") for name in AUGMENTING)
    project = replace(project, graph=bypass_nodes(project.graph, AUGMENTING))
    bare = build_network(project, load_encoders(run.encoders_folder)).model
    assert not any(type(layer).__name__.startswith("Random") for layer in bare.layers)
    bare.set_weights(model.get_weights())
    return np.asarray(bare.predict_on_batch(images))


def test_that_training_sees_other_pictures_each_time(model: keras.Model, images: np.ndarray) -> None:
    through = keras.Model(model.inputs, model.get_layer("contrast").output)
    first, second = (np.asarray(through(images, training=True)) for _ in range(2))
    assert np.abs(first - images).mean() > 0.02
    assert np.abs(first - second).mean() > 0.02
    assert first.min() >= 0
    assert first.max() <= 1


def test_that_prediction_is_as_without_augmentation(run: RunFolder, images: np.ndarray, plain: np.ndarray) -> None:
    from dlstudio.inspection.asking import trained as load

    found = load(run.path)
    assert np.abs(next(iter(found.outputs("validation").values())) - plain).max() < 1e-5
    assert np.abs(next(iter(found.given(images).values())) - plain).max() < 1e-5


def test_that_validation_is_as_without_augmentation(run: RunFolder, plain: np.ndarray) -> None:
    from dlstudio.inspection.asking import trained as load

    found = load(run.path)
    truth = found.truth("validation", found.targets[0])
    loss = float(keras.losses.SparseCategoricalCrossentropy(from_logits=True)(truth, plain))
    events = [json.loads(line) for line in run.events_file.read_text(encoding="utf-8").splitlines()]
    kept = [each["values"]["val_loss"] for each in events if each["event"] == "epoch"]
    assert min(kept) == pytest.approx(loss, abs=1e-4)


def test_that_an_exported_model_augments_only_where_training_is_asked_for(
    run: RunFolder, images: np.ndarray, plain: np.ndarray, tmp_path: Path
) -> None:
    from dlstudio.export.keras_model import export_run

    export_run(run, tmp_path / "sides.keras")
    loaded = keras.saving.load_model(tmp_path / "sides.keras")
    assert np.abs(loaded.predict(images, verbose=0) - plain).max() < 1e-5
    assert np.abs(np.asarray(loaded(images)) - plain).max() < 1e-5
    through = keras.Model(loaded.inputs, loaded.get_layer("contrast").output)
    assert np.array_equal(np.asarray(through(images)), images)
    assert np.abs(np.asarray(through(images, training=True)) - images).mean() > 0.02
