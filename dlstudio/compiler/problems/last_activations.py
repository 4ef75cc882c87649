"""What a network ends in, held against its task: activations that fight the loss, losses that do not fit."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

import keras

from dlstudio.compiler.problems.context import Candidate, Context, set_edit
from dlstudio.compiler.problems.trying import harmless_fixes
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import Node
from dlstudio.graph.problems import Fix, Problem
from dlstudio.graph.wire_fixes import removing

_TRANSPARENT = ("Dropout", "Flatten", "Reshape", "Identity", "reshape", "squeeze", "ravel", "stop_gradient")
_ACTIVATION_LAYERS = {
    "keras.layers.Softmax": "softmax",
    "keras.layers.ReLU": "relu",
    "keras.ops.softmax": "softmax",
    "keras.ops.sigmoid": "sigmoid",
    "keras.ops.tanh": "tanh",
    "keras.ops.relu": "relu",
}
_RANGES = {
    "sigmoid": "between 0 and 1",
    "hard_sigmoid": "between 0 and 1",
    "tanh": "between -1 and 1",
    "hard_tanh": "between -1 and 1",
    "softsign": "between -1 and 1",
    "relu": "of 0 and above",
    "relu6": "between 0 and 6",
    "softplus": "above 0",
    "exponential": "above 0",
}
_CLASS_LOSS = "SparseCategoricalCrossentropy"
_CLASS_LOSSES = ("Crossentropy", "Hinge", "KLDivergence")


def last_activation_problems(context: Context, node: Node, task: str, units: int) -> Iterator[Problem]:
    """What the end before an Output does to its loss; the width is right already.

    Args:
        context: The search for problems.
        node: The Output.
        task: Name of its task.
        units: How many values it needs.
    """
    found = _activation(context, node)
    if found is None:
        return
    ending, activation = found
    before = _activation(context, ending) if activation == "softmax" else None
    if before is not None and before[1] == "softmax" and before[0].id != ending.id:
        yield Problem(
            f"'{ending.id}' makes probabilities of what '{before[0].id}' has made probabilities of already: the second "
            f"softmax flattens them until every class looks almost equally likely.",
            ending.id,
            severity="warning",
            fixes=harmless_fixes(context, [without_activation(ending), without_activation(before[0])]),
        )
    if task == "regression":
        yield from _of_regression(context, node, ending, activation, units)
    elif task == "classification" and units > 1:
        yield from _of_classes(context, node, ending, activation, units)


def loss_problems(node: Node, spec: ColumnSpec, task: str) -> Iterator[Problem]:
    """Another loss than the task's own that is unknown, or that does not go with how the target is encoded."""
    name = str(node.settings.get("loss") or "").rpartition(".")[2]
    if not name or task not in ("classification", "regression"):
        return
    usual = _CLASS_LOSS if task == "classification" else "MeanSquaredError"
    own = Fix(f"Use the loss of the task, {usual}", ({"edit": "unset", "node": node.id, "setting": "loss"},))
    known = _losses()
    if name not in known:
        class_loss = [each for each in known if any(part in each for part in _CLASS_LOSSES)]
        suited = [usual] if task == "classification" else [each for each in known if each not in class_loss]
        close = difflib.get_close_matches(name, suited, 1)
        hint = f" Did you mean {close[0]}?" if close else ""
        message = f"Output '{node.id}': there is no loss '{str(node.settings['loss'])[:60]}' in Keras.{hint}"
        fixes = [Fix(f"Set {node.id} loss to {close[0]}", (set_edit(node.id, "loss", close[0]),))] if close else []
        yield Problem(message, node.id, fixes=(*fixes, own))
    elif task == "classification" and name != _CLASS_LOSS:
        yield Problem(
            f"Output '{node.id}' has the loss {name}, but the classes of '{spec.name}' reach it as one number each "
            f"(0 to {len(spec.classes) - 1}), not as a vector. {_CLASS_LOSS} takes them so.",
            node.id,
            own,
        )
    elif task == "regression" and any(part in name for part in _CLASS_LOSSES):
        message = (
            f"Output '{node.id}' predicts numbers, but its loss {name} compares classes. {usual} compares numbers."
        )
        yield Problem(message, node.id, own)


def _of_regression(context: Context, node: Node, ending: Node, activation: str, units: int) -> Iterator[Problem]:
    if activation == "softmax":
        yield Problem(
            f"Output '{node.id}' predicts numbers, but '{ending.id}' ends in softmax, whose values always add up to 1. "
            f"A regression needs no activation at its end.",
            node.id,
            severity="error" if units == 1 else "warning",
            fixes=harmless_fixes(context, [without_activation(ending)]),
        )
    elif activation in _RANGES:
        yield Problem(
            f"Output '{node.id}' predicts numbers, but '{ending.id}' ends in {activation}, which gives only numbers "
            f"{_RANGES[activation]}; what is to be learned is standardized and lies on both sides of 0. A regression "
            f"needs no activation at its end.",
            node.id,
            severity="warning",
            fixes=harmless_fixes(context, [without_activation(ending)]),
        )


def _of_classes(context: Context, node: Node, ending: Node, activation: str, units: int) -> Iterator[Problem]:
    softmax = (f"Set {ending.id} activation to softmax", (set_edit(ending.id, "activation", "softmax"),))
    settable = [softmax] if "activation" in ending.settings else []
    if activation == "sigmoid":
        yield Problem(
            f"Output '{node.id}' chooses one of {units} classes, but '{ending.id}' ends in sigmoid, which rates each "
            f"class by itself. Use softmax.",
            node.id,
            severity="warning",
            fixes=harmless_fixes(context, [*settable, without_activation(ending)]),
        )
    elif activation in _RANGES:
        yield Problem(
            f"Output '{node.id}' chooses one of {units} classes, but '{ending.id}' ends in {activation}, which gives "
            f"only numbers {_RANGES[activation]}: the loss needs scores of any size and sign, or a softmax.",
            node.id,
            severity="warning",
            fixes=harmless_fixes(context, [without_activation(ending), *settable]),
        )


def _activation(context: Context, node: Node) -> tuple[Node, str] | None:
    """The node that feeds another one, those that keep values looked through, and its activation if it has one."""
    for _ in range(len(context.graph)):
        wires = context.graph.incoming(node.id)
        source = context.graph.nodes.get(wires[0].source) if wires else None
        if source is None:
            return None
        owner = context.graph.nodes.get(source.shares or "", source)
        activation = _ACTIVATION_LAYERS.get(owner.type) or owner.settings.get("activation")
        if isinstance(activation, str) and activation != "linear" and not source.bypassed:
            return source, activation
        if not source.bypassed and source.type.rpartition(".")[2] not in _TRANSPARENT:
            return None
        node = source
    return None


def without_activation(ending: Node) -> Candidate:
    """Takes the activation off a node, or takes out the node that is nothing else."""
    if ending.settings.get("activation") and ending.type != "keras.layers.Activation":
        return f"Remove the activation of {ending.id}", (set_edit(ending.id, "activation", None),)
    fix = removing(ending)
    return fix.label, fix.edits


def _losses() -> list[str]:
    return [
        name
        for name, each in vars(keras.losses).items()
        if isinstance(each, type) and issubclass(each, keras.losses.Loss) and each is not keras.losses.Loss
    ]
