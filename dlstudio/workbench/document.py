"""An open project: the frozen value, its undo history, whether it is saved, and the journal of unsaved edits.

Knows nothing of windows. Reading and writing ``project.json`` is the business of :mod:`dlstudio.graph.saving`,
surviving a crash that of :mod:`dlstudio.workbench.journal`, keeping a second window out that of
:mod:`dlstudio.locks`.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from dlstudio.atomic import replacing
from dlstudio.graph.initial_weights import followed
from dlstudio.graph.project import Project
from dlstudio.graph.saving import ProjectError, load_project, save_project
from dlstudio.locks import FolderLock
from dlstudio.workbench.journal import Journal, journal_of

MERGE_SECONDS = 2.0
MAXIMUM_STEPS = 500

Listener = Callable[[], None]


@dataclass(frozen=True)
class Step:
    """One undo step: what it is called and the project before it."""

    label: str
    before: Project
    merge_key: str | None = None


class Document:
    """One open project.

    Every change goes through :meth:`change`; listeners are called after each change, undo, redo and save, in the thread
    that made it.

    Args:
        project: The project as it was loaded or made.
        folder: Its folder, or None while it has never been saved.
        lock: What keeps a second window out. Without one nobody is kept out.
        journal: Where unsaved edits are kept, or None to keep none.
        read_only: Changes are made in memory as usual, but never saved.
        clock: Seconds, monotonic; held by tests.
    """

    def __init__(
        self,
        project: Project,
        folder: Path | None = None,
        *,
        lock: FolderLock | None = None,
        journal: Journal | None = None,
        read_only: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._project = project
        self._saved_project: Project | None = project if folder else None
        self._folder = folder
        self._lock = lock
        self._journal = journal
        self._read_only = read_only
        self._clock = clock
        self._undo: list[Step] = []
        self._redo: list[Step] = []
        self._merge_until = 0.0
        self._listeners: list[Listener] = []
        self._pristine = project
        self._recovered: Project | None = None
        if journal is not None:
            self._recovered = journal.recovered(project)
            journal.start(project)

    @staticmethod
    def open(path: Path) -> Document:
        """Opens the project in a folder (or a ``project.json``), read-only where another window has it open.

        Raises:
            ProjectError: It cannot be read; the message is a sentence.
        """
        project = load_project(path)
        folder = (path.parent if path.suffix == ".json" else path).resolve()
        lock = FolderLock(folder)
        if not lock.take():
            return Document(project, folder, read_only=True)
        return Document(project, folder, lock=lock, journal=journal_of(folder))

    @staticmethod
    def create(project: Project, folder: Path) -> Document:
        """Saves a fresh project into a folder and opens it.

        Raises:
            ProjectError: There is a project already, or it cannot be written.
        """
        if (folder / "project.json").exists():
            raise ProjectError(f"There already is a project in {folder}. Choose another folder or open that project.")
        save_project(project, folder)
        return Document.open(folder)

    @property
    def project(self) -> Project:
        """The project as it stands now."""
        return self._project

    @property
    def folder(self) -> Path | None:
        """The project's folder, or None while it has never been saved."""
        return self._folder

    @property
    def read_only(self) -> bool:
        """Whether another window has this project open, so that this one may not save it."""
        return self._read_only

    @property
    def saved(self) -> bool:
        """Whether what is on disk equals what is open. An untouched, never saved project counts as saved."""
        if self._saved_project is None:
            return self._project == self._pristine
        return self._project == self._saved_project

    @property
    def recovered(self) -> Project | None:
        """Unsaved edits that a crash left behind, offered back until :meth:`recover` or :meth:`forget_recovered`."""
        return self._recovered

    @property
    def undo_label(self) -> str:
        """What :meth:`undo` would take back, or an empty text."""
        return self._undo[-1].label if self._undo else ""

    @property
    def redo_label(self) -> str:
        """What :meth:`redo` would do again, or an empty text."""
        return self._redo[-1].label if self._redo else ""

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Calls ``listener`` after every change; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def change(self, label: str, project: Project, merge_key: str | None = None) -> bool:
        """Makes ``project`` the open one, as one undo step.

        Args:
            label: What the step is called in the menu: ``Set filters of conv_1``.
            project: The new value. One that equals the open one makes no step.
            merge_key: Steps in a row with the same key become one, until another change or a pause of two seconds:
                typing in a field, dragging a slider.

        Returns:
            Whether anything changed.
        """
        if project == self._project:
            return False
        if project.weights is not None and project.weights is self._project.weights:
            weights = followed(project.weights, self._project.graph, project.graph)
            project = replace(project, weights=weights)
        now = self._clock()
        merges = bool(merge_key and self._undo and self._undo[-1].merge_key == merge_key and now < self._merge_until)
        if not merges:
            self._undo.append(Step(label, self._project, merge_key))
            del self._undo[:-MAXIMUM_STEPS]
        self._merge_until = now + MERGE_SECONDS
        self._redo.clear()
        self._become(project)
        return True

    def end_merge(self) -> None:
        """Ends a merged step, so that the next change with the same key begins a new one (focus left the field)."""
        self._merge_until = 0.0

    def undo(self) -> str:
        """Takes back the last step; returns its label, or an empty text where there was none."""
        return self._step(self._undo, self._redo)

    def redo(self) -> str:
        """Does the last undone step again; returns its label, or an empty text where there was none."""
        return self._step(self._redo, self._undo)

    def save(self, folder: Path | None = None) -> None:
        """Saves into the project's folder, or into another one, which becomes the project's folder.

        Raises:
            ProjectError: Nothing was changed on disk, and the document is as unsaved as before.
        """
        target = (folder or self._folder or Path()).resolve()
        if folder is None and self._folder is None:
            raise ProjectError("This project has no folder yet. Choose one to save it to.")
        elsewhere = target != self._folder
        if self._read_only and not elsewhere:
            raise ProjectError(
                f"{target} is open in another window, so this one cannot save it. Save to another folder instead."
            )
        if not elsewhere:
            save_project(self._project, target)
        else:
            self._save_elsewhere(target)
        self._saved_project = self._project
        self.end_merge()
        if self._journal is not None:
            self._journal.start(self._project)
        self._tell()

    def recover(self) -> bool:
        """Takes the recovered edits as one undoable step. Returns whether there were any."""
        recovered, self._recovered = self._recovered, None
        if recovered is None:
            return False
        changed = self.change("Restore unsaved edits", recovered)
        if self._journal is not None:
            self._journal.forget_recovered()  # by now they are in the journal again
        return changed

    def forget_recovered(self) -> None:
        """Drops the recovered edits for good."""
        self._recovered = None
        if self._journal is not None:
            self._journal.forget_recovered()

    def close(self) -> None:
        """Ends journal and lock. Unsaved edits are given up: ask before. Recovered edits not decided on are kept."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None
        if self._lock is not None:
            self._lock.give_back()
            self._lock = None
        self._listeners.clear()

    def _save_elsewhere(self, target: Path) -> None:
        lock = FolderLock(target)
        if not lock.take():
            raise ProjectError(f"{target} is open in another window. Choose another folder.")
        try:
            self._take_weights(target)
            save_project(self._project, target)
        except ProjectError:
            lock.give_back()
            raise
        if self._lock is not None:
            self._lock.give_back()
        if self._journal is not None:
            self._journal.close()
        self._lock, self._journal, self._folder = lock, journal_of(target), target
        self._read_only = False

    def _take_weights(self, target: Path) -> None:
        """Copies the weights that the project begins with into its new folder.

        Raises:
            ProjectError: They cannot be copied.
        """
        weights = self._project.weights
        source = self._folder / weights.file if weights is not None and self._folder is not None else None
        if weights is None or source is None or not source.is_file() or (target / weights.file).exists():
            return
        try:
            (target / weights.file).parent.mkdir(parents=True, exist_ok=True)
            with replacing(target / weights.file) as temporary:
                shutil.copyfile(source, temporary)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise ProjectError(f"The weights {source} could not be copied to {target}: {reason}.") from None

    def _step(self, source: list[Step], target: list[Step]) -> str:
        if not source:
            return ""
        step = source.pop()
        target.append(Step(step.label, self._project))
        self.end_merge()
        self._become(step.before)
        return step.label

    def _become(self, project: Project) -> None:
        self._project = project
        if self._journal is not None:
            self._journal.record(project)
        self._tell()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()
