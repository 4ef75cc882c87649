"""``--allow-code``: whether a command may run the Python files that a project's Custom layers name."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from dlstudio.cli.command import CommandError
from dlstudio.graph.custom_code import Permission, code_files, code_names, unallowed
from dlstudio.graph.model import Graph
from dlstudio.training.runs.run_code import run_code_folder
from dlstudio.training.runs.run_folder import RunFolder
from dlstudio.workbench.consent import Consent


def add_code_argument(parser: ArgumentParser) -> None:
    """``--allow-code``."""
    parser.add_argument(
        "--allow-code", action="store_true", help="run the project's own Python files (Custom layers) this time"
    )


def code_permission(arguments: Namespace, folder: Path, graph: Graph) -> Permission | None:
    """What a command may run of a project's code; None where it has none.

    Args:
        arguments: Of the command, with ``allow_code``.
        folder: The project's.
        graph: Its network.

    Raises:
        CommandError: The network runs code that nobody has allowed; says how to.
    """
    return _permission(arguments, folder, folder, graph)


def run_code_permission(arguments: Namespace, folder: Path, run: RunFolder) -> Permission | None:
    """The same for the copy of the code that lies in a run; allowed contents of the project are allowed there, too."""
    return _permission(arguments, folder, run_code_folder(run), run.project().graph)


def _permission(arguments: Namespace, project: Path, home: Path, graph: Graph) -> Permission | None:
    names = code_names(graph)
    if not names:
        return None
    files = code_files(home, names)
    if arguments.allow_code:
        return Permission(home.resolve(), frozenset(file.digest for file in files if file.digest))
    digests = Consent().digests(project)
    waiting = unallowed(files, digests)
    if waiting:
        named = ", ".join(str(home / file.name) for file in waiting)
        raise CommandError(
            f"This project runs Python code of its own that you have not allowed yet: {named}. Read it; then allow it "
            f"in the window, or for this command with --allow-code."
        )
    return Permission(home.resolve(), digests)
