"""Activations inside the network that hurt learning: none where one is needed, saturating ones in a deep stack."""

from __future__ import annotations

from collections.abc import Iterator

from dlstudio.compiler.problems.context import set_edit
from dlstudio.compiler.problems.reading import Check, Reading, kind, width
from dlstudio.compiler.problems.trying import harmless_fixes
from dlstudio.compiler.problems.wording import shape_words
from dlstudio.graph.model import Node
from dlstudio.graph.problems import Problem

DENSE = ("Dense",)
CONVOLUTIONS = tuple(f"{name}{n}D" for name in ("Conv", "DepthwiseConv", "SeparableConv") for n in (1, 2, 3))
_STACKED = ("Dense", "Conv1D", "Conv2D", "Conv3D")
WEIGHTED = (*DENSE, *CONVOLUTIONS)
NORMALIZATIONS = (
    "BatchNormalization",
    "LayerNormalization",
    "GroupNormalization",
    "RMSNormalization",
    "UnitNormalization",
)
_DROPOUTS = ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianDropout")
_LINEAR = (*_DROPOUTS, "Identity", "Flatten", "Reshape", "BatchNormalization")
_SATURATING = {"sigmoid": 1.0, "hard_sigmoid": 1.0, "softsign": 0.5, "tanh": 0.5, "hard_tanh": 0.5}
_MANY = 50
_TOO_DEEP = 4.0
"""Hidden sigmoids in a row, a tanh counting half: each passes on a quarter of the gradient at the very best."""


def linear_stacks(reading: Reading) -> Iterator[Problem]:
    """Layers without activation straight before another of their kind: two of them can do no more than one."""
    found: dict[str, list[tuple[Node, Node]]] = {}
    for name in reading.order:
        node = reading.graph[name]
        if kind(node) in _STACKED and not node.bypassed and not node.shares and (target := _stacked_on(reading, node)):
            found.setdefault("Dense" if kind(node) == "Dense" else "convolution", []).append((node, target))
    for what, pairs in found.items():
        yield _linear(reading, what, pairs)


def _stacked_on(reading: Reading, node: Node) -> Node | None:
    """The layer of the same kind that gets what a layer without activation gives, or None."""
    if reading.setting(node, "activation") not in (None, "linear"):
        return None
    target = reading.behind(node, _LINEAR if kind(node) == "Dense" else _DROPOUTS)
    if target is None or kind(target) != kind(node):
        return None
    before, here, after = reading.arriving(node), reading.shape(node), reading.shape(target)
    if before is None or here is None or after is None:
        return None
    if kind(node) == "Dense":
        # Narrower than both its sides, it is a low-rank matrix in two parts, which makes sense.
        return None if width(here) < min(width(before), width(after)) else target
    return target if _wide_kernel(reading, node) and _wide_kernel(reading, target) else None


def _linear(reading: Reading, what: str, pairs: list[tuple[Node, Node]]) -> Problem:
    node, target = pairs[0]
    if what == "Dense":
        why = "two such layers in a row can learn no more than one"
    else:
        why = "two such convolutions in a row can learn no more than one with a larger kernel"
    more = f" So do {len(pairs) - 1} more, up to '{pairs[-1][0].id}'." if len(pairs) > 1 else ""
    which = node.id if len(pairs) == 1 else f"these {len(pairs)} layers"
    tries = [
        (f"Set the activation of {which} to {name}", tuple(set_edit(each.id, "activation", name) for each, _ in pairs))
        for name in (("relu", "gelu") if len(pairs) < _MANY else ("relu",))
    ]
    return Problem(
        f"'{node.id}' gives {shape_words(reading.shape(node) or ())} to '{target.id}' without an activation: "
        f"{why}.{more}",
        node.id,
        severity="warning",
        fixes=harmless_fixes(reading.context, tries),
    )


def hidden_softmax(reading: Reading, node: Node) -> Iterator[Problem]:
    """A softmax between weighted layers: all units share a sum of 1, so little gets through."""
    if reading.setting(node, "activation") != "softmax":
        return
    target = reading.behind(node, (*_LINEAR, *NORMALIZATIONS))
    if target is None or kind(target) not in WEIGHTED:
        return
    yield Problem(
        f"'{node.id}' ends in softmax in the middle of the network: its values add up to 1, so hardly anything gets "
        f"through to '{target.id}'. Softmax belongs to the end; relu suits here.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(
            reading.context, [(f"Set {node.id} activation to relu", (set_edit(node.id, "activation", "relu"),))]
        ),
    )


def unbounded_recurrence(reading: Reading, node: Node) -> Iterator[Problem]:
    """An LSTM or GRU whose state grows without bound from step to step."""
    activation = reading.setting(node, "activation")
    if activation not in ("relu", "elu", "selu", "leaky_relu", "gelu", "silu", "linear", None):
        return
    yield Problem(
        f"'{node.id}' ({kind(node)}) has the activation {activation or 'none'}: its state can grow without bound from "
        f"step to step, and the slower way of computing it is taken. tanh keeps it between -1 and 1.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(
            reading.context, [(f"Set {node.id} activation to tanh", (set_edit(node.id, "activation", "tanh"),))]
        ),
    )


def saturating_stack(reading: Reading) -> Iterator[Problem]:
    """Many sigmoids or tanhs in a row without a normalization: the gradient dies on its way back."""
    chains: dict[str, tuple[str, ...]] = {}
    for name in reading.order:
        node = reading.graph[name]
        sources = reading.sources(node)
        chain = chains.get(sources[0].id, ()) if len(sources) == 1 and kind(node) not in NORMALIZATIONS else ()
        if _saturation(reading, node) and not _at_the_end(reading, node):
            chain = (*chain, name)
            if sum(_saturation(reading, reading.graph[each]) for each in chain) >= _TOO_DEEP:
                yield _saturated(reading, _continued(reading, chain))
                return
        chains[name] = chain


def _saturated(reading: Reading, chain: tuple[str, ...]) -> Problem:
    names = sorted({_activation(reading, reading.graph[name]) for name in chain})
    edits = tuple(set_edit(name, "activation", "relu") for name in chain if not reading.graph[name].shares)
    return Problem(
        f"{len(chain)} layers in a row, from '{chain[0]}' to '{chain[-1]}', end in {' or '.join(names)}: where such a "
        f"curve is flat it passes on next to no gradient, so '{chain[0]}' will hardly learn. relu does not saturate.",
        chain[0],
        severity="warning",
        fixes=harmless_fixes(reading.context, [(f"Set the activation of these {len(chain)} layers to relu", edits)]),
    )


def _continued(reading: Reading, chain: tuple[str, ...]) -> tuple[str, ...]:
    """The chain with the saturating layers that follow it, so that one fix mends them all."""
    found = list(chain)
    node = reading.graph[chain[-1]]
    for _ in range(len(reading.graph)):
        targets = reading.targets(node)
        if len(targets) != 1 or kind(targets[0]) in NORMALIZATIONS or len(reading.sources(targets[0])) > 1:
            break
        node = targets[0]
        if _saturation(reading, node) and not _at_the_end(reading, node):
            found.append(node.id)
    return tuple(found)


def _at_the_end(reading: Reading, node: Node) -> bool:
    target = reading.behind(node, (*_LINEAR, "Activation", "Softmax"))
    return target is not None and kind(target) == "Output"


def _activation(reading: Reading, node: Node) -> str:
    value = reading.setting(node, "activation") if kind(node) in (*WEIGHTED, "Activation") else None
    return value if isinstance(value, str) else ""


def _saturation(reading: Reading, node: Node) -> float:
    return _SATURATING.get(_activation(reading, node), 0.0)


def _wide_kernel(reading: Reading, node: Node) -> bool:
    size = reading.setting(node, "kernel_size")
    sizes = size if isinstance(size, list | tuple) else [size]
    return all(isinstance(n, int) and n > 1 for n in sizes)


NODE_CHECKS: dict[str, tuple[Check, ...]] = {
    **dict.fromkeys(_STACKED, (hidden_softmax,)),
    "LSTM": (unbounded_recurrence,),
    "GRU": (unbounded_recurrence,),
}
GRAPH_CHECKS = (linear_stacks, saturating_stack)
