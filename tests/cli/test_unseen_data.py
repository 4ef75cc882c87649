"""From data that the studio has never seen to predictions: new, check, train, evaluate, predict."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dlstudio.data.encoders import bands as bands_encoder
from tests.cli.conftest import Answer, Call
from tests.data.sources import write_sound

Make = Callable[..., Path]


def from_data_to_model(call: Call, folder: Path, template: str, data: Path, epochs: int = 1) -> dict[str, object]:
    """Runs new, check, train and evaluate; each has to succeed. Returns what evaluate printed."""
    made = call("new", folder, "--template", template, "--data", data, "--json")
    assert made.status == 0, made.err
    checked = call("check", folder, "--json")
    assert checked.status == 0, checked.out
    assert checked.json["parameters"] > 0
    trained = call("train", folder, "--epochs", epochs, "--json")
    assert trained.status == 0, trained.err
    assert trained.lines[0]["event"] == "started"
    assert trained.lines[-1]["event"] == "finished"
    assert trained.lines[-1]["run"] == "0001"
    evaluated = call("evaluate", folder, "--json")
    assert evaluated.status == 0, evaluated.err
    value = evaluated.json
    assert value["run"] == "0001"
    assert value["split"] == "test"
    return dict(value["metrics"])


def labels(answer: Answer) -> list[str]:
    """The predicted labels, after a look at the form of the answer."""
    assert answer.status == 0, answer.err
    for entry in answer.json:
        assert set(entry) == {"input", "output"}
        assert abs(sum(entry["output"]["scores"].values()) - 1) < 1e-3
        assert entry["output"]["confidence"] == pytest.approx(max(entry["output"]["scores"].values()), abs=1e-4)
    return [entry["output"]["label"] for entry in answer.json]


@pytest.mark.parametrize("size", [28, pytest.param(32, marks=pytest.mark.slow)])
def test_that_an_image_folder_is_learned(call: Call, tmp_path: Path, make_images: Make, size: int) -> None:
    data = make_images(size=size)
    metrics = from_data_to_model(call, tmp_path / "project", "cnn", data, epochs=1)
    assert 0 <= float(str(metrics["accuracy"])) <= 1
    project = json.loads((tmp_path / "project" / "project.json").read_text())
    assert project["data"]["columns"]["image"]["size"] == [size, size]
    assert project["graph"]["nodes"]["logits"]["settings"]["units"] == 10
    found = labels(call("predict", tmp_path / "project", data / "kind_3" / "0.png", data / "kind_4", "--json"))
    assert len(found) == 13
    assert set(found) <= {f"kind_{number}" for number in range(10)}


def test_that_sentences_are_learned(call: Call, tmp_path: Path, make_sentences: Make) -> None:
    from_data_to_model(call, tmp_path / "project", "transformer-text", make_sentences())
    found = labels(call("predict", tmp_path / "project", "a lovely film for everyone", "utter drivel", "--json"))
    assert set(found) <= {"good", "bad"}


def test_that_arrays_keep_their_own_test_part(call: Call, tmp_path: Path, make_arrays: Make) -> None:
    made = call("new", tmp_path / "project", "--template", "mlp", "--data", make_arrays(), "--json")
    assert made.json["rows"]["test"] == 30
    assert made.json["rows"]["train"] + made.json["rows"]["validation"] == 100


def test_that_images_of_five_bands_are_learned_and_told(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    classes = np.arange(60) % 3
    bands = rng.normal(100, 5, (60, 12, 14, 5)) + 20 * classes[:, None, None, None] * np.arange(5)
    np.savez(tmp_path / "bands.npz", x=bands.astype(np.float32), y=classes)
    from_data_to_model(call, tmp_path / "project", "cnn", tmp_path / "bands.npz")
    np.save(tmp_path / "one.npy", bands[0].astype(np.float32))
    assert set(labels(call("predict", tmp_path / "project", tmp_path / "one.npy", "--json"))) <= {"0", "1", "2"}
    np.save(tmp_path / "other.npy", bands[0, ..., :4].astype(np.float32))
    refused = call("predict", tmp_path / "project", tmp_path / "other.npy")
    assert refused.status == 1 and "other.npy" in refused.err
    monkeypatch.setattr(bands_encoder, "_MOST_ARRAY", 100)
    refused = call("predict", tmp_path / "project", tmp_path / "one.npy")
    assert refused.status == 1 and "one.npy: it is larger than 0 MiB." in refused.err


@pytest.mark.slow
def test_that_arrays_are_learned(call: Call, tmp_path: Path, make_arrays: Make) -> None:
    metrics = from_data_to_model(call, tmp_path / "project", "mlp", make_arrays(), epochs=30)
    assert float(str(metrics["accuracy"])) > 0.8


@pytest.mark.slow
def test_that_sentences_are_understood_after_enough_epochs(call: Call, tmp_path: Path, make_sentences: Make) -> None:
    metrics = from_data_to_model(call, tmp_path / "project", "bilstm-text", make_sentences(400), epochs=12)
    assert float(str(metrics["accuracy"])) > 0.9
    found = labels(call("predict", tmp_path / "project", "a lovely film again", "a dull film again", "--json"))
    assert found == ["good", "bad"]


@pytest.mark.slow
def test_that_images_are_told_apart_after_enough_epochs(call: Call, tmp_path: Path, make_images: Make) -> None:
    data = make_images(each=40)
    metrics = from_data_to_model(call, tmp_path / "project", "resnet-small", data, epochs=8)
    assert float(str(metrics["accuracy"])) > 0.9


@pytest.mark.slow
def test_that_a_table_with_a_number_to_learn_is_a_regression(call: Call, tmp_path: Path, make_table: Make) -> None:
    random = np.random.default_rng(5)
    rows = random.normal(size=(200, 2))
    lines = ["a,b,price"] + [f"{a:.3f},{b:.3f},{100 + 30 * a - 10 * b:.2f}" for a, b in rows]
    folder = tmp_path / "project"
    made = call("new", folder, "--template", "mlp", "--data", make_table(lines), "--target", "price", "--json")
    assert made.status == 0, made.err
    assert call("train", folder, "--epochs", 40, "--json").status == 0
    assert call("evaluate", folder, "--json").json["metrics"]["mae"] < 15
    (answer,) = call("predict", folder, '{"a": 1, "b": 0}', "--json").json
    assert answer["output"]["value"] == pytest.approx(130, abs=25)


def tones(folder: Path, rate: int, classes: int, ending: str, channels: int = 1) -> Path:
    for kind in range(classes):
        for number in range(8):
            write_sound(folder / f"ton {kind}" / f"{number}.{ending}", 300 + 500 * kind, 0.3, rate, channels)
    return folder


@pytest.mark.parametrize(
    ("template", "rate", "ending"),
    [("speech-cnn", 44_100, "flac"), pytest.param("speech-gru", 11_025, "wav", marks=pytest.mark.slow)],
)
def test_that_sounds_of_other_rates_are_learned(
    call: Call, tmp_path: Path, template: str, rate: int, ending: str
) -> None:
    data = tones(tmp_path / "töne", rate, 3, ending, channels=2)
    from_data_to_model(call, tmp_path / "project", template, data)
    found = labels(call("predict", tmp_path / "project", data / "ton 1" / f"0.{ending}", data / "ton 2", "--json"))
    assert len(found) == 9
    assert set(found) <= {"ton 0", "ton 1", "ton 2"}


@pytest.mark.slow
def test_that_speech_in_another_alphabet_is_written_down(call: Call, tmp_path: Path) -> None:
    lines = ["path\tsentence\tclient_id"]
    for row in range(16):
        write_sound(tmp_path / "data" / "clips" / f"{row}.wav", 300 + 40 * row, 0.4, 16_000)
        lines.append(f"{row}.wav\t{('нет', 'да', 'καλά')[row % 3]}\tvoice{row % 4}")
    (tmp_path / "data" / "validated.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    metrics = from_data_to_model(call, tmp_path / "project", "speech-ctc", tmp_path / "data")
    assert set(metrics) == {"cer", "wer", "exact"}
    (answer,) = call("predict", tmp_path / "project", tmp_path / "data" / "clips" / "3.wav", "--json").json
    assert set(answer["output"]["value"]) <= set("нетдакαλά\ufffd")


def test_that_a_file_that_is_no_sound_is_named(call: Call, tmp_path: Path) -> None:
    from_data_to_model(call, tmp_path / "project", "speech-gru", tones(tmp_path / "data", 8000, 2, "wav"))
    (tmp_path / "x.wav").write_text("no sound")
    refused = call("predict", tmp_path / "project", tmp_path / "x.wav")
    assert refused.status != 0
    assert "x.wav" in refused.err
    assert "not a sound" in refused.err


@pytest.mark.parametrize("template", ["bilstm-tagger", pytest.param("transformer-tagger", marks=pytest.mark.slow)])
def test_that_tags_of_another_alphabet_are_learned(call: Call, tmp_path: Path, template: str) -> None:
    names, verbs = ["Анна", "Олег", "Мария"], ["спит", "идёт", "поёт"]
    words = [(f"{names[n % 3]} B-ИМЯ", f"{verbs[n % 2]} O") for n in range(240)]
    sentences = ["\n".join((*(each if n % 5 else each[::-1]), ". O\n")) for n, each in enumerate(words)]
    (tmp_path / "ru.conll").write_text("\n".join(sentences), encoding="utf-8")
    metrics = from_data_to_model(call, tmp_path / "project", template, tmp_path / "ru.conll", epochs=6)
    assert metrics["entity_f1"] == 1.0
    answer = call("predict", tmp_path / "project", "Олег идёт.", "--json")
    assert answer.status == 0, answer.err
    (said,) = answer.json
    assert said["output"]["value"] == "Олег (ИМЯ)"
    assert said["output"]["tokens"] == ["Олег", "идёт", "."]
    assert "Олег (ИМЯ)" in call("predict", tmp_path / "project", "Олег идёт.").out


@pytest.mark.slow
@pytest.mark.parametrize("template", ["attention-translator", "transformer-translator"])
def test_that_other_languages_are_translated(call: Call, tmp_path: Path, template: str) -> None:
    nouns = {"кошка": "η γάτα", "птица": "το πουλί", "рыба": "το ψάρι"}
    verbs = {"спит": "κοιμάται", "поёт": "τραγουδάει"}
    pairs = [
        (f"{a} {b} {n % 4}", f"{x} {y} {n % 4}") for n in range(8) for a, x in nouns.items() for b, y in verbs.items()
    ]
    for place, language in enumerate(("ru", "el")):
        (tmp_path / f"animals.{language}").write_text("\n".join(pair[place] for pair in pairs), encoding="utf-8")
    metrics = from_data_to_model(call, tmp_path / "project", template, tmp_path / "animals.ru")
    assert set(metrics) == {"bleu", "chrf", "exact", "loss", "perplexity", "accuracy"}
    answer = call("predict", tmp_path / "project", "рыба спит 2", "птица поёт 1", "--beam", 3, "--json")
    assert answer.status == 0, answer.err
    assert [each["input"] for each in answer.json] == ["рыба спит 2", "птица поёт 1"]
    for each in answer.json:
        assert isinstance(each["output"]["value"], str)
        assert 1 <= len(each["output"]["candidates"]) <= 3
    refused = call("predict", tmp_path / "project", "рыба", "--beam", 0)
    assert refused.status != 0
    assert "from 1 to 16" in refused.err


def test_that_a_translation_is_turned_round_by_its_target(call: Call, tmp_path: Path) -> None:
    words = [(f"the cat {n}", f"le chat {n}") for n in range(40)]
    table = "\n".join(["en,fr", *(",".join(pair) for pair in words)])
    (tmp_path / "pairs.csv").write_text(table, encoding="utf-8")
    made = call(
        "new", tmp_path / "p", "--template", "gpt", "--data", tmp_path / "pairs.csv", "--target", "en", "--json"
    )
    assert made.status != 0
    assert "Templates that suit: attention-translator, transformer-translator" in made.err
    made = call(
        *("new", tmp_path / "p", "--template", "attention-translator"),
        *("--data", tmp_path / "pairs.csv", "--target", "en", "--json"),
    )
    assert made.status == 0, made.err
    project = json.loads((tmp_path / "p" / "project.json").read_text())
    assert project["data"]["columns"]["en"]["type"] == "translation"
    assert project["data"]["columns"]["en so far"]["from"] == ["en"]
    read = [node["settings"]["column"] for node in project["graph"]["nodes"].values() if node["type"] == "Input"]
    assert read == ["fr", "en so far"]
