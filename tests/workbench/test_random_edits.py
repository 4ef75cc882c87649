"""Random sequences of edits: nothing raises, ids stay unique, saving and undoing give back what was there.

The fast suite runs a sample; ``packaging/test --all`` runs ten thousand sequences.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.graph import annotations, block_edits, block_parameters, edits
from dlstudio.graph.blocks import with_blocks
from dlstudio.graph.edits import EditError
from dlstudio.graph.model import BLOCK_PREFIX, Graph, Node, Wire
from dlstudio.graph.paths import graph_at, valid_path, with_graph_at
from dlstudio.graph.project import Project
from dlstudio.graph.saving import parse_json, project_from_value, project_text
from dlstudio.graph.structure import structural_problems
from dlstudio.workbench.document import Document
from dlstudio.workbench.fragment import fragment_from_text, fragment_text

SEQUENCES = 10_000
SAMPLE = 60
STEPS = 25

picks = st.integers(0, 10**6)
names = st.sampled_from(["conv", "dense", "block", "x", "long_name_2", "1bad", "", "bad name", "<b>"])
types = st.sampled_from(
    [
        "Input",
        "Output",
        "keras.layers.Dense",
        "keras.layers.Conv2D",
        "keras.layers.Add",
        "keras.layers.LSTM",
        "keras.layers.MultiHeadAttention",
        "keras.ops.matmul",
        "keras.layers.NoSuchLayer",
    ]
)
values = st.sampled_from([1, 64, 0.5, "relu", None, True, [3, 3], {"=": "units * 2"}, {"=": "nowhere"}])
places = st.tuples(st.integers(-5000, 5000), st.integers(-5000, 5000))


class Editing(RuleBasedStateMachine):
    """One project, edited at random on its own graph and inside its blocks."""

    @initialize()
    def begin(self) -> None:
        self.start = Project("Start")
        self.clock = 0.0
        self.document = Document(self.start, clock=lambda: self.clock)
        self.path: tuple[str, ...] = ()
        self.catalogue = load_catalogue()

    # What is looked at

    @property
    def graph(self) -> Graph:
        self.path = valid_path(self.document.project.graph, self.path)
        return graph_at(self.document.project.graph, self.path)

    def put(self, label: str, graph: Graph) -> None:
        whole = with_graph_at(self.document.project.graph, self.path, graph)
        self.document.change(label, replace(self.document.project, graph=whole))

    def attempt(self, label: str, edit: Callable[[Graph], Graph]) -> None:
        """An edit either makes a graph or says in a sentence why it makes none; the graph it was given stays."""
        before, text = self.graph, project_text(self.document.project)
        try:
            after = edit(before)
        except EditError as error:
            assert len(str(error)) > 10
            after = before
        assert project_text(self.document.project) == text
        self.put(label, after)

    def attempt_outside(self, label: str, edit: Callable[[Graph], Graph]) -> None:
        """The same for an edit that works on the project's own graph, wherever one is."""
        path, self.path = self.path, ()
        self.attempt(label, edit)
        self.path = path

    def some(self, pick: int, count: int = 1) -> list[str]:
        ids = list(self.graph.nodes)
        return [ids[(pick + i * 7) % len(ids)] for i in range(count)] if ids else []

    def blocks(self, pick: int) -> list[str]:
        there = list(self.graph.blocks)
        return [there[pick % len(there)]] if there else []

    # Edits

    @rule(name=names, kind=types, at=places)
    def add(self, name: str, kind: str, at: tuple[float, float]) -> None:
        self.attempt("add", lambda g: edits.add_node(g, Node(edits.free_name(g, name), kind, {}, at)))

    @rule(a=picks, b=picks, port=st.sampled_from(["", "value", "nowhere"]), many=st.booleans())
    def connect(self, a: int, b: int, port: str, many: bool) -> None:
        for source, target in zip(self.some(a), self.some(b), strict=True):
            wire = Wire(source, target, "", port)
            self.attempt("connect", lambda g, wire=wire: edits.connect(g, wire, many))

    @rule(pick=picks, count=st.integers(1, 5), heal=st.booleans())
    def remove(self, pick: int, count: int, heal: bool) -> None:
        self.attempt("remove", lambda g: edits.remove_nodes(g, self.some(pick, count), heal))

    @rule(pick=picks, new=names)
    def rename(self, pick: int, new: str) -> None:
        for old in self.some(pick):
            self.attempt("rename", lambda g, old=old: edits.rename_node(g, old, new))

    @rule(pick=picks, name=st.sampled_from(["units", "filters", "activation", "repeat", "nonsense"]), value=values)
    def set(self, pick: int, name: str, value: Any) -> None:
        for node in self.some(pick):
            self.attempt("set", lambda g, node=node: edits.set_settings(g, node, {name: value}))

    @rule(pick=picks, to=places)
    def move(self, pick: int, to: tuple[float, float]) -> None:
        for node in self.some(pick):
            self.attempt("move", lambda g, node=node: edits.move_nodes(g, {node: to}))

    @rule(pick=picks, wire=picks)
    def insert(self, pick: int, wire: int) -> None:
        wires = self.graph.wires
        for node in self.some(pick) if wires else []:
            self.attempt("insert", lambda g, n=node: edits.insert_into_wire(g, n, wires[wire % len(wires)]))

    @rule(pick=picks, count=st.integers(1, 12), at=places)
    def copy_and_paste_as_text(self, pick: int, count: int, at: tuple[float, float]) -> None:
        fragment = fragment_from_text(fragment_text(edits.extract(self.graph, self.some(pick, count))))
        if fragment is not None:
            self.attempt("paste", lambda g: edits.paste(g, fragment, at)[0])

    @rule(pick=picks, count=st.integers(1, 6), name=names)
    def make_block(self, pick: int, count: int, name: str) -> None:
        self.attempt("block", lambda g: block_edits.make_block(g, self.some(pick, count), name)[0])

    @rule(pick=picks)
    def unpack(self, pick: int) -> None:
        for use in self.some(pick):
            self.attempt("unpack", lambda g, use=use: block_edits.unpack(g, use))

    @rule(pick=picks, new=names)
    def rename_block(self, pick: int, new: str) -> None:
        for block in self.blocks(pick):
            self.attempt_outside("rename block", lambda g, b=block: block_edits.rename_block(g, b, new))

    @rule(pick=picks, name=names, default=values)
    def add_parameter(self, pick: int, name: str, default: Any) -> None:
        for block in self.blocks(pick):
            self.attempt("parameter", lambda g, b=block: block_parameters.add_parameter(g, b, name, default))

    @rule(pick=picks, which=picks, new=names, remove=st.booleans())
    def rename_or_remove_parameter(self, pick: int, which: int, new: str, remove: bool) -> None:
        for block in self.blocks(pick):
            there = list(self.graph.blocks[block].parameters) or ["nothing"]
            old = there[which % len(there)]
            if remove:
                self.attempt("parameter", lambda g, b=block, old=old: block_parameters.remove_parameter(g, b, old))
            else:
                self.attempt("parameter", lambda g, b=block, o=old: block_parameters.rename_parameter(g, b, o, new))

    @rule()
    def remove_unused_blocks(self) -> None:
        self.attempt_outside("unused", block_edits.remove_unused_blocks)

    @rule(pick=picks)
    def bypass(self, pick: int) -> None:
        for name in self.some(pick):
            node = self.graph[name]
            turned = replace(node, bypassed=not node.bypassed)
            self.attempt("bypass", lambda g, t=turned: replace(g, nodes={**g.nodes, t.id: t}))

    @rule(text=st.text(max_size=30), at=places, size=places, note=st.booleans())
    def annotate(self, text: str, at: tuple[float, float], size: tuple[float, float], note: bool) -> None:
        add = annotations.add_note if note else annotations.add_frame
        self.attempt("annotate", lambda g: add(g, text, at, size)[0])

    @rule(pick=picks, at=places, text=st.text(max_size=10), remove=st.booleans())
    def change_annotation(self, pick: int, at: tuple[float, float], text: str, remove: bool) -> None:
        keys = list(annotations.annotations_of(self.graph))
        if not keys:
            return
        key = keys[pick % len(keys)]
        if remove:
            self.attempt("annotation", lambda g: annotations.remove(g, [key]))
        else:
            self.attempt("annotation", lambda g: annotations.set_text(annotations.move(g, {key: at}), key, text))

    @rule(pick=picks, at=places)
    def use(self, pick: int, at: tuple[float, float]) -> None:
        for name in self.blocks(pick):
            node = Node(edits.free_name(self.graph, "use"), f"{BLOCK_PREFIX}{name}", {}, at)
            self.attempt("use", lambda g, node=node: edits.add_node(g, node))

    @rule(pick=picks)
    def enter(self, pick: int) -> None:
        self.path = valid_path(self.document.project.graph, (*self.path, *self.some(pick)))

    @precondition(lambda self: self.path)
    @rule()
    def leave(self) -> None:
        self.path = self.path[:-1]

    @rule(epochs=st.integers(1, 99))
    def train_longer(self, epochs: int) -> None:
        training = replace(self.document.project.training, epochs=epochs)
        self.document.change("epochs", replace(self.document.project, training=training), merge_key="epochs")

    @rule()
    def undo(self) -> None:
        self.document.undo()

    @rule()
    def redo(self) -> None:
        self.document.redo()

    @rule(seconds=st.floats(0, 10))
    def wait(self, seconds: float) -> None:
        self.clock += seconds

    # What always holds

    @invariant()
    def it_saves_and_loads_equal(self) -> None:
        project = self.document.project
        text = project_text(project)
        again = project_from_value(parse_json(text), "project.json")
        assert project_text(again) == text
        assert again == project

    @invariant()
    def ids_are_unique_and_wires_have_ends(self) -> None:
        for graph in (self.document.project.graph, *(b.graph for b in self.document.project.blocks.values())):
            assert all(name == node.id for name, node in graph.nodes.items())
            assert len(set(graph.wires)) == len(graph.wires)
            assert all(w.source in graph and w.target in graph for w in graph.wires)

    @invariant()
    def its_problems_can_be_told(self) -> None:
        graph = self.graph
        for problem in structural_problems(graph, with_blocks(self.catalogue, graph.blocks)):
            assert problem.message

    def teardown(self) -> None:
        """Undoing to the start gives the start, and redoing gives what there was."""
        if not hasattr(self, "document"):
            return
        end = self.document.project
        while self.document.redo():
            pass
        furthest = self.document.project
        while self.document.undo():
            pass
        assert self.document.project == self.start
        while self.document.redo():
            pass
        assert self.document.project == furthest
        assert end is not None


def run(sequences: int) -> None:
    run_state_machine_as_test(
        Editing,
        settings=settings(
            max_examples=sequences,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_that_random_edits_keep_a_project_whole() -> None:
    run(SAMPLE)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_that_ten_thousand_random_edit_sequences_keep_a_project_whole() -> None:
    run(SEQUENCES)
