"""Every shipped set opens as its README says, without anything to decide, but for the one that shows a decision."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dlstudio.data.opening import guess_settings
from dlstudio.data.preparing import prepare
from dlstudio.data.summary import summarize
from dlstudio.places import SAMPLE_DATA, sample_path

NAMES = sorted(each.name for each in SAMPLE_DATA.iterdir() if each.is_dir())
SPECS = {
    "air-passengers": ("series", (24, 1), 0),
    "alice": ("text", (128,), 75),
    "basic-motions": ("series", (100, 6), 4),
    "brain-tissue": ("image", (120, 104, 1), 4),
    "brain-tumour": ("image", (128, 128, 1), 2),
    "brain-volumes": ("volume", (4, 120, 56, 1), 4),
    "breast-cancer": ("number", (30,), 2),
    "co2-weekly": ("series", (104, 1), 0),
    "digit-voices": ("audio", (10400, 1), 10),
    "digit-words": ("audio", (10400, 1), 40),
    "digits": ("image", (8, 8, 1), 10),
    "drawings": ("image", (28, 28, 1), 10),
    "drawings-on-photos": ("image", (128, 128, 3), 3),
    "english-french": ("text", (20,), 1856),
    "fashion": ("image", (28, 28, 1), 10),
    "finance-entities": ("text", (64,), 7),
    "fruit-photos": ("image", (96, 96, 3), 5),
    "iris": ("number", (4,), 3),
    "land-cover": ("image", (32, 32, 6), 7),
    "movie-snippets": ("text", (40,), 2),
    "moving-drawings": ("video", (10, 48, 48, 3), 8),
    "nuclei": ("image", (64, 64, 1), 2),
    "penguin-weights": ("number", (11,), 0),
    "penguins": ("number", (9,), 3),
    "shakespeare": ("text", (128,), 73),
    "spoken-digits": ("series", (92, 13), 10),
    "sunspots": ("series", (160, 1), 0),
    "trees": ("image", (192, 192, 3), 1),
    "titanic": ("number", (8,), 2),
    "wiki-questions": ("text", (24,), 0),
    "wine": ("number", (13,), 3),
}


def test_that_every_shipped_set_is_listed_here() -> None:
    assert sorted(SPECS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_that_a_shipped_set_opens_as_what_it_is(name: str) -> None:
    path = sample_path(name)
    assert path is not None
    settings = guess_settings(path)
    data = prepare(settings, Path("/"))
    roles = {column["role"]: name for name, column in settings.columns.items() if "role" in column}
    source, target = data.specs[roles["input"]], data.specs[roles["target"]]
    assert (source.kind, source.shape, len(target.classes)) == SPECS[name]
    assert [issue.kind for issue in data.issues if issue.severity == "error"] == ["missing"] * (name == "titanic")
    json.dumps(summarize(settings, Path("/")).as_json(), allow_nan=False)
