"""What the engine has found out about the open project: shapes and problems of the graph, a description of the data.

Asks again when the project changes in a way that matters, once at a time, and keeps the last answer until the next one
is there. Everything runs in the thread of the window; the asking itself is the engine client's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import Graph
from dlstudio.graph.problems import Problem
from dlstudio.graph.project import DataSettings, Project, graph_as_json
from dlstudio.graph.structure import structural_problems

if TYPE_CHECKING:
    from dlstudio.compiler.facts import InferenceResult


class Ask(Protocol):
    """Asks the engine one thing; exactly one of the two callbacks is called later, unless superseded."""

    def __call__(
        self,
        kind: str,
        payload: Mapping[str, Any],
        then: Callable[[Any], None],
        failed: Callable[[str], None],
        *,
        replaces: str | None = None,
    ) -> int: ...


class Knowledge:
    """Facts, summary and specs of one open project.

    Args:
        ask: How to ask the engine.
        facts_changed: Called when :attr:`facts` or :attr:`facts_error` is new.
        summary_changed: Called when :attr:`summary`, :attr:`specs`, :attr:`summary_error` or :attr:`describing` is new.

    Attributes:
        facts: The last answer about the graph, or None.
        facts_error: Why there is none, or empty.
        summary: The description of the data as a JSON object, or None.
        specs: The encoded form of each column.
        summary_error: Why the data cannot be described, or empty.
        describing: Whether the data is being read.
        facts_path: The block uses that had been entered when :attr:`facts` were asked for.
    """

    def __init__(self, ask: Ask, facts_changed: Callable[[], None], summary_changed: Callable[[], None]) -> None:
        self._ask = ask
        self._facts_changed = facts_changed
        self._summary_changed = summary_changed
        self._generation = 0
        self._reading = 0
        self._project: Project | None = None
        self._root = ""
        self._code: Mapping[str, Any] | None = None
        self.forget()

    def forget(self) -> None:
        """Another project is open: nothing is known, and answers about the one before no longer count."""
        self._generation += 1
        self.facts: InferenceResult | None = None
        self.facts_error = ""
        self.summary: dict[str, Any] | None = None
        self.specs: Mapping[str, ColumnSpec] = {}
        self.summary_error = ""
        self._data_errors: list[Problem] = []
        self.describing = False
        self._inferring = False
        self._path: tuple[str, ...] = ()
        self.facts_path: tuple[str, ...] = ()
        self._inferred: Any = None
        self._described: tuple[DataSettings, str] | None = None

    @property
    def facts_are_current(self) -> bool:
        """Whether the facts belong to the project as it stands."""
        return not self._inferring and self._project is not None and self._inferred == self._matter(self._project)

    def problems(self, graph: Graph, catalogue: Catalogue) -> list[Problem]:
        """What is wrong: the compiler's findings, or before there are any, the structure's alone; and what in the data
        stops training.
        """
        if self.facts is not None:
            found = [each for each in self.facts.problems if each.node is None or each.path or each.node in graph]
        else:
            found = structural_problems(graph, catalogue)
        if self.facts_error:
            found.append(Problem(f"The shapes could not be computed: {self.facts_error}", severity="warning"))
        return found + self._data_errors

    def update(self, project: Project, folder: Path | None, code: Mapping[str, Any] | None = None) -> None:
        """The project is another value, or its own code is: asks what has to be asked again.

        Args:
            project: As it stands.
            folder: Its folder, or None where it has none yet.
            code: Permission to run its files, and which contents they have; None where it has none.
        """
        self._project, self._root, self._code = project, str(folder or ""), code
        if self._described != (project.data, self._root):
            self.describe()
        self._infer()

    def describe(self) -> None:
        """Reads the data (again)."""
        if self._project is None:
            return
        data = self._project.data
        self._described = (data, self._root)
        if not data.source:
            self._set_description(None, {}, "")
            return
        self.describing = True
        self._summary_changed()
        generation = self._generation

        def arrived(value: Mapping[str, Any]) -> None:
            if generation == self._generation:
                specs = {name: ColumnSpec.from_json(spec) for name, spec in value["specs"].items()}
                self._set_description(dict(value["summary"]), specs, "")

        def failed(sentence: str) -> None:
            if generation == self._generation:
                self._set_description(None, {}, sentence)

        payload = {"data": data.as_json(), "root": self._root}
        self._reading = self._ask("describe_data", payload, arrived, failed, replaces="describe_data")

    def stop_describing(self) -> int:
        """Gives up reading the data; returns the number of the request that is no longer wanted, or 0."""
        if not self.describing:
            return 0
        self._set_description(
            None, {}, "Reading was stopped. Read again to go on: what has been looked at is not looked at again."
        )
        return self._reading

    def _set_description(self, summary: dict[str, Any] | None, specs: Mapping[str, ColumnSpec], error: str) -> None:
        self.describing = False
        self.summary, self.specs, self.summary_error = summary, specs, error
        problems = [Problem.from_json(value) for value in (summary or {}).get("problems", ())]
        if error:
            problems.append(Problem(error))
        before, self._data_errors = self._data_errors, [each for each in problems if each.severity == "error"]
        self._summary_changed()
        if before != self._data_errors:
            self._facts_changed()
        self._infer()

    def look_inside(self, path: tuple[str, ...]) -> None:
        """The facts of the nodes inside this block use are wanted as well; ``()`` for none."""
        if path != self._path:
            self._path = path
            self._infer()

    def _infer(self) -> None:
        project = self._project
        if project is None or self._inferring or self.describing:
            return  # an answer is under way; when it is there, this is looked at again
        matter = self._matter(project)
        if matter == self._inferred:
            return
        self._inferring, self._inferred = True, matter
        generation, path = self._generation, self._path

        def arrived(value: Mapping[str, Any]) -> None:
            if generation != self._generation:
                return
            from dlstudio.compiler.facts import InferenceResult

            self.facts_path = path
            self._settle(InferenceResult.from_json(value), "")

        def failed(sentence: str) -> None:
            if generation == self._generation:
                self._settle(None, sentence)

        payload = {
            "graph": graph_as_json(project.graph),
            "specs": {name: spec.as_json() for name, spec in self.specs.items()},
            "training": project.training.as_json(),
            "rows": self._training_rows(),
            "path": list(self._path),
            **({"code": self._code} if self._code else {}),
        }
        self._ask("infer", payload, arrived, failed)

    def _settle(self, facts: InferenceResult | None, error: str) -> None:
        self._inferring = False
        self.facts, self.facts_error = facts, error
        self._facts_changed()
        self._infer()

    def _matter(self, project: Project) -> Any:
        """What the facts depend on: everything but names of things and positions."""
        graph: Graph = project.graph
        nodes = [(node.id, node.type, node.settings, node.shares, node.bypassed) for node in graph]
        rows = self._training_rows()
        return nodes, graph.wires, graph.blocks, project.training, self.specs, rows, self._path, self._code

    def _training_rows(self) -> int | None:
        """Samples in the training split, where the data has been read."""
        rows = (self.summary or {}).get("splits", {}).get("train")
        return rows if isinstance(rows, int) else None
