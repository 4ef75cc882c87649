"""The examination of the data in the background, and of its labels where a run has been trained on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.data.view import IssueView, read_findings

_NOTHING = IssueView("Examined: nothing doubtful found.", 0, severity="info")


class Examination(QObject):
    """Asks the engine and keeps what it found; once begun, it follows the data.

    Attributes:
        findings: What was found, or one line that nothing was.
        looking: Whether an answer is awaited.
    """

    changed = Signal()

    def __init__(self, studio: Studio, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._begun = False
        self._examined: Mapping[str, Any] = {}
        self._generation = 0
        self._waiting = 0
        self.findings: tuple[IssueView, ...] = ()

    @property
    def looking(self) -> bool:
        return self._waiting > 0

    def begin(self) -> None:
        """Examines the data as it is set now."""
        studio = self._studio
        self._begun = True
        self._generation += 1
        self._waiting = 0
        self.findings = ()
        self._examined = studio.project.data.as_json()
        payload = {"data": self._examined, "root": str(studio.folder or "")}
        self._ask("examine_data", payload)
        trained = [run for run in studio.runs if run.has_model]
        if trained and trained[-1].project.data.source == studio.project.data.source:
            self._ask("doubtful_labels", {**payload, "run": str(trained[-1].folder)})
        self.changed.emit()

    def data_described(self) -> None:
        """The data was read anew: what was found before may be mended, or something new be wrong."""
        if self._begun and self._studio.project.data.as_json() != self._examined:
            self.begin()

    def forget(self) -> None:
        """Another project is open."""
        self._begun, self.findings, self._waiting = False, (), 0
        self._generation += 1

    def _ask(self, kind: str, payload: Mapping[str, Any]) -> None:
        generation = self._generation
        self._waiting += 1

        def answered(found: tuple[IssueView, ...]) -> None:
            if generation != self._generation or not isValid(self):
                return
            self._waiting -= 1
            kept = tuple(each for each in self.findings if each is not _NOTHING)
            self.findings = (*kept, *found) or (() if self.looking else (_NOTHING,))
            self.changed.emit()

        self._studio.ask(
            kind,
            payload,
            lambda value: answered(read_findings(value)),
            lambda sentence: answered((IssueView(sentence, 0, severity="info"),)),
            replaces=kind,
        )
