"""Which augmenting layers move an image with its boxes or its mask: those at the very beginning, before any weights.

Keras' layers move the image alone, as what is learnt never passes through the network. So in training the batch is
moved before it enters, boxes and masks and all (:mod:`dlstudio.training.moving`), and the layers themselves rest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import INPUT, OUTPUT, Graph, Node

_LAYER = "keras.layers."
MOVING = {
    "boxes": (f"{_LAYER}RandomFlip", f"{_LAYER}RandomTranslation"),
    "mask": tuple(_LAYER + name for name in ("RandomFlip", "RandomTranslation", "RandomRotation", "RandomZoom")),
}
"""By what the network learns of a place in the image: layers that can move both. A box that is turned is no box."""

_ONLY_IMAGES = (
    *("RandomRotation", "RandomZoom", "RandomShear", "RandomPerspective", "RandomElasticTransform", "RandomCrop"),
    *("CutMix", "MixUp", "AugMix", "RandAugment"),
)
DISPLACING = (*MOVING["boxes"], *(_LAYER + name for name in _ONLY_IMAGES))
"""Layers that change where things lie in an image, or mix images."""

_POINTWISE = frozenset(
    _LAYER + name
    for name in (
        *("Rescaling", "Normalization", "GaussianNoise", "AutoContrast", "Equalization", "RandomBrightness"),
        *("RandomColorDegeneration", "RandomColorJitter", "RandomContrast", "RandomGaussianBlur", "RandomGrayscale"),
        *("RandomHue", "RandomInvert", "RandomPosterization", "RandomSaturation", "RandomSharpness", "Solarization"),
        *("RandomErasing",),
    )
)


@dataclass(frozen=True)
class JointMoves:
    """Layers that move a batch of images with what is learnt of places in them.

    Attributes:
        entry: Id of the Input of the images.
        layers: The layers, in their order.
        outputs: Ids of the Outputs of boxes and masks, each with its kind.
    """

    entry: str
    layers: tuple[Node, ...]
    outputs: Mapping[str, str]


def joint_moves(graph: Graph, specs: Mapping[str, ColumnSpec]) -> JointMoves | None:
    """The layers that move both; None where the graph finds neither boxes nor masks, or has no such layer.

    They stand one behind the other after the only Input of images, with nothing between them but layers that look at
    single pixels, and no wire leaves between them.
    """
    outputs = located_outputs(graph, specs)
    entries = [node for node in graph.of_type(INPUT) if _kind(node, specs) == "image"]
    if not outputs or len(entries) != 1:
        return None
    able = able_to_move(outputs.values())
    found: list[Node] = []
    place = entries[0]
    while True:
        wires = graph.outgoing(place.id)
        if len(wires) != 1 or wires[0].target not in graph or len(graph.incoming(wires[0].target)) != 1:
            break
        place = graph[wires[0].target]
        if place.bypassed:
            continue
        if place.type in able:
            found.append(place)
        elif place.type not in _POINTWISE:
            break
    return JointMoves(entries[0].id, tuple(found), outputs) if found else None


def able_to_move(kinds: Collection[str]) -> frozenset[str]:
    """Types of layers that can move an image with what is of these kinds."""
    return frozenset(type_id for type_id in DISPLACING if all(type_id in MOVING[kind] for kind in kinds))


def located_outputs(graph: Graph, specs: Mapping[str, ColumnSpec]) -> dict[str, str]:
    """Ids of the Outputs that learn where something lies in an image, each with its kind."""
    found = {node.id: _kind(node, specs) for node in graph.of_type(OUTPUT)}
    return {name: kind for name, kind in found.items() if kind in MOVING}


def _kind(node: Node, specs: Mapping[str, ColumnSpec]) -> str:
    spec = specs.get(str(node.settings.get("column", "")))
    if spec is None or (spec.kind == "mask" and len(spec.shape) != 2):  # of a volume
        return ""
    return spec.kind
