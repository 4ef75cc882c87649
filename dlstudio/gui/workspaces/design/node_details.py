"""The inspector's page for one or several selected layers: name, settings, shapes, cost and problems."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from dlstudio.catalogue.node_types import NodeType, Setting
from dlstudio.graph.block_views import problems_seen, rename_port, values_at
from dlstudio.graph.edits import rename_node, set_settings
from dlstudio.graph.model import INPUT, OUTPUT, Node
from dlstudio.graph.problems import Problem
from dlstudio.graph.sharing import own_weights, settings_in_force
from dlstudio.gui import theme
from dlstudio.gui.canvas.node_look import count_text
from dlstudio.gui.editors.editor import title_of
from dlstudio.gui.editors.expressible import Scope
from dlstudio.gui.editors.form import SettingForm
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.design.augmentation import Augmentation
from dlstudio.gui.workspaces.design.help_sheet import HelpSheet
from dlstudio.gui.workspaces.design.name_editor import NameEditor
from dlstudio.gui.workspaces.design.problems import ProblemRow
from dlstudio.gui.workspaces.design.shapes import ShapeLine, shape_lines
from dlstudio.gui.workspaces.design.share_section import ShareSection
from dlstudio.gui.workspaces.design.suited_settings import shared_settings, values_of
from dlstudio.gui.workspaces.design.use_section import UseSection
from dlstudio.gui.workspaces.panels import Section, button, clear, label, line
from dlstudio.training.quantities import bytes_text

# Kinds that are edited by typing or stepping: what follows shortly after belongs to the same undo step.
_TYPED = ("integer", "number", "integers", "numbers", "text", "json", "pairs", "slices", "array")


class NodeDetails(QWidget):
    """Shows and edits the selected nodes of the studio's project.

    Signals:
        located(object): The :class:`Problem` inside a block that was clicked.
    """

    located = Signal(object)

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._names: tuple[str, ...] = ()
        self._settings: tuple[Setting, ...] = ()
        self._type: NodeType | None = None
        self._lines: tuple[ShapeLine, ...] | None = None
        self._shown_problems: tuple[object, ...] | None = None
        self.form: SettingForm | None = None
        self.title = label("", "title")
        self.summary = label("", "small", wrap=True)
        self.docs = button("docs", self._open_help, "link", "What this layer does, and each of its settings")
        self.name = NameEditor()
        self.name.renamed.connect(self._rename)
        self.shapes = Section("Shapes")
        self.cost = Section("Cost")
        self.problems = Section("Problems")
        self.augmentation = Augmentation(studio)
        self.use = UseSection(studio)
        self.shared = ShareSection()
        self.shared.jumped.connect(lambda name: self._studio.select([name]))
        self.shared.parted.connect(self._make_own)
        self._build()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.docs, 0, Qt.AlignmentFlag.AlignRight)
        self._name_row = QWidget()
        row = QGridLayout(self._name_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setHorizontalSpacing(theme.SPACE_1)
        caption = label("Name", "dim")
        caption.setMinimumHeight(theme.ROW_HEIGHT)
        caption.setBuddy(self.name.line)
        for widget in (caption, self.name):
            widget.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row.addWidget(caption, 0, 0)
        row.addWidget(self.name, 0, 2)
        row.setColumnStretch(0, 10)
        row.setColumnMinimumWidth(1, 18 + theme.SPACE_1)  # a column without a widget gets no spacing of its own
        row.setColumnStretch(2, 13)
        self._form_place = QVBoxLayout()
        self._shared_note = label("", "faint", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_2)
        layout.addLayout(head)
        layout.addWidget(self.summary)
        layout.addWidget(self._name_row)
        layout.addLayout(self._form_place)
        layout.addWidget(self._shared_note)
        self._rules = []
        for section in (self.problems, self.use, self.shared, self.augmentation, self.shapes, self.cost):
            rule = line()
            self._rules.append((rule, section))
            layout.addWidget(rule)
            layout.addWidget(section)
        layout.addStretch(1)

    def show_nodes(self, names: tuple[str, ...]) -> None:
        """Shows these nodes of the project as it stands now; there has to be at least one."""
        graph, catalogue = self._studio.graph, self._studio.catalogue
        nodes = [graph[name] for name in names]
        types = {node.type: catalogue.get(node.type) for node in nodes}
        known = {key: value for key, value in types.items() if value is not None}
        self._names = names
        self._type = known.get(nodes[0].type) if len(types) == 1 else None
        self._write_head(nodes)
        block = nodes[0].block if len(nodes) == 1 else None
        self.use.setVisible(block is not None)
        if block is not None:
            self.use.show_block(block)
        self.shared.setVisible(False)
        self.augmentation.show_node(nodes[0] if len(nodes) == 1 else None, self._type)
        if len(nodes) == 1:
            self.shared.show_node(nodes[0], graph)
        working = [replace(node, settings=settings_in_force(graph, node)) for node in nodes]
        self._show_form(working if len(known) == len(types) else [], known)
        if self.form is not None:
            self.form.setEnabled(not any(node.shares for node in nodes))
        self.show_facts()

    def show_facts(self) -> None:
        """Writes shapes, cost and problems again."""
        names = tuple(name for name in self._names if name in self._studio.graph)
        self._write_shapes(names)
        self._write_cost(names)
        self._write_problems(names)
        for rule, section in self._rules:
            rule.setVisible(not section.isHidden())

    def _write_head(self, nodes: list[Node]) -> None:
        single = len(nodes) == 1
        self._name_row.setVisible(single)
        self.docs.setVisible(self._type is not None)
        if single:
            self.title.setText(self._type.name if self._type else nodes[0].type.rpartition(".")[2])
            unknown = "This type of layer is not known here. Its settings are kept as they are."
            self.summary.setText(self._type.summary if self._type else unknown)
            self.name.show_name(nodes[0].id, self._studio.graph)
            return
        counts = Counter(node.type.rpartition(".")[2] for node in nodes)
        self.title.setText(f"{len(nodes)} layers")
        self.summary.setText(", ".join(f"{count} {name}" for name, count in counts.most_common()))

    def _show_form(self, nodes: list[Node], types: dict[str, NodeType]) -> None:
        settings = shared_settings(list(types.values()), self._studio.specs) if nodes else ()
        values, mixed = values_of(nodes, settings, types)
        path = self._studio.path
        scope = Scope(values_at(self._studio.project.graph, path), bool(path))
        if settings != self._settings or self.form is None:
            unfolded = self.form is not None and self.form.more.isChecked()
            clear(self._form_place)
            self._settings, self.form = settings, None
            if settings:
                self.form = SettingForm(
                    settings, values, catalogue=self._studio.catalogue, mixed=mixed, fold_all=True, scope=scope
                )
                self.form.changed.connect(self._edit)
                self.form.more.setChecked(unfolded and self.form.more.isVisibleTo(self.form))
                self._form_place.addWidget(self.form)
        else:
            self.form.set_scope(scope)
            self.form.set_values(values, mixed)
        nothing = len(nodes) > 1 and not settings
        self._shared_note.setText("These layers have no setting in common." if nothing else "")
        self._shared_note.setVisible(nothing)

    def _write_shapes(self, names: tuple[str, ...]) -> None:
        graph = self._studio.graph
        near = [*names, *(wire.source for name in names for wire in graph.incoming(name))]
        layers = {name: facts for name in near if (facts := self._studio.layer_facts(name)) is not None}
        lines: tuple[ShapeLine, ...] = ()
        if len(names) == 1:
            lines = shape_lines(names[0], self._studio.graph, self._studio.catalogue, layers)
        if lines != self._lines:
            self._lines = lines
            self.shapes.empty()
            for each in lines:
                self.shapes.add_fact(each.title, each.shape)
                axes = label(each.axes, "faint")
                axes.setAlignment(Qt.AlignmentFlag.AlignRight)
                self.shapes.body.addWidget(axes)
        self.shapes.setVisible(bool(lines))

    def _write_cost(self, names: tuple[str, ...]) -> None:
        found = [facts for name in names if (facts := self._studio.layer_facts(name)) is not None]
        self.cost.empty()
        parameters = [facts.parameters for facts in found if facts.parameters is not None]
        work = [facts.multiply_adds for facts in found if facts.multiply_adds is not None]
        if parameters:
            self.cost.add_fact("Parameters", count_text(sum(parameters)) if sum(parameters) else "none")
        if work and sum(work):
            self.cost.add_fact("Multiply-adds", f"{count_text(sum(work))} / sample")
        values = sum(facts.activations or 0 for facts in found)
        if values:
            batch = self._studio.project.training.batch_size
            self.cost.add_fact("Activations", f"{count_text(values)} values / sample")
            size = sum(facts.activation_bytes(batch) or 0 for facts in found)
            self.cost.add_fact("", f"{bytes_text(size)} / batch of {batch}")
        self.cost.setVisible(bool(parameters or values or (work and sum(work))))

    def _write_problems(self, names: tuple[str, ...]) -> None:
        seen = problems_seen(self._studio.problems, self._studio.project.graph, self._studio.path)
        mine = tuple(problem for problem in seen if problem.node in names)
        key = (mine, len(names) > 1)
        if key != self._shown_problems:
            self._shown_problems = key
            self.problems.empty()
            for problem in mine:
                row = ProblemRow(problem, named=len(names) > 1)
                row.clicked.connect(partial(self._locate, problem))
                row.fixed.connect(self._fix)
                self.problems.body.addWidget(row)
        self.problems.setVisible(bool(mine))

    def _edit(self, name: str, value: Any) -> None:
        graph = self._studio.graph
        for node in (graph[each] for each in self._names if each in graph):
            node_type = self._studio.catalogue.get(node.type)
            graph = set_settings(graph, node.id, {name: value}, node_type.defaults if node_type else None)
        setting = next((s for s in self._settings if s.name == name), None)
        typed = setting is not None and setting.kind in _TYPED
        whose = self._names[0] if len(self._names) == 1 else f"{len(self._names)} layers"
        merge = f"set {name} of {' '.join(self._names)}" if typed or isinstance(value, dict) else None
        self._studio.change_graph(f"Set {title_of(name).lower()} of {whose}", graph, merge)

    def _rename(self, old: str, new: str) -> None:
        graph = self._studio.graph
        if old not in graph:
            return
        if self._studio.path and graph[old].type in (INPUT, OUTPUT):
            whole = rename_port(self._studio.project.graph, self._studio.path, old, new)
            self._studio.change(f"Rename the port {old}", replace(self._studio.project, graph=whole))
        else:
            self._studio.change_graph(f"Rename {old}", rename_node(graph, old, new))
        self._studio.select([new])

    def _make_own(self, name: str) -> None:
        self._studio.change_graph(f"Give {name} weights of its own", own_weights(self._studio.graph, [name]))

    def _locate(self, problem: Problem, name: str) -> None:
        """Selects the node of a problem. One deeper inside than the graph shown is found by its path and sentence."""
        for each in self._studio.problems:
            if (each.path, each.message) == (problem.path, problem.message) and each.node != problem.node:
                self.located.emit(each)
                return
        self._studio.select([name])

    def _fix(self, problem: Any) -> None:
        self._studio.apply(problem.fix.label, problem.fix.edits)

    def _open_help(self) -> None:
        if self._type is not None:
            HelpSheet(self._type, self).open_beside(self.title)
