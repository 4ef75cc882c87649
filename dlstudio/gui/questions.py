"""The few questions that stop everything, because work would otherwise be lost, and the file dialogs.

They stand behind one small class, so that tests and the journey can answer them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget

from dlstudio.data.hugging_face.hub_address import EXAMPLE, hub_address

SaveAnswer = Literal["save", "discard", "cancel"]
TrainingAnswer = Literal["keep", "stop", "cancel"]
ModelAnswer = Literal["new", "here", "cancel"]
_Answer = TypeVar("_Answer", bound=str)


class Questions:
    """Asks the person at the window.

    Args:
        window: What the boxes belong to.
    """

    def __init__(self, window: QWidget) -> None:
        self._window = window

    def about_unsaved(self, name: str) -> SaveAnswer:
        """What to do with unsaved edits of a project that is about to be closed."""
        box = self._box(f"Save the edits of “{name}”?", "They are lost otherwise.")
        return self._answer(box, ("Save", "save"), ("Discard", "discard"), "cancel")

    def about_training(self, run: str) -> TrainingAnswer:
        """What to do with a run that is training when the window closes."""
        box = self._box(
            f"Run {run.lstrip('0') or run} is training.",
            "It can go on without the window and shows up again when the project is opened, "
            "or stop now and be continued later from its checkpoint.",
        )
        return self._answer(box, ("Keep training", "keep"), ("Stop with a checkpoint", "stop"), "cancel")

    def about_model(self, model: str, project: str) -> ModelAnswer:
        """Where a Keras model is to be opened."""
        box = self._box(
            f"Open {model} as a new project?",
            f"Or let it take the place of the network of “{project}”, whose data and training settings stay.",
        )
        return self._answer(box, ("New project", "new"), ("Replace the network", "here"), "cancel")

    def model_to_open(self, start: Path) -> Path | None:
        """A Keras model."""
        kinds = "Keras models (*.keras);;All files (*)"
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Open a Keras model", str(start), kinds)
        return Path(chosen) if chosen else None

    def project_to_open(self, start: Path) -> Path | None:
        """A project folder."""
        chosen = QFileDialog.getExistingDirectory(self._window, "Open a project folder", str(start))
        return Path(chosen) if chosen else None

    def folder_for(self, title: str, start: Path) -> Path | None:
        """A folder, there or to be made."""
        chosen = QFileDialog.getExistingDirectory(self._window, title, str(start))
        return Path(chosen) if chosen else None

    def data_folder(self, start: Path) -> Path | None:
        """A folder of data."""
        chosen = QFileDialog.getExistingDirectory(self._window, "Choose a folder of data", str(start))
        return Path(chosen) if chosen else None

    def data_file(self, start: Path) -> Path | None:
        """A file of data."""
        kinds = "Data (*.csv *.tsv *.txt *.dat *.data *.npz);;All files (*)"
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Choose a file of data", str(start), kinds)
        return Path(chosen) if chosen else None

    def data_on_the_hub(self) -> str | None:
        """The address of a data set on the Hugging Face hub."""
        said = f"A data set of the Hugging Face hub: {EXAMPLE}, with /configuration or @revision where it has some"
        text, given = QInputDialog.getText(self._window, "Data of the Hugging Face hub", said)
        return hub_address(text) if given and text.strip() else None

    def code_file(self, start: Path) -> Path | None:
        """A Python file."""
        kinds = "Python (*.py);;All files (*)"
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Open a Python file", str(start), kinds)
        return Path(chosen) if chosen else None

    def copy_to(self, name: str, start: Path) -> Path | None:
        """A file to write a copy to."""
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Save a copy", str(start / name))
        return Path(chosen) if chosen else None

    def _answer(
        self, box: QMessageBox, accept: tuple[str, _Answer], other: tuple[str, _Answer], cancel: _Answer
    ) -> _Answer:
        """What is answered: the text of a button, and what it means."""
        accepting = box.addButton(accept[0], QMessageBox.ButtonRole.AcceptRole)
        destroying = box.addButton(other[0], QMessageBox.ButtonRole.DestructiveRole)
        box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(accepting)
        box.exec()
        if box.clickedButton() is accepting:
            return accept[1]
        return other[1] if box.clickedButton() is destroying else cancel

    def _box(self, text: str, details: str) -> QMessageBox:
        box = QMessageBox(self._window)
        box.setWindowTitle("DL Studio")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(text)
        box.setInformativeText(details)
        return box
