"""The real engine processes with Keras. One client for the module: the import takes seconds."""

from __future__ import annotations

import itertools
import os
import signal
import statistics
import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from dlstudio.compiler.facts import InferenceResult
from dlstudio.engine.client import EngineClient
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.edits import set_settings
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import TrainingSettings, graph_as_json
from tests.engine.listener import Listener

pytestmark = pytest.mark.keeps_processes

SPECS = {
    "image": ColumnSpec("image", "image", (28, 28, 1)).as_json(),
    "label": ColumnSpec("label", "category", (), "int32", tuple("0123456789")).as_json(),
}


def chain(convolutions: int) -> Graph:
    """Image → that many convolutions → logits."""
    nodes = [Node("image", "Input", {"column": "image"})]
    settings = {"filters": 8, "kernel_size": [3, 3], "padding": "same"}
    nodes += [Node(f"conv_{n}", "keras.layers.Conv2D", settings) for n in range(convolutions)]
    nodes += [Node("flat", "keras.layers.Flatten"), Node("logits", "keras.layers.Dense", {"units": 10})]
    nodes.append(Node("digit", "Output", {"column": "label", "task": "classification"}))
    wires = tuple(Wire(a.id, b.id) for a, b in itertools.pairwise(nodes))
    return Graph({node.id: node for node in nodes}, wires)


def question(graph: Graph) -> dict[str, Any]:
    return {"graph": graph_as_json(graph), "specs": SPECS, "training": TrainingSettings().as_json()}


@pytest.fixture(scope="module")
def listener() -> Listener:
    return Listener()


@pytest.fixture(scope="module")
def client(listener: Listener) -> Iterator[EngineClient]:
    client = EngineClient(listener)
    client.warm_up()
    listener.wait_for(lambda: "ready" in listener.states("shapes"), 180)
    yield client
    client.close()


def test_that_shapes_come_back(client: EngineClient, listener: Listener) -> None:
    reply = listener.reply_to(client.ask("infer", question(chain(2))))
    assert reply.error == ""
    facts = InferenceResult.from_json(reply.value)
    assert facts.errors == ()
    assert facts.layers["conv_1"].shape == (28, 28, 8)
    assert facts.layers["logits"].parameters == 28 * 28 * 8 * 10 + 10


def test_that_shapes_of_200_layers_follow_an_edit_within_a_tenth_of_a_second(
    client: EngineClient, listener: Listener
) -> None:
    graph = chain(200)
    listener.reply_to(client.ask("infer", question(graph)))
    seconds = []
    for number in range(11):
        graph = set_settings(graph, f"conv_{number * 17}", {"filters": 9 + number})
        start = time.perf_counter()
        reply = listener.reply_to(client.ask("infer", question(graph)))
        seconds.append(time.perf_counter() - start)
        assert InferenceResult.from_json(reply.value).layers[f"conv_{number * 17}"].shape == (28, 28, 9 + number)
    assert statistics.median(seconds) < 0.1


def test_that_kill_nine_in_the_middle_of_asking_costs_nothing(client: EngineClient, listener: Listener) -> None:
    graph = chain(3)
    victim = client.process_ids()["shapes"]
    requests = []
    for number in range(20):
        graph = set_settings(graph, "conv_0", {"filters": 10 + number})
        requests.append(client.ask("infer", question(graph)))
        if number == 10:
            os.kill(victim, signal.SIGKILL)
    shapes = [InferenceResult.from_json(listener.reply_to(r, 180).value).layers["conv_0"].shape for r in requests]
    assert shapes == [(28, 28, 10 + number) for number in range(20)]
    assert client.process_ids()["shapes"] != victim


def test_that_a_graph_that_is_none_is_refused_with_a_sentence(client: EngineClient, listener: Listener) -> None:
    reply = listener.reply_to(client.ask("infer", {"graph": {"nodes": {"a": {}}}, "specs": {}}))
    assert reply.error.startswith("Computing the shapes failed")
    assert listener.reply_to(client.ask("infer", question(chain(1)))).error == ""


def test_that_the_data_process_is_small_and_without_keras(client: EngineClient, listener: Listener) -> None:
    listener.reply_to(client.ask("guess_data", {"path": "/nowhere"}))
    process = psutil.Process(client.process_ids()["data"])
    assert process.memory_info().rss < 150 * 2**20
    assert not [entry.path for entry in process.memory_maps() if "tensorflow" in entry.path]


def test_that_devices_are_named(client: EngineClient, listener: Listener) -> None:
    reply = listener.reply_to(client.ask("devices", {}))
    assert reply.error == ""
    assert any(device["id"].startswith("cpu") and device["name"] for device in reply.value["devices"])
