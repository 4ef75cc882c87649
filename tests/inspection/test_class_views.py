"""Confused pairs, threshold curves, calibration, importance of columns and weights of words, on trained runs."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import DataSettings, ObjectSettings, Project, TrainingSettings
from dlstudio.inspection.asking import inspect_run, predict_value
from dlstudio.inspection.evaluation import evaluate
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspectors.thresholds import curves
from dlstudio.training.runs.run_folder import RunFolder
from tests.inspection.conftest import trained

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

GOOD, BAD = ("great", "lovely", "superb"), ("awful", "dull", "dreadful")


@pytest.fixture(scope="session")
def text_run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Praise told from blame by single words among neutral ones."""
    folder = tmp_path_factory.mktemp("texts")
    rng = np.random.default_rng(0)
    lines = ["text,label"]
    for index in range(240):
        words = list(rng.choice(["the", "film", "was", "a", "story", "of", "people"], 6))
        words.insert(int(rng.integers(0, 7)), str(rng.choice(GOOD if index % 2 else BAD)))
        lines.append(f"{' '.join(words)},{'good' if index % 2 else 'bad'}")
    (folder / "reviews.csv").write_text("\n".join(lines), encoding="utf-8")
    nodes = (
        Node("text", "Input", {"column": "text"}),
        Node("embed", "keras.layers.Embedding", {"input_dim": 64, "output_dim": 8}),
        Node("pool", "keras.layers.GlobalAveragePooling1D"),
        Node("logits", "keras.layers.Dense", {"units": 2}),
        Node("label", "Output", {"column": "label", "task": "classification"}),
    )
    ids = [node.id for node in nodes]
    graph = Graph({node.id: node for node in nodes}, tuple(Wire(a, b) for a, b in pairwise(ids)))
    columns = {
        "text": {"type": "text", "length": 12, "vocabulary": 64, "role": "input"},
        "label": {"type": "category", "role": "target"},
    }
    data = DataSettings("reviews.csv", "csv", columns, {"train": 0.6, "validation": 0.2, "test": 0.2, "seed": 7})
    optimizer = ObjectSettings("keras.optimizers.Adam", {"learning_rate": 0.05})
    training = TrainingSettings(epochs=6, batch_size=16, device="cpu", optimizer=optimizer)
    return trained(folder, Project("Reviews", data, graph, training))


def test_that_auc_and_average_precision_are_those_of_scikit_learn() -> None:
    from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

    rng = np.random.default_rng(3)
    for samples in (7, 400):
        scores = rng.integers(0, 9, samples) / 8  # with many ties
        positive = rng.random(samples) < 0.2 + 0.5 * scores
        found = curves("", "x", ("x", "y"), scores, positive)
        assert found.auc == pytest.approx(roc_auc_score(positive, scores), abs=1e-12)
        assert found.average_precision == pytest.approx(average_precision_score(positive, scores), abs=1e-12)
        false, true, thresholds = roc_curve(positive, scores, drop_intermediate=False)
        assert found.hits / found.positives == pytest.approx(true)
        assert found.alarms / found.negatives == pytest.approx(false)
        assert found.thresholds == pytest.approx(thresholds)


def test_that_a_class_without_samples_has_no_area_and_does_not_fail() -> None:
    found = curves("", "x", ("x", "y"), np.array([0.1, 0.9]), np.array([False, False]))
    assert (found.auc, found.average_precision, found.positives, found.negatives) == (None, None, 0, 2)
    assert curves("", "x", ("x", "y"), np.zeros(0), np.zeros(0, bool)).auc is None


def test_that_curves_are_given_for_the_class_asked_for(class_run: RunFolder) -> None:
    message, arrays = inspect_run(class_run.path, "thresholds", "train", {"class": "red"})
    assert message["name"] == "red"
    assert message["positives"] + message["negatives"] == 240
    assert arrays["hits"][-1] == message["positives"]
    assert message["auc"] > 0.9
    with pytest.raises(InspectionError, match="no class 'pink'"):
        inspect_run(class_run.path, "thresholds", "train", {"class": "pink"})


def test_that_confused_pairs_add_up_to_the_mistakes_and_open_their_samples(class_run: RunFolder) -> None:
    message, _ = inspect_run(class_run.path, "confused", "train", {})
    mistakes, _ = inspect_run(class_run.path, "gallery", "train", {"wrong": True})
    counts = [row[2] for row in message["rows"]]
    assert sum(counts) == mistakes["total"] > 0
    assert counts == sorted(counts, reverse=True)
    truth, given, count, _ = message["rows"][0]
    page, _ = inspect_run(class_run.path, "gallery", "train", {"truth": truth, "prediction": given})
    assert page["total"] == count
    assert truth != given


def test_that_calibration_agrees_with_evaluate_and_counts_every_sample(class_run: RunFolder) -> None:
    message, _ = inspect_run(class_run.path, "calibration", "test", {})
    measured = evaluate(class_run, "test")["metrics"]
    assert message["error"] == pytest.approx(measured["calibration_error"])
    assert message["accuracy"] == pytest.approx(measured["accuracy"])
    assert sum(message["counts"]) == 30


def test_that_a_column_which_decides_is_more_important_than_noise(number_run: RunFolder) -> None:
    message, _ = inspect_run(number_run.path, "importance", "train", {})
    assert message["metric"] == "rmse"
    assert message["drops"] == sorted(message["drops"], reverse=True)
    assert message["drops"][0] > 0.2 * message["reference"]
    again, _ = inspect_run(number_run.path, "importance", "train", {})
    assert again == message


def test_that_words_that_decide_weigh_more_than_neutral_ones(text_run: RunFolder) -> None:
    message, _ = inspect_run(text_run.path, "words", "test", {"text": "The film, was superb!", "class": "good"})
    weights = dict(zip(message["pieces"], message["weights"], strict=True))
    assert "".join(message["pieces"]) == "The film, was superb!"
    assert message["prediction"]["label"] == "good"
    assert message["truth"] is None
    assert weights["superb"] > 0.05
    assert all(
        abs(weight) < weights["superb"] for word, weight in weights.items() if weight is not None and word != "superb"
    )
    against, _ = inspect_run(text_run.path, "words", "test", {"text": "The film, was superb!", "class": "bad"})
    mirrored = dict(zip(against["pieces"], against["weights"], strict=True))
    assert mirrored["superb"] == pytest.approx(-weights["superb"], abs=1e-5)


def test_that_words_of_a_row_come_with_its_truth_and_unknown_ones_are_marked(text_run: RunFolder) -> None:
    message, _ = inspect_run(text_run.path, "words", "test", {})
    assert message["truth"] in ("good", "bad")
    with pytest.raises(InspectionError, match="Row 100000 is not in the test split"):
        inspect_run(text_run.path, "words", "test", {"row": 100_000})
    own, _ = inspect_run(text_run.path, "words", "test", {"text": "a zebra " + "film " * 30})
    assert own["known"][own["pieces"].index("zebra")] is False
    assert own["left_out"] == 20


def test_that_a_weight_is_the_change_of_probability_without_the_word(text_run: RunFolder) -> None:
    message, _ = inspect_run(text_run.path, "words", "test", {"text": "dull story", "class": "bad"})
    whole = predict_value(text_run.path, "dull story")["scores"]["bad"]
    without = predict_value(text_run.path, "zebra story")["scores"]["bad"]  # an unknown word in its place
    assert message["weights"][0] == pytest.approx(whole - without, abs=1e-5)


@pytest.mark.parametrize("kind", ["class_run", "number_run", "image_run", "text_run"])
def test_that_evaluate_sets_models_that_learn_beside_the_network(kind: str, request: pytest.FixtureRequest) -> None:
    measured = evaluate(request.getfixturevalue(kind), "test")
    simplest, linear, *trees = measured["baselines"]
    assert simplest["metrics"] == measured["baseline"]
    assert linear["title"] == {
        "number_run": "linear regression",
        "text_run": "TF-IDF and logistic regression",
    }.get(kind, "logistic regression")
    metric, sign = ("mae", -1) if kind == "number_run" else ("accuracy", 1)
    assert sign * linear["metrics"][metric] > sign * simplest["metrics"][metric]
    assert set(linear["metrics"]) == set(measured["metrics"])
    assert [each["title"] for each in trees] == (["gradient boosting"] if kind in ("class_run", "number_run") else [])
    for each in trees:
        assert sign * each["metrics"][metric] > sign * simplest["metrics"][metric]


def test_that_the_linear_model_learns_from_the_training_split_alone(class_run: RunFolder) -> None:
    train = evaluate(class_run, "train")["baselines"][1]["metrics"]
    test = evaluate(class_run, "test")["baselines"][1]["metrics"]
    assert train != test
