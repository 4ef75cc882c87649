"""Trained runs for all tests of this room: one on classes, one on numbers, one on images."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest

from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import DataSettings, Project, TrainingSettings
from dlstudio.training.runs.run_folder import RunFolder, create_run
from tests.training.tiny_projects import make_graph, make_project

SHAPES = ("bar", "square")


def trained(folder: Path, project: Project) -> RunFolder:
    from dlstudio.training.fitting import train

    run = create_run(folder, project)
    assert train(run) == 0, run.info().message
    return run


@pytest.fixture(scope="session")
def class_run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Colours told from four numbers."""
    folder = tmp_path_factory.mktemp("classes")
    return trained(folder, make_project(folder))


@pytest.fixture(scope="session")
def number_run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Prices told from four numbers."""
    folder = tmp_path_factory.mktemp("numbers")
    return trained(folder, make_project(folder, make_graph(cost="price"), epochs=10))


@pytest.fixture(scope="session")
def image_run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Bars and squares of 12 × 12 pixels as PNG files in a folder for each."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(0)
    for name in SHAPES:
        (folder / "shapes" / name).mkdir(parents=True)
        for index in range(60):
            Image.fromarray(drawn(name, rng)).save(folder / "shapes" / name / f"{index}.png")
    graph = Graph(
        {
            node.id: node
            for node in (
                Node("picture", "Input", {"column": "image"}),
                Node("flat", "keras.layers.Flatten"),
                Node("hidden", "keras.layers.Dense", {"units": 16, "activation": "relu"}),
                Node("units", "keras.layers.Dense", {"units": 2}),
                Node("shape", "Output", {"column": "label", "task": "classification"}),
            )
        },
        (Wire("picture", "flat"), Wire("flat", "hidden"), Wire("hidden", "units"), Wire("units", "shape")),
    )
    columns = {
        "image": {"type": "image", "size": [12, 12], "channels": 1, "role": "input"},
        "label": {"type": "category", "role": "target"},
    }
    split = {"train": 0.6, "validation": 0.2, "test": 0.2, "seed": 7}
    data = DataSettings("shapes", "image-folder", columns, split)
    return trained(folder, Project("Shapes", data, graph, TrainingSettings(epochs=8, batch_size=16, device="cpu")))


def drawn(name: str, rng: np.random.Generator, size: int = 12) -> np.ndarray:
    """A bright bar (upright) or square somewhere on black, uint8 (size, size)."""
    picture = np.zeros((size, size), np.uint8)
    unit = size // 12
    left, top = rng.integers(1, 6, 2) * unit
    height, width = (9, 1) if name == "bar" else (5, 5)
    picture[top : top + height * unit, left : left + width * unit] = 255
    return picture
