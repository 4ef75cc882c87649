"""Fine-tuning: what a project takes over from a run or a model, what stays, and at which rate the rest learns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from dlstudio.data.encoders.saved import Encoders
from dlstudio.data.encoders.text import TextEncoder
from dlstudio.graph.edits import rename_node, set_settings
from dlstudio.graph.initial_weights import beginning_layers, with_trainable
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import Project
from dlstudio.graph.saving import ProjectError, load_project, save_project
from dlstudio.training import starting
from dlstudio.training.failures import TrainingError
from dlstudio.training.fitting import train
from dlstudio.training.preparation import begin_with_weights, build_network, prepare_run
from dlstudio.training.runs.run_folder import RunFolder, create_run
from dlstudio.training.starting import Start, start_from
from tests.training.tiny_projects import make_graph, make_project

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def best(run: RunFolder, layer: str) -> np.ndarray:
    return np.asarray(starting._of_run(run, run.name).layers[layer].get_weights()[0])


def begun(project: Project, start: Start, folder: Path) -> keras.Model:
    network, _ = prepare_run(create_run(folder, replace(project, weights=start.weights)))
    begin_with_weights(network, folder)
    return network.model


def kernel(model: keras.Model, layer: str) -> np.ndarray:
    return np.asarray(model.get_layer(layer).get_weights()[0])


def test_that_a_run_of_the_same_project_gives_all_its_weights(trained_run: RunFolder, tmp_path: Path) -> None:
    project = make_project(tmp_path)
    start = start_from(project, tmp_path, trained_run.path)
    assert [match.layer for match in start.matched] == ["hidden", "answer_units"]
    assert start.fresh == ()
    np.testing.assert_array_equal(kernel(begun(project, start, tmp_path), "hidden"), best(trained_run, "hidden"))


def test_that_the_head_for_another_target_begins_fresh(trained_run: RunFolder, tmp_path: Path) -> None:
    project = make_project(tmp_path, make_graph(answer="price"))
    start = start_from(project, tmp_path, trained_run.path)
    assert [match.layer for match in start.matched] == ["hidden"]
    assert start.fresh == ("answer_units",)


def test_that_a_renamed_layer_is_matched_by_its_type_and_shapes(trained_run: RunFolder, tmp_path: Path) -> None:
    graph = rename_node(make_graph(answer="price"), "hidden", "body")
    start = start_from(make_project(tmp_path, graph), tmp_path, trained_run.path)
    assert [(match.layer, match.source) for match in start.matched] == [("body", "hidden")]


def test_that_a_keras_file_gives_its_layers_but_not_its_head(trained_run: RunFolder, tmp_path: Path) -> None:
    project = make_project(tmp_path)
    start = start_from(project, tmp_path, trained_run.model_file)
    assert [match.layer for match in start.matched] == ["hidden"]
    np.testing.assert_array_equal(kernel(begun(project, start, tmp_path), "hidden"), best(trained_run, "hidden"))


@pytest.mark.parametrize("source", ["nowhere", "17", "broken.keras"])
def test_that_a_source_that_is_none_is_said_in_a_sentence(source: str, tmp_path: Path) -> None:
    project = make_project(tmp_path)
    (tmp_path / "broken.keras").write_bytes(b"PK no model")
    with pytest.raises(TrainingError, match=r"\w+.*\.") as caught:
        start_from(project, tmp_path, str(tmp_path / source) if "." in source else source)
    assert len(str(caught.value)) > 20
    assert not (tmp_path / "weights").exists()


def test_that_nothing_in_common_is_an_error_with_advice(trained_run: RunFolder, tmp_path: Path) -> None:
    graph = set_settings(make_graph(answer="price"), "hidden", {"units": 17})
    with pytest.raises(TrainingError, match="No layer of this network"):
        start_from(make_project(tmp_path, graph), tmp_path, trained_run.path)


def test_that_frozen_layers_keep_their_weights_in_training(trained_run: RunFolder, tmp_path: Path) -> None:
    project = make_project(tmp_path, make_graph(answer="price"), epochs=1)
    start = start_from(project, tmp_path, trained_run.path)
    layers = beginning_layers(start.weights, project.graph, tmp_path)
    assert layers == ("hidden",)
    graph = with_trainable(project.graph, layers, False)
    run = create_run(tmp_path, replace(project, graph=graph, weights=start.weights))
    assert train(run) == 0, run.info().message
    np.testing.assert_array_equal(best(run, "hidden"), best(trained_run, "hidden"))
    assert "trainable" not in with_trainable(graph, ("hidden",), True)["hidden"].settings


def test_that_a_rate_of_nothing_keeps_a_layer_and_a_tenth_moves_it_less(tmp_path: Path) -> None:
    moved = {}
    for factor in (0.0, 0.1, 1.0):
        project = make_project(tmp_path, epochs=1, rates={"hidden": factor} if factor < 1 else {})
        run = create_run(tmp_path, project)
        before = kernel(prepare_run(run)[0].model, "hidden")
        assert train(run) == 0, run.info().message
        moved[factor] = float(np.abs(best(run, "hidden") - before).mean())
    assert moved[0.0] == 0
    assert 0 < moved[0.1] < moved[1.0] / 3


def test_that_a_rate_for_no_layer_is_an_error(tmp_path: Path) -> None:
    run = create_run(tmp_path, make_project(tmp_path, rates={"hiden": 0.1}))
    assert train(run) == 1
    assert "'hiden'" in run.info().message


def test_that_rates_are_saved_and_wrong_ones_refused(tmp_path: Path) -> None:
    project = make_project(tmp_path, rates={"hidden": 0.1})
    save_project(project, tmp_path)
    assert load_project(tmp_path) == project
    with pytest.raises(ProjectError, match="factor of the learning rate"):
        text = (tmp_path / "project.json").read_text().replace('"hidden": 0.1', '"hidden": "slow"')
        (tmp_path / "project.json").write_text(text)
        load_project(tmp_path)


def test_that_an_embedding_takes_over_the_words_that_both_know() -> None:
    nodes = [
        Node("text", "Input", {"column": "text"}),
        Node("words", "keras.layers.Embedding", {"input_dim": 5, "output_dim": 3}),
    ]
    graph = Graph({node.id: node for node in nodes}, (Wire("text", "words"),))
    ours = Encoders({"text": TextEncoder("text", ["sea", "sky", "tree"], 4)})
    theirs = Encoders({"text": TextEncoder("text", ["tree", "house", "sea"], 4)})
    assert starting._embeddings(graph, ours) == {"words": ("sea", "sky", "tree")}
    layer = keras.layers.Embedding(5, 3)
    layer.build((None, 4))
    before = np.array(layer.get_weights()[0])
    given = np.arange(15, dtype=np.float32).reshape(5, 3)
    [table], known = starting._by_words(layer, [given], ("sea", "sky", "tree"), theirs["text"].words, "words")
    assert known == 2
    np.testing.assert_array_equal(table[[0, 1]], given[[0, 1]])  # padding and unknown
    np.testing.assert_array_equal(table[2], given[4])  # sea
    np.testing.assert_array_equal(table[3], before[3])  # sky
    np.testing.assert_array_equal(table[4], given[2])  # tree


def test_that_building_for_the_source_needs_its_encoders(trained_run: RunFolder) -> None:
    source = starting._of_run(trained_run, "run")
    assert source.encoders is not None
    assert build_network(trained_run.project(), source.encoders).outputs == ("answer",)
