"""Autoencoder templates: any size comes out as it went in, encoders begin classifiers, the penalty is right."""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from typing import Any

import numpy as np
import pytest

from dlstudio.compiler.building import build_model
from dlstudio.graph.columns import BOTH, ColumnSpec
from dlstudio.graph.project import DataSettings, Project
from dlstudio.templates.library import fit_template, suited_templates

LABEL = ColumnSpec("label", "category", (), "int32", ("a", "b", "c"))


def fitted(name: str, *specs: ColumnSpec, **roles: str) -> Project:
    columns = {spec.name: {"type": spec.kind, "role": roles.get(spec.name, "input")} for spec in specs}
    return fit_template(name, DataSettings("data", "npz", columns), {spec.name: spec for spec in specs}, "p")


def built(project: Project, spec: ColumnSpec) -> Any:
    return build_model(project.graph, {spec.name: spec}, seed=1)


@pytest.mark.parametrize("name", ["autoencoder", "vae"])
@pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 1), (33, 50, 3), (20, 71, 4), (97, 96, 3)])
def test_that_an_image_of_any_size_comes_out_as_it_went_in(name: str, shape: tuple[int, int, int]) -> None:
    spec = ColumnSpec("photo", "image", shape)
    model = built(fitted(name, spec), spec)
    assert model.output_shape == (None, *shape)
    code = int(model.get_layer("code").output.shape[-1])
    assert code < np.prod(shape) / 4


@pytest.mark.parametrize("shape", [(4, 1), (12, 4), (101, 6), (999, 2), (5000, 3)])
def test_that_a_series_of_any_length_comes_out_as_it_went_in(shape: tuple[int, int]) -> None:
    spec = ColumnSpec("signal", "series", shape)
    model = built(fitted("series-autoencoder", spec), spec)
    assert model.output_shape == (None, *shape)


def test_that_the_column_is_read_and_learnt_and_nothing_else_is() -> None:
    photo = ColumnSpec("photo", "image", (28, 28, 1))
    project = fitted("autoencoder", photo, LABEL, label="target")
    assert {name: column.get("role") for name, column in project.data.columns.items()} == {
        "photo": BOTH,
        "label": None,
    }
    names = {node.id: node.settings.get("column") for node in project.graph if node.type in ("Input", "Output")}
    assert names == {"photo": "photo", "photo_again": "photo"}
    suited = [t.name for t in suited_templates({"photo": photo, "label": LABEL}, project.data)]
    assert suited == ["autoencoder", "vae", "gan"]


def test_that_the_first_half_begins_a_classifier() -> None:
    photo = ColumnSpec("photo", "image", (64, 64, 3))
    first = fitted("autoencoder", photo).graph
    second = fitted("cnn", photo, LABEL, label="target").graph
    shared = [node.id for node in first if node.id.startswith("conv_") and node.id in second]
    assert shared == ["conv_1", "conv_2", "conv_3"]
    for name in shared:
        assert dict(first[name].settings) == dict(second[name].settings)


def test_that_the_penalty_is_the_divergence_from_the_standard_normal_distribution_but_for_a_constant() -> None:
    import keras

    spec = ColumnSpec("photo", "image", (12, 12, 1))
    model = built(fitted("vae", spec), spec)
    pictures = np.random.default_rng(0).uniform(size=(5, 12, 12, 1)).astype(np.float32)
    inside = keras.Model(model.input, [model.get_layer(name).output for name in ("mean", "log_precision", "variance")])
    mean, precision, variance = (np.asarray(each, np.float64) for each in inside(pictures))
    np.testing.assert_allclose(variance, np.exp(-precision), rtol=1e-5)
    assert (variance <= 1).all()
    model(pictures, training=False)
    penalty = float(sum(model.losses))
    divergence = 0.5 * (mean**2 + variance - 1 - np.log(variance)).sum(axis=1).mean()
    weight = 2 * 0.05 / 144  # twice what the regularizers of half the sum are set to
    assert penalty == pytest.approx(weight * (divergence + 0.5 * mean.shape[1]), rel=1e-4)


def test_that_noise_flows_only_while_it_learns() -> None:
    spec = ColumnSpec("photo", "image", (12, 12, 1))
    model = built(fitted("vae", spec), spec)
    pictures = np.random.default_rng(0).uniform(size=(2, 12, 12, 1)).astype(np.float32)
    still = [np.asarray(model(pictures, training=False)) for _ in range(2)]
    moved = [np.asarray(model(pictures, training=True)) for _ in range(2)]
    np.testing.assert_array_equal(still[0], still[1])
    assert np.abs(moved[0] - moved[1]).max() > 0


def test_that_saved_models_hold_layers_of_keras_alone() -> None:
    spec = ColumnSpec("photo", "image", (12, 12, 1))
    config = built(fitted("vae", spec), spec).get_config()
    assert all(str(layer["module"]).startswith("keras.") for layer in config["layers"])
