"""The data process on real data: the shipped digits and irises."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from dlstudio.data.opening import guess_settings
from dlstudio.engine.client import EngineClient
from dlstudio.graph.project import Project
from dlstudio.places import SAMPLE_DATA
from tests.engine.listener import Listener

pytestmark = pytest.mark.keeps_processes

DIGITS = SAMPLE_DATA / "digits" / "digits"


@pytest.fixture(scope="module")
def listener() -> Listener:
    return Listener()


@pytest.fixture(scope="module")
def client(listener: Listener) -> Iterator[EngineClient]:
    client = EngineClient(listener)
    yield client
    client.close()


@pytest.fixture(scope="module")
def digits(client: EngineClient, listener: Listener) -> dict[str, Any]:
    """Payload of every further question about the digits."""
    reply = listener.reply_to(client.ask("guess_data", {"path": str(DIGITS), "root": str(DIGITS.parent)}))
    assert reply.error == ""
    return {"data": reply.value["data"], "root": str(DIGITS.parent)}


def test_that_data_inside_the_project_is_named_relative_to_it(digits: dict[str, Any]) -> None:
    assert digits["data"]["source"] == "digits"


def test_that_data_is_described_without_keras(client: EngineClient, listener: Listener, digits: dict[str, Any]) -> None:
    value = listener.reply_to(client.ask("describe_data", digits)).value
    assert value["summary"]["rows"] == sum(value["summary"]["splits"].values())
    assert {spec["kind"] for spec in value["specs"].values()} == {"image", "category"}
    process = psutil.Process(client.process_ids()["data"])
    assert not [entry.path for entry in process.memory_maps() if "tensorflow" in entry.path]


def test_that_pictures_come_as_arrays(client: EngineClient, listener: Listener, digits: dict[str, Any]) -> None:
    column = next(name for name, each in digits["data"]["columns"].items() if each["type"] == "image")
    question = {**digits, "column": column, "rows": [0, 5, 10**9], "size": 32}
    value = listener.reply_to(client.ask("thumbnails", question)).value
    assert value["rows"] == [0, 5]
    assert set(value["arrays"]) == {"0", "5"}
    assert all(image.dtype == "uint8" and image.shape[2] == 3 for image in value["arrays"].values())


def test_that_rows_come_as_values(client: EngineClient, listener: Listener, digits: dict[str, Any]) -> None:
    value = listener.reply_to(client.ask("table_rows", {**digits, "rows": [0, 1]})).value
    assert len(value["rows"]) == 2
    assert len(value["rows"][0]) == len(value["columns"])


def test_that_a_template_is_fitted(client: EngineClient, listener: Listener, tmp_path: Path) -> None:
    question = {"template": "cnn", "name": "Digits", "folder": str(tmp_path / "p"), "data_path": str(DIGITS)}
    project = Project.from_json(listener.reply_to(client.ask("fit_template", question)).value["project"])
    assert project.name == "Digits"
    assert (tmp_path / "p" / project.data.source).is_dir()


@pytest.mark.parametrize("path", ["/nowhere", "/dev/null", "\0"])
def test_that_data_that_is_none_gets_a_sentence(client: EngineClient, listener: Listener, path: str) -> None:
    reply = listener.reply_to(client.ask("guess_data", {"path": path}))
    assert reply.error.endswith((".", "byte"))


@pytest.fixture
def many(tmp_path: Path) -> dict[str, Any]:
    """Payload of questions about 8,000 files, made from the shipped digits."""
    folder = tmp_path / "many"
    files = sorted(DIGITS.rglob("*.png"))
    for number in range(8000):
        original = files[number % len(files)]
        copy = folder / original.parent.name / f"{number}.png"
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(original, copy)
    return {"data": guess_settings(folder).as_json(), "root": str(tmp_path)}


def test_that_checking_many_files_tells_how_far_it_is_and_goes_on_where_it_was_stopped(
    many: dict[str, Any],
) -> None:
    heard = Listener()
    client = EngineClient(heard)
    try:
        first = client.ask("describe_data", many)
        heard.wait_for(lambda: bool(heard.progress))
        told = heard.progress[0]
        assert (told.id, told.what, told.total) == (first, "Checking images", 8000)
        assert 0 < told.done < told.total
        client.cancel(first)
        again = client.ask("describe_data", many)
        assert heard.reply_to(again).value["summary"]["rows"] == 8000
        assert not [reply for reply in heard.replies if reply.id == first]
        gone_on = [each for each in heard.progress if each.id == again]
        assert all(each.total <= 8000 - told.done for each in gone_on)
        third = client.ask("describe_data", {**many, "data": {**many["data"], "split": {"train": 0.5, "test": 0.5}}})
        assert heard.reply_to(third).error == ""
        assert not [each for each in heard.progress if each.id == third]
    finally:
        client.close()
