"""Shapes, sizes and problems of a graph while it is drawn: symbolic, incremental, without allocating a weight."""

from __future__ import annotations

from collections.abc import Mapping

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.catalogue.node_types import Catalogue
from dlstudio.compiler.axes import Axes, axes_inside
from dlstudio.compiler.evaluation import Evaluation
from dlstudio.compiler.facts import InferenceResult, LayerFacts
from dlstudio.compiler.memory import memory_bytes
from dlstudio.compiler.own_steps import trying_out
from dlstudio.compiler.problems.context import Context
from dlstudio.compiler.problems.finding import find_problems
from dlstudio.compiler.uses import Evaluated, TracedUse, activations_of
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import OUTPUT, Graph
from dlstudio.graph.paths import Path
from dlstudio.graph.project import TrainingSettings


class Inference:
    """Answers what a graph's shapes, sizes and problems are, and remembers, so that the next answer is quick.

    Keep one for as long as a project is open. Not for use by two threads at once.
    """

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self.catalogue = catalogue or load_catalogue()
        self.evaluation = Evaluation(self.catalogue)

    def infer(
        self,
        graph: Graph,
        specs: Mapping[str, ColumnSpec],
        training: TrainingSettings | None = None,
        rows: int | None = None,
        path: Path = (),
    ) -> InferenceResult:
        """What is known of a graph.

        Args:
            graph: The drawn network.
            specs: The encoded columns by name; empty without data.
            training: For the memory estimate and for what depends on the length of a run.
            rows: Number of training samples, where it is known.
            path: The block uses that lead to the inside whose facts are wanted too; of a repeated block those of its
                first repeat.
        """
        found = self.evaluation.evaluate(graph, specs)
        context = Context(graph, specs, self.evaluation, found, training, rows)
        layers = layer_facts(graph, found, context.axes)
        memory = memory_bytes(layers, training)
        parameters = sum(facts.parameters or 0 for facts in layers.values())
        with trying_out():
            problems = tuple(find_problems(context, parameters, memory))
        return InferenceResult(
            layers,
            problems,
            parameters,
            sum(facts.trainable_parameters or 0 for facts in layers.values()),
            sum(facts.multiply_adds or 0 for facts in layers.values()),
            memory,
            _facts_inside(graph, found, context.axes, path) if path else {},
        )


def _facts_inside(graph: Graph, found: Evaluated, axes: Axes, path: Path) -> dict[str, LayerFacts]:
    """The facts of the nodes at the end of a path; none where it leads nowhere or nothing arrives there."""
    inside = None
    for name in path:
        traced = found.traced.get(name) or found.bypassed.get(name)
        inside = traced.inside if isinstance(traced, TracedUse) else None
        if inside is None:
            return {}
        axes = axes_inside(graph, name, inside.graph, inside.found, axes)
        graph, found = inside.graph, inside.found
    return layer_facts(graph, found, axes) if inside else {}


def layer_facts(graph: Graph, found: Evaluated, axes: Axes) -> dict[str, LayerFacts]:
    """The facts of every node that could be evaluated, in the graph's order; an Output shows what it receives."""
    facts: dict[str, LayerFacts] = {}
    for node in graph:
        if node.type == OUTPUT and node.id in found.inputs:
            arrived = found.inputs[node.id]["inputs"][0]
            facts[node.id] = LayerFacts(
                {"inputs": arrived.sample_shape}, arrived.dtype, 0, 0, 0, 0, axes.get(node.id, {})
            )
        traced = found.traced.get(node.id)
        if traced is None or traced.fault:
            continue
        first = next(iter(traced.outputs.values()))
        shared = node.id in found.shared
        facts[node.id] = LayerFacts(
            {port: tensor.sample_shape for port, tensor in traced.outputs.items()},
            first.dtype,
            0 if shared else traced.parameters,
            0 if shared else traced.trainable_parameters,
            traced.multiply_adds,
            0 if node.bypassed else activations_of(traced),
            axes.get(node.id, {}),
        )
    return facts
