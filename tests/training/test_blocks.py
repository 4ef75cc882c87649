"""Networks of blocks train, go on, are inspected and saved like any others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from dlstudio.graph.model import Block, Graph, Node, Wire
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.loading import load_trained
from dlstudio.training.fitting import train
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import RunFolder, create_run
from tests.training.tiny_projects import make_graph, make_project

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def graph_with_blocks() -> Graph:
    """The small network with a repeated block that holds batch normalization and dropout."""
    inside = Graph(
        {
            "x": Node("x", "Input"),
            "units": Node("units", "keras.layers.Dense", {"units": {"=": "width"}, "activation": "relu"}),
            "norm": Node("norm", "keras.layers.BatchNormalization", {"momentum": 0.5}),
            "dropout": Node("dropout", "keras.layers.Dropout", {"rate": 0.1}),
            "add": Node("add", "keras.layers.Add"),
            "y": Node("y", "Output"),
        },
        tuple(
            Wire(*ends)
            for ends in (
                ("x", "units"),
                ("units", "norm"),
                ("norm", "dropout"),
                ("dropout", "add"),
                ("x", "add"),
                ("add", "y"),
            )
        ),
    )
    graph = make_graph(answer="colour")
    nodes = {**graph.nodes, "dropout": Node("dropout", "block.Skip", {"width": 16, "repeat": 2})}
    return replace(graph, nodes=nodes, blocks={"Skip": Block("Skip", inside, {"width": 8})})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = tmp_path_factory.mktemp("blocks")
    made = create_run(folder, make_project(folder, graph_with_blocks(), epochs=4))
    train(made)
    return made


def test_that_a_network_of_blocks_learns(run: RunFolder) -> None:
    epochs = [event for event in ev.EventReader(run.events_file).read_new() if isinstance(event, ev.Epoch)]
    assert epochs[-1].values["accuracy"] > 0.8


def test_that_a_network_of_blocks_is_opened_for_inspection(run: RunFolder) -> None:
    model = load_trained(run).network.model
    saved = keras.models.load_model(run.model_file)
    x = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    np.testing.assert_allclose(model.predict(x, verbose=0), saved.predict(x, verbose=0), atol=1e-6)


def test_that_a_file_with_other_layers_inside_a_block_is_refused(run: RunFolder) -> None:
    best = run.best_checkpoint.read_bytes()
    model = run.model_file.read_bytes()
    try:
        run.best_checkpoint.unlink()
        assert load_trained(run).network.model.count_params()
        other = load_trained(run).network.model
        changed = keras.Model.from_config(_renamed(other.get_config()))
        changed.save(run.model_file)
        with pytest.raises(InspectionError, match="its layers are not those of run"):
            load_trained(run)
    finally:
        run.best_checkpoint.write_bytes(best)
        run.model_file.write_bytes(model)


def _renamed(config: object) -> object:
    """A model's configuration with the layer ``units`` inside the blocks called otherwise."""
    if isinstance(config, dict):
        return {key: _renamed(value) for key, value in config.items()}
    if isinstance(config, list | tuple):
        return type(config)(_renamed(each) for each in config)
    return "others" if config == "units" else config


def test_that_a_run_with_blocks_is_the_same_twice(run: RunFolder, tmp_path: Path) -> None:
    again = create_run(tmp_path, make_project(tmp_path, graph_with_blocks(), epochs=4))
    train(again)

    def losses(folder: RunFolder) -> list[float | None]:
        events = ev.EventReader(folder.events_file).read_new()
        return [event.values["loss"] for event in events if isinstance(event, ev.Epoch)]

    assert losses(again) == losses(run)
