"""The shipped catalogue is what the installed Keras gives, and differences are told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dlstudio.compiler.introspection.__main__ import main
from dlstudio.compiler.introspection.docstrings import parse_docstring, plain, shortened
from dlstudio.compiler.introspection.writing import FOLDER, differences, generate


def test_that_the_shipped_catalogue_fits_the_installed_keras(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().out


def test_that_generating_twice_gives_the_same_text() -> None:
    assert generate() == generate()


def test_that_the_files_stay_small() -> None:
    assert sum(file.stat().st_size for file in FOLDER.glob("*.json")) < 600_000


def test_that_a_difference_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = generate()
    layers = json.loads(files["layers.json"])
    del layers["types"]["keras.layers.Dense"]
    layers["types"]["keras.layers.Old"] = {}
    layers["types"]["keras.layers.LSTM"]["summary"] = "Another."
    (tmp_path / "layers.json").write_text(json.dumps(layers))
    (tmp_path / "operations.json").write_text(files["operations.json"])
    assert main(["--check", "--folder", str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == [
        "layers.json: keras.layers.Old is gone from Keras",
        "layers.json: keras.layers.Dense is new in Keras",
        "layers.json: keras.layers.LSTM has changed",
        "objects.json: is missing",
    ]


def test_that_writing_removes_every_difference(tmp_path: Path) -> None:
    assert main(["--folder", str(tmp_path)]) == 0
    assert differences(generate(), tmp_path) == []


def test_that_docstrings_are_taken_apart() -> None:
    def function() -> None:
        """Does `one` thing. And [another](https://example.org).

        >>> function()

        More of **it**.

        Args:
            first: int, the first
                of them. Defaults to `3`.
            second: The second.

        Returns:
            Nothing.
        """

    docs = parse_docstring(function)
    assert docs.summary == "Does one thing."
    assert docs.body == "More of it."
    assert docs.arguments == {"first": "int, the first of them. Defaults to 3.", "second": "The second."}


def test_that_help_is_cut_at_sentences() -> None:
    assert shortened("One. Two is longer. Three.", 12) == "One."
    assert plain("see `x` in [the paper](https://a.b/c)") == "see x in the paper"
