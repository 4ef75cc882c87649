"""A small reader of passages: it learns, is measured by the texts of its answers, and answers about any text."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dlstudio.data.encoders.tokenized import Token
from dlstudio.data.opening import guess_settings
from dlstudio.data.texts.passages import NO_ANSWER
from dlstudio.graph.project import TrainingSettings
from dlstudio.inspection import answering
from dlstudio.inspection.answering import window_starts
from dlstudio.inspection.asking import inspect_run
from dlstudio.inspection.evaluation import evaluate
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.loading import load_trained
from dlstudio.inspection.trained import TrainedModel
from dlstudio.templates.making import fit_to_data
from dlstudio.training.runs.run_folder import RunFolder
from tests.data.sources import squad_file
from tests.inspection.conftest import trained

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
PASSAGE = "May Moss saw 12 birds in Rome."
ASKED = "How many birds did May see?"


@pytest.fixture(scope="module", params=["bilstm-reader", pytest.param("transformer-reader", marks=pytest.mark.slow)])
def reader_run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = tmp_path_factory.mktemp(request.param)
    project, _ = fit_to_data(folder, request.param, guess_settings(squad_file(folder, 60)), "Birds")
    recipe = TrainingSettings(epochs=8, batch_size=8, optimizer=project.training.optimizer, device="cpu")
    return trained(folder, replace(project, training=recipe))


@pytest.fixture(scope="module")
def reader(reader_run: RunFolder) -> TrainedModel:
    return load_trained(reader_run)


def asked(run: RunFolder, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    return inspect_run(run.path, "answers", "test", options)


def test_that_it_learns_to_find_numbers_and_names_and_stands_beside_the_sliding_window(reader_run: RunFolder) -> None:
    found = evaluate(reader_run, "test")
    assert found["metrics"]["f1"] > 0.8
    assert {"f1", "exact_match", "loss", "span_exact"} == set(found["metrics"])
    assert {"f1", "exact_match"} == set(found["baseline"])
    assert found["baseline_title"].startswith("sliding window")
    assert set(reader_run.info().metrics) >= {"val_f1", "f1"}


def test_that_an_answer_is_a_piece_of_the_passage_with_its_place_and_score(reader: TrainedModel) -> None:
    said = reader.predict_value({"passage": PASSAGE, "question": ASKED})
    json.dumps(said, allow_nan=False)
    assert said["value"] == "12"
    assert PASSAGE[said["start"] : said["end"]] == "12"
    assert said["tokens"][said["first"] : said["last"] + 1] == ["12"]
    assert sum(said["start_scores"]) == pytest.approx(1)
    assert said["score"] == pytest.approx(said["start_scores"][said["first"]] * said["end_scores"][said["last"]])
    spans = [(each["first"], each["last"]) for each in said["answers"]]
    assert all(a[1] < b[0] or b[1] < a[0] for n, a in enumerate(spans) for b in spans[n + 1 :])
    scores = [each["score"] for each in said["answers"]]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    "passage",
    ["7", "今日は雨が降った。", "हिन्दी एक भाषा है", "!!!", "😀", "a" * 3000, "word " * 20_000],
    ids=["one word", "japanese", "hindi", "signs", "emoji", "one long word", "long"],
)
def test_that_any_text_gets_an_answer_from_it(passage: str, reader: TrainedModel) -> None:
    said = reader.predict_value({"passage": passage, "question": "¿Qué? 什么?"})
    assert said["value"]
    assert said["value"] == passage[said["start"] : said["end"]]
    assert len(said["start_scores"]) == len(said["tokens"])


def test_that_a_passage_longer_than_what_is_read_is_read_to_its_end(reader: TrainedModel) -> None:
    filler = "It was a day in the sun. " * 200
    said = reader.predict_value({"passage": filler + PASSAGE, "question": ASKED})
    assert len(said["tokens"]) == 200 * 8 + 8
    assert sum(said["start_scores"]) == pytest.approx(1)
    found = [each for each in said["answers"] if each["end"] > len(filler)]
    assert any("12" in each["text"] for each in found)


def test_that_a_short_passage_gets_the_scores_of_the_network_itself(reader: TrainedModel) -> None:
    data = reader.data
    row = reader.rows("test")[:1]
    given = reader.given(*(data.encode(column, row) for column in reader.inputs.values()))["answer"][0]
    reference = data.references("answer", row)[0]
    said = reader.predict_value({"passage": reference.passage.text, "question": reference.question})
    count = len(said["tokens"])
    logs = given[:count] - np.log(np.exp(given[:count]).sum(axis=0))
    assert np.log(said["start_scores"]) == pytest.approx(logs[:, 0], abs=1e-3)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"passage": PASSAGE}, "There is no text for 'question'"),
        ({"passage": " ", "question": ASKED}, "There is no text for 'passage'"),
        (PASSAGE, "There is no text for 'passage'"),
        ({"passage": PASSAGE, "question": 3}, "There is no text for 'question'"),
        ({"passage": "\u200b", "question": ASKED}, "passage"),
    ],
)
def test_that_what_cannot_be_answered_gets_a_sentence(value: Any, said: str, reader: TrainedModel) -> None:
    try:
        reader.predict_value(value)
    except InspectionError as error:
        assert said in str(error)
    else:
        assert value == {"passage": "\u200b", "question": ASKED}  # a sign without width is a sign


def test_that_windows_cover_a_text_and_overlap_by_half() -> None:
    assert window_starts(10, 10) == [0]
    assert window_starts(3, 10) == [0]
    assert window_starts(11, 10) == [0, 1]
    assert window_starts(27, 10) == [0, 5, 10, 15, 17]
    for tokens in range(1, 60):
        starts = window_starts(tokens, 7)
        covered = {place for start in starts for place in range(start, min(start + 7, tokens))}
        assert covered == set(range(tokens))


def test_that_questions_are_shown_with_answers_and_scores_and_can_be_sorted(reader_run: RunFolder) -> None:
    page, arrays = asked(reader_run, limit=3)
    assert page["kind"] == "answers"
    losses = [item["loss"] for item in page["items"]]
    assert losses == sorted(losses, reverse=True)
    for item in page["items"]:
        scores = arrays[item["array"]]
        assert scores.shape == (len(item["tokens"]), 2)
        assert scores.sum(axis=0) == pytest.approx(np.ones(2), abs=1e-4)
        (span,) = item["predicted"]
        assert " ".join(item["tokens"][span["start"] : span["end"]]).replace(" .", ".") == item["answer"]
        assert item["exact"] == (span["verdict"] == "right")
    by_f1 = [item["f1"] for item in asked(reader_run, sort="f1", limit=100)[0]["items"]]
    assert by_f1 == sorted(by_f1)
    assert np.mean(by_f1) == pytest.approx(page["metrics"]["f1"])
    assert sum(page["counts"].values()) == page["of"] == len(by_f1)
    right = asked(reader_run, show="right")[0]
    assert right["total"] == page["counts"].get("right", 0)
    with pytest.raises(InspectionError, match="'sort' can be"):
        asked(reader_run, sort="beauty")


def test_that_a_model_loaded_again_answers_the_same(reader_run: RunFolder, reader: TrainedModel) -> None:
    value = {"passage": PASSAGE, "question": ASKED}
    again = load_trained(RunFolder(Path(reader_run.path))).predict_value(value)
    assert again["start_scores"] == pytest.approx(reader.predict_value(value)["start_scores"], abs=1e-5)


def test_that_each_window_begins_with_no_answer_and_the_lowest_of_its_scores_counts() -> None:
    tokens = [Token(f"w{place}", place, place + 1) for place in range(10)]
    seen = []

    def encoded(words: list[Token]) -> np.ndarray:
        seen.append([word.text for word in words])
        return np.array([word.start for word in words] + [-1] * (5 - len(words)))

    def given(windows: np.ndarray) -> dict[str, np.ndarray]:
        scores = np.repeat(windows[:, :, None].astype(float), 2, axis=2)
        scores[:, 0, :] = windows[:, 1:2] + [[3, 5]]  # of no answer: higher in later windows
        return {"y": scores}

    reader = SimpleNamespace(spec=SimpleNamespace(shape=(5,), name="passage"), encode_tokens=encoded)
    model = SimpleNamespace(inputs={"x": "passage"}, targets=[SimpleNamespace(output="y")], given=given)
    found = answering._scores(model, reader, tokens, {}, none=True)
    assert {window[0] for window in seen} == {NO_ANSWER.text}
    assert len(seen) > 3
    assert found[0].tolist() == [3, 5]
    assert found[1:, 0].tolist() == list(range(10))


@pytest.mark.slow
def test_that_a_reader_learns_where_a_passage_does_not_say(tmp_path: Path) -> None:
    path = squad_file(tmp_path, 80)
    tree = json.loads(path.read_text())
    for number, paragraph in enumerate(tree["data"][0]["paragraphs"]):
        none = {"answers": [], "is_impossible": True}
        cats = {"id": f"{number}-c", "question": "How many cats did May feed?", **none}
        when = {"id": f"{number}-d", "question": "When were cats fed?", **none}
        paragraph["qas"] += [cats, when]
    path.write_text(json.dumps(tree))
    project, _ = fit_to_data(tmp_path, "bilstm-reader", guess_settings(path), "Birds")
    recipe = TrainingSettings(epochs=8, batch_size=8, optimizer=project.training.optimizer, device="cpu")
    run = trained(tmp_path, replace(project, training=recipe))
    found = evaluate(run, "test")
    assert found["metrics"]["no_answer_f1"] > 0.9
    assert found["metrics"]["has_answer_f1"] > 0.8
    model = load_trained(run)
    said = model.predict_value({"passage": PASSAGE, "question": "When were cats fed?"})
    assert (said["value"], said["first"], said["tokens"][0]) == ("", 0, "∅")
    assert model.predict_value({"passage": PASSAGE, "question": ASKED})["value"] == "12"
    message, _ = inspect_run(run.path, "answers", "test", {"limit": 40})
    assert {"", "May Moss"} <= {item["answer"] for item in message["items"]}
    assert message["metrics"]["no_answer_f1"] == found["metrics"]["no_answer_f1"]
