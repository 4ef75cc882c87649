"""A search on disk: where its files lie, and how a new one is made.

::

    searches/0001/
        search.json      the frozen project, the ranges, the goal, the number of trials
        process.json     who works on it
        journal.jsonl    every proposal and result, appended only: what a search goes on from
        results.json     the same for readers, replaced in one step
        commands.jsonl   pause, resume, stop
        log.txt          what the process prints

Its trials are ordinary runs under ``runs/``, which name the search in their ``run.json``. Standard library only.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from dlstudio.graph.project import Project
from dlstudio.graph.saving import parse_json
from dlstudio.search.ranges import Range
from dlstudio.search.trials import Results
from dlstudio.training.runs.worked_folder import (
    RunError,
    WorkedFolder,
    next_folder,
    numbered_folders,
    read_record,
    reason,
    write_json,
)

SEARCHES = "searches"


@dataclass(frozen=True)
class Plan:
    """What a search is to do.

    Attributes:
        ranges: What trials choose from.
        trials: How many there are to be, failed ones counted.
        side_by_side: How many train at once.
        goal: The value of the validation split that is to get better; empty for the one that the task watches.
        pruning: Whether a trial ends early when its epochs are worse than the median of the others' at that epoch.
        seed: Of the proposals.
        memory_gb: Memory that the process of one trial may take, or None for an equal part of what is free.
        device: In place of the project's, or None.
        epochs: In place of the project's, or None.
        first: Values to begin with, by path, before anything is proposed.
        code: SHA-256 of the contents of the project's own Python files that the person allowed.
    """

    ranges: tuple[Range, ...]
    trials: int = 20
    side_by_side: int = 1
    goal: str = ""
    pruning: bool = True
    seed: int = 7
    memory_gb: float | None = None
    device: str | None = None
    epochs: int | None = None
    first: tuple[Mapping[str, Any], ...] = ()
    code: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        value = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            **value,
            "ranges": [each.as_json() for each in self.ranges],
            "first": [dict(each) for each in self.first],
            "code": list(self.code),
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Plan:
        known = {each.name for each in fields(Plan)}
        arguments = {name: entry for name, entry in value.items() if name in known}
        arguments["ranges"] = tuple(Range.from_json(each) for each in value["ranges"])
        arguments["first"] = tuple(value.get("first", ()))
        arguments["code"] = tuple(value.get("code", ()))
        return Plan(**arguments)


@dataclass(frozen=True)
class SearchFolder(WorkedFolder):
    """One search's folder."""

    @property
    def title(self) -> str:
        return f"Search {self.name}"

    @property
    def project_folder(self) -> Path:
        """The project that it belongs to; the runs of its trials lie there."""
        return self.path.parent.parent

    @property
    def written_file(self) -> Path:
        return self.results_file

    @property
    def results_file(self) -> Path:
        return self.path / "results.json"

    @property
    def journal_file(self) -> Path:
        return self.path / "journal.jsonl"

    def record(self) -> dict[str, Any]:
        """What ``search.json`` holds.

        Raises:
            RunError: The file is missing or damaged.
        """
        return read_record(self.path / "search.json", "search")

    def project(self) -> Project:
        """The project as it was when the search was made."""
        return Project.from_json(self.record()["project"])

    def plan(self) -> Plan:
        """What is to be done.

        Raises:
            RunError: The file is missing or damaged.
        """
        try:
            return Plan.from_json(self.record())
        except (KeyError, TypeError, ValueError) as error:
            raise RunError(f"{self.path / 'search.json'} does not hold a search: {error}.") from None

    def amend(self, **entries: Any) -> None:
        """Sets entries of ``search.json``: more trials, other numbers side by side.

        Raises:
            OSError: Nothing was replaced.
        """
        write_json(self.path / "search.json", {**self.record(), **entries})

    def results(self) -> Results:
        """What has been found so far, and whether somebody goes on with it."""
        alive = self.lives()  # asked first: what a process wrote before its end is then read
        try:
            found = Results.from_json(parse_json(self.results_file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, KeyError):
            found = Results()
        planned = self.plan().trials
        if alive:
            return replace(found, planned=planned) if found.live else replace(found, status="starting", planned=planned)
        begun = bool(self.process()) or self.results_file.exists()
        ended = replace(found, status="interrupted") if found.live and begun else found
        return replace(ended, planned=planned)

    def write_results(self, results: Results) -> None:
        """Replaces what readers see.

        Raises:
            OSError: Nothing was replaced.
        """
        write_json(self.results_file, results.as_json())


def create_search(project_folder: Path, project: Project, plan: Plan) -> SearchFolder:
    """Makes the next numbered folder under ``searches/`` and freezes project and plan into it.

    Raises:
        RunError: The folder cannot be made.
    """
    try:
        path = next_folder(project_folder.resolve() / SEARCHES)
        record = {"name": path.name, "created": round(time.time(), 3), **plan.as_json(), "project": project.as_json()}
        write_json(path / "search.json", record)
    except OSError as error:
        raise RunError(f"A search could not be made in {project_folder / SEARCHES}: {reason(error)}.") from None
    return SearchFolder(path)


def list_searches(project_folder: Path) -> list[SearchFolder]:
    """The searches of a project, the oldest first."""
    return [SearchFolder(path) for path in numbered_folders(project_folder / SEARCHES, "search.json")]
