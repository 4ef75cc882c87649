"""A verification that is judged by the pairs that a list names."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlstudio.data.preparing import prepare
from dlstudio.inspection.asking import inspect_run
from dlstudio.inspection.evaluation import evaluate
from tests.inspection.conftest import trained
from tests.inspection.test_embeddings import fitted, write_people


def test_that_the_test_judges_the_listed_pairs_alone(tmp_path: Path) -> None:
    people = write_people(tmp_path / "people")
    lines = ["a,b,same"]
    for person in range(4):
        for number in range(6):
            lines.append(f"p{person:02}/{number:02}.png,p{person:02}/{number + 6:02}.png,1")
            lines.append(f"p{person:02}/{number:02}.png,p{(person + 1) % 4:02}/{number:02}.png,0")
    (people / "pairs.csv").write_text("\n".join(lines))
    project = fitted(tmp_path, "face-embedding")
    assert project.data.split["by"] == "folder"  # which the template leaves as it is
    run = trained(tmp_path, project)
    data = prepare(project.data, run.project_folder)
    assert len(data.rows["test"]) == 4 * 12
    message, arrays = inspect_run(run.path, "distances", "test", {"pairs": 3})
    assert (message["listed"], arrays["same"].sum(), arrays["different"].sum()) == (48, 24, 24)
    found = evaluate(run)
    for score in ("roc_auc", "eer", "tar_at_far_1"):
        assert found["metrics"][score] == pytest.approx(message["scores"][score], abs=1e-6)
    assert 0 < found["metrics"]["rank_1"] <= 1
    learned = next(each for each in found["baselines"] if each["name"] == "learned")
    assert learned["metrics"]["eer"] == pytest.approx(round(learned["metrics"]["eer"] * 24) / 24, abs=1e-6)
