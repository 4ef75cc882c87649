"""A studio without processes: the signals and properties the workspaces use, with values the test sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.edits import apply_edits
from dlstudio.graph.model import Graph
from dlstudio.graph.project import Project
from dlstudio.gui.studio_signals import StudioSignals
from dlstudio.search.folder import Plan
from dlstudio.search.trials import Results
from dlstudio.training.runs.events import Event
from dlstudio.training.runs.run_info import RunInfo, follow
from dlstudio.workbench.run_on import RunOn
from dlstudio.workbench.search_desk import Seen


@dataclass
class Question:
    """One request that waits for the test to answer it."""

    kind: str
    payload: Mapping[str, Any]
    then: Callable[[Any], None]
    failed: Callable[[str], None]


class FakeSearches:
    """The desk of searches: what the test says has been seen, and what was asked of it."""

    def __init__(self, studio: FakeStudio) -> None:
        self._studio = studio
        self.names: list[str] = []
        self.seen: Seen | None = None
        self.calls: list[tuple[Any, ...]] = []

    def show(self, plan: Plan, results: Results, name: str = "0001") -> None:
        self.names = sorted({*self.names, name})
        self.seen = Seen(name, plan, results)
        self._studio.searchesChanged.emit()

    def watch(self) -> None:
        self.calls.append(("watch",))

    def choose(self, name: str) -> None:
        self.calls.append(("choose", name))

    def start(self, folder: Path, project: Project, plan: Plan) -> None:
        self.calls.append(("start", project, plan))

    def resume(self, name: str) -> None:
        self.calls.append(("resume", name))

    def send(self, name: str, command: str) -> None:
        self.calls.append(("send", name, command))

    def settings_of(self, name: str, number: int, then: Callable[[Project], None]) -> None:
        then(replace(self._studio.project, name=f"trial {number}"))

    def take(self, name: str, number: int, target: Path, then: Callable[[Path], Any]) -> None:
        self.calls.append(("take", number, target))
        then(target)


class FakeStudio(StudioSignals):
    def __init__(self, project: Project | None = None) -> None:
        super().__init__()
        self.catalogue = load_catalogue()
        self.project = project or Project("Handwritten digits")
        self.folder: Path | None = Path("/tmp/none")
        self.document = object()
        self.summary: dict[str, Any] | None = None
        self.summary_error = ""
        self.also_from_scratch = False
        self.awaited_twin = ""
        self.run_on = RunOn()
        self.describing = False
        self.specs: dict[str, ColumnSpec] = {}
        self.problems: list[Any] = []
        self.devices = [{"id": "cpu", "name": "CPU · 2 cores"}]
        self.runs: list[RunInfo] = []
        self.histories: dict[str, list[Event]] = {}
        self.changes: list[str] = []
        self.calls: list[tuple[str, Any]] = []
        self.asked: list[Question] = []
        self.answers: dict[str, Callable[[Mapping[str, Any]], Any]] = {}
        self.searches = FakeSearches(self)
        self.problems: list[Any] = []
        self.saved = True
        self._undo: list[Project] = []
        self._current = ""

    # Editing

    def change(self, label: str, project: Project, merge_key: str | None = None) -> None:
        if project == self.project:
            return
        self._undo.append(self.project)
        self.changes.append(label)
        self.project = project
        self.projectChanged.emit()

    path: tuple[str, ...] = ()

    @property
    def graph(self) -> Graph:
        return self.project.graph

    def change_graph(self, label: str, graph: Graph, merge_key: str | None = None) -> None:
        self.change(label, replace(self.project, graph=graph), merge_key)

    def apply(self, label: str, edits: Any) -> bool:
        self.change(label, apply_edits(self.project, edits))
        return True

    def undo(self) -> None:
        self.project = self._undo.pop()
        self.projectChanged.emit()

    def set_data(self, path: Any, then: Any = None) -> int:
        self.calls.append(("set_data", str(path)))
        return len(self.calls)

    def describe_data(self) -> None:
        self.calls.append(("describe_data", None))

    def stop_reading(self) -> None:
        self.calls.append(("stop_reading", None))

    # The engine

    def ask(self, kind: str, payload: Any, then: Any = None, failed: Any = None, *, replaces: str | None = None) -> int:
        question = Question(kind, payload, then or (lambda _: None), failed or (lambda _: None))
        self.asked.append(question)
        if kind in self.answers:
            question.then(self.answers[kind](payload))
        return len(self.asked)

    def cancel(self, request: int) -> None:
        self.calls.append(("cancel", request))

    def ask_devices(self) -> None:
        self.calls.append(("ask_devices", None))

    def waiting(self, kind: str) -> Question:
        """The latest request of a kind."""
        return next(q for q in reversed(self.asked) if q.kind == kind)

    # Runs

    def add_run(self, name: str, events: list[Event], status: str | None = None) -> RunInfo:
        """A run in the list whose file holds these events."""
        start = RunInfo(name, Path("/tmp/none/runs") / name, self.project, "starting", created=1_790_000_000.0)
        info = follow(start, events)
        if status:
            info = RunInfo(**{**{k: getattr(info, k) for k in info.__dataclass_fields__}, "status": status})
        self.runs = [*[run for run in self.runs if run.name != name], info]
        self.histories[name] = events
        self.runsChanged.emit()
        return info

    @property
    def current_run(self) -> RunInfo | None:
        return next((r for r in self.runs if r.name == self._current), self.runs[-1] if self.runs else None)

    @property
    def live_run(self) -> RunInfo | None:
        return next((r for r in self.runs if r.status in ("starting", "running", "paused")), None)

    def choose_run(self, name: str) -> None:
        self._current = name
        self.currentRunChanged.emit(name)

    def run_history(self, name: str, then: Any, failed: Any = None) -> None:
        then(self.histories.get(name, []))

    def train(self) -> bool:
        self.calls.append(("train", None))
        return True

    def choose_run_on(self, chosen: RunOn) -> None:
        self.run_on = chosen

    def pause_run(self) -> None:
        self.calls.append(("pause", None))

    def resume_run(self) -> None:
        self.calls.append(("resume", None))

    def stop_run(self) -> None:
        self.calls.append(("stop", None))

    def open_project(self, path: Any) -> bool:
        self.calls.append(("open_project", path))
        return True

    def continue_run(self, name: str) -> None:
        self.calls.append(("continue", name))

    def run_again(self, name: str) -> None:
        self.calls.append(("again", name))

    def continue_calmer(self, name: str) -> None:
        self.calls.append(("continue_calmer", name))

    removed: tuple[str, ...] | list[str] = ()

    def removed_runs(self) -> list[str]:
        return list(self.removed)

    def mark_run(self, name: str, marks: Any) -> None:
        self.calls.append(("mark_run", (name, marks)))

    def remove_run(self, name: str) -> None:
        self.calls.append(("remove_run", name))

    def bring_back_run(self, name: str) -> None:
        self.calls.append(("bring_back_run", name))
