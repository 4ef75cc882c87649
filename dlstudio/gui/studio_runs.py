"""The runs and searches of the open project, as the panels see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.gui.engine_bridge import EngineBridge, EngineMaker, Then
from dlstudio.gui.open_project import OpenProject
from dlstudio.workbench.document import Document
from dlstudio.workbench.run_desk import RunDesk
from dlstudio.workbench.search_desk import SearchDesk

if TYPE_CHECKING:
    from dlstudio.training.runs.run_folder import RunFolder, RunInfo
    from dlstudio.training.runs.run_marks import RunMarks


class StudioRuns(OpenProject):
    """Starts, steers and lists the runs of an open project.

    Args:
        document: What is open.
        catalogue: The node types.
        engine: Makes the engine client, whose thread hands over to the window.

    Attributes:
        also_from_scratch: Whether a run that begins with given weights is followed by its twin from scratch.
        searches: The project's searches.
    """

    def __init__(
        self, document: Document, catalogue: Catalogue, engine: EngineMaker, parent: QObject | None = None
    ) -> None:
        super().__init__(document, catalogue, parent)
        self.also_from_scratch = False
        self._engine = EngineBridge(engine, self)
        self._desk = RunDesk(self._engine.post)
        self._desk.listed = self.runsChanged.emit
        self._desk.chosen = self.currentRunChanged.emit
        self._desk.arrived = self.runEvents.emit
        self._desk.told = self.message.emit
        self.searches = SearchDesk(self._engine.post)
        self.searches.changed = self.searchesChanged.emit
        self.searches.told = self.message.emit

    @property
    def runs(self) -> list[RunInfo]:
        """The runs of the project, the oldest first."""
        return self._desk.runs

    @property
    def current_run(self) -> RunInfo | None:
        """The run that is looked at: the one just started, or the chosen one, else the latest."""
        return self._desk.current

    @property
    def awaited_twin(self) -> str:
        """The run after whose end its twin from scratch is to start, or empty."""
        return self._desk.waiting

    @property
    def live_run(self) -> RunInfo | None:
        """The run that is training right now, or None."""
        return self._desk.live

    def run_folder(self, name: str) -> RunFolder | None:
        return self._desk.folder_of(name)

    def choose_run(self, name: str) -> None:
        """Makes a run the current one."""
        self._desk.choose(name)

    def run_history(self, name: str, then: Then) -> None:
        """Reads all events of a run in the background; ``then`` gets them, of long runs one part after the other.

        Of a live run, :attr:`runEvents` tells its events from the first one on, so what it tells overlaps with this;
        the order is kept.
        """
        self._desk.history(name, then)

    def pause_run(self) -> None:
        self._desk.send("pause")

    def resume_run(self) -> None:
        self._desk.send("resume")

    def stop_run(self) -> None:
        """Stops the live run after a checkpoint."""
        self._desk.send("stop")

    def continue_run(self, name: str) -> None:
        """Goes on with a run that was stopped, interrupted or killed, from its last checkpoint."""
        self._desk.resume(name)

    def run_again(self, name: str) -> None:
        """Repeats a run as it was, whatever the project has become since then."""
        if self.live_run is not None or self._desk.starting:
            self.message.emit("A run is training already. Stop it first.", "warning")
        else:
            self._desk.again(name)

    def continue_calmer(self, name: str) -> None:
        """Goes on with a run whose loss broke, from its last good checkpoint, with a tenth of its rate and clipped."""
        self._desk.resume(name, calmer=True)

    def mark_run(self, name: str, marks: RunMarks) -> None:
        """Writes note, tags and pin of a run."""
        self._desk.mark(name, marks)

    def remove_run(self, name: str) -> None:
        """Takes a run out of the list; :meth:`bring_back_run` undoes it."""
        self._desk.remove(name)

    def removed_runs(self) -> list[str]:
        """Names of the runs that can be brought back, the oldest first."""
        return self._desk.removed()

    def bring_back_run(self, name: str) -> None:
        self._desk.bring_back(name)

    def _follow(self) -> None:
        """Turns to the runs of the folder that is open now."""
        self._desk.follow(self.folder)
        self.searches.follow(self.folder)
