"""The commands of a window that ask for a file or folder: opening, importing, saving, choosing data, scripts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QDropEvent

from dlstudio.gui.model_import import ENDINGS

if TYPE_CHECKING:
    from dlstudio.gui.frame import Frame


class FileCommands:
    """What a window does with files.

    Args:
        frame: The window; it knows the studio and who answers the questions.
    """

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._studio = frame.studio
        self._questions = frame.questions

    def open(self, folder: Path | None) -> None:
        """Opens a project in place of the open one, asking about unsaved edits first."""
        folder = folder or self._questions.project_to_open(self.near())
        if folder is not None and self.may_leave():
            self._studio.open_project(folder)

    def import_model(self, path: Path | None) -> None:
        """Opens a Keras model, as a new project or into the open one; asks which file and where to."""
        path = path or self._questions.model_to_open(self.near())
        if path is None:
            return
        self._frame.models.open(path, into_project=not self._frame.on_start_page)

    def save_as(self) -> None:
        """Asks for a folder and saves there."""
        folder = self._questions.folder_for("Save the project to a folder", self.near())
        if folder is None:
            return
        inside = any(folder.iterdir()) and not (folder / "project.json").exists()
        stem = "".join(c if c.isalnum() else "-" for c in self._studio.project.name.lower()).strip("-") or "network"
        self._studio.save(folder / stem if inside else folder)

    def choose_data(self) -> None:
        """Asks for a file of data (a folder is chosen in the Data workspace or dropped)."""
        path = self._questions.data_file(self.near())
        if path is not None:
            self.take_data(path)

    def take_data(self, path: Path) -> None:
        """Uses a file or folder as data: of the new project on the start page, else of the open one."""
        if self._frame.on_start_page:
            self._frame.start.choose_data(path)
        else:
            self._studio.set_data(path)
            self._frame.show_workspace("data")

    def save_code(self) -> None:
        """Asks for a file and writes the network there as a Keras script."""
        file = self._questions.copy_to("model.py", self.near())
        if file is not None:
            self._frame.in_design("save_code", file)

    def open_code(self) -> None:
        """Asks for a Python file and makes its network the open one."""
        file = self._questions.code_file(self.near())
        if file is not None:
            self._frame.in_design("open_code", file)

    def take_dropped(self, path: Path) -> None:
        """Opens a project, imports a model, or uses as data what was dropped on the window."""
        if path.name == "project.json":
            self.open(path.parent)
        elif (path / "project.json").is_file():
            self.open(path)
        elif path.suffix.lower() in ENDINGS:
            self.import_model(path)
        else:
            self.take_data(path)

    def may_leave(self) -> bool:
        """Whether the open project may be left; asks where edits would be lost."""
        if self._studio.saved or not self._frame.has_project():
            return True
        answer = self._questions.about_unsaved(self._studio.project.name)
        return self._studio.save() if answer == "save" else answer == "discard"

    def near(self) -> Path:
        """The folder where a dialog starts: beside the open project."""
        return self._studio.folder.parent if self._studio.folder else Path.home()


def dropped_path(event: QDropEvent) -> Path | None:
    """The one file or folder that is dropped, or None."""
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
