"""The inspector's page while nothing is selected: the project's name, its data, the network's totals, the next step."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from dlstudio.data.hugging_face.hub_address import source_title
from dlstudio.graph.model import INPUT, OUTPUT
from dlstudio.gui import theme
from dlstudio.gui.canvas.node_look import count_text
from dlstudio.gui.editors.editor import ProjectUndo
from dlstudio.gui.plots.numbers import counted
from dlstudio.gui.shape_texts import shape_words
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.design.cost_table import CostTable, cost_rows
from dlstudio.gui.workspaces.panels import Section, button, label, line
from dlstudio.training.quantities import bytes_text


@dataclass(frozen=True)
class NextStep:
    """What to do next: a sentence, the words on the button, and the command it gives."""

    sentence: str
    action: str
    command: str


class ProjectOverview(QWidget):
    """Says what the project is and what to do next.

    Signals:
        wanted(str): The id of a command, see :mod:`dlstudio.workbench.commands`.
    """

    wanted = Signal(str)

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._next: NextStep | None = None
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the project")
        self.name.installEventFilter(ProjectUndo(self))
        self.name.textEdited.connect(self._rename)
        self.data = Section("Data")
        self.network = Section("Network")
        self.costs = Section("Where the cost is")
        self.cost_table = CostTable()
        self.cost_table.chosen.connect(lambda name: self._studio.select([name]))
        self.costs.body.addWidget(self.cost_table)
        self.next = Section("Next")
        self.sentence = label("", "", wrap=True)
        self.button = button("", self._give_command)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_2)
        layout.addWidget(label("Project", "title"))
        layout.addWidget(self.name)
        self._cost_rule = line()
        for section in (self.data, self.network, self.costs, self.next):
            layout.addWidget(self._cost_rule if section is self.costs else line())
            layout.addWidget(section)
        self.next.body.addWidget(self.sentence)
        self.next.body.addWidget(self.button)
        layout.addStretch(1)

    def refresh(self) -> None:
        """Writes everything again."""
        if self.name.text() != self._studio.project.name:
            self.name.setText(self._studio.project.name)
        self._write_data()
        self._write_network()
        self._write_costs()
        step = next_step(self._studio)
        self._next = step
        self.sentence.setText(step.sentence)
        self.button.setText(step.action)

    def _write_data(self) -> None:
        self.data.empty()
        studio = self._studio
        source = studio.project.data.source
        if not source:
            self.data.body.addWidget(label("No data yet.", "dim"))
            return
        self.data.body.addWidget(label(source_title(source), "", wrap=True))
        if studio.summary_error:
            self.data.body.addWidget(label(studio.summary_error, "error", wrap=True))
            return
        rows = (studio.summary or {}).get("rows")
        if isinstance(rows, int):
            self.data.add_fact("Rows", f"{rows:,}".replace(",", "\u202f"))
        for name, spec in list(studio.specs.items())[:8]:
            what = f"{len(spec.classes)} classes" if spec.kind == "category" else shape_words(spec.shape)
            self.data.add_fact(name, what)

    def _write_network(self) -> None:
        self.network.empty()
        graph, facts = self._studio.graph, self._studio.facts
        layers = sum(node.type not in (INPUT, OUTPUT) for node in graph)
        self.network.add_fact("Layers", str(layers))
        if facts is None:
            return
        if facts.parameters is not None:
            self.network.add_fact("Parameters", count_text(facts.parameters))
        if facts.multiply_adds:
            self.network.add_fact("Multiply-adds", f"{count_text(facts.multiply_adds)} / sample")
        if facts.memory_bytes:
            self.network.add_fact("Memory in training", f"≈ {bytes_text(facts.memory_bytes)}")

    def _write_costs(self) -> None:
        graph = self._studio.graph
        known = {node.id: facts for node in graph if (facts := self._studio.layer_facts(node.id)) is not None}
        rows = cost_rows(known, self._studio.project.training.batch_size)
        self.cost_table.show_rows(rows)
        self.costs.setVisible(bool(rows))
        self._cost_rule.setVisible(bool(rows))

    def _rename(self, text: str) -> None:
        name = text.strip() or "Untitled"
        self._studio.change("Rename the project", replace(self._studio.project, name=name), "project name")

    def _give_command(self) -> None:
        if self._next is not None:
            self.wanted.emit(self._next.command)


def next_step(studio: Studio) -> NextStep:
    """What a person most likely wants to do now."""
    project = studio.project
    errors = [problem for problem in studio.problems if problem.severity == "error"]
    if not project.data.source:
        return NextStep("A network needs something to learn from.", "Choose data …", "view.data")
    if studio.summary_error:
        return NextStep("The data cannot be read as it is set up now.", "Look at the data", "view.data")
    if not len(project.graph):
        return NextStep("Draw a network: add layers, or take a template.", "Add a layer …", "design.add")
    if errors:
        return NextStep(
            f"{counted(len(errors), 'problem')} to solve before training.", "Show the problems", "view.problems"
        )
    if studio.live_run is not None:
        return NextStep("The network is training.", "Watch it", "view.train")
    if studio.runs:
        return NextStep("Look at what the last run learned, or train again.", "Inspect the run", "view.inspect")
    return NextStep("Everything is ready.", "Train", "train.start")
