"""A small translator between two alphabets: it learns, writes by beam search, and says what it looks at."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dlstudio.data.opening import guess_settings
from dlstudio.graph.project import ObjectSettings, TrainingSettings
from dlstudio.inspection.asking import inspect_run
from dlstudio.inspection.evaluation import evaluate
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.loading import load_trained
from dlstudio.inspection.trained import TrainedModel
from dlstudio.inspection.translating import confidence, search, translate, translations, translator
from dlstudio.templates.making import fit_to_data
from dlstudio.training.runs.run_folder import RunFolder
from tests.inspection.conftest import trained

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
WHO = {"кошка": "η γάτα", "собака": "ο σκύλος", "птица": "το πουλί", "лошадь": "το άλογο"}
DOES = {"спит": "κοιμάται", "бежит": "τρέχει", "ест": "τρώει", "поёт": "τραγουδάει"}
WHEN = {"сегодня": "σήμερα", "вечером": "το βράδυ", "всегда": "πάντα"}


@pytest.fixture(
    scope="module", params=["attention-translator", pytest.param("transformer-translator", marks=pytest.mark.slow)]
)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = tmp_path_factory.mktemp(request.param)
    pairs = [
        (f"{w} {x} {y}.", f"{a} {b} {c}.") for w, a in WHO.items() for x, b in DOES.items() for y, c in WHEN.items()
    ]
    for place, language in enumerate(("ru", "el")):
        (folder / f"a.{language}").write_text("\n".join(pair[place] for pair in pairs) + "\n", encoding="utf-8")
    data = guess_settings(folder / "a.ru")
    columns = {name: {**each, "unit": "words"} if "from" not in each else each for name, each in data.columns.items()}
    project, _ = fit_to_data(folder, request.param, replace(data, columns=columns), "Two alphabets")
    nodes = {node.id: _smaller(node) for node in project.graph}
    recipe = TrainingSettings(
        epochs=24,
        batch_size=4,
        optimizer=ObjectSettings("keras.optimizers.Adam", {"learning_rate": 0.004}),
        device="cpu",
    )
    return trained(folder, replace(project, graph=replace(project.graph, nodes=nodes), training=recipe))


def _smaller(node: Any) -> Any:
    """A quarter of the width: the test is about meaning, not about size."""
    small = {"output_dim": 32, "width": 32, "units": 48, "heads": 2, "repeat": 1}
    kept = {name: small.get(name, value) for name, value in node.settings.items() if node.id != "logits"}
    rates = {"rate": 0.0, "dropout": 0.0}
    kept = {name: rates.get(name, value) for name, value in kept.items()}
    return node if node.id == "logits" else replace(node, settings=kept)


@pytest.fixture(scope="module")
def model(run: RunFolder) -> TrainedModel:
    return load_trained(run)


def asked(run: RunFolder, **options: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    return inspect_run(run.path, "translations", "test", options)


def test_that_unseen_sentences_are_translated_better_than_word_for_word(run: RunFolder) -> None:
    found = evaluate(run, "test")
    assert list(found["metrics"])[:3] == ["bleu", "chrf", "exact"]
    assert {"loss", "perplexity", "accuracy"} <= set(found["metrics"])
    copied, looked_up = found["baselines"]
    assert found["baseline"] == copied["metrics"]
    assert found["metrics"]["chrf"] > 90 > copied["metrics"]["chrf"]
    assert found["metrics"]["chrf"] > looked_up["metrics"]["chrf"] - 5
    assert json.loads(json.dumps(found)) == found


def test_that_a_sentence_of_ones_own_is_translated(model: TrainedModel) -> None:
    said = model.predict_value("птица поёт всегда.")
    assert said["value"] == "το πουλί τραγουδάει πάντα."
    assert said == translate(model, {"ru": "птица поёт всегда."})
    assert 0 < said["confidence"] <= 1
    assert said["candidates"][0]["value"] == said["value"]
    assert "unread" not in said
    assert model.predict_value("птица " * 9)["unread"] == 9 - model.specs["ru"].shape[0]
    with pytest.raises(InspectionError, match="is empty"):
        model.predict_value("  ")
    with pytest.raises(InspectionError, match="takes a text, not int"):
        model.predict_value(3)


def test_that_a_beam_of_one_is_greedy_and_a_wider_one_is_never_less_likely(model: TrainedModel) -> None:
    found = translator(model)
    rows = model.rows("test")
    sources = [model.data.encode(column, rows) for column in found.sources if column]
    greedy, wide = search(found, sources), search(found, sources, 5)
    assert [found.encoder.text(each[0].ids) for each in greedy] == translations(model, "test", model.targets[0])
    assert all(len(each) == 1 for each in greedy)
    for one, several in zip(greedy, wide, strict=True):
        ranks = [each.rank for each in several]
        assert ranks == sorted(ranks, reverse=True)
        assert len({each.ids for each in several}) == len(several)
        assert ranks[0] >= one[0].rank - 1e-4
        assert all(0 < confidence(each) <= 1 for each in several)
    with pytest.raises(InspectionError, match="from 1 to 16"):
        search(found, sources, 17)


def test_that_the_probability_of_a_beam_is_that_of_the_network(model: TrainedModel) -> None:
    found = translator(model)
    rows = model.rows("test")[:1]
    (source,) = [model.data.encode(column, rows) for column in found.sources if column]
    best = search(found, [source], 3)[0][0]
    so_far = np.zeros((1, found.encoder.spec.shape[0]), np.int32)
    so_far[0, : len(best.ids) + 1] = [found.encoder.boundary, *best.ids]
    given = model.given(*[so_far if column is None else source for column in found.sources])["el"]
    chances = model.targets[0].task.scores(given, model.targets[0].column, False)[0]
    chances[:, 0] = 0  # padding is never written
    chances /= chances.sum(axis=-1, keepdims=True)
    tokens = [*best.ids, found.encoder.boundary]
    logs = np.log([chances[place, token] for place, token in enumerate(tokens)])
    assert best.log_probability == pytest.approx(logs.sum(), abs=1e-3)


def test_that_neither_padding_nor_what_comes_later_changes_what_is_said(model: TrainedModel) -> None:
    rows = model.rows("test")[:4]
    read = {column: model.data.encode(column, rows) for column in model.inputs.values()}
    truth = model.data.encode("el", rows)
    plain = model.given(*read.values())["el"]
    later = {**read, "el so far": read["el so far"].copy()}
    later["el so far"][:, 3:] = 2
    assert np.abs(model.given(*later.values())["el"][:, :3] - plain[:, :3]).max() < 1e-5
    for name in ("source_embedding", "written_embedding"):
        layer = model.model.get_layer(name)
        (kept,) = layer.get_weights()
        moved = kept.copy()
        moved[0] += 5.0
        layer.set_weights([moved])
        changed = model.given(*read.values())["el"]
        layer.set_weights([kept])
        assert np.abs(changed - plain)[truth >= 0].max() < 1e-4


def test_that_the_view_shows_texts_side_by_side_in_every_order(run: RunFolder) -> None:
    found, _ = asked(run, sort="score", limit=3)
    assert found["languages"] == ["ru", "el"]
    assert found["total"] == len(load_trained(run).rows("test"))
    scores = [each["score"] for each in asked(run, sort="score")[0]["items"]]
    assert scores == sorted(scores)
    losses = [each["loss"] for each in asked(run, sort="-loss")[0]["items"]]
    assert losses == sorted(losses, reverse=True)
    rows = [each["row"] for each in asked(run)[0]["items"]]
    assert [each["row"] for each in asked(run, offset=1)[0]["items"]] == rows[1:]
    assert found["items"][0]["where"].startswith("line ")
    with pytest.raises(InspectionError, match="sorted by"):
        asked(run, sort="length")


def test_that_attention_is_a_share_of_what_is_read_and_finds_the_words(run: RunFolder) -> None:
    found, arrays = asked(run, text="собака ест вечером.", beam=2)
    weights = arrays["weights"]
    assert found["truth"] == ""
    assert len(found["candidates"]) == 2
    assert weights.shape == (len(found["layers"]), len(found["written"]), len(found["read"]))
    assert found["read"] == [" собака", " ест", " вечером", "."]
    assert asked(run, text="слон ест")[0]["read"] == [" слон", " ест"]  # the first of them unknown
    assert found["written"][-1] == "■"
    assert weights.sum(axis=-1) == pytest.approx(np.ones(weights.shape[:2]), abs=1e-4)
    assert len(found["layers"]) == 1
    row = load_trained(run).rows("test")[0]
    one, _ = asked(run, row=int(row))
    assert one["truth"]
    with pytest.raises(InspectionError, match="has no row"):
        asked(run, row=9999)


def test_that_the_inspector_is_offered_and_looking_changes_nothing(run: RunFolder) -> None:
    names = [each["name"] for each in inspect_run(run.path, "list", "test", {})[0]["inspectors"]]
    assert names == ["translations"]
    before = translate(load_trained(run), "кошка спит сегодня.")
    asked(run, text="кошка спит сегодня.")
    assert translate(load_trained(run), "кошка спит сегодня.") == before
