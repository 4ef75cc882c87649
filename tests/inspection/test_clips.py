"""Runs on clips: gallery, weights of frames, the baseline of a single frame, clips of one's own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from dlstudio.data.table import DataError
from dlstudio.engine.handlers import HANDLERS
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import DataSettings, Project, TrainingSettings
from dlstudio.inspection.asking import inspect_run, predict_value
from dlstudio.inspection.evaluation import evaluate
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspectors.frames import covered
from dlstudio.training.runs.run_folder import RunFolder
from tests.data.sources import write_frames, write_gif
from tests.inspection.conftest import trained

TOLD = 4  # the frame whose flash says the class; the middle one of six is 3


def flashing(label: str, rng: np.random.Generator) -> np.ndarray:
    """Six frames of noise; in one of them a flash at the left or at the right says what it is."""
    clip = rng.integers(0, 90, (6, 12, 12, 3), np.uint8)
    clip[TOLD, 3:9, slice(0, 6) if label == "left" else slice(6, 12)] = 255
    return clip


@pytest.fixture(scope="module")
def flash_run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = tmp_path_factory.mktemp("flashes")
    rng = np.random.default_rng(5)
    for label in ("left", "right"):
        for number in range(30):
            write_frames(folder / "clips" / label / f"take{number}", flashing(label, rng))
    nodes = (
        Node("film", "Input", {"column": "clip"}),
        Node("flat", "keras.layers.Flatten"),
        Node("units", "keras.layers.Dense", {"units": 2}),
        Node("side", "Output", {"column": "label", "task": "classification"}),
    )
    graph = Graph(
        {node.id: node for node in nodes}, (Wire("film", "flat"), Wire("flat", "units"), Wire("units", "side"))
    )
    columns = {
        "clip": {"type": "clip", "frames": 6, "size": [12, 12], "channels": 1, "role": "input"},
        "label": {"type": "category", "role": "target"},
    }
    split = {"train": 0.6, "validation": 0.1, "test": 0.3, "seed": 7}
    data = DataSettings("clips", "clip-folder", columns, split)
    return trained(folder, Project("Flashes", data, graph, TrainingSettings(epochs=12, batch_size=8, device="cpu")))


def test_that_all_views_of_classes_are_offered_and_frames_with_them(flash_run: RunFolder) -> None:
    overview, _ = inspect_run(flash_run.path, "list", "test", {})
    names = {each["name"] for each in overview["inspectors"]}
    assert {"gallery", "frames", "confusion", "classes", "confused", "thresholds", "calibration"} <= names
    assert overview["inputs"][0]["kind"] == "video" and overview["inputs"][0]["shape"] == [6, 12, 12, 1]
    for name in names:
        message, _ = inspect_run(flash_run.path, name, "test", {})
        json.dumps(message, allow_nan=False)


def test_that_the_gallery_shows_frames_side_by_side(flash_run: RunFolder) -> None:
    message, arrays = inspect_run(flash_run.path, "gallery", "test", {"limit": 4})
    assert message["sample_kind"] == "video" and len(message["items"]) == 4
    first = message["items"][0]
    assert arrays[first["array"]].shape == (12, 38, 1) and first["file"].startswith(("left/take", "right/take"))


def test_that_the_frame_that_tells_weighs_most(flash_run: RunFolder) -> None:
    rows = [item["row"] for item in inspect_run(flash_run.path, "gallery", "test", {"limit": 8})[0]["items"]]
    best = []
    for row in rows:
        message, arrays = inspect_run(flash_run.path, "frames", "test", {"row": row})
        assert arrays["frames"].shape == (6, 12, 12, 1) and arrays["frames"].dtype == np.uint8
        assert arrays["weights"].shape == (6,) and message["share"] is True
        assert message["about"] == message["prediction"]["label"]
        best.append(int(arrays["weights"].argmax()))
    assert best.count(TOLD) >= 7, best


def test_that_weights_are_about_the_class_that_is_named(flash_run: RunFolder) -> None:
    row = inspect_run(flash_run.path, "gallery", "test", {"limit": 1})[0]["items"][0]["row"]
    left, right = (
        inspect_run(flash_run.path, "frames", "test", {"row": row, "class": name})[1]["weights"]
        for name in ("left", "right")
    )
    np.testing.assert_allclose(left, -right, atol=1e-5)


def test_that_a_covered_frame_is_the_mean_of_the_clip() -> None:
    clip = np.arange(2 * 3, dtype=np.float32).reshape(3, 1, 1, 2)
    forms = covered(clip)
    assert forms.shape == (4, 3, 1, 1, 2)
    np.testing.assert_array_equal(forms[0], clip)
    np.testing.assert_array_equal(forms[2][1], clip.mean(axis=0))
    np.testing.assert_array_equal(forms[2][[0, 2]], clip[[0, 2]])


@pytest.mark.parametrize(("options", "why"), [({"row": 999}, "Row 999 is not in"), ({"class": "up"}, "no class 'up'")])
def test_that_a_row_or_class_that_is_not_there_is_a_sentence(
    flash_run: RunFolder, options: dict[str, object], why: str
) -> None:
    with pytest.raises(InspectionError, match=why):
        inspect_run(flash_run.path, "frames", "test", options)


def test_that_the_single_frame_stands_beside_all_frames_as_a_baseline(flash_run: RunFolder) -> None:
    found = {each["name"]: each for each in evaluate(flash_run, "test")["baselines"]}
    assert list(found) == ["simplest", "frame", "linear"]
    assert found["frame"]["title"] == "logistic regression of the middle frame"
    assert found["linear"]["metrics"]["accuracy"] == 1.0, "one of the six frames says it"
    assert found["frame"]["metrics"]["accuracy"] < 0.85, "and it is not the middle one"


@pytest.mark.parametrize("form", ["gif", "folder", "array"])
def test_that_a_clip_of_ones_own_is_told(flash_run: RunFolder, form: str, tmp_path: Path) -> None:
    clip = flashing("right", np.random.default_rng(9))
    if form == "array":
        said = predict_value(flash_run.path, clip)
    else:
        path = write_gif(tmp_path / "a.gif", clip) if form == "gif" else write_frames(tmp_path / "a", clip)
        said = predict_value(flash_run.path, str(path))
    assert said["label"] == "right" and said["confidence"] > 0.6


def test_that_the_engine_reads_a_clip_for_the_window(tmp_path: Path) -> None:
    path = write_gif(tmp_path / "a.gif", flashing("left", np.random.default_rng(2)))
    header, arrays = HANDLERS["clip_file"]({"path": str(path), "shape": [3, 6, 8, 1]})
    assert header == {"name": "a.gif"} and dict(arrays)["frames"].shape == (3, 6, 8, 1)
    with pytest.raises(DataError, match=r"a\.mp4: there is no such file"):
        HANDLERS["clip_file"]({"path": str(tmp_path / "a.mp4"), "shape": [3, 6, 8, 1]})


def test_that_what_is_no_clip_is_a_sentence(flash_run: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "a.gif").write_text("hello")
    with pytest.raises(InspectionError, match=r"a\.gif: not an image"):
        predict_value(flash_run.path, str(tmp_path / "a.gif"))
    with pytest.raises(InspectionError, match="takes a clip"):
        predict_value(flash_run.path, 5)
