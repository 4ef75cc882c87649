"""The one bridge between the window and everything else: the open project, the engine, the data and the runs.

Panels read its properties, listen to its signals and call its methods; they never talk to each other, to processes or
to files. Nothing here blocks: the engine and the runs live in background threads that hand over by queued signals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.catalogue.node_types import Catalogue
from dlstudio.data.hugging_face.hub_address import source_title
from dlstudio.engine.client import EngineClient
from dlstudio.graph.blocks import with_blocks
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.custom_code import CodeFile
from dlstudio.graph.problems import Problem
from dlstudio.graph.project import DataSettings, Project
from dlstudio.graph.saving import FILE_NAME, ProjectError
from dlstudio.gui.engine_bridge import EngineMaker, Failed, Then
from dlstudio.gui.studio_runs import StudioRuns
from dlstudio.workbench.document import Document
from dlstudio.workbench.knowledge import Knowledge
from dlstudio.workbench.making import document_of, fitting_request
from dlstudio.workbench.own_code import OwnCode
from dlstudio.workbench.preferences import Preferences
from dlstudio.workbench.readiness import obstacle
from dlstudio.workbench.run_on import RunOn, keep, remembered
from dlstudio.workbench.twin import from_scratch

if TYPE_CHECKING:
    from dlstudio.compiler.facts import InferenceResult, LayerFacts

WARM_UP_MILLISECONDS = 200
SPARE_MILLISECONDS = 3000
READ_ONLY = "Another window has this project open, so it is read-only here. Save to another folder to keep edits."


_OF_RUNS = ("inspect", "predict", "evaluate", "start_from", "find_rate", "doubtful_labels")
"""Requests about runs, which may hold code of the project's own."""


class Studio(StudioRuns):
    """The state of one window.

    Args:
        document: What is open; an empty project without a folder by default.
        engine: Makes the engine client from the callback that takes its events (in any thread).
        catalogue: The node types; the shipped ones by default.
        preferences: Window state and recent projects; the user's by default.
    """

    def __init__(
        self,
        document: Document | None = None,
        *,
        engine: EngineMaker | None = None,
        catalogue: Catalogue | None = None,
        preferences: Preferences | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(document or Document(Project()), catalogue or load_catalogue(), engine or EngineClient, parent)
        self.preferences = preferences or Preferences()
        self._closed = False
        self._devices: list[dict[str, Any]] = []
        self._engine.stateChanged.connect(self.engineChanged)
        self._engine.replied.connect(self.replyArrived)
        self._engine.progressed.connect(lambda _, told: self.readingProgressed.emit(told.what, told.done, told.total))
        self._engine.complained.connect(lambda sentence: self.message.emit(sentence, "error"))
        self.own_code = OwnCode()
        self._knowledge = Knowledge(self.ask, self.factsChanged.emit, self.summaryChanged.emit)
        self._opened()
        QTimer.singleShot(WARM_UP_MILLISECONDS, self, self._engine.warm_up)
        QTimer.singleShot(SPARE_MILLISECONDS, self, self._desk.prepare_spare)

    # What is known of it

    @property
    def facts(self) -> InferenceResult | None:
        """Shapes, parameters and problems as last computed, or None before the first answer."""
        return self._knowledge.facts

    def layer_facts(self, name: str) -> LayerFacts | None:
        """The facts of one node of :attr:`graph`, or None where they are not known (yet)."""
        facts = self._knowledge.facts
        if facts is None:
            return None
        if not self._path:
            return facts.layers.get(name)
        return facts.inside.get(name) if self._knowledge.facts_path == self._path else None

    @property
    def facts_are_current(self) -> bool:
        """Whether the facts belong to the project as it stands now."""
        return self._knowledge.facts_are_current

    @property
    def problems(self) -> list[Problem]:
        """All that is wrong with the graph, and what in the data stops training (see :meth:`Knowledge.problems`)."""
        return self._knowledge.problems(self.project.graph, with_blocks(self._catalogue, self.project.blocks))

    @property
    def summary(self) -> dict[str, Any] | None:
        """The data as :func:`dlstudio.data.summary.summarize` describes it, as a JSON object, or None."""
        return self._knowledge.summary

    @property
    def summary_error(self) -> str:
        """Why the data cannot be described, or empty."""
        return self._knowledge.summary_error

    @property
    def describing(self) -> bool:
        """Whether the data is being read right now."""
        return self._knowledge.describing

    @property
    def specs(self) -> Mapping[str, ColumnSpec]:
        """The encoded form of each column; empty before the data is known."""
        return self._knowledge.specs

    @property
    def engine_state(self) -> str:
        """``starting``, ``ready``, ``restarting`` or ``failed``."""
        return self._engine.state

    @property
    def devices(self) -> list[dict[str, Any]]:
        """What can train: ``{"id": "cpu", "name": ...}``; asked for with :meth:`ask_devices`."""
        return self._devices

    # Opening and saving

    def save(self, folder: Path | None = None) -> bool:
        """Saves, into another folder where one is given. Returns whether that went well; says why where not."""
        if folder is None and self.folder is None:
            self.folderWanted.emit()  # the frame asks, and saves there unless the person thinks better of it
            return self._is_on_disk()
        moved = folder is not None and folder.resolve() != self.folder
        try:
            self._document.save(folder)
        except ProjectError as error:
            self.message.emit(str(error), "error")
            return False
        if self.folder is not None:
            self.preferences.add_recent(self.folder)
            if moved:
                self._follow()
        self.savedChanged.emit()
        return True

    def open_project(self, path: Path | str) -> bool:
        """Opens a project folder in place of the open one (ask about unsaved edits before)."""
        if self.folder is not None and Path(path).resolve() in (self.folder, self.folder / FILE_NAME):
            self.documentOpened.emit()  # it is open already; its own lock would make it read-only
            return True
        document = self._open(lambda: Document.open(Path(path)))
        if document is not None and document.read_only:
            self.message.emit(READ_ONLY, "warning")
        return document is not None

    def open_document(self, document: Document) -> None:
        """Makes ``document`` the open one; the one before is closed."""
        self._exchange(document)
        self._knowledge.forget()
        self.documentOpened.emit()
        self._opened()
        changed = (self.projectChanged, self.selectionChanged, self.savedChanged, self.factsChanged)
        for signal in (*changed, self.summaryChanged, self.runsChanged):
            signal.emit()

    def new_project(
        self, folder: Path | str, template: str, data_path: Path | str | None, then: Then | None = None
    ) -> int:
        """Fits a template to data, saves it as a project in ``folder`` and opens it; ``then`` gets the document.

        Where that fails, a :attr:`message` says why. Returns the number of the request, or 0 where none was made.
        """
        target = Path(folder).resolve()
        try:
            payload = fitting_request(target, template, data_path)
        except ProjectError as error:
            self.message.emit(str(error), "error")
            return 0

        def fitted(value: Mapping[str, Any]) -> None:
            document = self._open(lambda: document_of(value, target))
            if document is not None and then:
                then(document)

        return self.ask("fit_template", payload, fitted)

    # Data

    def set_data(self, path: Path | str, then: Callable[[], None] | None = None) -> int:
        """Looks at the data there, a path or an address of the hub, and makes it the project's, as one undo step."""

        document = self._document

        def guessed(value: Mapping[str, Any]) -> None:
            if document is not self._document:
                return  # another project was opened meanwhile
            data = DataSettings.from_json(value["data"])
            self.change(f"Use the data {source_title(str(path))}", replace(self.project, data=data))
            if then:
                then()

        return self.ask("guess_data", {"path": str(path), "root": self._root()}, guessed)

    def describe_data(self) -> None:
        """Reads the data again (its files have changed); happens by itself when the data settings change."""
        self._knowledge.describe()

    def stop_reading(self) -> None:
        """Gives up a reading of the data that takes long; the next one goes on where it ended."""
        request = self._knowledge.stop_describing()
        if request:
            self._engine.cancel(request)

    # The engine

    def ask(
        self,
        kind: str,
        payload: Mapping[str, Any],
        then: Then | None = None,
        failed: Failed | None = None,
        *,
        replaces: str | None = None,
    ) -> int:
        """Asks the engine; one of ``then`` and ``failed`` is called later, unless it is cancelled or superseded.

        Args:
            kind: See :mod:`dlstudio.engine.handlers`.
            payload: A JSON object; arrays under ``"arrays"`` by name.
            then: Gets the answer, a dict; its numpy arrays stand under ``"arrays"`` by name.
            failed: Gets a sentence. Without it the sentence becomes a :attr:`message`.
            replaces: A later request with the same key supersedes this one while it waits.
        """
        if kind in _OF_RUNS and (allowed := self.own_code.for_runs()):
            payload = {**payload, "code": allowed}
        return self._engine.ask(kind, payload, then, failed, replaces=replaces)

    def look_at_code(self) -> None:
        """Looks whether the files of the project's own layers have changed on disk."""
        if self.own_code.look(self.folder, self.project.graph):
            self._look_around()
            self.codeChanged.emit()

    def allow_code(self, files: tuple[CodeFile, ...]) -> None:
        """Lets the children run these contents of the project's files."""
        try:
            self.own_code.allow(files)
        except OSError as error:
            self.message.emit(f"It could not be written down that the code is allowed: {error.strerror}.", "error")
            return
        self.look_at_code()

    def cancel(self, request: int) -> None:
        """Forgets a request; what it would have answered never arrives."""
        self._engine.cancel(request)

    def ask_devices(self) -> None:
        """Asks the engine what can train here; :attr:`devicesChanged` follows."""
        self.ask("devices", {}, self._take_devices, lambda _: None, replaces="devices")

    # Training and closing

    def train(self) -> bool:
        """Saves and starts a run with the project as it stands. Returns whether it is on its way."""
        sentence = obstacle(self.project, self.problems)
        if sentence:
            self.message.emit(sentence, "error")
            return False
        if self.live_run is not None or self._desk.starting:
            self.message.emit("A run is training already. Stop it first.", "warning")
            return False
        chosen = self.run_on  # of a project that is not saved yet, it belongs to no folder
        if chosen.problem:
            self.message.emit(chosen.problem, "error")
            return False
        if (self._is_on_disk() or self.save()) and self.folder is not None:
            self.choose_run_on(chosen)
            wanted = self.also_from_scratch and self.project.weights is not None
            twin = from_scratch(self.project, self.folder) if wanted else None
            self._desk.start(self.folder, self.project, twin, site=chosen.site())
            return True
        return False

    @property
    def run_on(self) -> RunOn:
        """Where the next run is trained."""
        return remembered(self.preferences, self.folder)

    def choose_run_on(self, chosen: RunOn) -> None:
        """Remembers it for the open project, in this user's preferences."""
        if chosen != self.run_on:
            keep(self.preferences, self.folder, chosen)

    def close(self, stop_training: bool = False) -> None:
        """Ends the engine and the spare process; a live run goes on unless it is told to stop with a checkpoint."""
        if self._closed:
            return
        self._closed = True
        if stop_training:
            self._desk.send_now("stop")
        self._unlisten()
        self._document.close()
        self._engine.close()
        self._desk.close()
        self.searches.close()

    # What arrives

    def _take_devices(self, value: Mapping[str, Any]) -> None:
        self._devices = list(value["devices"])
        self.devicesChanged.emit()

    def _opened(self) -> None:
        self.also_from_scratch = False
        if self.folder is not None:
            self.preferences.add_recent(self.folder)
        self._follow()
        self._look_around()

    def _look_inside(self, path: tuple[str, ...]) -> None:
        self._knowledge.look_inside(path)

    def _look_around(self) -> None:
        """Asks what there is to know of the project as it stands."""
        self._desk.expect(self.project.training.backend)
        changed = self.own_code.look(self.folder, self.project.graph)
        self._knowledge.update(self.project, self.folder, self.own_code.request)
        if changed:
            self.codeChanged.emit()

    def _open(self, make: Callable[[], Document]) -> Document | None:
        try:
            document = make()
        except ProjectError as error:
            self.message.emit(str(error), "error")
            return None
        self.open_document(document)
        return document

    def _is_on_disk(self) -> bool:
        return self.folder is not None and self.saved

    def _root(self) -> str:
        return str(self.folder or "")
