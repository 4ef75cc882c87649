"""Turns the nodes of one graph into connected Keras tensors; a use of a block becomes a nested model of its own."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import keras

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.compiler.calling import call_node
from dlstudio.compiler.constants import constant_tensor
from dlstudio.compiler.evaluation import Evaluation
from dlstudio.compiler.objects import make_layer, seed_random
from dlstudio.compiler.outputs import living_nodes
from dlstudio.compiler.tracing import TensorFacts
from dlstudio.graph.blocks import REPEAT, bound_graph, with_blocks
from dlstudio.graph.bypass import passing_wire
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import CONSTANT, INPUT, OUTPUT, Block, Graph, Node
from dlstudio.graph.paths import Path
from dlstudio.graph.problems import Problem
from dlstudio.graph.sharing import weights_owner
from dlstudio.graph.structure import topological_order

# Keras says so of every model within a model, and it is not so: masks pass through the layers inside.
warnings.filterwarnings("ignore", r"Layer '.*' \(of type Functional\) was passed an input with a mask")


class CompileError(ValueError):
    """The graph cannot be built.

    Attributes:
        problems: Every error that was found, each with its node.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(problem.message for problem in problems))
        self.problems = tuple(problems)


@dataclass
class Assembly:
    """One graph on its way to tensors.

    Attributes:
        graph: With the blocks that it uses.
        evaluation: Walks graphs; remembers.
        seed: The project's seed.
        specs: The encoded columns by name; empty inside a block.
        fed: What the Inputs give, by id, where the graph is inside a block.
        path: The uses that lead to the graph; empty for the project's own.
        place: What the seeds of its layers depend on besides their names: the path, with the numbers of repeats.
        tensors: What each node gave, by id and output port.
        layers: The layers made, by the id of the node that owns them.
    """

    graph: Graph
    evaluation: Evaluation
    seed: int
    specs: Mapping[str, ColumnSpec] = field(default_factory=dict)
    fed: Mapping[str, TensorFacts] | None = None
    path: Path = ()
    place: str = ""
    tensors: dict[str, dict[str, Any]] = field(default_factory=dict)
    layers: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.catalogue: Catalogue = with_blocks(self.evaluation.catalogue, self.graph.blocks)
        self.alive = living_nodes(self.graph)

    @property
    def entries(self) -> list[str]:
        """Ids of the Inputs that lead to an Output, in the order of the graph."""
        return [node.id for node in self.graph.of_type(INPUT) if node.id in self.alive]

    def assemble(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The tensor that arrives at each Output, by its id.

        Args:
            inputs: What each living Input gives, by its id.

        Raises:
            CompileError: Keras refused a layer, though the shapes fit.
        """
        self.tensors.update({name: {"outputs": tensor} for name, tensor in inputs.items()})
        for name in topological_order(self.graph):
            node = self.graph[name]
            if name not in self.alive or node.type in (INPUT, OUTPUT):
                continue
            try:
                self.tensors[name] = self._tensors_of(node)
            except CompileError:
                raise
            except Exception as error:
                where = " › ".join((*self.path, name))
                problem = Problem(f"'{where}' could not be built: {str(error).splitlines()[0][:300]}", name)
                raise CompileError([replace(problem, path=self.path)]) from error
        ends = {}
        for node in self.graph.of_type(OUTPUT):
            ends[node.id] = next(iter(self._arriving(node.id).values()))[0]
        return ends

    def _tensors_of(self, node: Node) -> dict[str, Any]:
        node_type = self.catalogue[node.type]
        if node.type == CONSTANT:
            source = self.tensors[self.entries[0]]["outputs"]
            results = {"outputs": constant_tensor(node.settings, source)}
            name_operations(results, {"": [source]}, node.id)
            return results
        if node.bypassed:
            wire = passing_wire(self.graph, node, self.catalogue)
            if wire is None:  # the check has seen to that
                raise ValueError("Nothing goes through it.")
            return {node_type.outputs_for(node.settings)[0].name: self._carried(wire.source, wire.source_port)}
        owner = weights_owner(self.graph, node) or node
        ports = node_type.inputs_for(owner.settings)
        by_port: dict[str, list[Any]] = {}
        for port, found in self._arriving(node.id).items():
            by_port.setdefault(port or ports[0].name, []).extend(found)
        block = self.graph.blocks.get(owner.block) if owner.block else None
        if block is not None:
            return self._use(node, owner, block, {port: tensors[0] for port, tensors in by_port.items()})
        own_seed = layer_seed(self.seed, f"{self.place}{owner.id}")
        seed_random(own_seed)
        if node_type.category == "operation":
            results = call_node(node_type, owner.settings, by_port, self.catalogue)
            name_operations(results, by_port, node.id)
            return results
        if owner.id not in self.layers:
            made = make_layer(node_type, owner.settings, self.catalogue, name=owner.id, seed=own_seed)
            self.layers[owner.id] = made
        return call_node(node_type, owner.settings, by_port, self.catalogue, self.layers[owner.id])

    def _use(self, node: Node, owner: Node, block: Block, arrived: Mapping[str, Any]) -> dict[str, Any]:
        """Calls the nested model of a use, made at the first of those that share it."""
        if owner.id not in self.layers:
            self.layers[owner.id] = self._nested(owner, block, arrived)
        model, entries = self.layers[owner.id]
        results = model(one_or_list([arrived[name] for name in entries]))
        exits = [each.id for each in block.graph.of_type(OUTPUT)]
        return dict(zip(exits, keras.tree.flatten(results), strict=True))

    def _nested(self, owner: Node, block: Block, arrived: Mapping[str, Any]) -> tuple[keras.Model, list[str]]:
        """The model of a use and the ids of its Inputs, in the order in which it takes them."""
        bound = replace(bound_graph(block, owner.settings), blocks=self.graph.blocks)
        facts = self._merged(owner, arrived)
        repeat = int(owner.settings.get(REPEAT, 1))
        path, place = (*self.path, owner.id), f"{self.place}{owner.id}/"
        first = Assembly(bound, self.evaluation, self.seed, {}, facts, path, place)
        if repeat == 1:
            return first.model(owner.id), first.entries
        entering = {name: _input(name, facts[name]) for name in first.entries}
        tensors: dict[str, Any] = dict(entering)
        names, exits = [n.id for n in bound.of_type(INPUT)], list[Any]()
        for number in range(1, repeat + 1):
            fed = {name: _facts(tensor) for name, tensor in tensors.items()}
            # The first keeps its seeds when a use that stood once is repeated.
            own = place if number == 1 else f"{place}repeat_{number}/"
            each = Assembly(bound, self.evaluation, self.seed, {}, fed, path, own)
            results = each.model(f"repeat_{number}")(one_or_list([tensors[name] for name in each.entries]))
            exits = keras.tree.flatten(results)
            tensors = dict(zip(names, exits, strict=True))
        return keras.Model(one_or_list(list(entering.values())), one_or_list(exits), name=owner.id), first.entries

    def model(self, name: str) -> keras.Model:
        """A model of this graph inside a block; it takes and gives one tensor or a list, in the order of the graph."""
        inputs = {entry: _input(entry, (self.fed or {})[entry]) for entry in self.entries}
        ends = self.assemble(inputs)
        return keras.Model(one_or_list(list(inputs.values())), one_or_list(list(ends.values())), name=name)

    def _merged(self, owner: Node, arrived: Mapping[str, Any]) -> dict[str, TensorFacts]:
        """What a use and those that share its weights take: lengths in which they differ are left open."""
        facts = {name: _facts(tensor) for name, tensor in arrived.items()}
        others = [each for each in self.graph if each.shares and weights_owner(self.graph, each) == owner]
        if not others:
            return facts
        found = self.evaluation.evaluate(self.graph, self.specs, self.fed)
        for each in others:
            for name, (fact,) in found.inputs.get(each.id, {}).items():
                if name in facts and len(fact.shape) == len(facts[name].shape):
                    lengths = zip(facts[name].shape, fact.shape, strict=True)
                    merged = tuple(one if one == other else None for one, other in lengths)
                    facts[name] = replace(facts[name], shape=merged)
        return facts

    def _arriving(self, node_id: str) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for wire in self.graph.incoming(node_id):
            found.setdefault(wire.target_port, []).append(self._carried(wire.source, wire.source_port))
        return found

    def _carried(self, source: str, port: str) -> Any:
        by_port = self.tensors[source]
        return by_port[port] if port else next(iter(by_port.values()))


def layer_seed(seed: int, place: str) -> int:
    """The seed of one layer: a function of the project's seed and the layer's place, in 0 .. 2**31 - 1.

    Args:
        seed: The project's seed.
        place: The layer's name, inside blocks behind the names of the uses that lead there: ``stage/first/conv``.
    """
    return zlib.crc32(f"{seed}:{place}".encode()) & 0x7FFFFFFF


def one_or_list(tensors: list[Any]) -> Any:
    """The only tensor, or all as a list."""
    return tensors[0] if len(tensors) == 1 else tensors


def name_operations(results: Mapping[str, Any], inputs: Mapping[str, Sequence[Any]], name: str) -> None:
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


def _input(name: str, fact: TensorFacts) -> Any:
    return keras.Input(shape=fact.shape[1:], dtype=fact.dtype, name=name)


def _facts(tensor: Any) -> TensorFacts:
    return TensorFacts(tuple(tensor.shape), keras.backend.standardize_dtype(tensor.dtype))
