"""Builds the Keras model of a graph. Whether the graph is right is :mod:`dlstudio.compiler.inference`'s to say."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import keras

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.catalogue.node_types import Catalogue
from dlstudio.compiler.calling import call_node
from dlstudio.compiler.constants import constant_tensor
from dlstudio.compiler.evaluation import input_facts, weights_owner
from dlstudio.compiler.inference import Inference
from dlstudio.compiler.objects import make_layer, seed_random
from dlstudio.compiler.outputs import living_nodes
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import CONSTANT, INPUT, OUTPUT, Graph, Node
from dlstudio.graph.problems import Problem
from dlstudio.graph.structure import topological_order


class CompileError(ValueError):
    """The graph cannot be built.

    Attributes:
        problems: Every error that was found, each with its node.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(problem.message for problem in problems))
        self.problems = tuple(problems)


def build_model(
    graph: Graph,
    specs: Mapping[str, ColumnSpec],
    *,
    seed: int,
    inference: Inference | None = None,
    catalogue: Catalogue | None = None,
) -> keras.Model:
    """The functional Keras model of a graph; nodes that lead to no Output are left out.

    Layers are named after their nodes. With one Input the model takes a tensor, with several a list in the order of the
    graph (or a dictionary by Input id). With one Output it gives a tensor, with several a list in the order of the
    graph; each then ends in an Identity layer with the Output's name, after which Keras names losses and metrics.

    The same graph, specs and seed give the same initial weights, and editing one layer leaves the initial weights of
    the others as they were.

    Args:
        graph: The drawn network.
        specs: The encoded columns by name.
        seed: The project's seed; each layer's own is derived from it and from the layer's name.
        inference: A warm one to check the graph with.
        catalogue: Another catalogue than the shipped one, for tests.

    Raises:
        CompileError: The graph has errors; nothing has been allocated then.
    """
    catalogue = catalogue or load_catalogue()
    inference = inference or Inference(catalogue)
    errors = inference.infer(graph, specs).errors
    if errors:
        raise CompileError(errors)
    keras.utils.set_random_seed(seed % 2**32)
    alive = living_nodes(graph)
    tensors: dict[str, dict[str, Any]] = {}
    layers: dict[str, Any] = {}
    # Inputs first: a Constant may hang on any of them.
    for name in sorted(topological_order(graph), key=lambda name: graph[name].type != INPUT):
        node = graph[name]
        if name not in alive or node.type == OUTPUT:
            continue
        try:
            tensors[name] = _node_tensors(
                graph, node, specs, tensors=tensors, layers=layers, seed=seed, catalogue=catalogue
            )
        except Exception as error:
            problem = Problem(f"'{name}' could not be built: {str(error).splitlines()[0][:300]}", name)
            raise CompileError([problem]) from error
    inputs = [tensors[node.id]["outputs"] for node in graph.of_type(INPUT) if node.id in alive]
    ends = {node.id: next(iter(_arriving(graph, node.id, tensors).values()))[0] for node in graph.of_type(OUTPUT)}
    if len(ends) > 1:
        outputs = [keras.layers.Identity(name=name)(tensor) for name, tensor in ends.items()]
    else:
        outputs = list(ends.values())
    # The state of the generators afterwards shall not depend on how many layers there were.
    keras.utils.set_random_seed(seed % 2**32)
    return keras.Model(_one_or_list(inputs), _one_or_list(outputs), name="network")


def layer_seed(seed: int, node_id: str) -> int:
    """The seed of one layer: a function of the project's seed and the layer's name, in 0 .. 2**31 - 1."""
    return zlib.crc32(f"{seed}:{node_id}".encode()) & 0x7FFFFFFF


def _node_tensors(
    graph: Graph,
    node: Node,
    specs: Mapping[str, ColumnSpec],
    *,
    tensors: Mapping[str, Mapping[str, Any]],
    layers: dict[str, Any],
    seed: int,
    catalogue: Catalogue,
) -> dict[str, Any]:
    if node.type == INPUT:
        facts = input_facts(node, specs)
        if facts is None:  # the check has seen to that
            raise ValueError(f"Input '{node.id}' has no shape.")
        return {"outputs": keras.Input(shape=facts.shape[1:], dtype=facts.dtype, name=node.id)}
    node_type = catalogue[node.type]
    if node.type == CONSTANT:
        source = next(tensors[each.id]["outputs"] for each in graph.of_type(INPUT) if each.id in tensors)
        results = {"outputs": constant_tensor(node.settings, source)}
        _name_operations(results, {"": [source]}, node.id)
        return results
    owner = weights_owner(graph, node) or node
    ports = node_type.inputs_for(owner.settings)
    arriving = _arriving(graph, node.id, tensors)
    by_port: dict[str, list[Any]] = {}
    for port, found in arriving.items():
        by_port.setdefault(port or ports[0].name, []).extend(found)
    own_seed = layer_seed(seed, owner.id)
    seed_random(own_seed)
    if node_type.category == "operation":
        results = call_node(node_type, owner.settings, by_port, catalogue)
        _name_operations(results, by_port, node.id)
        return results
    if owner.id not in layers:
        layers[owner.id] = make_layer(node_type, owner.settings, catalogue, name=owner.id, seed=own_seed)
    return call_node(node_type, owner.settings, by_port, catalogue, layers[owner.id])


def _arriving(graph: Graph, node_id: str, tensors: Mapping[str, Mapping[str, Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for wire in graph.incoming(node_id):
        by_port = tensors[wire.source]
        tensor = by_port[wire.source_port] if wire.source_port else next(iter(by_port.values()))
        found.setdefault(wire.target_port, []).append(tensor)
    return found


def _one_or_list(tensors: list[Any]) -> Any:
    return tensors[0] if len(tensors) == 1 else tensors


def _name_operations(results: Mapping[str, Any], inputs: Mapping[str, Sequence[Any]], name: str) -> None:
    """Names what an operation added to the model after its node; Keras' own running numbers could meet a node's id."""
    known = {id(tensor) for tensors in inputs.values() for tensor in tensors}
    waiting = list(results.values())
    operations: list[Any] = []
    while waiting:
        tensor = waiting.pop(0)
        if id(tensor) in known or not isinstance(tensor, keras.KerasTensor):
            continue
        known.add(id(tensor))
        history = tensor._keras_history
        if history.operation not in operations:
            operations.append(history.operation)
        waiting.extend(history.operation._inbound_nodes[history.node_index].input_tensors)
    for index, operation in enumerate(operations):
        operation.name = name if index == 0 else f"{name}.{index}"
