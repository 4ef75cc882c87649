"""Networks that compare: trained on some kinds of pictures, looked at on kinds that they have not seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlstudio.data.opening import guess_settings
from dlstudio.data.preparing import prepare
from dlstudio.data.table import DataError
from dlstudio.graph.edits import set_settings
from dlstudio.graph.project import DataSettings, Project
from dlstudio.inspection.asking import inspect_run, predict_value
from dlstudio.inspection.evaluation import evaluate
from dlstudio.inspection.failures import InspectionError
from dlstudio.templates.library import fit_template
from dlstudio.training.checkpoints import read_snapshot
from dlstudio.training.failures import TrainingError
from dlstudio.training.fitting import train
from dlstudio.training.preparation import check_samples
from dlstudio.training.runs.run_folder import RunFolder, create_run
from dlstudio.training.targets import targets_of
from tests.inspection.conftest import trained
from tests.training.test_fitting import last_weights, stop_after_steps

PEOPLE, EACH, SIDE = 12, 12, 16
SCORES = {"roc_auc", "eer", "tar_at_far_1", "rank_1"}


def write_people(folder: Path, people: int = PEOPLE) -> Path:
    """Each person is a smooth pattern of their own; each picture of them is moved, brighter or darker, and noisy."""
    from PIL import Image

    random = np.random.default_rng(5)
    for person in range(people):
        small = random.uniform(0, 255, (5, 5)).astype(np.uint8)
        large = np.asarray(Image.fromarray(small).resize((SIDE + 4, SIDE + 4), Image.Resampling.BICUBIC), float)
        (folder / f"p{person:02}").mkdir(parents=True)
        for number in range(EACH):
            top, left = random.integers(0, 4, 2)
            picture = large[top : top + SIDE, left : left + SIDE] * random.uniform(0.6, 1.0)
            picture = np.clip(picture + random.normal(0, 8, picture.shape), 0, 255).astype(np.uint8)
            Image.fromarray(picture).save(folder / f"p{person:02}" / f"{number:02}.png")
    return folder


def fitted(folder: Path, template: str) -> Project:
    data = guess_settings(folder / "people")
    specs = prepare(data, folder).specs
    project = fit_template(template, data, specs, "People", samples=100)
    training = project.training.as_json() | {"epochs": 4, "batch_size": 32, "device": "cpu"}
    return Project.from_json(project.as_json() | {"training": training})


@pytest.fixture(scope="module", params=["face-embedding", "face-arcface"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = tmp_path_factory.mktemp("people")
    write_people(folder / "people")
    return trained(folder, fitted(folder, request.param))


def test_that_no_person_of_the_test_is_in_the_training(run: RunFolder) -> None:
    project = run.project()
    data = prepare(project.data, run.project_folder)
    people = {part: set(data.encode("label", rows).tolist()) for part, rows in data.rows.items()}
    assert people["test"]
    assert not people["test"] & (people["train"] | people["validation"])


def test_that_scores_on_unseen_people_stand_beside_guessing_and_eigenfaces(run: RunFolder) -> None:
    found = evaluate(run)
    assert set(found["metrics"]) == SCORES
    assert [each["name"] for each in found["baselines"]] == ["simplest", "learned"]
    assert all(set(each["metrics"]) == SCORES for each in found["baselines"])
    assert found["metrics"]["roc_auc"] > found["baseline"]["roc_auc"] + 0.1
    assert found["metrics"]["rank_1"] > found["baseline"]["rank_1"] + 0.1


def test_that_the_best_epoch_is_chosen_by_the_pairs_of_the_validation(run: RunFolder) -> None:
    log = run.events_file.read_text(encoding="utf-8")
    assert '"monitor": "val_auc"' in log
    assert read_snapshot(run.best_checkpoint).state["epoch"] >= 1


def test_that_the_nearest_come_first_and_not_the_sample_itself(run: RunFolder) -> None:
    message, arrays = inspect_run(run.path, "neighbours", "test", {"place": 3})
    assert message["asked"]["place"] == 3
    assert 3 not in [each["place"] for each in message["nearest"]]
    distances = [each["distance"] for each in message["nearest"]]
    assert distances == sorted(distances)
    assert arrays[message["asked"]["array"]].shape[:2] == (SIDE, SIDE)
    share = 1 - len(message["wrong"]) / message["of"]
    assert share == pytest.approx(evaluate(run)["metrics"]["rank_1"], abs=1e-6)


def test_that_a_sample_that_is_not_there_is_told(run: RunFolder) -> None:
    with pytest.raises(InspectionError, match="There is no sample 999"):
        inspect_run(run.path, "neighbours", "test", {"place": 999})


def test_that_all_pairs_are_counted_by_distance(run: RunFolder) -> None:
    message, arrays = inspect_run(run.path, "distances", "test", {"pairs": 3})
    samples = evaluate(run)["samples"]
    assert arrays["same"].sum() + arrays["different"].sum() == samples * (samples - 1) / 2
    assert [each["same"] for each in message["worst"]] == [True] * 3 + [False] * 3
    place = round(message["threshold"] / message["width"])
    rejects = arrays["same"][place:].sum() / arrays["same"].sum()
    accepts = arrays["different"][:place].sum() / arrays["different"].sum()
    assert abs(rejects - accepts) < 0.1
    assert message["scores"]["roc_auc"] == pytest.approx(evaluate(run)["metrics"]["roc_auc"], abs=1e-4)


def test_that_a_known_picture_is_nearest_to_itself(run: RunFolder) -> None:
    picture = run.project_folder / "people" / "p04" / "05.png"
    found = predict_value(run.path, str(picture))
    assert found["label"] == "p04"
    assert found["distance"] == pytest.approx(0, abs=1e-4)
    assert found["nearest"][0]["name"].endswith("p04/05.png")
    assert len(found["embedding"]) == 64


def test_that_one_person_with_two_pictures_is_too_little(tmp_path: Path) -> None:
    write_people(tmp_path / "people", 3)
    project = fitted(tmp_path, "face-embedding")
    data = prepare(project.data, tmp_path)
    assert len(set(data.encode("label", data.rows["train"]).tolist())) == 1
    with pytest.raises(TrainingError, match="two at least are needed to learn what is the same"):
        check_samples(data, targets_of(project.graph, data.specs))


def test_that_a_run_stopped_within_an_epoch_goes_on_with_the_same_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_people(tmp_path / "people", 8)
    project = fitted(tmp_path, "face-embedding")
    whole = trained(tmp_path, project)
    parted = create_run(tmp_path, project)
    stop_after_steps(monkeypatch, 5)  # two steps an epoch or three, and a look after each
    assert train(parted) == 0
    monkeypatch.undo()
    assert parted.info().status == "stopped"
    assert train(parted, resume=True) == 0
    pairs = zip(last_weights(whole), last_weights(parted), strict=True)
    assert all(np.array_equal(one, other) for one, other in pairs)


def test_that_groups_need_a_column_that_is_there(tmp_path: Path) -> None:
    write_people(tmp_path / "people", 2)
    data = guess_settings(tmp_path / "people")
    wrong = DataSettings(data.source, data.format, data.columns, {"by": "group", "column": "nobody"})
    with pytest.raises(DataError, match="'nobody'"):
        prepare(wrong, tmp_path)


def test_that_a_loss_of_the_studio_may_replace_the_tasks_own(tmp_path: Path) -> None:
    write_people(tmp_path / "people", 4)
    project = fitted(tmp_path, "face-embedding")
    data = prepare(project.data, tmp_path)

    def loss(name: str) -> object:
        graph = set_settings(project.graph, "label", {"loss": name})
        return targets_of(graph, data.specs)[0].loss()

    assert type(loss("dlstudio.HardTriplet")).__name__ == "HardTriplet"
    with pytest.raises(TrainingError, match=r"there is no loss 'dlstudio\.Nothing'"):
        loss("dlstudio.Nothing")
