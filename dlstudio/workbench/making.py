"""Makes a new project of a template: what the engine is asked, and the document that comes of its answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dlstudio.graph.project import Project
from dlstudio.graph.saving import FILE_NAME, ProjectError
from dlstudio.workbench.document import Document


def fitting_request(folder: Path, template: str, data_path: Path | str | None) -> dict[str, Any]:
    """The payload of a ``fit_template`` request for a project in ``folder``, named after it.

    Raises:
        ProjectError: There is a project already.
    """
    if (folder / FILE_NAME).exists():
        raise ProjectError(f"There already is a project in {folder}. Choose another folder, or open it.")
    name = folder.name.replace("_", " ").replace("-", " ").strip().capitalize() or "Untitled"
    return {
        "template": template,
        "data_path": str(data_path) if data_path else None,
        "folder": str(folder),
        "name": name,
    }


def document_of(answer: Mapping[str, Any], folder: Path) -> Document:
    """Saves the project of the answer in its folder and opens it.

    Raises:
        ProjectError: It cannot be saved.
    """
    return Document.create(Project.from_json(answer["project"]), folder)
