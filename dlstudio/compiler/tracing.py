"""Finds one node's output shapes and weights without allocating any: the layer is made and called on shapes only.

Keras creates the variables of a layer inside a ``StatelessScope`` without values; with their initialization switched
off they stay so. Thus shapes and counts come from Keras' own ``build`` and are exact for every layer, at no memory.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import keras
from keras.src.backend.common import global_state

from dlstudio.catalogue.node_types import Catalogue, NodeType
from dlstudio.compiler.calling import call_node
from dlstudio.compiler.costs import multiply_adds
from dlstudio.compiler.objects import make_layer

PLACEHOLDER = "this_layer"
"""Name of every traced layer, so that a message of Keras can be given the node's name later."""

_LOCK = threading.Lock()


@dataclass(frozen=True)
class TensorFacts:
    """A tensor's shape with the batch axis (None) in front, and its number type."""

    shape: tuple[int | None, ...]
    dtype: str = "float32"


Inputs = Mapping[str, tuple[TensorFacts, ...]]
"""What arrives at a node, by input port, in the order of the wires."""


@dataclass(frozen=True)
class Traced:
    """What one call on shapes gave.

    Attributes:
        outputs: By output port; empty where it failed.
        parameters: Weights in all, trainable or not.
        trainable_parameters: Weights that training changes.
        multiply_adds: For one sample, or None where not known.
        error: What Keras said, or None.
    """

    outputs: Mapping[str, TensorFacts]
    parameters: int = 0
    trainable_parameters: int = 0
    multiply_adds: int | None = 0
    error: str | None = None


def trace(node_type: NodeType, settings: Mapping[str, Any], inputs: Inputs, catalogue: Catalogue) -> Traced:
    """Calls a fresh layer or operation on shapes only. Failures come back as :attr:`Traced.error`, never raised."""
    with _LOCK:
        try:
            with keras.StatelessScope(initialize_variables=False):
                return _traced(node_type, settings, inputs, catalogue)
        except Exception as error:
            return Traced({}, error=str(error) or type(error).__name__)
        finally:
            # The variables made above wait here to be initialized by the next scope; they never shall be.
            global_state.set_global_attribute("uninitialized_variables", [])


def _traced(node_type: NodeType, settings: Mapping[str, Any], inputs: Inputs, catalogue: Catalogue) -> Traced:
    tensors = {
        port: [keras.KerasTensor(fact.shape, dtype=fact.dtype) for fact in facts] for port, facts in inputs.items()
    }
    layer = None
    if node_type.category != "operation":
        layer = make_layer(node_type, settings, catalogue, name=PLACEHOLDER, seed=0)
    results = call_node(node_type, settings, tensors, catalogue, layer)
    outputs = {
        port: TensorFacts(tuple(tensor.shape), keras.backend.standardize_dtype(tensor.dtype))
        for port, tensor in results.items()
    }
    if layer is None:
        return Traced(outputs)
    weights = [(weight.path, tuple(weight.shape)) for weight in layer.weights]
    trainable = sum(prod(weight.shape) for weight in layer.trainable_weights)
    cost = multiply_adds(
        node_type.id,
        layer,
        weights,
        {port: [fact.shape for fact in facts] for port, facts in inputs.items()},
        [fact.shape for fact in outputs.values()],
    )
    return Traced(outputs, sum(prod(shape) for _, shape in weights), trainable, cost)
