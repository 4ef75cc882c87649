"""Layers and operations that work along axis 0, which is the batch: the samples then depend on each other."""

from __future__ import annotations

from collections.abc import Iterator

from dlstudio.compiler.problems.context import set_edit
from dlstudio.compiler.problems.reading import Reading, kind
from dlstudio.compiler.problems.trying import harmless_fixes
from dlstudio.compiler.problems.wording import shape_words
from dlstudio.graph.model import Node
from dlstudio.graph.problems import Problem

_LAYERS = ("Softmax", "BatchNormalization", "LayerNormalization", "UnitNormalization", "RMSNormalization")
_NAMES = "argsort cumprod cumsum diff flip log_softmax logcumsumexp normalize roll softmax sort sparsemax"
_OPERATIONS = frozenset(_NAMES.split())
"""Operations that keep the shape, so that it does not show; others are refused when they are traced."""


def works_along_samples(reading: Reading, node: Node) -> Iterator[Problem]:
    """An axis of 0 in a layer or operation that keeps the shape of what it gets."""
    name = kind(node)
    if name not in _LAYERS and name.removeprefix("ops.") not in _OPERATIONS:
        return
    axis, shape = node.settings.get("axis"), reading.arriving(node)
    axes = axis if isinstance(axis, list | tuple) else [axis]
    if shape is None or not any(isinstance(each, int) and each in (0, -len(shape) - 1) for each in axes):
        return
    source = reading.source(node)
    tries = [(f"Set {node.id} axis to -1", (set_edit(node.id, "axis", -1),))]
    if len(shape) > 1:
        tries.append((f"Set {node.id} axis to 1", (set_edit(node.id, "axis", 1),)))
    yield Problem(
        f"'{node.id}' ({name}) works along axis 0, which counts the samples of a batch: of {shape_words(shape)} from "
        f"'{source.id if source else '?'}' it would compare one sample with the others. The axes of a sample begin "
        f"at 1; -1 is the last.",
        node.id,
        fixes=harmless_fixes(reading.context, tries),
    )
