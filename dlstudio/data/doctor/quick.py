"""What stops training or will spoil it, looked for each time the data is described: only what is cheap to see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from dlstudio.data.doctor.contents import file_digest, file_size
from dlstudio.data.doctor.findings import data_fix
from dlstudio.data.preparing import PreparedData
from dlstudio.data.splitting.splits import FOLDED
from dlstudio.data.table import DataIssue, Files, LazyRows, listed
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.problems import Fix, Problem
from dlstudio.graph.project import DataSettings

UNBALANCED = 10.0  # the commonest class against the rarest
FEW = 20  # samples of a split, below which its numbers say little
_MOST_COMPARED = 20_000
_MOST_BYTES = 64 << 20


def data_problems(settings: DataSettings, data: PreparedData, copies: bool = True) -> list[Problem]:
    """Everything that is wrong with the data, errors first; a fix changes the data settings or the training settings.

    Args:
        settings: The project's data settings; fixes are made from them.
        data: The same data, prepared.
        copies: Whether to look for the same files in training and test.
    """
    problems = [_of_issue(settings, issue) for issue in data.issues if issue.severity != "info"]
    problems.extend(_splits(data))
    for name, column in settings.columns.items():
        spec = data.specs.get(name)
        if column.get("role") != "target" or spec is None:
            continue
        if isinstance(data.table.columns.get(name), LazyRows):
            continue
        problems.extend(_classes(settings, data, spec) if spec.kind == "category" else _numbers(data, spec))
    problems.extend(_apart(settings, data))
    if copies:
        problems.extend(_repeated_files(data))
    return sorted(problems, key=lambda problem: problem.severity != "error")


def with_option(settings: DataSettings, option: str, value: Any) -> DataSettings:
    """The same settings with one of the options set."""
    return replace(settings, options={**settings.options, option: value})


def _of_issue(settings: DataSettings, issue: DataIssue) -> Problem:
    fix = None
    if issue.choices:
        choice = issue.choices[0]
        fix = data_fix(choice.label, with_option(settings, choice.option, choice.value))
    return Problem(issue.message, None, fix, "error" if issue.severity == "error" else "warning")


def _splits(data: PreparedData) -> Iterator[Problem]:
    total = sum(len(rows) for rows in data.rows.values())
    if not total:
        yield Problem("No sample is usable. See what is wrong with each above, or choose other data.")
        return
    if not len(data.rows["train"]):
        yield Problem(f"The training split has no samples ({total} in all). Give it a larger share.")
    for name, use in (("validation", "when training begins to overfit"), ("test", "how good the network is")):
        count = len(data.rows[name])
        if not count:
            yield Problem(f"The {name} split has no samples, so nobody can tell {use}.", severity="warning")
        elif count < FEW:
            message = f"The {name} split has only {count} samples, so its numbers say little about {use}."
            yield Problem(message, severity="warning")


def parted_by_class(settings: DataSettings, column: str) -> bool:
    """Whether the classes of a column are meant to be in one split only, to be tested on classes never seen."""
    return settings.split.get("by") == "group" and settings.split.get("column") == column


def class_counts(data: PreparedData, spec: ColumnSpec) -> dict[str, npt.NDArray[np.int64]]:
    """How many samples of each class a split has: (classes,) by split."""
    return {
        split: np.bincount(codes[codes >= 0], minlength=len(spec.classes))
        for split, codes in ((split, data.encode(spec.name, rows)) for split, rows in data.rows.items())
    }


def _classes(settings: DataSettings, data: PreparedData, spec: ColumnSpec) -> Iterator[Problem]:
    counts = class_counts(data, spec)
    train, total = counts["train"], np.sum(list(counts.values()), axis=0)
    if len(spec.classes) < 2:
        yield Problem(f"'{spec.name}' has one class only, '{spec.classes[0]}', so there is nothing to tell apart.")
        return
    empty = [label for label, count in zip(spec.classes, total, strict=True) if not count]
    if empty:
        fix = without_classes(settings, spec, empty)
        names = listed([f"'{label}'" for label in empty], len(empty))
        yield Problem(f"No sample in '{spec.name}' has the class {names}. Add samples, or leave it out.", None, fix)
    unseen = [i for i, count in enumerate(train) if not count and total[i]]
    if unseen and len(data.rows["train"]) and not parted_by_class(settings, spec.name):
        names = listed([f"'{spec.classes[i]}'" for i in unseen], len(unseen))
        where = [split for split in ("validation", "test") if any(counts[split][i] for i in unseen)]
        message = (
            f"The class {names} of '{spec.name}' is only in the {' and '.join(where)} split, so the network never "
            "learns it. Move samples to the training split, or split at random."
        )
        yield Problem(message, None, _at_random(settings, data))
    seen = [(int(count), label) for count, label in zip(train, spec.classes, strict=True) if count]
    if len(seen) > 1 and max(seen)[0] >= UNBALANCED * min(seen)[0]:
        (least, rare), (most, common) = min(seen), max(seen)
        message = (
            f"The classes of '{spec.name}' are very unbalanced: '{common}' has {most} training samples, '{rare}' "
            f"{least}. Weigh the classes, or look at the F1 rather than the accuracy."
        )
        edit: Mapping[str, Any] = {"edit": "training", "setting": "class_weights", "value": True}
        yield Problem(message, None, Fix("Weigh the classes", (edit,)), "warning")


def without_classes(settings: DataSettings, spec: ColumnSpec, left_out: list[str]) -> Fix | None:
    """The remedy that gives up some classes; None where fewer than two would be left."""
    kept = [label for label in spec.classes if label not in left_out]
    if len(kept) < 2:
        return None
    columns = {**settings.columns, spec.name: {**settings.columns[spec.name], "classes": kept}}
    label = f"Leave out '{left_out[0]}'" if len(left_out) == 1 else f"Leave out {len(left_out)} classes"
    return data_fix(label, replace(settings, columns=columns))


def _at_random(settings: DataSettings, data: PreparedData) -> Fix | None:
    if "by" not in settings.split:
        return None
    total = sum(len(rows) for rows in data.rows.values())
    shares = {split: round(len(data.rows[split]) / total, 3) for split in ("validation", "test")}
    shares["train"] = round(1.0 - sum(shares.values()), 3)
    split = {"train": shares["train"], "validation": shares["validation"], "test": shares["test"]}
    seed = settings.split.get("seed", FOLDED["seed"])
    return data_fix("Split at random", replace(settings, split={**split, "seed": seed}))


def _apart(settings: DataSettings, data: PreparedData) -> Iterator[Problem]:
    """Boxes that are placed in another way than the images that they lie in."""
    for name, spec in data.specs.items():
        if spec.kind != "boxes":
            continue
        for other, image in data.specs.items():
            if image.kind != "image" or settings.columns.get(other, {}).get("role") != "input":
                continue
            boxes_fit = settings.columns[name].get("fit", "stretch")
            image_fit = settings.columns[other].get("fit", "crop")
            if image.shape[:2] == spec.size and image_fit == boxes_fit:
                continue
            (tall, wide), (high, broad) = image.shape[:2], spec.size
            message = (
                f"The images of '{other}' are brought to {tall} × {wide} pixels ({image_fit}), but the boxes of "
                f"'{name}' are for {high} × {broad} ({boxes_fit}), so they lie apart. Give both the same."
            )
            fix = None
            if tall % 4 == 0 and wide % 4 == 0:
                placed = {**settings.columns[name], "size": [tall, wide], "fit": image_fit}
                fix = data_fix(
                    f"Place '{name}' like '{other}'", replace(settings, columns={**settings.columns, name: placed})
                )
            yield Problem(message, None, fix)


def _numbers(data: PreparedData, spec: ColumnSpec) -> Iterator[Problem]:
    values = data.encode(spec.name, data.rows["train"])
    if len(values) > 1 and bool((values == values[0]).all()):
        yield Problem(f"'{spec.name}' is the same in every training sample, so there is nothing to learn.")


def _repeated_files(data: PreparedData) -> Iterator[Problem]:
    """The same picture in training and test makes the test say too much; looked for only where that is cheap."""
    for name, spec in data.specs.items():
        raw = data.table.columns.get(name)
        if spec.kind not in ("image", "video") or not isinstance(raw, Files) or len(raw) > _MOST_COMPARED:
            continue
        train, test = data.rows["train"].tolist(), data.rows["test"].tolist()
        sizes = {row: file_size(raw, row) for row in (*train, *test)}
        shared = {sizes[row] for row in train} & {sizes[row] for row in test}
        wanted = [row for row in sizes if sizes[row] in shared and sizes[row] > 0]
        if sum(sizes[row] for row in wanted) > _MOST_BYTES:
            continue
        digests = {row: file_digest(raw, row) for row in wanted}
        known = {digests[row]: row for row in train if row in digests}
        both = [row for row in test if row in digests and digests[row] in known]
        if both:
            places = [f"{raw.names[row]} is {raw.names[known[digests[row]]]}" for row in both[:3]]
            what = "images" if spec.kind == "image" else "clips"
            message = (
                f"{len(both)} test {what} of '{name}' are in the training split too: {listed(places, len(both))}. "
                "The test will say too much. Remove the copies."
            )
            yield Problem(message, severity="warning")
