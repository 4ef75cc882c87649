"""Graphs and columns for the tests of the compiler; Keras is imported once a session, on TensorFlow."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import pytest

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.catalogue.node_types import Catalogue
from dlstudio.compiler.building import build_model
from dlstudio.compiler.custom_layers import permitted
from dlstudio.compiler.inference import Inference
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.custom_code import Permission, code_files
from dlstudio.graph.model import Graph
from tests.compiler.columns import SPECS
from tests.compiler.minimal_graphs import CUSTOM_CODE


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
    return dict(SPECS)


@pytest.fixture
def build(inference: Inference, specs: dict[str, ColumnSpec]) -> Callable[..., keras.Model]:
    """Builds the Keras model of a graph over these columns."""

    def built(graph: Graph, seed: int = 7) -> keras.Model:
        return build_model(graph, specs, seed=seed, inference=inference)

    return built


@pytest.fixture
def own_code(tmp_path: Path) -> Iterator[None]:
    """The file that a fresh Custom node names, allowed."""
    (tmp_path / "my_layers.py").write_text(CUSTOM_CODE)
    (file,) = code_files(tmp_path, ["my_layers.py"])
    with permitted(Permission(tmp_path, frozenset({file.digest}))):
        yield
