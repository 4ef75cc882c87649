"""LoRA: what learns, what is kept, and that nobody needs to know of it afterwards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from dlstudio.graph.fine_tuning import Learning, adaptable, by_lora, learning_of, with_learning
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.inspection.loading import load_trained
from dlstudio.training.adapters import adapt, adapted, merged_variables
from dlstudio.training.checkpoints import read_snapshot
from dlstudio.training.failures import TrainingError
from dlstudio.training.fitting import train
from dlstudio.training.runs.run_folder import create_run
from dlstudio.training.starting import start_from
from tests.training.test_fitting import curve, last_weights, stop_after_steps
from tests.training.tiny_projects import make_graph, make_project

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def every_kind() -> keras.Model:
    words = keras.Input((6,), dtype="int32", name="words")
    x = keras.layers.Embedding(50, 16, name="embedding")(words)
    x = keras.layers.MultiHeadAttention(2, 8, name="attention")(x, x)
    x = keras.layers.Conv1D(16, 3, padding="same", name="conv")(x)
    x = keras.layers.LayerNormalization(name="norm")(x)
    x = keras.layers.GlobalAveragePooling1D()(x)
    return keras.Model(words, keras.layers.Dense(8, name="dense")(x))


def test_that_adapted_layers_answer_as_before_and_learn_few_weights() -> None:
    model = every_kind()
    words = np.arange(12).reshape(2, 6)
    before, weights = model.predict(words, verbose=0), len(model.variables)
    kernel = np.array(model.get_layer("dense").kernel)
    adapt(model, {"embedding": 2, "attention": 2, "conv": 2, "dense": 2})
    np.testing.assert_array_equal(model.predict(words, verbose=0), before)
    assert len(list(adapted(model))) == 7  # attention has four
    learnt = {variable.path for variable in model.trainable_variables}
    assert not any(path.endswith(("/kernel", "/embeddings")) for path in learnt)

    model.compile("adam", "mse")
    model.fit(words, np.ones((2, 8)), epochs=3, verbose=0)
    after = model.predict(words, verbose=0)
    assert np.abs(after - before).max() > 1e-4
    np.testing.assert_array_equal(np.array(model.get_layer("dense")._kernel), kernel)

    plain = every_kind()
    merged = merged_variables(model)
    assert len(merged) == len(plain.variables) == weights
    for variable, (_, value) in zip(plain.variables, merged, strict=True):
        variable.assign(value)
    np.testing.assert_allclose(plain.predict(words, verbose=0), after, atol=1e-5)


@pytest.mark.parametrize(
    ("ranks", "words"),
    [
        ({"nowhere": 2}, "no layer with weights has that name"),
        ({"norm": 2}, "only dense, convolution"),
    ],
)
def test_that_what_cannot_be_adapted_is_said(ranks: dict[str, int], words: str) -> None:
    with pytest.raises(TrainingError, match=words):
        adapt(every_kind(), ranks)


def test_that_a_kernel_too_small_for_the_rank_learns_as_usual() -> None:
    model = every_kind()
    adapt(model, {"dense": 6, "conv": 6})  # 16 × 8 weights are fewer than 6 × (16 + 8)
    assert [layer.name for layer in adapted(model)] == ["conv"]
    assert any(variable.path == "dense/kernel" for variable in model.trainable_variables)


def test_that_a_run_by_lora_leaves_a_plain_network(tmp_path: Path) -> None:
    project = make_project(tmp_path, lora={"hidden": 2})
    run = create_run(tmp_path, project)
    assert train(run) == 0, run.info().message
    best, last = read_snapshot(run.best_checkpoint), read_snapshot(run.last_checkpoint)
    assert len(last.weights) == len(best.weights) + 2
    trained = load_trained(run)
    saved = keras.models.load_model(run.model_file)
    feed = trained.network.feed(trained.data, "test")
    x, _, _ = feed.take(np.arange(len(feed)))
    np.testing.assert_allclose(trained.model.predict(x, verbose=0), saved.predict(x, verbose=0), atol=1e-5)
    again = start_from(replace(project, training=replace(project.training, lora={})), tmp_path, "0001")
    assert [match.layer for match in again.matched] == ["hidden", "answer_units"]


def test_that_stopping_and_continuing_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone, stopped = (create_run(tmp_path, make_project(tmp_path, lora={"hidden": 2})) for _ in range(2))
    assert train(alone) == 0
    stop_after_steps(monkeypatch, 12)
    assert train(stopped) == 0
    monkeypatch.undo()
    assert train(stopped, resume=True) == 0
    assert curve(stopped) == curve(alone)
    assert all(np.array_equal(a, b) for a, b in zip(last_weights(stopped), last_weights(alone), strict=True))
    assert stopped.info().metrics == alone.info().metrics


def test_that_how_layers_learn_is_one_value_a_layer(tmp_path: Path) -> None:
    project = make_project(tmp_path, make_graph(answer="colour"), rates={"hidden": 0.5})
    assert learning_of(project, "hidden") == Learning("rate", 0.5)
    kept = with_learning(project, {"hidden": Learning("kept")})
    assert kept.graph["hidden"].settings["trainable"] is False and not kept.training.rates
    assert learning_of(kept, "hidden").how == "kept"
    assert learning_of(by_lora(kept, ["hidden"], 3), "hidden") == Learning("lora", 3)
    assert "trainable" not in by_lora(kept, ["hidden"], 3).graph["hidden"].settings
    assert with_learning(kept, {"hidden": Learning()}).graph == project.graph


def test_that_layers_which_cannot_learn_by_lora_are_kept(tmp_path: Path) -> None:
    nodes = {
        "x": Node("x", "Input", {"column": "features"}),
        "norm": Node("norm", "keras.layers.LayerNormalization"),
        "dense": Node("dense", "keras.layers.Dense", {"units": 3}),
        "y": Node("y", "Output", {"column": "colour"}),
    }
    graph = Graph(nodes, (Wire("x", "norm"), Wire("norm", "dense"), Wire("dense", "y")))
    project = by_lora(make_project(tmp_path, graph), ["norm", "dense"], 1)
    assert adaptable(graph) == {"dense"}
    assert (learning_of(project, "norm").how, learning_of(project, "dense").how) == ("kept", "lora")
