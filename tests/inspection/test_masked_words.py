"""A small network that tells hidden words: it learns, shows what is measured, and a classifier starts from it."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from dlstudio.data.encoders.saved import load_encoders
from dlstudio.data.opening import guess_settings
from dlstudio.graph.project import TrainingSettings
from dlstudio.inspection.asking import inspect_run
from dlstudio.inspection.evaluation import evaluate
from dlstudio.inspection.loading import load_trained
from dlstudio.templates.making import fit_to_data
from dlstudio.training.runs.run_folder import RunFolder
from dlstudio.training.starting import start_from
from tests.inspection.conftest import trained

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
ANIMALS = ("cat", "dog", "cow", "hen")


def reviews(folder: Path) -> Path:
    path = folder / "reviews.csv"
    lines = [
        f"the {a} sat on the {b} and the {a} was {'glad' if n % 2 else 'sad'} day {n},{'up' if n % 2 else 'down'}"
        for n, (a, b) in enumerate((a, b) for a in ANIMALS for b in ANIMALS for _ in range(6))
    ]
    path.write_text("\n".join(["text,label", *lines]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def masked_run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    from dataclasses import replace

    folder = tmp_path_factory.mktemp("masked")
    project, _ = fit_to_data(folder, "bert-small", guess_settings(reviews(folder)), "Masked")
    recipe = TrainingSettings(epochs=8, batch_size=8, optimizer=project.training.optimizer, device="cpu")
    return trained(folder, replace(project, training=recipe))


def asked(run: RunFolder, inspector: str, **options: Any) -> dict[str, Any]:
    return inspect_run(run.path, inspector, "test", options)[0]


def test_that_it_beats_the_commonest_word_and_offers_its_view(masked_run: RunFolder) -> None:
    measured = evaluate(masked_run)
    metrics, baseline = measured["metrics"], measured["baseline"]
    assert set(metrics) == set(baseline) == {"accuracy", "loss", "perplexity"}
    assert metrics["perplexity"] < 0.8 * baseline["perplexity"]
    assert metrics["accuracy"] > baseline["accuracy"]
    assert [each["name"] for each in asked(masked_run, "list")["inspectors"]] == ["hidden-words"]


def test_that_the_view_shows_the_hidden_words_with_the_loss_that_is_measured(masked_run: RunFolder) -> None:
    passages = [asked(masked_run, "hidden-words", place=n) for n in range(asked(masked_run, "hidden-words")["of"])]
    chances = [t["probability"] for p in passages for t in p["tokens"] if t["probability"] is not None]
    loss = -sum(map(math.log, chances)) / len(chances)
    assert loss == pytest.approx(evaluate(masked_run)["metrics"]["loss"], rel=1e-3)
    assert all(p["tokens"][0]["text"] == " the" for p in passages)
    hidden = next(t for p in passages for t in p["tokens"] if t["probability"] is not None)
    assert len(hidden["alternatives"]) == 5
    worst = asked(masked_run, "hidden-words", sort="-loss")
    assert worst["bits"] == pytest.approx(max(p["bits"] for p in passages), rel=1e-4)


def test_that_a_word_hidden_by_the_user_is_told(masked_run: RunFolder) -> None:
    said = load_trained(masked_run).predict_value("The cat sat [MASK] the dog")
    assert said["hidden"][0]["place"] == 3 and len(said["hidden"]) == 1
    guesses = said["hidden"][0]["guesses"]
    assert len(guesses) == 5 and said["value"] == f"the cat sat {guesses[0]['label']} the dog"
    assert not {guess["label"] for guess in guesses} & {"", "[mask]", "\ufffd"}
    assert said["scores"] == {guess["label"]: guess["confidence"] for guess in guesses}
    assert json.dumps(said)


def test_that_a_classifier_starts_from_its_embeddings_and_encoder(masked_run: RunFolder, tmp_path: Path) -> None:
    project, prepared = fit_to_data(tmp_path, "transformer-text", guess_settings(reviews(tmp_path)), "Sentiment")
    start = start_from(project, tmp_path, masked_run.path)
    words = prepared.specs["text"].vocabulary_size - 2
    matched = {match.layer: match.words for match in start.matched}
    assert matched["token_embedding"] == words == len(load_encoders(masked_run.encoders_folder)["masked"].words) - 1
    assert set(matched) == {
        *("token_embedding", "position_embedding", "attention", "attention_norm", "feed_1", "feed_2", "feed_norm")
    }
    assert start.fresh == ("logits",)
