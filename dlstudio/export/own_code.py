"""Files of the user's own layers beside what is exported: scripts import them, and ``.keras`` files load with them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from dlstudio.atomic import write_atomically
from dlstudio.graph.custom_code import (
    CodeFileError,
    code_names,
    custom_classes,
    importable,
    module_path,
    read_code,
    registered_package,
)
from dlstudio.graph.model import Graph


class BesideError(RuntimeError):
    """A file that cannot be laid beside; the message is a sentence."""


@dataclass(frozen=True)
class Beside:
    """Files on their way to the folder of what is exported.

    Attributes:
        folder: That folder.
        contents: By name, relative to it; also those that are there already.
        missing: A sentence for each file that is not there to be copied.
    """

    folder: Path
    contents: dict[str, bytes]
    missing: tuple[str, ...] = ()

    def write(self) -> None:
        """Writes what is not there yet.

        Raises:
            OSError: A file cannot be written.
        """
        for name, content in self.contents.items():
            target = self.folder / name
            if not _holds(target, content):
                target.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(target, content)


def own_code_beside(graph: Graph, home: Path, out: Path, *, force: bool = False) -> Beside:
    """The files that a network's Custom layers name, for the folder of an exported file. Nothing is written or run yet.

    Args:
        graph: The network.
        home: Where the files lie: the project's folder, or a run's copy.
        out: The file that is exported.
        force: Whether others of the same name may be written over.

    Raises:
        BesideError: Another file of the same name is there.
    """
    contents: dict[str, bytes] = {}
    missing = []
    for name in code_names(graph):
        try:
            content, _ = read_code(home, name)
        except CodeFileError as error:
            missing.append(str(error))
            continue
        target = out.parent / name
        if target.exists() and not force and not _holds(target, content):
            raise BesideError(
                f"The network needs {name} beside {out.name}, but another file of that name is there: {target}. Choose "
                f"another folder, or move that file away."
            )
        contents[name] = content
    return Beside(out.parent, contents, tuple(missing))


def loading_lines(graph: Graph, file: str) -> tuple[str, ...]:
    """Python that loads a ``.keras`` file of a network, its own layers imported from beside; without ``import keras``.

    Args:
        graph: The network.
        file: Its path as Python text.
    """
    imports: list[str] = []
    known: list[str] = []
    taken: set[str] = set()
    for name, made in custom_classes(graph):
        module = module_path(name)
        if not module or not importable(made):
            continue
        alias = made
        while alias in taken or alias in ("keras", "np", "sys", "model"):
            alias += "_"
        taken.add(alias)
        imports.append(f"from {module} import {made}" + (f" as {alias}" if alias != made else ""))
        known.append(f"{registered_package(name) + '>' + made!r}: {alias}")
    given = f", custom_objects={{{', '.join(known)}}}" if known else ""
    return (*imports, f"model = keras.saving.load_model({file}{given})")


def unimportable(graph: Graph) -> tuple[str, ...]:
    """A sentence for each of a network's own classes whose file or name cannot stand in an import."""
    return tuple(
        f"{made} in {name} cannot be imported: a file and a class need names of letters, digits and underscores. "
        f"Rename it."
        for name, made in custom_classes(graph)
        if not module_path(name) or not importable(made)
    )


def _holds(file: Path, content: bytes) -> bool:
    try:
        return hashlib.sha256(file.read_bytes()).digest() == hashlib.sha256(content).digest()
    except OSError:
        return False
