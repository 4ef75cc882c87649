"""The user's own code of the open project, as the window sees it: which files, whether allowed, what children get."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dlstudio.graph.custom_code import CodeFile, code_files, code_names, read_code, unallowed
from dlstudio.graph.model import Graph
from dlstudio.workbench.consent import Consent


class OwnCode:
    """Looks after one project's Custom layers. Never runs anything.

    Attributes:
        pending: Files that the network would run and that nobody has allowed.
        request: What goes along with requests to the engine; None where the network has no code of its own.
    """

    def __init__(self, consent: Consent | None = None) -> None:
        self._consent = consent or Consent()
        self._folder: Path | None = None
        self.pending: tuple[CodeFile, ...] = ()
        self.request: Mapping[str, Any] | None = None

    def look(self, folder: Path | None, graph: Graph) -> bool:
        """Looks at the files again. Returns whether anything is another than before."""
        before = (self.pending, self.request)
        self._folder = folder
        names = code_names(graph)
        if not names or folder is None:
            self.pending, self.request = (), None
        else:
            files = code_files(folder, names)
            permission = self._consent.permission(folder)
            assert permission is not None
            self.pending = unallowed(files, permission.digests)
            self.request = {**permission.as_json(), "files": [[file.name, file.digest] for file in files]}
        return before != (self.pending, self.request)

    def allow(self, files: tuple[CodeFile, ...]) -> None:
        """Allows the contents that these files had when they were shown, for this project.

        Raises:
            OSError: It could not be written down.
        """
        if self._folder is not None:
            self._consent.allow(self._folder, files)

    def for_runs(self) -> Mapping[str, Any] | None:
        """What goes along with requests about runs, whose folders hold copies of what was allowed; None for nothing."""
        permission = self._consent.permission(self._folder)
        return permission.as_json() if permission is not None and permission.digests else None

    def read(self, file: CodeFile) -> tuple[CodeFile, str]:
        """A file as it is now, with its text: what is read is what may be allowed then.

        Raises:
            CodeFileError: It is no longer there.
        """
        assert self._folder is not None
        content, digest = read_code(self._folder, file.name)
        return CodeFile(file.name, digest), content.decode("utf-8", "replace")
