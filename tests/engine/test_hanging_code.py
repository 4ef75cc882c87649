"""Own code that never ends: the process is ended, the node says so, and the same is not run again. Real processes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dlstudio.compiler.facts import InferenceResult
from dlstudio.engine.client import EngineClient
from dlstudio.graph.custom_code import Permission, read_code
from dlstudio.graph.edits import set_settings
from dlstudio.graph.model import Block, Graph, Node, Wire
from dlstudio.graph.project import graph_as_json
from tests.engine.listener import Listener

pytestmark = pytest.mark.keeps_processes

SECONDS = 3.0
LAYER = """
import re
import time

import keras


class Mine(keras.layers.Layer):
    def __init__(self, calm=False, **options):
        super().__init__(**options)
        self.calm = calm

    def {method}:
        if not self.calm:
            {hang}
        return inputs
"""
SOUND = LAYER.format(method="call(self, inputs)", hang="pass")
HANGS = {
    "an import that loops": f"while True:\n    pass\n{SOUND}",
    "an import that sleeps": f"import time\ntime.sleep(10 ** 6)\n{SOUND}",
    "a call that loops": LAYER.format(method="call(self, inputs)", hang="while True: pass"),
    "a shape that sleeps": LAYER.format(method="compute_output_shape(self, inputs)", hang="time.sleep(10 ** 6)"),
    "a call that holds the interpreter": LAYER.format(
        method="call(self, inputs)", hang="re.match('(a+)+$', 'a' * 64 + 'b')"
    ),
}


def network(**settings: Any) -> Graph:
    nodes = [
        Node("x", "Input", {"shape": [6]}),
        Node("before", "keras.layers.Dense", {"units": 4}),
        Node("mine", "Custom", {"file": "layers/mine.py", "class": "Mine", **settings}),
        Node("side", "keras.layers.Dense", {"units": 3}),
        Node("y", "Output"),
    ]
    ends = [("x", "before"), ("before", "mine"), ("mine", "y"), ("before", "side")]
    return Graph({node.id: node for node in nodes}, tuple(Wire(*each) for each in ends))


def write(folder: Path, text: str) -> None:
    (folder / "layers").mkdir(exist_ok=True)
    (folder / "layers" / "mine.py").write_text(text)


def question(graph: Graph, folder: Path) -> dict[str, Any]:
    """What the window asks after the person has allowed the file as it is."""
    permission = Permission(folder, frozenset({read_code(folder, "layers/mine.py")[1]}))
    return {"graph": graph_as_json(graph), "specs": {}, "code": permission.as_json()}


@pytest.fixture(scope="module")
def listener() -> Listener:
    return Listener()


@pytest.fixture(scope="module")
def client(listener: Listener) -> Iterator[EngineClient]:
    client = EngineClient(listener, code_seconds=SECONDS)
    client.warm_up()
    listener.wait_for(lambda: "ready" in listener.states("shapes"), 180)
    yield client
    client.close()


class Asker:
    def __init__(self, client: EngineClient, listener: Listener, folder: Path) -> None:
        self.client, self.listener, self.folder = client, listener, folder

    def __call__(self, graph: Graph) -> InferenceResult:
        reply = self.listener.reply_to(self.client.ask("infer", question(graph, self.folder)), 120)
        assert reply.error == ""
        return InferenceResult.from_json(reply.value)

    @property
    def process(self) -> int:
        return self.client.process_ids()["shapes"]


@pytest.fixture
def ask(client: EngineClient, listener: Listener, tmp_path: Path) -> Asker:
    return Asker(client, listener, tmp_path)


def said_of(result: InferenceResult, node: str) -> list[str]:
    return [problem.message for problem in result.errors if problem.node == node]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if "sleeps" in name else []) for name in HANGS]
)
def test_that_code_which_never_ends_is_told_at_its_node_and_not_run_again(name: str, ask: Asker) -> None:
    # A comment makes each file another content than those of the other tests.
    write(ask.folder, f"# {name}\n{HANGS[name]}")
    process = ask.process
    result = ask(network())
    (message,) = said_of(result, "mine")
    words = (
        f"still being imported after {3 * SECONDS:g} s"
        if "import" in name
        else "Mine in layers/mine.py had not told its shapes"
    )
    assert words in message
    assert "layers/mine.py" in message
    assert message.endswith("it is tried again.")
    assert result.layers["side"].output_shapes["outputs"] == (3,)
    revived = ask.process
    assert revived != process
    # The same once more, and after an edit elsewhere: answered, by the same process.
    assert said_of(ask(network()), "mine") == [message]
    edited = ask(set_settings(network(), "side", {"units": 5}))
    assert said_of(edited, "mine") == [message]
    assert edited.layers["side"].output_shapes["outputs"] == (5,)
    assert ask.process == revived
    # The file changes: it is tried again.
    write(ask.folder, f"# {name}, mended\n{SOUND}")
    mended = ask(network())
    assert said_of(mended, "mine") == []
    assert mended.layers["mine"].output_shapes["outputs"] == (4,)
    assert ask.process == revived


def test_that_a_layer_is_tried_again_when_its_arguments_change(ask: Asker) -> None:
    write(ask.folder, HANGS["a call that loops"])
    assert said_of(ask(network()), "mine") != []
    calm = ask(network(arguments={"calm": True}))
    assert said_of(calm, "mine") == []
    assert calm.layers["mine"].output_shapes["outputs"] == (4,)


def test_that_a_layer_which_hangs_inside_a_block_is_told_with_its_way(ask: Asker) -> None:
    write(ask.folder, f"# in a block\n{HANGS['a shape that sleeps']}")
    inner = network()
    inner = replace(inner, nodes={**inner.nodes, "x": Node("x", "Input")})
    nodes = (Node("a", "Input", {"shape": [6]}), Node("use", "block.Own"), Node("b", "Output"))
    graph = Graph({node.id: node for node in nodes}, (Wire("a", "use"), Wire("use", "b")))
    result = ask(replace(graph, blocks={"Own": Block("Own", inner)}))
    found = [problem for problem in result.errors if problem.node == "mine"]
    assert [problem.path for problem in found] == [("use",)]
    assert f"had not told its shapes after {SECONDS:g} s" in found[0].message


def test_that_slow_code_which_ends_in_time_is_waited_for(ask: Asker) -> None:
    write(ask.folder, LAYER.format(method="call(self, inputs)", hang=f"time.sleep({SECONDS / 4})"))
    process = ask.process
    result = ask(network())
    assert said_of(result, "mine") == []
    assert result.layers["mine"].output_shapes["outputs"] == (4,)
    assert ask.process == process
