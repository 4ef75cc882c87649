"""Outputs that find a span: what their last layer must not do to the scores of the words, and which loss they have."""

from __future__ import annotations

from collections.abc import Iterator

from dlstudio.compiler.outputs import activation_node, feeding_node
from dlstudio.compiler.problems.context import Context
from dlstudio.compiler.problems.last_activations import without_activation
from dlstudio.compiler.problems.trying import harmless_fixes
from dlstudio.graph.model import Node
from dlstudio.graph.problems import Fix, Problem

_SOFTMAX = ("keras.layers.Softmax", "keras.ops.softmax")
_OVER_WORDS = (1, -2, [1], [-2])
_NARROW = ("relu", "tanh", "softsign", "softplus", "relu6", "hard_sigmoid", "exponential")


def span_problems(context: Context, node: Node) -> Iterator[Problem]:
    """The last activation and the loss of an Output that finds spans; its shape is right already."""
    if node.settings.get("loss"):
        yield Problem(
            f"Output '{node.id}' has the loss {str(node.settings['loss'])[:60]}, but where an answer begins and ends "
            "is learnt by two cross-entropies over the words, padding left out, which only the task's own loss is.",
            node.id,
            Fix("Use the loss of the task", ({"edit": "unset", "node": node.id, "setting": "loss"},)),
        )
    found = activation_node(context.graph, node.id)
    if found is not None:
        yield from _probabilities(context, node, *found)
        return
    last = feeding_node(context.graph, node.id)
    activation = last.settings.get("activation") if last is not None and not last.bypassed else None
    if last is not None and activation in _NARROW:
        yield Problem(
            f"Output '{node.id}' compares the words of a passage by their scores, but '{last.id}' ends in "
            f"{activation}, which gives only some numbers: the loss needs scores of any size and sign.",
            node.id,
            severity="warning",
            fixes=harmless_fixes(context, [without_activation(last)]),
        )


def _probabilities(context: Context, node: Node, ending: Node, activation: str) -> Iterator[Problem]:
    if ending.type in _SOFTMAX and ending.settings.get("axis", -1) in _OVER_WORDS:
        return
    what = (
        "shares out probability between being the first and being the last word"
        if activation == "softmax"
        else "rates each word by itself"
    )
    yield Problem(
        f"Output '{node.id}' chooses one word of a passage as the first and one as the last of the answer, but "
        f"'{ending.id}' ends in {activation}, which {what}. It needs no activation at its end, or a Softmax over the "
        "words (axis 1).",
        node.id,
        severity="warning",
        fixes=harmless_fixes(context, [without_activation(ending)]),
    )
