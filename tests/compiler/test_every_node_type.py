"""One uniform test over everything the catalogue offers: what inference says is what Keras does."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import pytest

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.catalogue.node_types import Catalogue, NodeType
from dlstudio.compiler.building import build_model
from dlstudio.compiler.calling import call_node
from dlstudio.compiler.inference import Inference
from dlstudio.compiler.objects import make_layer
from dlstudio.compiler.tracing import TensorFacts, Traced, trace
from dlstudio.graph.model import Graph, Node, Wire

SHAPES: tuple[tuple[int, ...], ...] = ((8,), (12, 4), (16, 16, 3), (8, 8, 8, 2), (5, 8, 8, 3))
"""One sample each: values, a sequence, an image, a volume, a film."""

EXCEPTIONS: dict[str, str] = {
    "HashedCrossing": "works on single whole numbers; has its own shape below",
    "matmul": "multiplies matrices of one size; has its own shape below",
    "pad": "what it pads by suits one rank only; has its own shape below",
    "reshape": "the shape it makes suits one size only; has its own shape below",
    "MelSpectrogram": "needs a sound longer than its window of 2048",
    "depth_to_space": "needs four channels; has its own shape below",
    "GroupNormalization": "its 32 groups need 32 channels; has its own shape below",
}
"""Types that the shapes above do not suit, with the reason; tested on :data:`OWN_SHAPES` only."""

OWN_SHAPES: dict[str, tuple[int, ...]] = {
    "HashedCrossing": (),
    "MelSpectrogram": (4096,),
    "depth_to_space": (4, 4, 8),
    "matmul": (4, 4),
    "pad": (8,),
    "reshape": (8,),
    "GroupNormalization": (6, 64),
    "ConvLSTM3D": (3, 6, 6, 6, 2),
}

UNBATCHED = "Keras would take the batch axis for an axis of the sample and mix the samples; the studio refuses"
REFUSED: dict[str, str] = {
    "Attention": UNBATCHED,
    "AdditiveAttention": UNBATCHED,
    "CategoryEncoding": UNBATCHED,
    "image layers on sequences": UNBATCHED,
    "AdaptiveAveragePooling2D": UNBATCHED,
    "AdaptiveAveragePooling3D": UNBATCHED,
    "AdaptiveMaxPooling2D": UNBATCHED,
    "AdaptiveMaxPooling3D": UNBATCHED,
}
"""Types that Keras runs on a wrong number of axes, where inference rightly refuses."""

USABLE = [
    node_type for node_type in load_catalogue() if not node_type.unusable and node_type.id not in ("Input", "Output")
]
LAYERS = [node_type for node_type in USABLE if node_type.category != "operation"]


@pytest.mark.parametrize("node_type", USABLE, ids=lambda node_type: node_type.id)
def test_that_inference_says_of_every_type_what_keras_does(node_type: NodeType, catalogue: Catalogue) -> None:
    shapes = [OWN_SHAPES[node_type.name]] if node_type.name in OWN_SHAPES else []
    if node_type.name not in EXCEPTIONS:
        shapes += SHAPES[:4] if node_type.category != "operation" else SHAPES[1:3]
    accepted = 0
    for shape in shapes:
        said = trace(node_type, node_type.fresh_settings, arriving(node_type, TensorFacts((None, *shape))), catalogue)
        real = run(node_type, shape, catalogue)
        if isinstance(real, str):
            assert said.fault is not None, f"inference accepts {shape}, Keras says: {real}"
            continue
        if said.fault == "rank" and may_be_refused(node_type, shape):
            continue
        assert said.fault is None, f"Keras runs on {shape}, inference says: {said.fault} {said.error}"
        assert_same(said, real, shape)
        accepted += 1
    assert accepted, f"none of {shapes} suits {node_type.id}"


def test_that_the_uniform_test_covers_the_catalogue(capsys: pytest.CaptureFixture[str]) -> None:
    operations = len(USABLE) - len(LAYERS)
    unusable = {node_type.name: node_type.unusable for node_type in load_catalogue() if node_type.unusable}
    with capsys.disabled():
        print(f"\ntested: {len(LAYERS)} layers, {operations} operations; {len(unusable)} cannot be drawn; ", end="")
    assert len(LAYERS) + len(unusable) == 143
    assert len(LAYERS) >= 120
    assert operations >= 130
    assert all(reason.endswith(".") for reason in unusable.values())


def test_that_every_layer_builds_by_our_path_with_the_parameters_inferred(
    catalogue: Catalogue, inference: Inference
) -> None:
    for node_type in LAYERS:
        shape = suitable_shape(node_type, catalogue)
        graph = around(node_type, shape)
        facts = inference.infer(graph, {})
        assert facts.errors == (), node_type.id
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = build_model(graph, {}, seed=1, inference=inference)
        assert model.count_params() == facts.parameters, node_type.id
        assert tuple(model.output_shape[1:]) == facts.layers["node"].shape, node_type.id
        assert sum(np.prod(w.shape) for w in model.trainable_weights) == facts.trainable_parameters, node_type.id


def test_that_no_weight_is_allocated_for_an_answer(catalogue: Catalogue) -> None:
    facts = trace(
        catalogue["keras.layers.Dense"],
        {"units": 150_000},
        {"inputs": (TensorFacts((None, 10_000)),)},
        catalogue,
    )
    assert facts.parameters == 1_500_150_000  # 6 GB, were they made


def around(node_type: NodeType, shape: tuple[int, ...]) -> Graph:
    """Input → the type → Output, with every required port wired to the Input, merging ports twice."""
    nodes = {
        "x": Node("x", "Input", {"shape": list(shape)}),
        "node": Node("node", node_type.id, dict(node_type.fresh_settings)),
        "y": Node("y", "Output"),
    }
    wires: list[Wire] = []
    if node_type.inputs[0].many:
        nodes["x2"] = Node("x2", "Input", {"shape": list(shape)})
        wires += [Wire("x", "node"), Wire("x2", "node")]
    else:
        wires += [Wire("x", "node", "", port.name) for port in node_type.inputs if not port.optional]
    return Graph(nodes, (*wires, Wire("node", "y")))


def suitable_shape(node_type: NodeType, catalogue: Catalogue) -> tuple[int, ...]:
    if node_type.name in OWN_SHAPES:
        return OWN_SHAPES[node_type.name]
    return next(
        shape
        for shape in SHAPES
        if trace(node_type, node_type.fresh_settings, arriving(node_type, TensorFacts((None, *shape))), catalogue).fault
        is None
    )


def arriving(node_type: NodeType, fact: TensorFacts) -> dict[str, tuple[TensorFacts, ...]]:
    return {port.name: (fact, fact) if port.many else (fact,) for port in node_type.inputs if not port.optional}


def run(node_type: NodeType, shape: tuple[int, ...], catalogue: Catalogue) -> Mapping[str, Any] | str:
    """What the layer really gives for two samples: output shapes and parameter counts, or what Keras says."""
    numbers = np.random.default_rng(0).random((2, *shape), "float32")
    sample = keras.ops.convert_to_tensor(numbers.astype("int32") if node_type.name == "HashedCrossing" else numbers)
    tensors = {port: [sample for _ in facts] for port, facts in arriving(node_type, TensorFacts(shape)).items()}
    settings = node_type.fresh_settings
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            layer = None
            if node_type.category != "operation":
                layer = make_layer(node_type, settings, catalogue, name="layer", seed=1)
            results = call_node(node_type, settings, tensors, catalogue, layer)
    except Exception as error:
        return str(error).strip()[:300] or repr(error)
    return {
        "shapes": [tuple(tensor.shape) for tensor in results.values()],
        "dtypes": [keras.backend.standardize_dtype(tensor.dtype) for tensor in results.values()],
        "parameters": layer.count_params() if layer is not None else 0,
    }


def assert_same(said: Traced, real: Mapping[str, Any], shape: tuple[int, ...]) -> None:
    for fact, found, dtype in zip(said.outputs.values(), real["shapes"], real["dtypes"], strict=True):
        assert len(fact.shape) == len(found), (shape, fact.shape, found)
        assert all(a is None or a == b for a, b in zip(fact.shape[1:], found[1:], strict=True)), (
            shape,
            fact.shape,
            found,
        )
        assert fact.dtype == dtype
    assert said.parameters == real["parameters"]


def may_be_refused(node_type: NodeType, shape: tuple[int, ...]) -> bool:
    on_sequence = len(shape) == 2 and node_type.category == "preprocessing"
    return node_type.name in REFUSED or on_sequence
