"""How many axes a layer's first input needs, and whether it takes whole numbers.

Keras' ``compute_output_shape`` often answers for inputs that the layer cannot run on (a pooling of images asked about a
vector). So the axes are checked here first, from the layer's name and what it wraps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from dlstudio.compiler.objects import keras_thing

_SPATIAL = re.compile(r"([123])D(?:Transpose)?$")
_STEPS = {"LSTM", "GRU", "SimpleRNN", "RNN", "GroupQueryAttention"}
_ANY = 99


def needed_axes(type_id: str, settings: Mapping[str, Any]) -> tuple[int, int] | None:
    """Fewest and most axes of one sample that the layer takes, the batch axis not counted; None where any will do.

    >>> needed_axes("keras.layers.Conv2D", {})
    (3, 3)
    """
    name = type_id.rpartition(".")[2]
    if not type_id.startswith("keras.layers."):
        return _OPERATIONS.get(name, (3, 3) if type_id.startswith("keras.ops.image.") else None)
    if name.startswith("ConvLSTM"):
        axes = int(name[-2]) + 2
        return axes, axes
    spatial = _SPATIAL.search(name)
    if spatial:
        axes = int(spatial[1]) + 1
        return axes, axes
    if name in _STEPS:
        return 2, 2
    if name in ("Attention", "AdditiveAttention", "MultiHeadAttention"):
        return 2, 4
    if name == "RepeatVector":
        return 1, 1
    if name == "MelSpectrogram":
        return 1, 1
    if name == "CategoryEncoding":
        return 0, 1
    if name == "HashedCrossing":
        return 0, 0
    if name == "EinsumDense":
        return _einsum(settings.get("equation"))
    if name == "Bidirectional":
        return _inner(settings.get("layer"), 0) or (2, 2)
    if name == "TimeDistributed":
        return _inner(settings.get("layer"), 1) or (2, _ANY)
    if name == "SpectralNormalization":
        return _inner(settings.get("layer"), 0)
    if name == "Pipeline":
        layers = settings.get("layers")
        return _inner(layers[0], 0) if isinstance(layers, list) and layers else None
    if name == "Dense":
        return 1, _ANY
    return (3, 3) if _works_on_images(type_id) else None


def _inner(layer: Any, more: int) -> tuple[int, int] | None:
    if not isinstance(layer, Mapping) or not isinstance(layer.get("type"), str):
        return None
    axes = needed_axes(layer["type"], layer.get("settings") or {})
    return (axes[0] + more, axes[1] + more) if axes else None


def _einsum(equation: Any) -> tuple[int, int] | None:
    if not isinstance(equation, str) or "..." in equation or "," not in equation:
        return None
    axes = len(equation.partition(",")[0].strip()) - 1
    return axes, axes


@cache
def _works_on_images(type_id: str) -> bool:
    return ".image_preprocessing." in keras_thing(type_id).__module__


def needs_floats(type_id: str, settings: Mapping[str, Any]) -> bool:
    """Whether a layer or operation fails on whole numbers when it runs, though its shapes are fine."""
    name = type_id.rpartition(".")[2]
    if type_id.startswith("keras.ops."):
        return name in _FLOAT_OPERATIONS
    return name in _FLOAT_LAYERS or (name == "Activation" and settings.get("activation") in _FLOAT_OPERATIONS)


_FLOAT_LAYERS = {"ELU", "PReLU", "Softmax", "UnitNormalization"}
_FLOAT_NAMES = (
    "celu clip elu erf erfc gelu glu hard_shrink hard_sigmoid hard_silu hard_tanh log_sigmoid log_softmax logsumexp "
    "normalize reciprocal rsqrt selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid "
    "sparsemax squareplus tanh_shrink threshold nanmedian nanpercentile nanquantile"
)
_FLOAT_OPERATIONS = frozenset(_FLOAT_NAMES.split())
_MATRICES = (
    "matmul cholesky cholesky_inverse det diagonal eigh fft2 ifft2 inv logdet matrix_rank pinv qr rot90 solve "
    "solve_triangular svd trace tril triu"
)
_OPERATIONS = {
    "space_to_depth": (3, 3),
    "depth_to_space": (3, 3),
    "unfold": (3, 3),
    "average_pool": (2, 4),
    "max_pool": (2, 4),
    "extract_patches": (3, 4),
    **dict.fromkeys(_MATRICES.split(), (2, _ANY)),
}
