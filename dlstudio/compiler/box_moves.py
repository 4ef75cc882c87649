"""Which augmenting layers move an image and its boxes together: those at the very beginning, where only pixels come.

Keras' layers move the image alone, as the boxes never pass through the network. So in training the batch is moved
before it enters, boxes and all (:mod:`dlstudio.training.moving`), and the layers themselves rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import INPUT, OUTPUT, Graph, Node

_LAYER = "keras.layers."
MOVING = (f"{_LAYER}RandomFlip", f"{_LAYER}RandomTranslation")
ONLY_IMAGES = tuple(
    _LAYER + name
    for name in (
        *("RandomRotation", "RandomZoom", "RandomShear", "RandomPerspective", "RandomElasticTransform", "RandomCrop"),
        *("CutMix", "MixUp", "AugMix", "RandAugment"),
    )
)
"""Layers that move what is in an image, or mix images, while its boxes would stay where they are."""

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
class BoxMoves:
    """Layers that move a batch of images with their boxes.

    Attributes:
        entry: Id of the Input of the images.
        layers: The layers, in their order.
        outputs: Ids of the Outputs of boxes.
    """

    entry: str
    layers: tuple[Node, ...]
    outputs: tuple[str, ...]


def box_moves(graph: Graph, specs: Mapping[str, ColumnSpec]) -> BoxMoves | None:
    """The layers that move images and boxes together; None where the graph finds no boxes, or has no such layer.

    They stand one behind the other after the only Input of images, with nothing between them but layers that look at
    single pixels, and no wire leaves between them.
    """
    outputs = box_outputs(graph, specs)
    entries = [node for node in graph.of_type(INPUT) if _kind(node, specs) == "image"]
    if not outputs or len(entries) != 1:
        return None
    found: list[Node] = []
    place = entries[0]
    while True:
        wires = graph.outgoing(place.id)
        if len(wires) != 1 or wires[0].target not in graph or len(graph.incoming(wires[0].target)) != 1:
            break
        place = graph[wires[0].target]
        if place.bypassed:
            continue
        if place.type in MOVING:
            found.append(place)
        elif place.type not in _POINTWISE:
            break
    return BoxMoves(entries[0].id, tuple(found), outputs) if found else None


def box_outputs(graph: Graph, specs: Mapping[str, ColumnSpec]) -> tuple[str, ...]:
    """Ids of the Outputs of boxes."""
    return tuple(node.id for node in graph.of_type(OUTPUT) if _kind(node, specs) == "boxes")


def _kind(node: Node, specs: Mapping[str, ColumnSpec]) -> str:
    spec = specs.get(str(node.settings.get("column", "")))
    return spec.kind if spec is not None else ""
