"""How each layer learns of a network that begins with weights of something trained.

As usual, not at all, more slowly, or in a few directions only (LoRA). Layers are named by their paths
(:mod:`dlstudio.graph.initial_weights`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from dlstudio.graph.initial_weights import layer_paths, with_trainable
from dlstudio.graph.model import Graph
from dlstudio.graph.project import Project

How = Literal["usual", "kept", "rate", "lora"]
RANK = 4
"""A rank to begin with; Hu et al. (2021) find that 1 to 8 is enough for attention."""
_ADAPTABLE = frozenset(
    f"keras.layers.{name}"
    for name in (
        "Conv1D",
        "Conv2D",
        "Conv3D",
        "Dense",
        "EinsumDense",
        "Embedding",
        "GroupQueryAttention",
        "MultiHeadAttention",
        "ReversibleEmbedding",
    )
)


@dataclass(frozen=True)
class Learning:
    """How one layer learns.

    Attributes:
        how: ``usual``, ``kept`` (not at all), ``rate`` (at a share of the learning rate) or ``lora``.
        amount: The share, or the rank; of no meaning otherwise.
    """

    how: How = "usual"
    amount: float = 1.0


def adaptable(graph: Graph) -> set[str]:
    """Paths of the layers that can learn by LoRA."""
    return {path for path, node in layer_paths(graph) if node.type in _ADAPTABLE}


def learning_of(project: Project, path: str) -> Learning:
    """How a layer learns in a project."""
    training = project.training
    factor = training.rates.get(path, 1.0)
    node = project.graph.nodes.get(path)
    if factor == 0.0 or (node is not None and node.settings.get("trainable") is False):
        return Learning("kept")
    if path in training.lora:
        return Learning("lora", training.lora[path])
    return Learning("rate", factor) if factor != 1.0 else Learning()


def with_learning(project: Project, wanted: Mapping[str, Learning]) -> Project:
    """The project in which layers learn as wanted; those that are not named learn as before.

    A layer inside a block is kept by a rate of 0, since its setting ``trainable`` would hold for all uses of the block.
    """
    own = project.graph.nodes
    kept = [path for path, each in wanted.items() if each.how == "kept" and path in own]
    freed = [path for path, each in wanted.items() if each.how != "kept" and path in own]
    graph = with_trainable(with_trainable(project.graph, freed, True), kept, False)
    rates = {path: rate for path, rate in project.training.rates.items() if path not in wanted}
    rates |= {path: each.amount for path, each in wanted.items() if each.how == "rate"}
    rates |= {path: 0.0 for path, each in wanted.items() if each.how == "kept" and path not in own}
    lora = {path: rank for path, rank in project.training.lora.items() if path not in wanted}
    lora |= {path: int(each.amount) for path, each in wanted.items() if each.how == "lora"}
    return replace(project, graph=graph, training=replace(project.training, rates=rates, lora=lora))


def by_lora(project: Project, layers: Iterable[str], rank: int) -> Project:
    """The project in which those of some layers that can learn by LoRA do, and the others are kept."""
    able = adaptable(project.graph)
    wanted = {path: Learning("lora", rank) if path in able else Learning("kept") for path in layers}
    return with_learning(project, wanted)
