"""What the compiler says of a graph: shapes, sizes and problems as values. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dlstudio.graph.problems import Problem

Shape = tuple[int | None, ...]
"""A tensor's shape without the batch axis; None is a length that differs between samples."""


_ITEM_BYTES = {"float16": 2, "bfloat16": 2, "bool": 1, "int8": 1, "uint8": 1, "int64": 8, "float64": 8}


@dataclass(frozen=True)
class LayerFacts:
    """What is known of one node.

    Attributes:
        output_shapes: Shape of each output port by its name, without the batch axis.
        dtype: Number type of the first output, such as ``float32``.
        parameters: How many weights the node adds, trainable or not; 0 where it shares another node's.
        trainable_parameters: How many of them training changes.
        multiply_adds: Multiplications with addition for one sample, or None where they are not known.
        activations: Values that the node holds for one sample while training, those inside a block included; an
            unknown length counts as 1. None where it is not known.
        axes: What the axes of each output port mean (``height``, ``width``, ``channels``), by its name; ``""`` for an
            axis that has no name. See :mod:`dlstudio.compiler.axes`.
    """

    output_shapes: Mapping[str, Shape]
    dtype: str = "float32"
    parameters: int | None = None
    trainable_parameters: int | None = None
    multiply_adds: int | None = None
    activations: int | None = None
    axes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def shape(self) -> Shape:
        """Shape of the first output, without the batch axis."""
        return next(iter(self.output_shapes.values()), ())

    def activation_bytes(self, batch_size: int) -> int | None:
        """Bytes that the node's values take for one batch, or None where they are not known."""
        if self.activations is None:
            return None
        return self.activations * batch_size * _ITEM_BYTES.get(self.dtype, 4)

    def as_json(self) -> dict[str, Any]:
        return {
            "output_shapes": {port: list(shape) for port, shape in self.output_shapes.items()},
            "dtype": self.dtype,
            "parameters": self.parameters,
            "trainable_parameters": self.trainable_parameters,
            "multiply_adds": self.multiply_adds,
            "activations": self.activations,
            "axes": {port: list(names) for port, names in self.axes.items()},
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> LayerFacts:
        return LayerFacts(
            {port: tuple(shape) for port, shape in value["output_shapes"].items()},
            value.get("dtype", "float32"),
            value.get("parameters"),
            value.get("trainable_parameters"),
            value.get("multiply_adds"),
            value.get("activations"),
            {port: tuple(names) for port, names in value.get("axes", {}).items()},
        )


@dataclass(frozen=True)
class InferenceResult:
    """What is known of a graph.

    Attributes:
        layers: Facts of every node whose shape could be found, by id.
        problems: Everything that is wrong; errors first, then warnings, each in the order of the graph.
        parameters: Sum over all nodes.
        trainable_parameters: How many of them training changes.
        multiply_adds: Sum over all nodes whose number is known, for one sample.
        memory_bytes: Estimate while training: weights, gradients, optimizer slots and the activations of one batch.
        inside: Facts of the nodes inside one block use, where they were asked for: those of the use one has entered.
    """

    layers: Mapping[str, LayerFacts] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    parameters: int = 0
    trainable_parameters: int = 0
    multiply_adds: int = 0
    memory_bytes: int = 0
    inside: Mapping[str, LayerFacts] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that stop training."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    def as_json(self) -> dict[str, Any]:
        return {
            "layers": {name: facts.as_json() for name, facts in self.layers.items()},
            "problems": [problem.as_json() for problem in self.problems],
            "parameters": self.parameters,
            "trainable_parameters": self.trainable_parameters,
            "multiply_adds": self.multiply_adds,
            "memory_bytes": self.memory_bytes,
            "inside": {name: facts.as_json() for name, facts in self.inside.items()},
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> InferenceResult:
        return InferenceResult(
            {name: LayerFacts.from_json(facts) for name, facts in value.get("layers", {}).items()},
            tuple(Problem.from_json(problem) for problem in value.get("problems", ())),
            value.get("parameters", 0),
            value.get("trainable_parameters", 0),
            value.get("multiply_adds", 0),
            value.get("memory_bytes", 0),
            {name: LayerFacts.from_json(facts) for name, facts in value.get("inside", {}).items()},
        )
