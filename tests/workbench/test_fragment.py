"""Graph fragments as text."""

from __future__ import annotations

import json

import pytest

from dlstudio.graph.model import Block, Frame, Graph, Node, Note, Wire
from dlstudio.graph.project import Project
from dlstudio.graph.saving import project_text
from dlstudio.workbench.fragment import fragment_from_text, fragment_text

GRAPH = Graph(
    {
        "conv": Node("conv", "keras.layers.Conv2D", {"filters": 32, "kernel_size": [3, 3]}, (10, 20.5)),
        "add": Node("add", "keras.layers.Add", {}, (200, 20), "conv"),
    },
    (Wire("conv", "add"), Wire("conv", "add", "", "inputs")),
)


def test_that_a_fragment_comes_back_from_its_text() -> None:
    assert fragment_from_text(fragment_text(GRAPH)) == GRAPH


@pytest.mark.parametrize(
    "disguise",
    [
        lambda text: "Hello,\n\nhere is the network:\n\n```\n" + text + "```\nRegards",
        lambda text: "".join(f"> {line}\n" for line in text.splitlines()),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.split("\n", 1)[1],
    ],
    ids=["mail", "quoted", "windows", "no header"],
)
def test_that_a_fragment_survives_a_mail(disguise: object) -> None:
    assert fragment_from_text(disguise(fragment_text(GRAPH))) == GRAPH  # type: ignore[operator]


def test_that_an_entire_project_file_is_a_fragment_too() -> None:
    assert fragment_from_text(project_text(Project(graph=GRAPH))) == GRAPH


def test_that_wires_to_nowhere_are_left_out() -> None:
    text = json.dumps({"nodes": {"a": {"type": "X"}}, "wires": [["a", "b"], ["a.x", "a.y"]]})
    assert fragment_from_text(text) == Graph({"a": Node("a", "X")}, (Wire("a", "a", "x", "y"),))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "{",
        "}{",
        "{}",
        '{"nodes": {}}',
        '{"nodes": []}',
        '{"nodes": {"a": 3}}',
        '{"nodes": {"a": {"type": 3}}}',
        '{"nodes": {"a": {"type": "X", "at": ["NaN", 0]}}}',
        '{"nodes": {"a": {"type": "X", "at": [NaN, 0]}}}',
        '{"nodes": {"a": {"type": "X", "at": [1e300, 0]}}}',
        '{"nodes": {"a": {"type": "X", "settings": []}}}',
        '{"nodes": {"a": {"type": "X", "shares": 3}}}',
        '{"nodes": {"<img src=x>": {"type": "X"}}}',
        '{"nodes": {"a": {"type": "X"}}, "wires": {"a": "b"}}',
        '{"nodes": {"a": {"type": "X"}}, "wires": [["a"]]}',
        '{"nodes": {"a": {"type": "X"}}, "wires": [[1, 2]]}',
        '{"a":' * 5000 + "1" + "}" * 5000,
        '{"nodes": {"a": {"type": "X", "settings": {"n": ' + "9" * 5000 + "}}}}",
        "x" * (5 * 2**20),
    ],
)
def test_that_other_text_is_no_fragment(text: str) -> None:
    assert fragment_from_text(text) is None


def test_that_frames_notes_bypassed_nodes_and_blocks_come_along() -> None:
    block = Block("Twice", Graph({"x": Node("x", "Input")}), {"filters": 4})
    nodes = {"a": Node("a", "block.Twice", {}, (1, 2)), "b": Node("b", "keras.layers.Dropout", {}, bypassed=True)}
    graph = Graph(
        nodes, (), {"frame_1": Frame("frame_1", "Encoder")}, {"note_1": Note("note_1", "a\nb > c")}, {"Twice": block}
    )
    assert fragment_from_text(fragment_text(graph)) == graph
    only_note = Graph(notes={"note_1": Note("note_1", "alone")})
    assert fragment_from_text(fragment_text(only_note)) == only_note
