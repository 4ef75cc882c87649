"""The line at the bottom: layers, parameters, memory, problems, and how the engine is doing."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from dlstudio.graph.model import INPUT, OUTPUT
from dlstudio.gui import theme
from dlstudio.gui.canvas.node_look import count_text
from dlstudio.gui.icons import icon
from dlstudio.gui.plots.numbers import counted
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.panels import label
from dlstudio.training.quantities import bytes_text

_STATES = {
    "starting": "starting …",
    "ready": "ready",
    "restarting": "restarting …",
    "failed": "stopped",
    "closed": "closed",
}


class StatusBar(QFrame):
    """Follows the facts of the studio.

    Signals:
        problemsWanted(): The count of problems was clicked.
    """

    problemsWanted = Signal()

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        theme.mark(self, "bar")
        self.setFixedHeight(theme.STATUS_HEIGHT)
        self.layers = label("", "small")
        self.parameters = label("", "small")
        self.memory = label("", "small")
        self.problems = QPushButton()
        theme.mark(self.problems, "status")
        self.problems.setIconSize(QSize(13, 13))
        self.problems.setToolTip("Show the problems")
        self.problems.clicked.connect(self.problemsWanted.emit)
        self.engine = label("", "small")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.SPACE_3, 0, theme.SPACE_3, 0)
        layout.setSpacing(theme.SPACE_5)
        for widget in (self.layers, self.parameters, self.memory, self.problems):
            layout.addWidget(widget)
        self.hint = label("", "small")
        self.hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        layout.addWidget(self.hint, 1)
        layout.addWidget(self.engine)
        for signal in (studio.projectChanged, studio.factsChanged, studio.documentOpened):
            signal.connect(self.refresh)
        studio.engineChanged.connect(self._write_engine)
        theme.signals.changed.connect(self.refresh)
        self._project_is_open = True
        self.refresh()

    def set_project_open(self, there: bool) -> None:
        """Without a project only the engine is spoken of."""
        self._project_is_open = there
        self.refresh()

    def show_hint(self, text: str) -> None:
        """Shows what the gesture in progress can do; an empty text ends it."""
        self.hint.setText(text)

    def refresh(self) -> None:
        """Writes everything again."""
        graph, facts = self._studio.project.graph, self._studio.facts
        there = self._project_is_open
        self.layers.setText(counted(sum(node.type not in (INPUT, OUTPUT) for node in graph), "layer"))
        self.layers.setVisible(there)
        known = facts is not None and facts.parameters is not None
        self.parameters.setVisible(there and known)
        self.memory.setVisible(there and facts is not None and bool(facts.memory_bytes))
        if facts is not None:
            parameters = facts.parameters or 0
            self.parameters.setText(f"{count_text(parameters)} parameters")
            self.parameters.setToolTip(f"{parameters:,} trained and fixed numbers")
            weights = f"{bytes_text(4 * parameters)} weights · " if parameters else ""
            self.memory.setText(f"{weights}≈ {bytes_text(facts.memory_bytes or 0)} while training")
        self._write_problems()
        self._write_engine()

    def _write_problems(self) -> None:
        problems = self._studio.problems if self._project_is_open else []
        errors = sum(problem.severity == "error" for problem in problems)
        warnings = len(problems) - errors
        self.problems.setVisible(self._project_is_open and (bool(problems) or bool(len(self._studio.project.graph))))
        if errors:
            words = counted(errors, "problem") + (f", {counted(warnings, 'warning')}" if warnings else "")
            self.problems.setIcon(icon("error", "error"))
        elif warnings:
            words = counted(warnings, "warning")
            self.problems.setIcon(icon("warning", "warning"))
        else:
            words = "no problems"
            self.problems.setIcon(icon("ok", "ok"))
        self.problems.setText(f" {words}")

    def _write_engine(self, _state: str = "") -> None:
        version = ".".join(self._studio.catalogue.keras_version.split(".")[:2])
        state = _STATES.get(self._studio.engine_state, self._studio.engine_state)
        self.engine.setText(f"keras {version} · {state}".replace("keras  ·", "keras ·"))
