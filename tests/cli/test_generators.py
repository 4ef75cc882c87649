"""``predict`` of a generator: a picture of each whole number, a verdict on each file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import Call


@pytest.fixture
def project(tmp_path: Path, call: Call) -> Path:
    pixels = np.random.default_rng(0).integers(0, 255, (40, 8, 8), dtype=np.uint8)
    np.savez(tmp_path / "grey.npz", x=pixels)
    folder = tmp_path / "made"
    assert call("new", folder, "--template", "gan", "--data", tmp_path / "grey.npz").status == 0
    assert call("train", folder, "--epochs", 1, "--device", "cpu", "--json").status == 0
    return folder


def test_that_numbers_become_pictures_and_files_are_judged(project: Path, call: Call, tmp_path: Path) -> None:
    Image.new("L", (8, 8), 90).save(tmp_path / "grey.png")
    found = call("predict", project, 3, 4, tmp_path / "grey.png", "--pictures", tmp_path / "out", "--json")
    three, four, judged = found.json
    assert np.shape(three["output"]["made"]) == (8, 8, 1) and three["output"] != four["output"]
    saved = np.asarray(Image.open(tmp_path / "out" / "3.png"))
    assert np.abs(saved / 255 - np.array(three["output"]["made"])[..., 0]).max() < 0.003
    assert judged["output"]["label"] in ("real", "made") and "file" not in judged
    told = call("predict", project, 3, tmp_path / "grey.png").out
    assert "looks real by" in told and str(tmp_path / "grey.png") in told.replace("\n", "")
    refused = call("predict", project, "nothing.png")
    assert refused.status != 0 and "nothing.png" in refused.err + refused.out
