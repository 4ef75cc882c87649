"""A small language model: it learns, writes the same with the same seed, and its probabilities are those measured."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlstudio.data.opening import guess_settings
from dlstudio.graph.project import TrainingSettings
from dlstudio.inspection.asking import forget, inspect_run
from dlstudio.inspection.evaluation import evaluate
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.generating import Sampling, continue_text, draw
from dlstudio.inspection.loading import load_trained
from dlstudio.templates.making import fit_to_data
from dlstudio.training.runs.run_folder import RunFolder
from tests.inspection.conftest import trained

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
POEM = "the cat sat on the mat and the dog sat on the log\n" * 40


@pytest.fixture(scope="module", params=["char-lstm", "gpt"])
def text_run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    from dataclasses import replace

    folder = tmp_path_factory.mktemp(request.param)
    (folder / "poem.txt").write_text(POEM)
    data = guess_settings(folder / "poem.txt")
    columns = {**data.columns, "text": {**data.columns["text"], "length": 16}}
    project, _ = fit_to_data(folder, request.param, replace(data, columns=columns), "Poem")
    recipe = TrainingSettings(epochs=3, batch_size=4, optimizer=project.training.optimizer, device="cpu")
    return trained(folder, replace(project, training=recipe))


def asked(run: RunFolder, inspector: str, **options: Any) -> dict[str, Any]:
    return inspect_run(run.path, inspector, "test", options)[0]


def test_that_the_loss_falls_and_both_views_are_offered(text_run: RunFolder) -> None:
    lines = [json.loads(line) for line in text_run.events_file.read_text().splitlines()]
    losses = [line["values"]["loss"] for line in lines if line["event"] in ("batch", "epoch")]
    assert losses[-1] < 0.8 * losses[0]
    names = [each["name"] for each in asked(text_run, "list")["inspectors"]]
    assert names == ["generation", "surprise"]


def test_that_a_model_loaded_again_says_the_same(text_run: RunFolder) -> None:
    first, second = load_trained(text_run), load_trained(text_run)
    ids = first.data.encode("text", first.rows("test")[:2])
    given = [model.given(ids)["next"] for model in (first, second)]
    assert np.abs(given[0] - given[1]).max() < 1e-5


def test_that_what_comes_later_changes_nothing_before(text_run: RunFolder) -> None:
    model = load_trained(text_run)
    ids = model.data.encode("text", model.rows("test")[:1])
    other = ids.copy()
    other[:, 8:] = 2
    first, second = model.given(ids)["next"], model.given(other)["next"]
    assert np.abs(first[:, :8] - second[:, :8]).max() < 1e-4
    assert np.abs(first[:, 8:] - second[:, 8:]).max() > 1e-3


def test_that_the_same_seed_gives_the_same_text_however_it_is_asked_for(text_run: RunFolder) -> None:
    whole = asked(text_run, "generation", prompt="the cat", count=24, seed=5, temperature=2.0)
    part = asked(text_run, "generation", prompt="the cat", count=10, seed=5, temperature=2.0)
    rest = asked(text_run, "generation", ids=part["ids"], drawn=part["drawn"], count=14, seed=5, temperature=2.0)
    assert part["text"] + rest["text"] == whole["text"] == "".join(token["text"] for token in whole["tokens"])
    assert continue_text(load_trained(text_run), "the cat", 24, Sampling(2.0, seed=5)) == whole["text"]


def test_that_a_passage_has_the_surprise_that_is_measured(text_run: RunFolder) -> None:
    of = asked(text_run, "surprise")["of"]
    passages = [asked(text_run, "surprise", place=place) for place in range(of)]
    bits = [-math.log2(t["probability"]) for p in passages for t in p["tokens"] if t["probability"] is not None]
    measured = evaluate(text_run)
    assert sum(bits) / len(bits) == pytest.approx(measured["metrics"]["loss"] / math.log(2), rel=1e-3)
    assert set(measured["baseline"]) == set(measured["metrics"])
    token = passages[0]["tokens"][1]
    shares = [share for _, share in token["alternatives"]]
    assert shares == sorted(shares, reverse=True) and len(shares) == 5
    worst = asked(text_run, "surprise", sort="-loss")
    assert worst["bits"] == pytest.approx(max(p["bits"] for p in passages), rel=1e-4)


def test_that_the_next_token_is_foretold_for_a_text_of_ones_own(text_run: RunFolder) -> None:
    said = load_trained(text_run).predict_value("the ca")
    assert 0 < said["confidence"] <= 1
    assert said["scores"][said["label"]] == said["confidence"] == max(said["scores"].values())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"prompt": ""}, "The prompt is empty"),
        ({"prompt": "a", "temperature": -1}, "The temperature is -1"),
        ({"prompt": "a", "top_p": 0}, "Top-p is 0"),
        ({"prompt": "a", "top_k": -3}, "Top-k is -3"),
        ({"prompt": "a", "seed": "x"}, "'seed' has to be a number"),
        ({"ids": [99999]}, "written by another network"),
    ],
)
def test_that_a_question_that_makes_no_sense_is_a_sentence(
    text_run: RunFolder, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(InspectionError, match=said):
        asked(text_run, "generation", **options)
    forget(text_run.path / "nowhere")


def test_that_cuts_and_temperature_leave_only_what_they_should() -> None:
    chances = np.array([0.0, 0.0, 0.1, 0.5, 0.4])
    assert {draw(chances, Sampling(0.0), n) for n in range(50)} == {3}
    assert {draw(chances, Sampling(1.0), n) for n in range(200)} == {2, 3, 4}
    assert {draw(chances, Sampling(1.0, top_k=2), n) for n in range(200)} == {3, 4}
    assert {draw(chances, Sampling(1.0, top_p=0.4), n) for n in range(200)} == {3}
    cold = [draw(chances, Sampling(0.3), n) for n in range(400)]
    assert cold.count(3) / 400 > 0.6 and 2 not in cold[:20]
    plain = [draw(chances, Sampling(1.0), n) for n in range(2000)]
    assert plain.count(3) / 2000 == pytest.approx(0.5, abs=0.05)


def test_that_a_run_without_text_cannot_write(class_run: RunFolder) -> None:
    with pytest.raises(InspectionError, match="Only a language model"):
        continue_text(load_trained(class_run), "a", 3, Sampling())


def test_that_nothing_of_the_data_is_needed_to_write(text_run: RunFolder, tmp_path: Path) -> None:
    assert len(continue_text(load_trained(text_run), "the dog", 5, Sampling())) == 5
