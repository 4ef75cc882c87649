"""Every network of ``keras.applications`` opens as a drawing that predicts the same, also after it was edited."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import pytest

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.compiler.building import build_model
from dlstudio.compiler.importing.imported import Imported, import_model
from dlstudio.compiler.weight_file import read_weights, write_weights
from dlstudio.graph.blocks import with_blocks
from dlstudio.graph.edits import add_node, insert_into_wire, rename_node
from dlstudio.graph.initial_weights import FILE, InitialWeights, followed
from dlstudio.graph.model import INPUT, OUTPUT, Graph, Node
from dlstudio.graph.repetition import find_repetitions, group_repetitions

CLOSE = 1e-6
SIZES = {"InceptionV3": 75, "InceptionResNetV2": 75, "Xception": 71}
"""Smallest input of those that need more than 32 x 32."""

SMALLEST = ("MobileNetV2", "MobileNetV3Small")


def applications() -> list[str]:
    """Names of all architectures: what ``keras.applications`` offers in capitals and makes models."""
    return [
        name for name in dir(keras.applications) if name[0].isupper() and callable(getattr(keras.applications, name))
    ]


def made(name: str) -> keras.Model:
    """The network with weights that are no defaults, so that a lost one shows."""
    keras.backend.clear_session()
    size = SIZES.get(name, 32)
    model = getattr(keras.applications, name)(weights=None, input_shape=(size, size, 3), classes=5)
    random = np.random.default_rng(0)
    for weight in model.weights:
        if weight.path.endswith(("gamma", "beta", "bias", "moving_mean")):
            weight.assign(np.asarray(weight) + random.normal(0, 0.05, weight.shape))
    return model


def predicted(model: keras.Model, samples: np.ndarray) -> np.ndarray:
    return np.asarray(model(samples, training=False))


def edited(graph: Graph, weights: InitialWeights) -> tuple[Graph, InitialWeights]:
    """A layer renamed, an Identity and a Dropout put into wires, repeated structure made blocks."""
    renamed = next(node.id for node in graph if "Conv2D" in node.type)
    changed = rename_node(graph, renamed, "renamed_layer")
    into = [wire for wire in changed.wires if changed[wire.source].type != "Constant"]
    for place, kind in ((len(into) // 2, "Identity"), (len(into) // 3, "Dropout")):
        settings = {"rate": 0.5} if kind == "Dropout" else {}
        changed = add_node(changed, Node(f"put_in_{kind.lower()}", f"keras.layers.{kind}", settings))
        changed = insert_into_wire(changed, f"put_in_{kind.lower()}", into[place])
    weights = followed(weights, graph, changed)
    found = find_repetitions(changed, with_blocks(load_catalogue(), changed.blocks))
    grouped = group_repetitions(changed, found)
    return grouped.graph, weights.moved(grouped.moves)


def check(name: str, folder: Path) -> tuple[int, int, float, float]:
    """Imports, rebuilds and edits one; number of nodes, of nodes with blocks, seconds, largest difference."""
    began = time.perf_counter()
    model = made(name)
    file = folder / f"{name}.keras"
    model.save(file)
    size = SIZES.get(name, 32)
    samples = np.random.default_rng(1).uniform(0, 255, (2, size, size, 3)).astype("float32")
    wanted = predicted(model, samples)
    assert float(np.std(wanted)) > 0
    del model
    imported: Imported = import_model(file)
    file.unlink()
    assert_laid_out(imported.graph)
    worst = float(np.abs(predicted(imported.model, samples) - wanted).max())
    write_weights(imported.model, folder / FILE)
    graph, weights = edited(imported.graph, InitialWeights())
    keras.backend.clear_session()
    again = build_model(graph, {}, seed=1)
    kept = read_weights(again, weights, folder)
    assert not kept.fresh, f"{name}: {kept.fresh} lost their weights"
    worst = max(worst, float(np.abs(predicted(again, samples) - wanted).max()))
    return len(imported.graph), len(graph), time.perf_counter() - began, worst


def assert_laid_out(graph: Graph) -> None:
    places = [node.at for node in graph]
    assert len(set(places)) == len(places), "nodes lie on each other"
    assert graph.of_type(INPUT) and graph.of_type(OUTPUT)


@pytest.fixture(autouse=True)
def memory_given_back() -> Iterator[None]:
    yield
    keras.backend.clear_session()
    gc.collect()


@pytest.mark.parametrize("name", SMALLEST)
def test_that_the_smallest_applications_predict_the_same_imported_and_edited(name: str, tmp_path: Path) -> None:
    assert check(name, tmp_path)[3] <= CLOSE


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", applications())
def test_that_every_application_predicts_the_same_imported_and_edited(name: str, tmp_path: Path) -> None:
    nodes, grouped, seconds, worst = check(name, tmp_path)
    sys.stderr.write(f"{name:20} {nodes:5} nodes, {grouped:5} with blocks, {seconds:6.1f} s, difference {worst:.1e}\n")
    assert worst <= CLOSE


@pytest.mark.slow
def test_that_all_applications_of_the_installed_keras_are_tried() -> None:
    names = applications()
    sys.stderr.write(f"{len(names)} architectures in keras.applications {keras.__version__}\n")
    assert set(SMALLEST) <= set(names)
    assert len(names) >= 38
