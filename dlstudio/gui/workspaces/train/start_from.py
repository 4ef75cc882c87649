"""What the network begins with: random weights, or those of a run, another project or a Keras model; for fine-tuning.

Below the choice stand the layers that have such weights: whether they are kept as they are, and how fast they learn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from dlstudio.graph.initial_weights import InitialWeights, beginning_layers, with_trainable
from dlstudio.gui import theme
from dlstudio.gui.editors.editor import CalmComboBox, ProjectUndo
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.panels import button, label
from dlstudio.gui.workspaces.train.layer_learning import LayerLearning
from dlstudio.gui.workspaces.train.run_columns import title_of

RANDOM, GIVEN, FILE, PROJECT = "random", "given", "file", "project"
_NAMED = 3


class StartFrom(QWidget):
    """Shows and edits ``project.weights``, and what is done with the layers that have them."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._asking = False
        self._layers: tuple[str, ...] = ()
        self._known: tuple[object, ...] = ()
        self.source = CalmComboBox()
        self.source.setToolTip("Weights that the network begins with: random ones, or those of something trained")
        self.source.activated.connect(self._chosen)
        self.said = label("", "small", wrap=True)
        self.kept = QCheckBox("Keep these layers as they are")
        self.kept.setToolTip("Training leaves their weights alone; only the other layers learn")
        self.kept.toggled.connect(self._keep)
        self.rate = QDoubleSpinBox()
        self.rate.setRange(0.0, 10.0)
        self.rate.setSingleStep(0.1)
        self.rate.setDecimals(3)
        self.rate.setPrefix("× ")
        self.rate.lineEdit().setTextMargins(6, 0, 0, 0)
        self.rate.setToolTip("Factor of the learning rate for these layers")
        self.rate.setAccessibleName("rate of the layers that begin with given weights")
        self.rate.setKeyboardTracking(False)
        self.rate.installEventFilter(ProjectUndo(self.rate))
        self.rate.valueChanged.connect(self._scale)
        self._more = QWidget()
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE_2)
        row.addWidget(label("Their learning rate", "dim"))
        row.addWidget(self.rate, 1)
        self.each = button("Each layer …", self.choose_each, tip="Keep, slow down or adapt (LoRA) single layers")
        self.twin = QCheckBox("Also train from scratch")
        self.twin.setToolTip(
            "After this run the same network is trained without these weights: same data, seed and epochs. Both curves "
            "lie in one plot, and a sentence says what the start gains. This window has to stay open until then."
        )
        self.twin.toggled.connect(lambda on: setattr(self._studio, "also_from_scratch", on))
        below = QVBoxLayout(self._more)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(theme.SPACE_1)
        below.addWidget(self.kept)
        below.addLayout(row)
        below.addWidget(self.each)
        below.addWidget(self.twin)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_1)
        layout.addWidget(self.said)
        layout.addWidget(self._more)

    def refresh(self) -> None:
        """Shows what the project begins with."""
        project = self._studio.project
        runs = [run.name for run in self._studio.runs if run.has_model]
        known = (project.weights, project.graph, project.training, tuple(runs), self._asking, self._studio.folder)
        if known == self._known:
            return
        self._known = known
        self._fill(project.weights, runs)
        folder = self._studio.folder
        self._layers = beginning_layers(project.weights, project.graph, folder) if project.weights and folder else ()
        self._more.setVisible(bool(self._layers) and not self._asking)
        self.said.setVisible(self._asking or project.weights is not None)
        self.said.setText("matching the layers …" if self._asking else self._sentence(project.weights))
        self.said.setToolTip(", ".join(self._layers))
        nodes = [project.graph[path] for path in self._layers if path in project.graph]
        self.kept.blockSignals(True)
        self.kept.setChecked(bool(nodes) and all(node.settings.get("trainable") is False for node in nodes))
        self.kept.setEnabled(bool(nodes))
        self.kept.blockSignals(False)
        factors = {project.training.rates.get(path, 1.0) for path in self._layers}
        self.twin.setChecked(self._studio.also_from_scratch)
        self.rate.blockSignals(True)
        self.rate.setValue(factors.pop() if len(factors) == 1 else 1.0)
        self.rate.setEnabled(not self.kept.isChecked())
        self.rate.blockSignals(False)

    def _fill(self, weights: InitialWeights | None, runs: list[str]) -> None:
        self.source.clear()
        self.source.addItem("nothing", RANDOM)
        if weights is not None:
            self.source.addItem(weights.origin or weights.file, GIVEN)
        for name in reversed(runs):
            self.source.addItem(title_of(name), name)
        self.source.addItem("another project …", PROJECT)
        self.source.addItem("a Keras model or file of weights …", FILE)
        self.source.setCurrentIndex(1 if weights is not None else 0)
        self.source.setEnabled(not self._asking)

    def _sentence(self, weights: InitialWeights | None) -> str:
        if weights is None:
            return ""
        if not self._layers:
            return f"No layer of this network has weights in {weights.file}; all begin with random ones."
        named = ", ".join(self._layers[:_NAMED])
        more = f" and {len(self._layers) - _NAMED} more" if len(self._layers) > _NAMED else ""
        count = "1 layer begins" if len(self._layers) == 1 else f"{len(self._layers)} layers begin"
        return f"{count} with given weights: {named}{more}."

    def _chosen(self, index: int) -> None:
        choice = str(self.source.itemData(index))
        if choice == RANDOM:
            self._change("Begin with random weights", None)
        elif choice == FILE:
            self.choose_file()
        elif choice == PROJECT:
            folder = QFileDialog.getExistingDirectory(self, "A project with a trained run", str(Path.home()))
            self._ask(folder)
        elif choice != GIVEN:
            self._ask(choice)
        self._show_again()

    def choose_file(self) -> None:
        """Asks for a model or a file of weights and starts from it."""
        kinds = "Keras models and weights (*.keras *.h5 *.hdf5)"
        path, _ = QFileDialog.getOpenFileName(self, "Start from a Keras model", str(Path.home()), kinds)
        self._ask(path)

    def _ask(self, source: str) -> None:
        folder = self._studio.folder
        if not source or self._asking:
            return
        if folder is None:
            self._studio.message.emit("Save the project first: the weights are kept in its folder.", "warning")
            return
        self._asking = True
        self._show_again()
        document = self._studio.document
        payload = {"project": self._studio.project.as_json(), "root": str(folder), "source": source}

        def done(value: Mapping[str, Any]) -> None:
            if isValid(self):
                self._asking = False
                if document is self._studio.document:
                    self._change(f"Start from {value['origin']}", InitialWeights.from_json(value["weights"]))
                self._show_again()

        def failed(sentence: str) -> None:
            if isValid(self):
                self._asking = False
                self._studio.message.emit(sentence, "error")
                self._show_again()

        self._studio.ask("start_from", payload, done, failed, replaces="start_from")

    def _change(self, words: str, weights: InitialWeights | None) -> None:
        self._studio.change(words, replace(self._studio.project, weights=weights))

    def _keep(self, on: bool) -> None:
        project = self._studio.project
        words = "Keep layers as they are" if on else "Let layers learn"
        self._studio.change(words, replace(project, graph=with_trainable(project.graph, self._layers, not on)))

    def _scale(self, factor: float) -> None:
        project = self._studio.project
        rates = {path: rate for path, rate in project.training.rates.items() if path not in self._layers}
        if factor != 1.0:
            rates |= dict.fromkeys(self._layers, factor)
        changed = replace(project, training=replace(project.training, rates=rates))
        self._studio.change("Set the rate of given layers", changed, "training.rates")

    def choose_each(self) -> None:
        """Asks how each of the layers is to learn."""
        dialog = LayerLearning(self._studio.project, self._layers, self)
        if dialog.exec():
            self._studio.change("Choose how layers learn", dialog.changed())

    def _show_again(self) -> None:
        self._known = ()
        self.refresh()
