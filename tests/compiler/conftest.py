"""Graphs and columns for the tests of the compiler; Keras is imported once a session, on TensorFlow."""

from __future__ import annotations

import os
from collections.abc import Callable

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import pytest

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.catalogue.node_types import Catalogue
from dlstudio.compiler.building import build_model
from dlstudio.compiler.inference import Inference
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import Graph


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="session")
def inference() -> Inference:
    """One warm Inference for all tests: nothing that one graph leaves in its memo may change another's answer."""
    return Inference()


@pytest.fixture
def specs() -> dict[str, ColumnSpec]:
    """Columns of every kind."""
    return {
        "image": ColumnSpec("image", "image", (28, 28, 1)),
        "text": ColumnSpec("text", "text", (20,), "int32", vocabulary_size=500),
        "series": ColumnSpec("series", "series", (12, 4)),
        "features": ColumnSpec("features", "number", (6,)),
        "label": ColumnSpec("label", "category", (), "int32", tuple("0123456789")),
        "price": ColumnSpec("price", "number", (1,)),
    }


@pytest.fixture
def build(inference: Inference, specs: dict[str, ColumnSpec]) -> Callable[..., keras.Model]:
    """Builds the Keras model of a graph over these columns."""

    def built(graph: Graph, seed: int = 7) -> keras.Model:
        return build_model(graph, specs, seed=seed, inference=inference)

    return built
