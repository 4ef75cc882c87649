"""A project about people, and what tests of the studio do with it."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.edits import add_node, connect
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import DataSettings, Project
from dlstudio.gui.studio import Studio
from tests.gui.fake_engine import FakeEngine

SPEC = ColumnSpec("age", "number", (1,))
DATA = DataSettings("people.csv", "csv", {"age": {"type": "number"}}, {"train": 0.8, "seed": 7})


def people(data: DataSettings = DATA) -> Project:
    graph = Graph()
    for node in (
        Node("age", "Input", {"column": "age"}),
        Node("dense", "keras.layers.Dense", {"units": 1}),
        Node("out", "Output", {"column": "age", "task": "regression"}),
    ):
        graph = add_node(graph, node)
    graph = connect(connect(graph, Wire("age", "dense")), Wire("dense", "out"))
    return Project("People", data, graph)


def messages_of(studio: Studio) -> list[tuple[str, str]]:
    said: list[tuple[str, str]] = []
    studio.message.connect(lambda text, severity: said.append((severity, text)))
    return said


def settle(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    engine.release("describe_data")
    qtbot.waitUntil(lambda: studio.facts_are_current and not studio.describing)
