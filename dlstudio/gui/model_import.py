"""Opens Keras models in the window: as a new project or into the open one; and makes blocks of what repeats in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from dlstudio.graph.initial_weights import InitialWeights
from dlstudio.graph.project import Project, graph_from_json
from dlstudio.graph.saving import ProjectError, save_project
from dlstudio.gui.questions import Questions
from dlstudio.gui.studio import Studio
from dlstudio.gui.toast import Banner
from dlstudio.workbench.document import Document
from dlstudio.workbench.grouping import grouped, repetitions, sentence

ENDINGS = (".keras", ".h5", ".hdf5")
"""Files that are taken for models when they are dropped; the older formats are refused with what to do."""


class ModelImport:
    """Brings models into the window.

    Args:
        studio: What they are opened in.
        questions: Who answers where a model is to go.
        banner: Shows that work is going on, and what could be done with its result.
        may_leave: Asks about unsaved edits of the open project; whether another may be opened.
    """

    def __init__(self, studio: Studio, questions: Questions, banner: Banner, may_leave: Callable[[], bool]) -> None:
        self._studio = studio
        self._questions = questions
        self._banner = banner
        self._may_leave = may_leave
        self._request = 0

    @property
    def working(self) -> bool:
        """Whether a model is being imported right now."""
        return self._request != 0

    def open(self, path: Path, *, into_project: bool) -> None:
        """Imports a file.

        Args:
            path: A ``.keras`` file.
            into_project: Ask whether it is to replace the open project's network; else it becomes a new project.
        """
        if self.working:
            self._studio.message.emit("A model is being imported already. Wait for it, or cancel it.", "warning")
            return
        here = False
        if into_project and self._studio.folder is not None and not self._studio.document.read_only:
            answer = self._questions.about_model(path.name, self._studio.project.name)
            if answer == "cancel":
                return
            here = answer == "here"
        folder = self._studio.folder if here and self._studio.folder else self._new_folder(path.stem)
        columns = list(self._studio.project.data.columns) if here else []
        document = self._studio.document
        payload = {"path": str(path), "folder": str(folder), "columns": columns}

        def done(value: Mapping[str, Any]) -> None:
            self._end()
            if here and document is self._studio.document:
                self._replace(path, value)
            elif not here:
                self._create(path, folder, value)

        def failed(said: str) -> None:
            self._end()
            self._studio.message.emit(said, "error")

        self._request = self._studio.ask("import_model", payload, done, failed)
        self._banner.offer(f"Importing {path.name} …", [("Cancel", self.cancel)], "info")

    def cancel(self) -> None:
        """Gives an import up."""
        self._studio.cancel(self._request)
        self._end()

    def group(self) -> None:
        """Makes blocks of the network's repeated structure, as one undo step."""
        found = repetitions(self._studio.project, self._studio.catalogue)
        if not found:
            self._studio.message.emit("No part of this network occurs twice with one way in and one way out.", "info")
            return
        self._studio.go_to(())
        self._studio.change("Group repeated structure into blocks", grouped(self._studio.project, found))
        self._studio.message.emit(f"Made blocks of what repeats: {sentence(found)}.", "info")

    def _end(self) -> None:
        self._request = 0
        self._banner.hide()

    def _create(self, path: Path, folder: Path, value: Mapping[str, Any]) -> None:
        name = re.sub(r"[-_]+", " ", path.stem).strip() or "Imported"
        project = Project(name, graph=graph_from_json(value["graph"]), weights=_weights(value))
        if not self._may_leave():
            self._save_aside(project, folder)
            return
        try:
            document = Document.create(project, folder)
        except ProjectError as error:
            self._studio.message.emit(str(error), "error")
            return
        self._studio.open_document(document)
        self._tell(f"Opened as a new project in {folder}.", value)

    def _save_aside(self, project: Project, folder: Path) -> None:
        """The person stays with the open project: the model waits among the recent ones."""
        try:
            save_project(project, folder)
        except ProjectError as error:
            self._studio.message.emit(str(error), "error")
            return
        self._studio.preferences.add_recent(folder)
        self._studio.message.emit(f"The model is in {folder}; open it among the recent projects.", "info")

    def _replace(self, path: Path, value: Mapping[str, Any]) -> None:
        project = replace(self._studio.project, graph=graph_from_json(value["graph"]), weights=_weights(value))
        self._studio.go_to(())
        self._studio.change(f"Import {path.name}", project)
        self._tell("The network is now the model's; Undo brings the one before back.", value)

    def _tell(self, said: str, value: Mapping[str, Any]) -> None:
        notes = " ".join(value.get("notes", ()))
        found = repetitions(self._studio.project, self._studio.catalogue)
        if notes or not found:
            self._studio.message.emit(f"{said} {notes}".strip(), "warning" if notes else "info")
            said = ""
        if found:
            text = f"{said} Parts of it repeat: {sentence(found)}. As blocks they are easier to read and to change."
            choices = [("Make blocks of them", self.group), ("Leave it as it is", lambda: None)]
            self._banner.offer(text.strip(), choices, "info")

    def _new_folder(self, stem: str) -> Path:
        home = Path(self._studio.preferences.get("projects_folder", str(Path.home() / "DL Studio")))
        wanted = home / (re.sub(r"[^\w.-]+", "-", stem).strip("-.") or "model")
        folder, number = wanted, 2
        while folder.exists():
            folder, number = wanted.with_name(f"{wanted.name}-{number}"), number + 1
        return folder


def _weights(value: Mapping[str, Any]) -> InitialWeights:
    return InitialWeights.from_json(value["weights"])
