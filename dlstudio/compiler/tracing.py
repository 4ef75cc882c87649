"""Finds one node's output shapes and weights without allocating any: the layer is made and called on shapes only.

Keras creates the variables of a layer inside a ``StatelessScope`` without values; with their initialization switched
off they stay so. Thus shapes and counts come from Keras' own ``build`` and are exact for every layer, at no memory.
"""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

import keras
from keras.src.backend.common import global_state

from dlstudio.catalogue.node_types import Catalogue, NodeType
from dlstudio.compiler.calling import call_node
from dlstudio.compiler.costs import multiply_adds
from dlstudio.compiler.custom_layers import CodeError
from dlstudio.compiler.objects import SettingError, make_layer
from dlstudio.compiler.products import operation_multiply_adds
from dlstudio.compiler.ranks import needed_axes, needs_floats
from dlstudio.compiler.shelf import Key, Shelf

PLACEHOLDER = "this_layer"
"""Name of every traced layer, so that a message of Keras can be given the node's name later."""

_LOCK = threading.Lock()
_EMPTY = re.compile(r"negative|output size would|exceed(s)? the (input|dimension)|smaller than the kernel|must be >= 0")


MOST_PARAMETERS = 2 * 10**9
"""A layer with more weights is refused before anything is allocated."""

MOST_VALUES = 2**33
"""So is a layer that gives more values for one sample."""

Fault = Literal[
    "rank",
    "empty",
    "batch",
    "dtype",
    "size",
    "setting",
    "unbatched",
    "code",
    "batched",
    "block",
    "expression",
    "repeat",
    "keras",
]


@dataclass(frozen=True)
class TensorFacts:
    """A tensor's shape with the batch axis (None) in front, and its number type.

    Attributes:
        shape: With the batch axis, where it has one.
        dtype: Number type.
        batched: False for a constant that is the same for all samples; it has no batch axis then.
    """

    shape: tuple[int | None, ...]
    dtype: str = "float32"
    batched: bool = True

    @property
    def sample_shape(self) -> tuple[int | None, ...]:
        """The shape without the batch axis."""
        return self.shape[1:] if self.batched else self.shape


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
        fault: What kind of failure it was, or None: ``rank`` (a wrong number of axes), ``empty`` (nothing is left of an
            axis), ``batch`` (the samples of a batch got mixed), ``dtype`` (whole numbers where fractions are
            needed), ``size`` (too large to build), ``unbatched`` (a constant without batch axis where each sample needs
            one of its own), ``batched`` (the reverse), ``code`` (of the user's own, not allowed or broken), ``setting``
            or ``keras`` (all else). Those of block uses stand at :class:`dlstudio.compiler.uses.TracedUse`.
        error: What Keras said of it, as it came.
    """

    outputs: Mapping[str, TensorFacts]
    parameters: int = 0
    trainable_parameters: int = 0
    multiply_adds: int | None = 0
    fault: Fault | None = None
    error: str = ""


def trace(
    node_type: NodeType,
    settings: Mapping[str, Any],
    inputs: Inputs,
    catalogue: Catalogue,
    *,
    shelf: Shelf | None = None,
    key: Key | None = None,
) -> Traced:
    """Calls a layer or operation on shapes only. Failures come back as :attr:`Traced.fault`, never raised.

    Args:
        node_type: Its type.
        settings: Its settings.
        inputs: What arrives.
        catalogue: The allow-list.
        shelf: Where a layer that was traced before may be kept; a fresh one is made otherwise.
        key: What it is kept under.
    """
    misplaced = _misplaced(node_type, settings, inputs)
    if misplaced:
        return misplaced
    axes = needed_axes(node_type.id, settings)
    first = next((facts[0] for facts in inputs.values() if facts), None)
    if axes and first and not axes[0] <= len(first.sample_shape) <= axes[1]:
        return Traced({}, fault="rank")
    if first and "int" in first.dtype and needs_floats(node_type.id, settings):
        return Traced({}, fault="dtype")
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with keras.StatelessScope(initialize_variables=False):
                kept = shelf.take(key) if shelf else None
                traced, layer = _traced(node_type, settings, inputs, catalogue, kept)
                if shelf:
                    shelf.put(key, layer)
                return _judged(traced, node_type, inputs)
        except CodeError as error:
            return Traced({}, fault="code", error=str(error))
        except SettingError as error:
            return Traced({}, fault="setting", error=str(error))
        except Exception as error:
            text = str(error) or type(error).__name__
            return Traced({}, fault="empty" if _EMPTY.search(text) else "keras", error=text)
        finally:
            # The variables made above wait here to be initialized by the next scope; they never shall be.
            global_state.set_global_attribute("uninitialized_variables", [])


def _misplaced(node_type: NodeType, settings: Mapping[str, Any], inputs: Inputs) -> Traced | None:
    """The fault of a constant where samples are needed, or of samples where a constant is."""
    for port in node_type.inputs_for(settings):
        for fact in inputs.get(port.name, ()):
            if not fact.batched and node_type.category != "operation":
                return Traced({}, fault="unbatched", error=port.name)
            if fact.batched and port.unbatched:
                return Traced({}, fault="batched", error=port.name)
    return None


def _judged(traced: Traced, node_type: NodeType, inputs: Inputs) -> Traced:
    """The same, or its fault where the shapes are none that a network can work with."""
    arrived = [fact.shape for facts in inputs.values() for fact in facts if fact.batched]
    # Two batches that meet in one product leave a second axis of unknown length.
    joins = node_type.category == "operation" and len(arrived) > 1
    most = max(shape.count(None) for shape in arrived) if joins else 99
    for tensor in traced.outputs.values():
        mixed = not tensor.shape or tensor.shape[0] is not None or tensor.shape.count(None) > most
        if tensor.batched and mixed:
            return Traced({}, fault="batch", error=str(tensor.shape))
        if any(length is not None and length < 1 for length in tensor.shape):
            return Traced({}, fault="empty")
        values = prod(1 if length is None else length for length in tensor.shape)
        if values > MOST_VALUES:
            return Traced({}, fault="size", error=f"{values:.3g} values")
    if traced.parameters > MOST_PARAMETERS:
        return Traced({}, fault="size", error=f"{traced.parameters:.3g} parameters")
    return traced


def _traced(
    node_type: NodeType,
    settings: Mapping[str, Any],
    inputs: Inputs,
    catalogue: Catalogue,
    layer: Any,
) -> tuple[Traced, Any]:
    """What a call gave, and the layer that was called: the one given, or a new one."""
    tensors = {
        port: [keras.KerasTensor(fact.shape, dtype=fact.dtype) for fact in facts] for port, facts in inputs.items()
    }
    if layer is None and node_type.category != "operation":
        layer = make_layer(node_type, settings, catalogue, name=PLACEHOLDER, seed=0)
    results = call_node(node_type, settings, tensors, catalogue, layer)
    batched = any(fact.batched for facts in inputs.values() for fact in facts)
    outputs = {
        port: TensorFacts(tuple(tensor.shape), keras.backend.standardize_dtype(tensor.dtype), batched)
        for port, tensor in results.items()
    }
    if layer is None:
        if node_type.id == "keras.ops.reshape" and not _keeps_samples(inputs, outputs):
            return Traced({}, fault="batch"), None
        shapes = {port: [fact.shape for fact in facts] for port, facts in inputs.items()}
        name, output = node_type.id.removeprefix("keras.ops."), next(iter(outputs.values())).shape
        return Traced(outputs, multiply_adds=operation_multiply_adds(name, settings, shapes, output)), None
    weights = [(weight.path, tuple(weight.shape)) for weight in layer.weights]
    trainable = sum(prod(weight.shape) for weight in layer.trainable_weights)
    cost = multiply_adds(
        node_type.id,
        layer,
        weights,
        {port: [fact.shape for fact in facts] for port, facts in inputs.items()},
        [fact.shape for fact in outputs.values()],
    )
    return Traced(outputs, sum(prod(shape) for _, shape in weights), trainable, cost), layer


def _keeps_samples(inputs: Inputs, outputs: Mapping[str, TensorFacts]) -> bool:
    """Whether each sample has as many values as before."""
    before = next(iter(inputs.values()))[0].sample_shape
    after = next(iter(outputs.values())).sample_shape
    return None in before or None in after or prod(n or 1 for n in before) == prod(n or 1 for n in after)
