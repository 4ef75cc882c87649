"""The whole examination, one part after the other, with its progress."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from dlstudio.data.doctor.copies import find_copies
from dlstudio.data.doctor.findings import Finding
from dlstudio.data.doctor.leakage import find_leakage
from dlstudio.data.doctor.oddities import find_oddities
from dlstudio.data.doctor.quick import class_counts, data_problems, parted_by_class, without_classes
from dlstudio.data.preparing import PreparedData, prepare
from dlstudio.data.table import DataIssue, LazyRows
from dlstudio.graph.problems import Severity
from dlstudio.graph.project import DataSettings

FEW_OF_CLASS = 5  # training samples of a class below which it is hardly learnt

Progress = Callable[[str, float], None]


def examine(settings: DataSettings, root: Path, progress: Progress | None = None) -> list[Finding]:
    """Everything that is doubtful about a project's data, errors first.

    Args:
        settings: The data settings; remedies are made from them.
        root: The project folder.
        progress: Called with what is being looked at and the share that is done, from 0 to 1.

    Raises:
        DataError: The data cannot be read at all.
    """
    tell = progress or _say_nothing
    tell("reading", 0.0)
    data = prepare(settings, root)
    found = [_of_issue(issue) for issue in data.issues if issue.severity != "info"]
    said = {finding.message for finding in found}
    found += [
        Finding("split", problem.message, fix=problem.fix, severity=problem.severity)
        for problem in data_problems(settings, data, copies=False)
        if problem.message not in said
    ]
    parts = (
        ("classes", _rare_classes),
        ("copies", find_copies),
        ("what is unlike the rest", find_oddities),
        ("groups and times", find_leakage),
    )
    for number, (what, look) in enumerate(parts):
        tell(what, (number + 1) / (len(parts) + 1))
        found += look(settings, data)
    tell("done", 1.0)
    return sorted(found, key=lambda finding: finding.severity != "error")


def _say_nothing(_what: str, _share: float) -> None:
    pass


def _of_issue(issue: DataIssue) -> Finding:
    severity: Severity = "error" if issue.severity == "error" else "warning"
    return Finding("unreadable", issue.message, issue.column, issue.count, issue.rows, issue.places, None, severity)


def _rare_classes(settings: DataSettings, data: PreparedData) -> list[Finding]:
    """Classes with next to nothing to learn from, or that validation or test lack."""
    found: list[Finding] = []
    for name, column in settings.columns.items():
        spec = data.specs.get(name)
        if column.get("role") != "target" or spec is None or spec.kind != "category":
            continue
        if isinstance(data.table.columns.get(name), LazyRows) or len(spec.classes) < 2:
            continue
        counts = class_counts(data, spec)
        train = counts["train"]
        rare = [place for place, count in enumerate(train) if 0 < count < FEW_OF_CLASS]
        if rare:
            names = ", ".join(f"'{spec.classes[place]}' ({train[place]})" for place in rare[:4])
            more = f" and {len(rare) - 4} more" if len(rare) > 4 else ""
            message = f"Hardly anything to learn of these classes of '{name}' in the training split: {names}{more}."
            rows = data.rows["train"]
            chosen = rows[np.isin(data.encode(name, rows), rare)]
            fix = without_classes(settings, spec, [spec.classes[place] for place in rare])
            found.append(Finding("class", message, name, len(chosen), tuple(chosen.tolist()), fix=fix))
        for split in () if parted_by_class(settings, name) else ("validation", "test"):
            lacking = [spec.classes[i] for i, count in enumerate(counts[split]) if not count and train[i]]
            if lacking and len(data.rows[split]):
                names = ", ".join(f"'{each}'" for each in lacking[:4]) + (" and more" if len(lacking) > 4 else "")
                message = f"The {split} split has no sample of {names} in '{name}', so nobody sees how well it is told."
                found.append(Finding("class", message, name, len(lacking)))
    return found
