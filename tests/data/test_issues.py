"""Bad samples: counted, named with their place, stopped at until the user has chosen, never a crash."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dlstudio.data.doctor.quick import data_problems, with_option
from dlstudio.data.opening import guess_settings
from dlstudio.data.preparing import prepare
from dlstudio.data.summary import summarize
from dlstudio.data.table import DataError
from dlstudio.graph.edits import apply_edits
from dlstudio.graph.problems import Problem
from dlstudio.graph.project import DataSettings, Project
from tests.data.sources import csv_table, image_folder, write_image


def problems_of(settings: DataSettings, root: Path) -> list[Problem]:
    return data_problems(settings, prepare(settings, root))


def errors_of(settings: DataSettings, root: Path) -> list[Problem]:
    return [each for each in problems_of(settings, root) if each.severity == "error"]


def ragged(folder: Path) -> Path:
    path = csv_table(folder)
    path.write_text(path.read_text() + "1,2,3\n5,2.5,red,yes,more\n")
    return path


def missing(folder: Path) -> Path:
    path = csv_table(folder)
    path.write_text(path.read_text() + "NA,2.5,red,yes\n3,,blue,no\n")
    return path


def not_numbers(folder: Path) -> Path:
    path = csv_table(folder)
    path.write_text(path.read_text() + "tall,2.5,red,yes\n")
    return path


def empty_texts(folder: Path) -> Path:
    folder.mkdir()
    path = folder / "t.csv"
    words = [f"a sentence about thing number {n},{'good' if n % 2 else 'bad'}" for n in range(30)]
    path.write_text("\n".join(["text,label", *words, ",good"]))
    return path


def unreadable(folder: Path) -> Path:
    image_folder(folder)
    (folder / "cat" / "3.png").write_text("this is no image")
    whole = (folder / "dog" / "4.png").read_bytes()
    (folder / "dog" / "4.png").write_bytes(whole[: len(whole) // 2])
    (folder / "dog" / "5.png").write_bytes(b"")
    return folder


BAD = {
    "ragged": (ragged, 2, "line 42"),
    "missing": (missing, 1, "line 42"),
    "not-a-number": (not_numbers, 1, "line 42"),
    "empty": (empty_texts, 1, "line 32"),
    "unreadable": (unreadable, 3, "cat/3.png"),
}


@pytest.mark.parametrize("kind", sorted(BAD))
def test_that_bad_samples_stop_training_until_the_offered_fix_is_taken(kind: str, tmp_path: Path) -> None:
    make, count, place = BAD[kind]
    settings = guess_settings(make(tmp_path / "s"))
    found = [issue for issue in prepare(settings, tmp_path).issues if issue.kind == kind]
    assert found and found[0].count == count and found[0].severity == "error"
    assert place in found[0].message
    for _ in range(3):
        errors = errors_of(settings, tmp_path)
        if not errors:
            break
        assert errors[0].fix is not None
        settings = apply_edits(Project(data=settings), errors[0].fix.edits).data
    assert errors_of(settings, tmp_path) == []
    data = prepare(settings, tmp_path)
    assert [issue.severity for issue in data.issues if issue.kind == kind] == ["warning"] * len(found)
    for name, column in settings.columns.items():
        if column.get("role"):
            assert np.isfinite(data.encode(name, data.used_rows())).all()
            assert data.specs[name].kind != "category" or data.encode(name, data.used_rows()).min() >= 0


@pytest.mark.parametrize("kind", sorted(BAD))
def test_that_a_summary_of_bad_samples_leaves_them_out(kind: str, tmp_path: Path) -> None:
    summary = summarize(guess_settings(BAD[kind][0](tmp_path / "s")), tmp_path)
    assert summary.issues and sum(summary.splits.values()) < summary.rows + (kind == "ragged")


def test_that_the_mean_may_stand_in_for_missing_numbers(tmp_path: Path) -> None:
    settings = with_option(guess_settings(missing(tmp_path / "s")), "missing", "mean")
    data = prepare(settings, tmp_path)
    assert len(data.used_rows()) == 42
    assert data.encode("height", np.array([40]))[0, 0] == pytest.approx(0, abs=1e-6)


def test_that_faults_of_a_column_that_is_not_used_take_no_rows_out(tmp_path: Path) -> None:
    data = prepare(guess_settings(missing(tmp_path / "s")), tmp_path, ["colour", "label"])
    assert not data.issues
    assert len(data.used_rows()) == 42


def test_that_ragged_rows_can_be_refused(tmp_path: Path) -> None:
    settings = with_option(guess_settings(ragged(tmp_path / "s")), "ragged", "stop")
    with pytest.raises(DataError, match="line 42 has 3, line 43 has 5"):
        prepare(settings, tmp_path)


def test_that_a_class_without_samples_is_an_error_that_leaving_it_out_mends(tmp_path: Path) -> None:
    image_folder(tmp_path / "s")
    (tmp_path / "s" / "eel").mkdir()
    write_image(tmp_path / "s" / "fox" / "1.png", 3)
    settings = guess_settings(tmp_path / "s")
    (problem,) = errors_of(settings, tmp_path)
    assert "eel" in problem.message and problem.fix is not None
    mended = apply_edits(Project(data=settings), problem.fix.edits).data
    assert errors_of(mended, tmp_path) == []
    assert prepare(mended, tmp_path).specs["label"].classes == ("cat", "dog", "fox")


def test_that_a_class_only_in_the_test_split_is_an_error_that_a_random_split_mends(tmp_path: Path) -> None:
    image_folder(tmp_path / "s" / "train")
    image_folder(tmp_path / "s" / "test", 5)
    for number in range(5):
        write_image(tmp_path / "s" / "test" / "fox" / f"{number}.png", 200 + number)
    settings = guess_settings(tmp_path / "s")
    (problem,) = errors_of(settings, tmp_path)
    assert "'fox'" in problem.message and "test split" in problem.message and problem.fix is not None
    assert errors_of(apply_edits(Project(data=settings), problem.fix.edits).data, tmp_path) == []


def test_that_unbalanced_classes_and_copies_in_the_test_split_are_warnings(tmp_path: Path) -> None:
    image_folder(tmp_path / "s" / "train")
    for number in range(200):
        write_image(tmp_path / "s" / "train" / "dog" / f"x{number}.png", number % 250, 9)
    image_folder(tmp_path / "s" / "test", 3)
    found = problems_of(guess_settings(tmp_path / "s"), tmp_path)
    messages = " ".join(problem.message for problem in found)
    assert {problem.severity for problem in found} == {"warning"}
    assert "unbalanced" in messages and "in the training split too" in messages


def test_that_a_constant_target_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["a,price", *(f"{n},{2.5}" for n in range(40))]))
    assert any("same in every" in problem.message for problem in errors_of(guess_settings(path), tmp_path))


def test_that_a_wrong_type_is_an_issue_of_its_column_alone(tmp_path: Path) -> None:
    settings = guess_settings(csv_table(tmp_path))
    broken = replace(settings, columns={**settings.columns, "colour": {"type": "image"}, "weight": {"type": "series"}})
    data = prepare(broken, tmp_path)
    assert "label" in data.specs and "weight" not in data.specs
    assert any("weight" in issue.message for issue in data.issues)
    with pytest.raises(DataError, match="weight"):
        prepare(broken, tmp_path, ["weight"])


def test_that_a_doubled_header_is_named_and_kept_apart(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["a,a,label", *(f"{n},{-n},{'xy'[n % 2]}" for n in range(30))]))
    settings = guess_settings(path)
    assert list(settings.columns)[:3] == ["a", "a_2", "label"]
    assert any(issue.kind == "header" for issue in prepare(settings, tmp_path).issues)
