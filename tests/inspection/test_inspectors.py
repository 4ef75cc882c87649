"""What the inspectors give for trained runs."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from dlstudio.inspection.asking import inspect_run
from dlstudio.inspection.failures import InspectionError
from dlstudio.training.runs.run_folder import RunFolder

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def gallery(run: RunFolder, split: str = "train", **options: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    return inspect_run(run.path, "gallery", split, options)


@pytest.mark.parametrize("kind", ["class_run", "number_run", "image_run"])
def test_that_every_fitting_inspector_answers_in_plain_values(kind: str, request: pytest.FixtureRequest) -> None:
    run = request.getfixturevalue(kind)
    overview, _ = inspect_run(run.path, "list", "test", {})
    names = [each["name"] for each in overview["inspectors"]]
    of_classes = ["gallery", "confused", "confusion", "classes", "thresholds", "calibration"]
    assert (
        names
        == {
            "number_run": ["gallery", "scatter", "importance"],
            "class_run": [*of_classes, "importance"],
            "image_run": of_classes,
        }[kind]
    )
    for name in names:
        for split in ("train", "validation", "test"):
            message, arrays = inspect_run(run.path, name, split, {})
            assert json.loads(json.dumps(message, allow_nan=False)) == message
            assert message["run"] == run.name
            assert all(isinstance(array, np.ndarray) and array.flags.c_contiguous for array in arrays.values())


def test_that_the_overview_tells_inputs_outputs_and_splits(class_run: RunFolder) -> None:
    overview, _ = inspect_run(class_run.path, "list", "test", {})
    assert overview["splits"] == {"train": 240, "validation": 30, "test": 30}
    (given,) = overview["inputs"]
    assert (given["name"], given["column"], given["kind"], given["shape"]) == ("numbers", "features", "number", [4])
    (output,) = overview["outputs"]
    assert (output["name"], output["classes"]) == ("answer", ["blue", "green", "red"])


def test_that_the_gallery_begins_with_what_went_most_wrong(class_run: RunFolder) -> None:
    page, _ = gallery(class_run, limit=500)
    losses = [item["loss"] for item in page["items"]]
    assert losses == sorted(losses, reverse=True)
    assert len(losses) == page["total"] == page["of"] == 240
    assert not page["items"][0]["correct"]
    turned, _ = gallery(class_run, limit=500, sort="loss")
    assert [item["loss"] for item in turned["items"]] == sorted(losses)


def test_that_pages_of_the_gallery_join(class_run: RunFolder) -> None:
    whole, _ = gallery(class_run, limit=100)
    parts = [gallery(class_run, offset=start, limit=40)[0]["items"] for start in (0, 40, 80)]
    assert [item["row"] for part in parts for item in part][:100] == [item["row"] for item in whole["items"]]
    beyond, _ = gallery(class_run, offset=1000)
    assert beyond["items"] == []


def test_that_confusion_and_gallery_agree_in_every_cell(class_run: RunFolder) -> None:
    matrix, _ = inspect_run(class_run.path, "confusion", "train", {})
    for truth, row in zip(matrix["rows"], matrix["values"], strict=True):
        for prediction, count in zip(matrix["columns"], row, strict=True):
            cell, _ = gallery(class_run, **dict(zip(matrix["filters"], (truth, prediction), strict=True)))
            assert cell["total"] == count
            assert all((i["truth"], i["prediction"]) == (truth, prediction) for i in cell["items"])
    wrong, _ = gallery(class_run, wrong=True)
    off_diagonal = sum(n for r, row in enumerate(matrix["values"]) for c, n in enumerate(row) if r != c)
    assert wrong["total"] == off_diagonal


def test_that_metrics_per_class_follow_from_the_matrix(class_run: RunFolder) -> None:
    matrix = np.array(inspect_run(class_run.path, "confusion", "train", {})[0]["values"])
    table, _ = inspect_run(class_run.path, "classes", "train", {})
    assert table["columns"][0]["name"] == "class"
    for index, row in enumerate(table["rows"][:3]):
        assert row[1:3] == [matrix[index].sum(), matrix[:, index].sum()]
        assert row[3] == pytest.approx(matrix[index, index] / matrix[:, index].sum())
        assert row[4] == pytest.approx(matrix[index, index] / matrix[index].sum())


def test_that_confidence_and_scores_belong_together(class_run: RunFolder) -> None:
    page, _ = gallery(class_run, sort="-confidence", limit=20)
    shares = [item["confidence"] for item in page["items"]]
    assert shares == sorted(shares, reverse=True)
    for item in page["items"]:
        assert item["scores"][item["prediction"]] == pytest.approx(item["confidence"])
        assert sum(item["scores"].values()) == pytest.approx(1.0, abs=1e-4)


def test_that_the_true_class_is_among_the_scores_however_low_it_is(
    class_run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dlstudio.inspection.inspectors import gallery as module

    monkeypatch.setattr(module, "SCORES", 1)
    page, _ = gallery(class_run, "train", limit=500)
    for item in page["items"]:
        assert set(item["scores"]) == {item["prediction"], item["truth"]}
    assert any(len(item["scores"]) == 2 for item in page["items"])


def test_that_pictures_travel_as_arrays_with_their_file(image_run: RunFolder) -> None:
    page, arrays = gallery(image_run, "test", limit=5)
    assert page["sample_kind"] == "image"
    for item in page["items"]:
        picture = arrays[item["array"]]
        assert (picture.dtype, picture.shape) == (np.uint8, (12, 12, 1))
        assert picture.max() == 255
        assert item["file"].startswith(item["truth"])


def test_that_samples_of_chosen_rows_can_be_asked_for(class_run: RunFolder) -> None:
    rows = [item["row"] for item in gallery(class_run, limit=3)[0]["items"]]
    page, _ = gallery(class_run, rows=rows, sort="row")
    assert [item["row"] for item in page["items"]] == sorted(rows)
    assert all("a " in item["text"] for item in page["items"])


def test_that_the_scatter_is_in_the_units_of_the_data(number_run: RunFolder) -> None:
    message, arrays = inspect_run(number_run.path, "scatter", "train", {})
    assert message["diagonal"]
    assert 800 < arrays["x"].mean() < 1400
    assert np.corrcoef(arrays["x"], arrays["y"])[0, 1] > 0.7
    rest, left = inspect_run(number_run.path, "scatter", "train", {"residuals": True})
    assert rest["level"]
    assert np.allclose(left["y"], arrays["y"] - arrays["x"], atol=0.1)
    page, _ = gallery(number_run, sort="row", limit=500)
    assert [item["truth"] for item in page["items"]] == pytest.approx(arrays["x"].tolist(), rel=1e-5)


@pytest.mark.parametrize(
    ("inspector", "split", "options", "said"),
    [
        ("magic", "test", {}, "There is no inspector 'magic'"),
        ("scatter", "test", {}, "does not fit"),
        ("gallery", "exam", {}, "There is no split 'exam'"),
        ("gallery", "test", {"sort": "beauty"}, "sorted by"),
        ("gallery", "test", {"truth": "pink"}, "no class 'pink'"),
        ("gallery", "test", {"output": "other"}, "no Output 'other'"),
    ],
)
def test_that_a_question_without_sense_gets_a_sentence(
    class_run: RunFolder, inspector: str, split: str, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(InspectionError, match=said):
        inspect_run(class_run.path, inspector, split, options)
