"""Which code of which project a person has allowed to run: kept per user, outside of every project.

A project that comes from somewhere else thus brings no consent along. What counts is the content of a file; a changed
one has to be allowed again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from dlstudio.atomic import write_atomically
from dlstudio.graph.custom_code import CodeFile, Permission, code_files, code_names, unallowed
from dlstudio.graph.model import Graph
from dlstudio.training.runs.run_code import run_code_folder
from dlstudio.training.runs.run_folder import RunError, RunFolder
from dlstudio.workbench.preferences import config_folder

FILE_NAME = "allowed_code.json"
_MOST_DIGESTS = 500
"""Contents kept for each project, the latest."""


class Consent:
    """The contents allowed, by project folder. Read from disk each time: windows and terminals share it.

    Args:
        folder: Where the file lies; that of the preferences by default.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._file = (folder or config_folder()) / FILE_NAME

    def digests(self, project: Path) -> frozenset[str]:
        """SHA-256 of each content allowed for the project in this folder."""
        return frozenset(self._read().get(_key(project), ()))

    def permission(self, project: Path | None) -> Permission | None:
        """What the children get: the project's folder and what is allowed in it; None where there is no folder."""
        return None if project is None else Permission(project.resolve(), self.digests(project))

    def allow(self, project: Path, files: Iterable[CodeFile]) -> None:
        """Allows the contents of these files for a project.

        Raises:
            OSError: It could not be written; nothing is allowed then.
        """
        table = self._read()
        before = [digest for digest in table.get(_key(project), []) if isinstance(digest, str)]
        added = [file.digest for file in files if file.digest and file.digest not in before]
        table[_key(project)] = [*before, *added][-_MOST_DIGESTS:]
        self._file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self._file, json.dumps(table, indent=1).encode())

    def pending(self, project: Path | None, graph: Graph) -> tuple[CodeFile, ...]:
        """The files that a network would run and that nobody has allowed."""
        names = code_names(graph)
        if not names or project is None:
            return ()
        return unallowed(code_files(project, names), self.digests(project))

    def _read(self) -> dict[str, list[str]]:
        try:
            value = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(value, dict):
            return {}
        return {key: entry for key, entry in value.items() if isinstance(entry, list)}


def refuse_unallowed(run: RunFolder) -> None:
    """Makes sure that a run's own code has been allowed here, before it is continued.

    Raises:
        RunError: It has not.
    """
    files = code_files(run_code_folder(run), code_names(run.project().graph))
    waiting = unallowed(files, Consent().digests(run.project_folder))
    if waiting:
        named = ", ".join(file.name for file in waiting)
        raise RunError(f"Run {run.name} runs code that you have not allowed for this project: {named}.")


def _key(project: Path) -> str:
    return str(project.resolve())
