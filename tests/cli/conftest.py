"""Data and projects that the tests of the command line make for themselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dlstudio.__main__ import main


@dataclass(frozen=True)
class Answer:
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The only JSON value it printed."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON values it printed, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


Call = Callable[..., Answer]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs a command in this process, which loads Keras once for all tests."""

    def run(*words: object) -> Answer:
        status = main([str(word) for word in words])
        printed = capsys.readouterr()
        return Answer(status, printed.out, printed.err)

    return run


def shape_image(kind: int, size: int, channels: int, random: np.random.Generator) -> np.ndarray:
    """A noisy image (size, size, channels) uint8 whose class is the place and the length of a bright bar."""
    image = random.integers(0, 60, (size, size, channels))
    row, length = kind // 2 * size // 5, size // 2 if kind % 2 else size
    image[row : row + size // 6 + 1, :length] = random.integers(180, 255)
    return image.astype(np.uint8)


@pytest.fixture
def make_images(tmp_path: Path) -> Callable[..., Path]:
    """Writes an image folder: a sub-folder a class."""

    def make(name: str = "images", size: int = 28, channels: int = 3, classes: int = 10, each: int = 12) -> Path:
        random = np.random.default_rng(1)
        for kind in range(classes):
            folder = tmp_path / name / f"kind_{kind}"
            folder.mkdir(parents=True)
            for number in range(each):
                pixels = shape_image(kind, size, channels, random)
                Image.fromarray(pixels if channels == 3 else pixels[..., 0]).save(folder / f"{number}.png")
        return tmp_path / name

    return make


GOOD = ("a lovely film", "a moving story", "great fun and warm", "one of the best this year")
BAD = ("a dull film", "a tired story", "no fun at all", "one of the worst this year")
ENDINGS = ("for everyone", "says my mother, and she knows", "in every scene", "from the first minute on", "again")


@pytest.fixture
def make_sentences(tmp_path: Path) -> Callable[..., Path]:
    """Writes a CSV of sentences with a label."""

    def make(rows: int = 120, name: str = "reviews.csv") -> Path:
        random = np.random.default_rng(2)
        lines = ["review,opinion"]
        for number in range(rows):
            words = (GOOD if number % 2 else BAD)[random.integers(4)]
            who = "".join(random.choice(list("aeiklmnors"), 6))
            lines.append(f'"{words} {ENDINGS[random.integers(5)]}, {who}",{"good" if number % 2 else "bad"}')
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return tmp_path / name

    return make


@pytest.fixture
def make_table(tmp_path: Path) -> Callable[..., Path]:
    """Writes a CSV of numbers with a class, from given lines or made up."""

    def make(lines: Sequence[str] | None = None, name: str = "table.csv") -> Path:
        random = np.random.default_rng(3)
        if lines is None:
            lines = ["width,height,kind"]
            for number in range(90):
                width, height = random.normal(number % 3 * 2.0, 0.4), random.normal(5.0 - number % 3, 0.4)
                lines.append(f"{width:.3f},{height:.3f},{'abc'[number % 3]}")
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return tmp_path / name

    return make


@pytest.fixture
def make_arrays(tmp_path: Path) -> Callable[..., Path]:
    """Writes an .npz with x_train, y_train, x_test, y_test."""

    def make(size: int = 12, train: int = 100, test: int = 30, name: str = "arrays.npz") -> Path:
        random = np.random.default_rng(4)

        def part(count: int) -> tuple[np.ndarray, np.ndarray]:
            kinds = np.arange(count) % 5
            return np.stack([shape_image(k * 2, size, 1, random)[..., 0] for k in kinds]), kinds

        (x_train, y_train), (x_test, y_test) = part(train), part(test)
        np.savez(tmp_path / name, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
        return tmp_path / name

    return make


def edit_project(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Changes the value of a ``project.json``, as a person with a text editor would."""
    file = folder / "project.json"
    value = json.loads(file.read_text())
    change(value)
    file.write_text(json.dumps(value))
