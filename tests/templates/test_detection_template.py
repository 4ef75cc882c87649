"""The detector on made-up data: a few steps, the loss falls, saved and read again, views open, pictures of any size."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dlstudio.data.opening import guess_settings
from dlstudio.graph.saving import save_project
from dlstudio.inspection.failures import InspectionError
from dlstudio.templates.making import fit_to_data
from dlstudio.training.runs.run_folder import RunFolder, create_run


def made(home: Path, rows: int = 32) -> Path:
    """Bright and dark squares on grey noise, none to three in a picture; some pictures are wider than others."""
    rng = np.random.default_rng(4)
    lines = ["image,xmin,ymin,xmax,ymax,label"]
    home.mkdir()
    for row in range(rows):
        height, width = 64, 64 if row % 2 else 96
        pixels = rng.integers(90, 130, (height, width, 3)).astype(np.uint8)
        name = f"scene{row:02d}.png"
        boxes = []
        for _ in range(row % 4):
            side = int(rng.integers(12, 24))
            left, top = int(rng.integers(0, width - side)), int(rng.integers(0, height - side))
            label = ("bright", "dark")[int(rng.integers(2))]
            pixels[top : top + side, left : left + side] = 240 if label == "bright" else 10
            boxes.append(f"{name},{left},{top},{left + side},{top + side},{label}")
        lines += boxes or [f"{name},,,,,"]
        Image.fromarray(pixels).save(home / name)
    (home / "boxes.csv").write_text("\n".join(lines), encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    from dlstudio.training.fitting import train

    home = tmp_path_factory.mktemp("detector")
    folder = home / "project"
    project, _ = fit_to_data(folder, "fpn-detector", guess_settings(made(home / "data")), "Squares")
    project = replace(project, training=replace(project.training, epochs=12, seed=1))
    folder.mkdir(exist_ok=True)
    save_project(project, folder)
    found = create_run(folder, project)
    assert train(found) == 0, found.info().message
    return found


def test_that_the_loss_falls_and_the_heads_share_their_weights(run: RunFolder) -> None:
    events = [json.loads(line) for line in run.events_file.read_text(encoding="utf-8").splitlines()]
    losses = [each["values"]["loss"] for each in events if each["event"] == "batch"]
    assert np.mean(losses[-3:]) < 0.95 * np.mean(losses[:3])
    graph = run.project().graph
    assert [graph[f"tower_{grid}"].shares for grid in ("fine", "middle", "coarse")] == [
        None,
        "tower_fine",
        "tower_fine",
    ]


def test_that_the_run_is_read_again_and_says_the_same(run: RunFolder) -> None:
    from dlstudio.inspection.asking import forget
    from dlstudio.inspection.asking import trained as load

    before = next(iter(load(run.path).outputs("test").values()))
    assert before.shape[1:] == (101, 6)
    forget(run.path)
    for kept in run.path.glob("predictions-*.npz"):
        kept.unlink()
    after = next(iter(load(run.path).outputs("test").values()))
    assert np.abs(before - after).max() < 1e-3


def test_that_evaluating_shows_precision_beside_the_commonest_boxes(run: RunFolder) -> None:
    from dlstudio.inspection.evaluation import evaluate

    found = evaluate(run, "train")
    assert set(found["metrics"]) == {"map_50_95", "map_50", "precision", "recall", "f1"}
    assert set(found["baseline"]) == set(found["metrics"])
    assert found["baseline_title"] == "always the commonest boxes of the training part"


def test_that_the_views_of_boxes_open_worst_first_and_judge_at_the_thresholds_asked_for(run: RunFolder) -> None:
    from dlstudio.inspection.asking import inspect_run

    listed, _ = inspect_run(run.path, "list", "train", {})
    assert [each["name"] for each in listed["inspectors"]] == ["boxes", "box-curves", "box-classes"]
    page, arrays = inspect_run(run.path, "boxes", "train", {"confidence": 0.2, "overlap": 0.3, "limit": 100})
    shares = [
        2 * item["hits"] / max(2 * item["hits"] + item["misses"] + item["false_alarms"], 1)
        if item["hits"] + item["misses"] + item["false_alarms"]
        else 1.0
        for item in page["items"]
    ]
    assert shares == sorted(shares)
    assert page["counts"][0] == sum(item["hits"] for item in page["items"])
    first = page["items"][0]["place"]
    assert arrays[f"picture-{first}"].shape[:2] == tuple(run.project().data.columns["boxes"]["size"])
    assert arrays[f"found-{first}"].shape[1] == 6
    true = sum(len(arrays[f"truth-{item['place']}"]) for item in page["items"])
    assert true == sum(item["hits"] + item["misses"] for item in page["items"])
    dark, _ = inspect_run(run.path, "boxes", "train", {"class": "dark", "confidence": 1.0})
    assert 0 < dark["total"] < page["total"]
    assert dark["counts"][0] == dark["counts"][2] == 0
    loose, _ = inspect_run(run.path, "boxes", "train", {"confidence": 0.05, "overlap": 0.1})
    assert loose["counts"][0] >= page["counts"][0]
    table, _ = inspect_run(run.path, "box-classes", "train", {})
    assert [row[0] for row in table["rows"]] == ["bright", "dark", "all"]
    curves, drawn = inspect_run(run.path, "box-curves", "train", {"class": "dark"})
    assert curves["averages"] == pytest.approx([row[4] for row in table["rows"][:2]])
    assert drawn["interpolated"].mean() == pytest.approx(table["rows"][1][4], abs=1e-6)
    with pytest.raises(InspectionError, match="0 to 1"):
        inspect_run(run.path, "boxes", "train", {"confidence": 7})
    with pytest.raises(InspectionError, match="sorted by"):
        inspect_run(run.path, "boxes", "train", {"sort": "colour"})


def test_that_boxes_of_a_new_picture_are_in_its_own_pixels(run: RunFolder, tmp_path: Path) -> None:
    from dlstudio.inspection.asking import trained as load

    model = load(run.path)
    target = model.targets[0]
    model.run.project()
    height, width = 300, 500
    pixels = np.full((height, width, 3), 110, np.uint8)
    Image.fromarray(pixels).save(tmp_path / "large.png")
    answers = [model.predict_value(value) for value in (pixels, str(tmp_path / "large.png"))]
    assert answers[0].keys() == {"label", "confidence", "scores", "boxes"}
    assert answers[0] == answers[1]
    scale = max(width / target.column.size[1], height / target.column.size[0])
    said = target.task.in_pixels(
        {"boxes": [{"class": "dark", "score": 1.0, "box": [0, 0, *target.column.size[::-1]]}]},
        model.network.encoders["image"].placing_of(pixels).back,
    )
    assert said["boxes"][0]["box"] == pytest.approx([0, 0, width, height], abs=scale)
