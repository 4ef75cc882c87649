"""Data sets of the Hugging Face hub: their addresses, copies on this machine, and fetching them from a server here."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow
import pytest

from dlstudio.cli.making import make_project
from dlstudio.data.hugging_face import hub
from dlstudio.data.hugging_face.hub_address import HubAddress, is_hub_address, read_address, source_title
from dlstudio.data.hugging_face.hub_layout import layout, read_card
from dlstudio.data.opening import guess_settings, open_table
from dlstudio.data.preparing import prepare
from dlstudio.data.progress import tell_to
from dlstudio.data.table import DataError
from dlstudio.graph.saving import load_project
from tests.data.hub_repository import (
    CARD,
    COMMIT,
    csv_repository,
    hub_server,
    pictures,
    repository,
    texts,
    write_parquet,
)
from tests.data.sources import squad_file, write_image


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("hf://stanfordnlp/imdb", HubAddress("stanfordnlp/imdb")),
        ("hf://datasets/nyu-mll/glue/sst2", HubAddress("nyu-mll/glue", "sst2")),
        ("hf://a/b@v1.0", HubAddress("a/b", "", "v1.0")),
        ("hf://a/b/fr@refs/convert/parquet", HubAddress("a/b", "fr", "refs/convert/parquet")),
        ("https://huggingface.co/datasets/a/b", HubAddress("a/b")),
        ("https://huggingface.co/datasets/a/b/viewer/fr/train?p=1", HubAddress("a/b", "fr")),
        ("https://huggingface.co/datasets/a/b/tree/main/data", HubAddress("a/b", "", "main")),
    ],
)
def test_that_addresses_say_repository_configuration_and_revision(text: str, wanted: HubAddress) -> None:
    assert is_hub_address(text)
    assert read_address(text) == wanted
    assert read_address(str(wanted)) == wanted


@pytest.mark.parametrize("text", ["hf://", "hf://imdb", "hf://a/../b", "hf://a/b/../c", "hf://a/b@../x", "hf://a/b c"])
def test_that_an_address_of_no_data_set_gets_a_sentence(text: str) -> None:
    with pytest.raises(DataError, match=r"names no data set of the hub\. It has to be like hf://owner/name"):
        guess_settings(text)


def test_that_paths_are_no_addresses_and_each_has_a_title() -> None:
    assert not is_hub_address("/home/hf/data")
    assert source_title("/home/me/films.csv") == "films.csv"
    assert source_title(f"hf://a/b/fr@{COMMIT}") == "a/b (fr)"


def test_that_a_card_names_parts_shards_and_classes(tmp_path: Path) -> None:
    settings = guess_settings(repository(tmp_path / "films"))
    assert settings.format == "hub-folder"
    assert {name: column["type"] for name, column in settings.columns.items()} == {"text": "text", "label": "category"}
    data = prepare(settings, tmp_path)
    assert data.specs["label"].classes == ("bad", "good")
    assert {name: len(rows) for name, rows in data.rows.items()} == {"train": 36, "validation": 4, "test": 10}
    assert data.raw("text", 39) == "film number 39 is fine"
    assert not data.issues


def test_that_pictures_and_classes_inside_of_parquet_need_no_card(tmp_path: Path) -> None:
    settings = guess_settings(pictures(tmp_path / "squares"))
    assert settings.columns["image"] == {"type": "image", "size": [6, 8], "channels": 1, "role": "input"}
    data = prepare(settings, tmp_path)
    assert data.specs["label"].classes == ("dark", "light")
    np.testing.assert_allclose(data.encode("image", np.array([0, 1]))[:, 0, 0, 0], [20 / 255, 200 / 255], atol=1e-6)


def test_that_csv_and_json_lines_named_by_parts_are_read(tmp_path: Path) -> None:
    data = prepare(guess_settings(csv_repository(tmp_path / "films")), tmp_path)
    assert (data.raw("text", 0), len(data.rows["test"])) == ("film 0, said badly", 10)
    lines = [json.dumps({"text": text, "label": label}) for text, label in zip(*texts(40).values(), strict=True)]
    (tmp_path / "lines").mkdir()
    (tmp_path / "lines" / "train.jsonl").write_text("\n".join(lines))
    (tmp_path / "lines" / "validation.jsonl").write_text("\n".join(lines[:8]))
    rows = prepare(guess_settings(tmp_path / "lines"), tmp_path).rows
    assert {name: len(part) for name, part in rows.items()} == {"train": 36, "validation": 8, "test": 4}
    (tmp_path / "list").mkdir()
    for split, count in (("train", 40), ("test", 6)):
        (tmp_path / "list" / f"{split}.json").write_text(f"[{','.join(lines[:count])}]")
    assert open_table(guess_settings(tmp_path / "list"), tmp_path).rows == 46


def test_that_questions_in_files_named_by_parts_stay_questions(tmp_path: Path) -> None:
    for split in ("train", "dev"):
        squad_file(tmp_path / "questions").rename(tmp_path / "questions" / f"{split}-v2.0.json")
    assert guess_settings(tmp_path / "questions").format == "squad"


def test_that_one_configuration_is_read_and_the_others_are_told(tmp_path: Path) -> None:
    for language in ("en", "fr"):
        write_parquet(tmp_path / "films" / language / "train.parquet", texts(40 if language == "fr" else 30))
    configs = "".join(f"- config_name: {name}\n  data_files: {name}/*.parquet\n" for name in ("en", "fr"))
    (tmp_path / "films" / "README.md").write_text(f"---\nconfigs:\n{configs}---\n")
    settings = guess_settings(tmp_path / "films")
    table = open_table(settings, tmp_path)
    assert table.rows == 30
    assert "2 configurations, and 'en' is read. Others are: fr" in table.issues[-1].message
    (tmp_path / "films" / "README.md").write_text(f"---\nconfigs:\n{configs}  default: true\n---\n")
    assert open_table(guess_settings(tmp_path / "films"), tmp_path).rows == 40


def test_that_patterns_of_a_card_never_leave_the_repository() -> None:
    names = ["data/train.csv", "data/deep/train.csv", "secret.csv"]
    card = read_card("---\nconfigs:\n- config_name: default\n  data_files: [data/*.csv, ../secret.csv]\n---\n")
    assert layout(card, names).files == {"train": ("data/train.csv",)}
    card = read_card("---\nconfigs:\n- config_name: default\n  data_files: data/**/*.csv\n---\n")
    assert layout(card, names).files == {"train": ("data/deep/train.csv", "data/train.csv")}


def test_that_folders_of_parts_are_configurations_where_no_card_says_so() -> None:
    names = [f"{config}/{split}/0000.parquet" for config in ("cola", "sst2") for split in ("train", "test")]
    found = layout({}, names)
    assert (found.config, found.others) == ("cola", ("sst2",))
    assert found.files == {"train": ("cola/train/0000.parquet",), "test": ("cola/test/0000.parquet",)}
    assert layout({}, names, "sst2").files["train"] == ("sst2/train/0000.parquet",)
    with pytest.raises(DataError, match="There is no configuration 'qqp'"):
        layout({}, names, "qqp")


def test_that_a_table_beside_the_parts_that_is_none_has_to_be_chosen_from(tmp_path: Path) -> None:
    csv_repository(tmp_path / "films")
    (tmp_path / "films" / "submission.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="films holds several things that can be read"):
        guess_settings(tmp_path / "films")


def cut(folder: Path) -> None:
    file = folder / "data" / "test-00000-of-00001.parquet"
    file.write_bytes(file.read_bytes()[:-40])


def no_table(folder: Path) -> None:
    (folder / "data" / "train-00000-of-00002.parquet").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")


def empty(folder: Path) -> None:
    (folder / "data" / "train-00000-of-00002.parquet").write_bytes(b"")


def no_rows(folder: Path) -> None:
    columns = {"text": pyarrow.array([], pyarrow.string()), "label": pyarrow.array([], pyarrow.int64())}
    write_parquet(folder / "data" / "test-00000-of-00001.parquet", columns)


def missing_column(folder: Path) -> None:
    write_parquet(folder / "data" / "test-00000-of-00001.parquet", {"text": ["a", "b"]})


def other_names(folder: Path) -> None:
    (folder / "README.md").write_text(CARD.replace("data/t", "parts/t"))


def bad_header(folder: Path) -> None:
    (folder / "README.md").write_text("---\nconfigs: [{\ndataset_info: x\n---\n")


def wrong_encoding(folder: Path) -> None:
    (folder / "README.md").write_bytes(CARD.encode().replace(b"# Films", b"# Films \xff\xfe"))


def huge_card(folder: Path) -> None:
    with (folder / "README.md").open("r+b") as file:
        file.truncate(1 << 30)


def no_training(folder: Path) -> None:
    for file in (folder / "data").glob("train-*"):
        file.unlink()


def latin_csv(folder: Path) -> None:
    for file in (folder / "data").iterdir():
        file.unlink()
    (folder / "data" / "train-1.csv").write_bytes("text,label\ncafé,1\n".encode("latin-1") * 3)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (cut, r"test-00000-of-00001\.parquet cannot be read as Parquet"),
        (no_table, r"train-00000-of-00002\.parquet cannot be read as Parquet"),
        (empty, r"train-00000-of-00002\.parquet is empty"),
        (no_rows, "test has no row"),
        (missing_column, "The parts train and test of films have different columns: text, label and text"),
        (other_names, "names files of the configuration 'default' that are not there.*parts/train-"),
        (bad_header, r"The header of README\.md is no YAML"),
        (wrong_encoding, r"README\.md in films is not UTF-8"),
        (huge_card, r"README\.md in films is larger than 16 MB"),
        (no_training, "films has no part for training; it has: test"),
        (latin_csv, r"train-1\.csv is not UTF-8 at byte 14\. Save it as UTF-8"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_that_broken_copies_are_named(broken: Callable[[Path], None], words: str, tmp_path: Path) -> None:
    folder = repository(tmp_path / "films")
    broken(folder)
    with pytest.raises(DataError, match=words):
        guess_settings(folder)


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A server with the repositories ``people/films`` and ``people/squares``; gives the requests that it gets."""
    (repository(tmp_path / "hub" / "films") / "films.py").write_text("raise SystemExit('a loading script ran')")
    for label in ("cat", "dog"):
        for number in range(20):
            write_image(tmp_path / "hub" / "squares" / "train" / label / f"{number}.png", 30 + number)
    asked: list[str] = []
    homes = {f"people/{name}": tmp_path / "hub" / name for name in ("films", "squares")}
    monkeypatch.setenv("HF_HOME", str(tmp_path / "huggingface"))
    with hub_server(homes, asked) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        yield asked


def test_that_a_data_set_of_the_hub_is_fetched_once_and_named_by_its_commit(served: list[str], tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    tell_to(lambda *each: told.append(each))
    try:
        settings = guess_settings("hf://people/films")
    finally:
        tell_to(None)
    assert settings.source == f"hf://people/films@{COMMIT}"
    assert settings.format == "hub-folder"
    assert told[-1][0].startswith("Fetching people/films (")
    assert told[-1][1] == told[-1][2] > 3000
    assert not any(".py" in each for each in served)  # loading scripts are not even fetched
    served.clear()
    assert prepare(settings, tmp_path).table.rows == 50
    assert not served  # a copy of a commit needs no network


def test_that_a_repository_of_pictures_is_a_folder_of_images(served: list[str], tmp_path: Path) -> None:
    settings = guess_settings("hf://people/squares")
    assert settings.format == "image-folder"
    assert prepare(settings, tmp_path).specs["label"].classes == ("cat", "dog")


def test_that_a_project_of_a_data_set_of_the_hub_is_made_by_name(served: list[str], tmp_path: Path) -> None:
    made = make_project(tmp_path / "reviews", "cnn-text", "hf://people/films")
    assert load_project(made.folder).data.source == f"hf://people/films@{COMMIT}"
    assert made.prepared.table.rows == 50


def test_that_the_last_copy_serves_where_nobody_answers(
    served: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guess_settings("hf://people/films")
    monkeypatch.setenv("HF_ENDPOINT", _nobody())
    assert guess_settings("hf://people/films").source == f"hf://people/films@{COMMIT}"
    with pytest.raises(DataError, match=r"people/squares cannot be fetched: the hub does not answer.*Connect to the"):
        guess_settings("hf://people/squares")


def test_that_what_is_not_there_or_too_large_is_told_before_it_is_fetched(
    served: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DataError, match="There is no data set people/nothing on the hub"):
        guess_settings("hf://people/nothing")
    with pytest.raises(DataError, match=r"There is no configuration 'fr'\. There are: default"):
        guess_settings("hf://people/films/fr")
    monkeypatch.setattr(hub, "MOST_BYTES", 2000)
    with pytest.raises(DataError, match=r"people/films has .* kB in 3 files; 2\.0 kB and"):
        guess_settings("hf://people/films")
    assert not any("parquet" in each for each in served)


def _nobody() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"
