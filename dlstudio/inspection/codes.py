"""The code of an autoencoder: the narrow place through which all must pass, what lies there, and what it gives back.

The code is the layer named ``code`` where there is one, else the place with the fewest values. Both halves are
functional models cut out of the trained one; they share its weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.trained import BATCH_SIZE, TrainedModel
from dlstudio.training.targets import Target

NAME = "code"
MOST_MAPPED = 4000  # samples of a map; more are thinned evenly


@dataclass(frozen=True)
class Halves:
    """A network cut at its code.

    Attributes:
        layer: Name of the layer that gives the code.
        shape: Of the code of one sample.
        encoder: From the only Input to the code.
        decoder: From the code to the Output in question.
    """

    layer: str
    shape: tuple[int, ...]
    encoder: Any
    decoder: Any

    @property
    def values(self) -> int:
        """Numbers a sample."""
        return int(np.prod(self.shape))

    def codes(self, inputs: np.ndarray) -> np.ndarray:
        """(samples, values) float32 of encoded inputs (samples, ...)."""
        found = [_run(self.encoder, inputs[start : start + BATCH_SIZE]) for start in range(0, len(inputs), BATCH_SIZE)]
        return np.concatenate(found).reshape(len(inputs), -1) if found else np.zeros((0, self.values), np.float32)

    def decoded(self, codes: np.ndarray) -> np.ndarray:
        """What the second half gives for codes (samples, values), float32 (samples, ...)."""
        whole = np.asarray(codes, np.float32).reshape(len(codes), *self.shape)
        return np.concatenate(
            [_run(self.decoder, whole[at : at + BATCH_SIZE]) for at in range(0, len(whole), BATCH_SIZE)]
        )


def halves_of(model: TrainedModel, target: Target) -> Halves:
    """The network cut at its code.

    Raises:
        InspectionError: It reads several columns, or has no place narrower than what it reads.
    """
    network = model.model
    if len(model.inputs) != 1:
        raise InspectionError("A network with several Inputs has no code of one sample to be looked at.")
    source = network.inputs[0]
    place = [each.output for each in model.targets].index(target.output)
    output = network.outputs[place]
    whole = int(np.prod(source.shape[1:]))
    found: list[tuple[bool, int, int, Any]] = []
    for order, layer in enumerate(network.layers):
        tensor = layer.output if not isinstance(layer, keras.layers.InputLayer) else None
        if tensor is None or isinstance(tensor, list | tuple | dict) or None in tensor.shape[1:]:
            continue
        size = int(np.prod(tensor.shape[1:]))
        if size < whole and tensor is not output:
            found.append((layer.name != NAME, size, order, layer))
    for _, _, _, layer in sorted(found, key=lambda each: each[:3]):
        try:
            decoder = keras.Model(layer.output, output)
            encoder = keras.Model(source, layer.output)
        except (ValueError, KeyError):
            continue  # something goes past this layer
        return Halves(layer.name, tuple(int(side) for side in layer.output.shape[1:]), encoder, decoder)
    raise InspectionError(
        "The network has no narrow place: nowhere do all its values pass through a layer that gives fewer values than "
        "it reads. Add one, such as a Dense of few units named 'code'."
    )


def principal(values: np.ndarray, components: int) -> Any:
    """A fitted PCA of (samples, values), with at most so many components; scikit-learn's, always the same."""
    from sklearn.decomposition import PCA

    kept = max(1, min(components, *values.shape))
    solver = "full" if kept > 0.8 * min(values.shape) else "randomized"
    return PCA(kept, svd_solver=solver, random_state=7).fit(values)


def _run(model: Any, batch: np.ndarray) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(model(keras.ops.convert_to_tensor(batch), training=False)), np.float32)
