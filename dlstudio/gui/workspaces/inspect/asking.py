"""Questions about one run and split: asked once, and answers that come too late dropped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject
from shiboken6 import isValid

from dlstudio.gui.studio import Studio


@dataclass(frozen=True)
class Subject:
    """What is inspected: the folder of a run as text, the split, and the output where there are several."""

    run: str
    split: str = "test"
    output: str = ""


class Asker:
    """Asks about the subject of the moment for one view; a newer question of the same name supersedes an older one."""

    def __init__(self, studio: Studio, name: str, owner: QObject) -> None:
        """Args:
        studio: Where to ask.
        name: Tells the questions of one asker from those of another.
        owner: Answers that come when it is deleted already are dropped.
        """
        self._owner = owner
        self._studio = studio
        self._name = name
        self._generation = 0
        self.subject: Subject | None = None

    def turn_to(self, subject: Subject | None) -> None:
        """Inspects another subject; what is still under way is forgotten."""
        self._generation += 1
        self.subject = subject

    def forget(self) -> None:
        """Drops the answers that are still under way."""
        self._generation += 1

    def inspect(
        self,
        inspector: str,
        options: Mapping[str, Any],
        then: Callable[[dict[str, Any]], None],
        failed: Callable[[str], None],
    ) -> None:
        """Asks an inspector for its result."""
        assert self.subject is not None
        if self.subject.output:
            options = {**options, "output": self.subject.output}
        payload = {"run": self.subject.run, "split": self.subject.split, "inspector": inspector, "options": options}
        self.ask("inspect", payload, then, failed)

    def ask(
        self,
        kind: str,
        payload: Mapping[str, Any],
        then: Callable[[dict[str, Any]], None],
        failed: Callable[[str], None],
        newest: bool = False,
    ) -> None:
        """Asks the engine; with ``newest`` a question that still waits is replaced by this one."""
        generation = self._generation

        def arrived(value: dict[str, Any]) -> None:
            if generation == self._generation and isValid(self._owner):
                then(value)

        def refused(sentence: str) -> None:
            if generation == self._generation and isValid(self._owner):
                failed(sentence)

        self._studio.ask(kind, payload, arrived, refused, replaces=f"{self._name}.{kind}" if newest else None)
