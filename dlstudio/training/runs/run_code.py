"""The user's own code of a run: copied into its folder when it is made, so that it says for ever what was trained.

``code/`` holds the files, ``run.json`` under ``code`` the SHA-256 of each content that the person allowed. Whoever
continues or looks at a run that may have come from elsewhere asks for consent again; see
:mod:`dlstudio.workbench.consent`.
"""

from __future__ import annotations

from pathlib import Path

from dlstudio.atomic import write_atomically
from dlstudio.graph.custom_code import CodeFileError, Permission, code_names, read_code
from dlstudio.graph.model import Graph
from dlstudio.training.runs.run_folder import RunFolder

FOLDER = "code"


def keep_code(run: RunFolder, graph: Graph, permission: Permission | None) -> None:
    """Copies the allowed files that a network runs into a fresh run; what is not allowed stays out.

    Raises:
        OSError: A file cannot be written.
    """
    kept = []
    for name in code_names(graph) if permission is not None else ():
        assert permission is not None
        try:
            content, digest = read_code(permission.folder, name)
        except CodeFileError:
            continue  # the network's problems say so, with the node
        if digest in permission.digests:
            target = run.path / FOLDER / name
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(target, content)
            kept.append(digest)
    if kept:
        run.amend(code=kept)


def run_code_folder(run: RunFolder) -> Path:
    """Where a run's copies lie."""
    return run.path / FOLDER


def run_permission(run: RunFolder) -> Permission:
    """What was allowed when the run was made."""
    digests = run.record().get("code")
    return Permission(run_code_folder(run), frozenset(digests if isinstance(digests, list) else ()))
