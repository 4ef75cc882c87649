"""Segmentation templates on made-up data: a few steps, the loss falls, saved and read again, and their views open."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dlstudio.data.opening import guess_settings
from dlstudio.graph.saving import save_project
from dlstudio.templates.making import fit_to_data
from dlstudio.training.runs.run_folder import RunFolder, create_run


def made(home: Path, bands: int, side: int) -> Path:
    """Bright squares on noise in images of any number of bands."""
    rng = np.random.default_rng(2)
    masks = np.zeros((24, side, side), np.uint8)
    for row in range(24):
        top, left = rng.integers(0, side // 2, 2)
        masks[row, top : top + side // 3, left : left + side // 3] = 1 + row % 2
    images = masks[..., None].astype(float) * 3000 + rng.normal(0, 300, (*masks.shape, bands))
    np.savez(home / "squares.npz", image=images.astype(np.int16), mask=masks)
    return home / "squares.npz"


def trained(home: Path, template: str, data: Path) -> RunFolder:
    from dlstudio.training.fitting import train

    folder = home / "project"
    project, _ = fit_to_data(folder, template, guess_settings(data), "Squares")
    project = replace(project, training=replace(project.training, epochs=3, seed=1))
    folder.mkdir(exist_ok=True)
    save_project(project, folder)
    run = create_run(folder, project)
    assert train(run) == 0, run.info().message
    return run


@pytest.mark.parametrize(("template", "bands", "side"), [("unet", 2, 16), ("deeplab", 5, 24)])
def test_that_a_segmentation_template_learns_is_read_again_and_opens_its_views(
    template: str, bands: int, side: int, tmp_path: Path
) -> None:
    from dlstudio.inspection.asking import forget, inspect_run
    from dlstudio.inspection.asking import trained as load
    from dlstudio.inspection.evaluation import evaluate

    run = trained(tmp_path, template, made(tmp_path, bands, side))
    events = [json.loads(line) for line in run.events_file.read_text(encoding="utf-8").splitlines()]
    losses = [each["values"]["loss"] for each in events if each["event"] == "batch"]
    assert np.mean(losses[-3:]) < np.mean(losses[:3])
    first = load(run.path).outputs("test")
    before = next(iter(first.values()))
    forget(run.path)
    for kept in run.path.glob("predictions-*.npz"):
        kept.unlink()
    after = next(iter(load(run.path).outputs("test").values()))
    assert np.abs(before - after).max() < 1e-5
    listed, _ = inspect_run(run.path, "list", "test", {})
    assert [each["name"] for each in listed["inspectors"]] == ["masks", "mask-classes"]
    page, arrays = inspect_run(run.path, "masks", "test", {"sort": "dice"})
    dice = [item["dice"] for item in page["items"]]
    assert dice == sorted(dice)
    assert arrays[f"truth-{page['items'][0]['place']}"].shape == (side, side)
    table, _ = inspect_run(run.path, "mask-classes", "test", {})
    assert [row[0] for row in table["rows"]] == ["background", "class 1", "class 2", "mean"]
    found = evaluate(run)
    assert 0 <= found["metrics"]["mean_dice"] <= 1
    assert found["baselines"][1]["metrics"]["mean_dice"] > found["baseline"]["mean_dice"]
    answer = load(run.path).predict_value(np.zeros((side, side, bands), np.int16))
    assert np.asarray(answer["mask"]).shape == (side, side)
