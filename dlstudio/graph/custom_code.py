"""Python files of the user's own project that Custom nodes run: which, where, and whether they are allowed to.

Nothing here runs code. What a person allows is the content of a file, by its SHA-256: a changed file is another one.
Standard library only.
"""

from __future__ import annotations

import hashlib
import keyword
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from dlstudio.graph.model import CUSTOM, Graph

MOST_BYTES = 2**20


class CodeFileError(ValueError):
    """A file that a Custom node cannot use; the message is a sentence for the user."""


@dataclass(frozen=True)
class Permission:
    """Which code may be run.

    Attributes:
        folder: Where the files lie: the project's folder, or a run's copy.
        digests: SHA-256 of every file content that a person has allowed.
    """

    folder: Path
    digests: frozenset[str] = frozenset()

    def as_json(self) -> dict[str, Any]:
        return {"folder": str(self.folder), "digests": sorted(self.digests)}

    @staticmethod
    def from_json(value: dict[str, Any]) -> Permission:
        return Permission(Path(value["folder"]), frozenset(str(digest) for digest in value.get("digests", ())))


@dataclass(frozen=True)
class CodeFile:
    """One file that a network runs.

    Attributes:
        name: As the nodes write it, relative to the project folder.
        digest: SHA-256 of its content; empty where it cannot be read.
        problem: Why it cannot be used, or empty.
    """

    name: str
    digest: str = ""
    problem: str = ""


def code_names(graph: Graph) -> tuple[str, ...]:
    """The files that the Custom nodes of a graph and of its blocks name, each once, sorted."""
    graphs = (graph, *(block.graph for block in graph.blocks.values()))
    found = {node.settings.get("file") for each in graphs for node in each if node.type == CUSTOM}
    return tuple(sorted(name for name in found if isinstance(name, str) and name))


def custom_classes(graph: Graph) -> tuple[tuple[str, str], ...]:
    """File and class of each Custom node of a graph and of its blocks, each once, sorted."""
    graphs = (graph, *(block.graph for block in graph.blocks.values()))
    nodes = (node for each in graphs for node in each if node.type == CUSTOM and not node.shares)
    return tuple(sorted({(str(node.settings.get("file", "")), str(node.settings.get("class", ""))) for node in nodes}))


def module_path(name: str) -> str:
    """``layers.own`` for ``layers/own.py``; empty where Python cannot import a file of this name."""
    path = PurePosixPath(name)
    parts = (*path.parts[:-1], path.stem)
    return ".".join(parts) if path.suffix == ".py" and all(map(importable, parts)) else ""


def importable(name: str) -> bool:
    """Whether a name can stand in an import."""
    return name.isidentifier() and name.isascii() and not keyword.iskeyword(name)


def registered_package(name: str) -> str:
    """What Keras puts before the class's name in a ``.keras`` file: ``layers.own``."""
    return module_path(name) or name


def code_path(folder: Path, name: str) -> Path:
    """Where a file lies that a node names.

    Raises:
        CodeFileError: It is no ``.py`` file inside of the folder; links count as what they lead to.
    """
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or "\\" in name or ":" in name or "\0" in name:
        raise CodeFileError(f"'{name[:80]}' is no file of the project: give a path inside the project's folder.")
    if parts.suffix != ".py":
        raise CodeFileError(f"'{name[:80]}' is no Python file; its name has to end in .py.")
    home = folder.resolve()
    path = (home / parts).resolve()
    if not path.is_relative_to(home):
        raise CodeFileError(f"'{name[:80]}' leads out of the project's folder, so it is not run.")
    if not path.is_file():
        raise CodeFileError(f"There is no file {name[:80]} in the project's folder. Write the layer's class there.")
    return path


def read_code(folder: Path, name: str) -> tuple[bytes, str]:
    """The content of a file that a node names, and its SHA-256.

    Raises:
        CodeFileError: It is not there, too large, or cannot be read.
    """
    path = code_path(folder, name)
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise CodeFileError(f"{name[:80]} cannot be read: {error.strerror}.") from None
    if len(content) > MOST_BYTES:
        raise CodeFileError(f"{name[:80]} is larger than {MOST_BYTES >> 20} MB, which no layer needs.")
    return content, hashlib.sha256(content).hexdigest()


def code_files(folder: Path | None, names: Iterable[str]) -> tuple[CodeFile, ...]:
    """What is known of files that nodes name; without a folder nothing can be run."""
    found = []
    for name in names:
        try:
            if folder is None:
                raise CodeFileError("Save the project first: its code lies in its folder.")
            found.append(CodeFile(name, read_code(folder, name)[1]))
        except CodeFileError as error:
            found.append(CodeFile(name, problem=str(error)))
    return tuple(found)


def unallowed(files: Iterable[CodeFile], digests: Iterable[str]) -> tuple[CodeFile, ...]:
    """The files that could be run and that nobody has allowed."""
    allowed = frozenset(digests)
    return tuple(file for file in files if file.digest and file.digest not in allowed)
