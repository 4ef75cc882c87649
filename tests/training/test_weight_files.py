"""Fine-tuning from files that hold weights alone: those of ``keras.applications``, and broken and hostile ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from keras.src.legacy.saving import legacy_h5_format

from dlstudio.cli.measuring import run_command
from dlstudio.compiler.building import build_model
from dlstudio.compiler.importing.failures import ModelImportError
from dlstudio.compiler.importing.weight_files import read_weight_file
from dlstudio.compiler.weight_file import read_weights
from dlstudio.data.preparing import prepare
from dlstudio.graph.saving import load_project
from dlstudio.training.failures import TrainingError
from dlstudio.training.starting import start_from

SIDE = 96


@pytest.fixture(scope="module")
def application() -> keras.Model:
    model = keras.applications.MobileNetV2(weights=None, include_top=False, input_shape=(SIDE, SIDE, 3))
    random = np.random.default_rng(0)
    for weight in model.weights:
        if weight.path.endswith(("gamma", "beta", "moving_mean")):
            weight.assign(np.asarray(weight) + random.normal(0, 0.05, weight.shape))
    return model


def save_old(model: keras.Model, file: Path) -> None:
    with h5py.File(file, "w") as content:
        legacy_h5_format.save_weights_to_hdf5_group(content, model)


SAVED: dict[str, Callable[[keras.Model, Path], None]] = {
    "new.weights.h5": lambda model, file: model.save_weights(file),
    "mobilenet_v2_no_top.h5": save_old,
    "model.keras": lambda model, file: model.save(file),
}


@pytest.mark.slow
def test_that_files_of_an_application_give_its_features(application: keras.Model, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    run_command("new", folder, "--template", "mobilenet-v2")
    project = load_project(folder)
    specs = prepare(project.data, folder).specs
    pixels = np.random.default_rng(1).uniform(0, 1, (2, SIDE, SIDE, 3)).astype("float32")
    wanted = np.asarray(application(2 * pixels - 1, training=False))
    for name, save in SAVED.items():
        save(application, tmp_path / name)
        start = start_from(project, folder, tmp_path / name)
        assert (len(start.matched), start.fresh) == (104, ("logits",)), name
        built = build_model(project.graph, specs, seed=3)
        read_weights(built, start.weights, folder)
        features = keras.Model(built.inputs, built.get_layer("out_relu").output)
        given = np.asarray(features(pixels, training=False))
        np.testing.assert_allclose(given, wanted, atol=1e-5, err_msg=name)


def truncated(file: Path) -> None:
    small(file)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def no_h5(file: Path) -> None:
    file.write_bytes(b"PK\x03\x04 weights")


def small(file: Path, **attributes: object) -> None:
    with h5py.File(file, "w") as content:
        content.attrs["layer_names"] = ["dense"]
        group = content.create_group("dense")
        group.attrs["weight_names"] = ["dense/kernel:0"]
        group["dense/kernel:0"] = np.zeros((3, 2))
        for name, value in attributes.items():
            content.attrs[name] = value


def missing_layer(file: Path) -> None:
    small(file, layer_names=["dense", "other"])


def missing_array(file: Path) -> None:
    small(file)
    with h5py.File(file, "a") as content:
        content["dense"].attrs["weight_names"] = ["dense/kernel:0", "dense/bias:0"]


def link(file: Path) -> None:
    small(file)
    with h5py.File(file, "a") as content:
        del content["dense/dense/kernel:0"]
        content["dense/dense/kernel:0"] = h5py.ExternalLink("/etc/other.h5", "/secret")


def words(file: Path) -> None:
    small(file)
    with h5py.File(file, "a") as content:
        del content["dense/dense/kernel:0"]
        content["dense/dense/kernel:0"] = "no numbers"


def bomb(file: Path) -> None:
    small(file)
    with h5py.File(file, "a") as content:
        del content["dense/dense/kernel:0"]
        content["dense"].create_dataset("dense/kernel:0", (1 << 20, 1 << 20), "f4", chunks=(1024, 1024))


def empty(file: Path) -> None:
    h5py.File(file, "w").close()


def whole_model(file: Path) -> None:
    with h5py.File(file, "w") as content:
        content.create_group("model_weights")


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (truncated, "cannot be read"),
        (no_h5, "cannot be read"),
        (missing_layer, "names a layer 'other'"),
        (missing_array, "does not hold the array 'dense/dense/bias:0'"),
        (link, "points elsewhere"),
        (words, "holds no numbers"),
        (bomb, "more than 4 GB"),
        (empty, "holds no weights"),
        (whole_model, "whole model in an old format"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_that_broken_files_are_refused_with_a_sentence(
    broken: Callable[[Path], None], words: str, tmp_path: Path
) -> None:
    file = tmp_path / "weights.h5"
    broken(file)
    with pytest.raises(ModelImportError, match=words):
        read_weight_file(file)


def test_that_weights_of_another_network_are_said_not_to_fit(tmp_path: Path) -> None:
    run_command("new", tmp_path / "project", "--template", "mlp")
    project = load_project(tmp_path / "project")
    small(tmp_path / "small.h5")
    with pytest.raises(
        TrainingError, match=r"No layer of this network has weights of the same shapes as one of small\.h5"
    ):
        start_from(replace(project, weights=None), tmp_path / "project", tmp_path / "small.h5")
