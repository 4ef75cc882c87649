"""The Export workspace: the best model of a run as a file, a copy of it, and the Python that loads it."""

from __future__ import annotations

import shutil
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPlainTextEdit, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from dlstudio.atomic import replacing
from dlstudio.export.own_code import BesideError, loading_lines, own_code_beside
from dlstudio.graph.project import LAST
from dlstudio.gui import theme
from dlstudio.gui.editors.editor import CalmComboBox
from dlstudio.gui.plots import numbers
from dlstudio.gui.questions import Questions
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.panels import Card, EmptyState, Section, button, label
from dlstudio.training.quantities import bytes_text
from dlstudio.training.runs.run_code import FOLDER as CODE
from dlstudio.training.runs.run_info import RunInfo

MODEL = "model.keras"


class ExportWorkspace(QWidget):
    """Follows the studio's current run.

    Signals:
        wanted(str): The id of a command that a button here stands for.
    """

    wanted = Signal(str)

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self.questions = Questions(self)
        self.run = CalmComboBox()
        self.run.setAccessibleName("Run")
        self.run.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.run.activated.connect(lambda index: studio.choose_run(str(self.run.itemData(index))))
        self.facts = Section("The model")
        self.snippet = QPlainTextEdit()
        self.snippet.setReadOnly(True)
        self.snippet.setFont(theme.mono_font(12))
        self.snippet.setFixedHeight(196)
        self.snippet.setAccessibleName("Python that loads the model")
        self.save_copy = button("Save a copy …", self._save_copy, "primary")
        self.open_folder = button("Open the run's folder", self._open_folder)
        self.copy = button("Copy", self._copy_snippet)
        empty = EmptyState(
            "Nothing to take along yet",
            "Once a run has saved a checkpoint, its best model is here as a file that any Keras 3 can load.",
            "Train",
            lambda: self.wanted.emit("train.start"),
        )
        empty.sentence.setFixedWidth(460)
        empty.sentence.setMinimumHeight(empty.sentence.heightForWidth(460))
        self.pages = QStackedWidget()
        self.pages.addWidget(empty)
        self.pages.addWidget(self._page())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pages)
        studio.runsChanged.connect(self.refresh)
        studio.currentRunChanged.connect(lambda _: self.refresh())
        studio.runEvents.connect(self._events)
        self.refresh()

    def _page(self) -> QWidget:
        model = Card("Keras model", "The weights of the best epoch, with the network and its preprocessing layers.")
        chooser = QHBoxLayout()
        chooser.addWidget(label("Run", "dim"))
        chooser.addWidget(self.run)
        chooser.addStretch(1)
        model.body.addLayout(chooser)
        model.body.addWidget(self.facts)
        row = QHBoxLayout()
        row.addWidget(self.save_copy)
        row.addWidget(self.open_folder)
        row.addStretch(1)
        model.body.addLayout(row)
        code = Card(
            "Load it in Python", "The inputs are encoded as the run's encoders say: images as numbers from 0 to 1."
        )
        code.body.addWidget(self.snippet)
        code.body.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignLeft)
        inside = QWidget()
        theme.mark(inside, "scrolled")
        body = QVBoxLayout(inside)
        body.setContentsMargins(theme.SPACE_4, theme.SPACE_4, theme.SPACE_4, theme.SPACE_4)
        body.setSpacing(theme.SPACE_3)
        for card in (model, code):
            card.setMaximumWidth(820)
            row = QHBoxLayout()  # in the middle of a wide window, as wide as the window where it is narrow
            row.addStretch(1)
            row.addWidget(card, 1000)
            row.addStretch(1)
            body.addLayout(row)
        body.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inside)
        return area

    def model_file(self) -> Path | None:
        """The best model of the current run, or None where it has saved none."""
        run = self._studio.current_run
        file = run.folder / MODEL if run else None
        return file if file is not None and file.is_file() else None

    def refresh(self) -> None:
        """Looks again at what the current run has left behind."""
        self._write_runs()
        file, run = self.model_file(), self._studio.current_run
        self.pages.setCurrentIndex(1 if run is not None and self.run.count() else 0)
        self.facts.empty()
        if file is None or run is None:
            self.facts.body.addWidget(label("This run has not saved a model.", "dim"))
            self.snippet.setPlainText("")
        else:
            self._write_facts(file, run)
            self.snippet.setPlainText(loading_code(file, run))
        for each in (self.save_copy, self.copy):
            each.setEnabled(file is not None)

    def _write_runs(self) -> None:
        run = self._studio.current_run
        usable = [each for each in self._studio.runs if (each.folder / MODEL).is_file()]
        self.run.clear()
        for each in reversed(usable):
            self.run.addItem(f"Run {each.name.lstrip('0') or each.name}", each.name)
        if run is not None:
            self.run.setCurrentIndex(self.run.findData(run.name))

    def _write_facts(self, file: Path, run: RunInfo) -> None:
        self.facts.add_fact("File", file.name)
        self.facts.add_fact("Size", bytes_text(file.stat().st_size))
        if run.parameters:
            self.facts.add_fact("Parameters", f"{run.parameters:,}".replace(",", "\u202f"))
        if run.best_epoch:
            chosen = "Epoch" if run.project.training.keep == LAST else "Best epoch"
            self.facts.add_fact(chosen, str(run.best_epoch))
        for name, value in list(run.metrics.items())[:4]:
            if isinstance(value, int | float):
                title = numbers.metric_title(name if name.startswith("val_") else f"test_{name}")
                self.facts.add_fact(numbers.sentence_case(title), numbers.metric(name, value))

    def _save_copy(self) -> None:
        file = self.model_file()
        if file is None:
            return
        name = "".join(c if c.isalnum() or c in "-_" else "-" for c in self._studio.project.name.lower()).strip("-")
        target = self.questions.copy_to(f"{name or 'model'}.keras", Path.home())
        if target is None:
            return
        if target.suffix != ".keras":
            target = target.with_name(target.name + ".keras")
        run = self._studio.current_run
        try:
            beside = own_code_beside(run.project.graph, run.folder / CODE, target) if run is not None else None
            copy_atomically(file, target)
            if beside is not None:
                beside.write()
        except BesideError as error:
            self._studio.message.emit(str(error), "error")
            return
        except OSError as error:
            reason = error.strerror or str(error)
            self._studio.message.emit(f"The model could not be copied to {target}: {reason}.", "error")
            return
        needed = ", ".join(beside.contents) if beside is not None else ""
        self._studio.message.emit(
            f"Saved {target}." + (f" Loading it needs {needed}, which lies beside it." if needed else ""), "info"
        )

    def _copy_snippet(self) -> None:
        QGuiApplication.clipboard().setText(self.snippet.toPlainText())
        self._studio.message.emit("Copied.", "info")

    def _open_folder(self) -> None:
        run = self._studio.current_run
        if run is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(run.folder)))

    def _events(self, _run: str, events: list[object]) -> None:
        if self.isVisible() and any(type(event).__name__ in ("Checkpoint", "Finished", "Stopped") for event in events):
            self.refresh()

    def showEvent(self, _event: object) -> None:
        self.refresh()


def copy_atomically(source: Path, target: Path) -> None:
    """Copies a file so that the target is either the old one or the whole new one.

    Raises:
        OSError: The target is as it was.
    """
    with replacing(target) as temporary:
        shutil.copyfile(source, temporary)


def loading_code(file: Path, run: RunInfo) -> str:
    """Python that loads the model and predicts, as it stands."""
    *imports, load = loading_lines(run.project.graph, repr(str(file)))
    # Layers of the user's own lie beside a copy; of the file in the run they lie in a folder of their own.
    path = [f"sys.path.insert(0, {str(run.folder / CODE)!r})", *imports, ""] if imports else []
    lines = [
        *(["import sys", ""] if imports else []),
        "import keras",
        "import numpy as np",
        "",
        *path,
        load,
        f"model.summary()  # run {run.name}",
        "",
        "shape = model.input_shape[1:]",
        "batch = np.zeros((1, *(axis or 1 for axis in shape)), model.inputs[0].dtype)  # your samples here",
        "print(model.predict(batch))",
    ]
    return "\n".join(lines) + "\n"
