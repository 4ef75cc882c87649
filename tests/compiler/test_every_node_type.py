"""One uniform test over every entry of the catalogue: it builds, and what inference says of it is what Keras does."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.catalogue.node_types import Catalogue, NodeType
from dlstudio.compiler.building import build_model
from dlstudio.compiler.calling import call_node
from dlstudio.compiler.facts import InferenceResult
from dlstudio.compiler.inference import Inference
from dlstudio.compiler.introspection.operation_refusals import REFUSED
from dlstudio.compiler.introspection.operations import public_functions
from dlstudio.compiler.objects import make_layer
from dlstudio.compiler.tracing import TensorFacts, Traced, trace
from dlstudio.graph.model import Graph

from .minimal_graphs import BY_CATEGORY, ODD, minimal_graph

pytestmark = pytest.mark.usefixtures("own_code")

CATALOGUE = load_catalogue()
NOT_BUILT: dict[str, str] = {node_type.id: node_type.unusable for node_type in CATALOGUE if node_type.unusable}
"""The entries that no graph can use, each with its reason as the palette says it: all that is skipped here."""

_REFUSED_BY_SENSE = {
    **dict.fromkeys(("Lambda", "TFSMLayer", "FlaxLayer", "JaxLayer", "TorchModuleWrapper"), "code"),
    **dict.fromkeys(("Layer", "Wrapper", "InputLayer"), "no layers of their own"),
    **dict.fromkeys(("MixUp", "CutMix", "MaxNumBoundingBoxes"), "run on images alone, but mean labels or boxes"),
}
"""Those of :data:`NOT_BUILT` that Keras would call; all others fail in Keras."""

USABLE = [node_type for node_type in CATALOGUE if node_type.id not in NOT_BUILT]
KERAS = [node_type for node_type in USABLE if node_type.id.startswith("keras.")]
LAYERS = [node_type for node_type in KERAS if node_type.category != "operation"]

UNBATCHED = "Keras would take the batch axis for an axis of the sample and mix the samples; the studio refuses"
REFUSED_RANKS: dict[str, str] = dict.fromkeys(
    (
        "Attention",
        "AdditiveAttention",
        "CategoryEncoding",
        *(f"Adaptive{kind}Pooling{axes}D" for kind in ("Average", "Max") for axes in (2, 3)),
    ),
    UNBATCHED,
)
"""Types that Keras runs on a wrong number of axes, where inference rightly refuses."""


def by_id(node_type: NodeType) -> str:
    return node_type.id


@pytest.mark.parametrize("node_type", USABLE, ids=by_id)
def test_that_every_type_builds_with_the_shapes_and_parameters_that_inference_says(
    node_type: NodeType, catalogue: Catalogue, inference: Inference
) -> None:
    graph = minimal_graph(node_type, catalogue)
    facts = inference.infer(graph, {})
    assert facts.errors == ()
    model = built(graph, inference)
    outputs = [name for name in graph.nodes if name.startswith("out_")]
    assert [shape[1:] for shape in as_list(model.output_shape)] == [facts.layers[name].shape for name in outputs]
    assert [keras.backend.standardize_dtype(tensor.dtype) for tensor in model.outputs] == [
        facts.layers[name].dtype for name in outputs
    ]
    assert model.count_params() == facts.parameters
    assert sum(np.prod(weight.shape) for weight in model.trainable_weights) == facts.trainable_parameters
    assert_layer_agrees(model, graph, facts)
    for name, result in zip(outputs, keras.tree.flatten(model(samples(graph))), strict=True):
        assert len(result.shape) == len(facts.layers[name].shape) + 1
        assert result.shape[0] == 3
        assert all(said in (None, real) for said, real in zip(facts.layers[name].shape, result.shape[1:], strict=True))
        assert keras.backend.standardize_dtype(result.dtype) == facts.layers[name].dtype


def test_that_the_uniform_test_covers_the_catalogue(capsys: pytest.CaptureFixture[str]) -> None:
    operations = len(KERAS) - len(LAYERS)
    with capsys.disabled():
        print(
            f"\n{len(CATALOGUE.node_types)} entries: tested {len(LAYERS)} layers, {operations} operations, "
            f"{len(USABLE) - len(KERAS)} of the studio; {len(NOT_BUILT)} layers and {len(REFUSED)} functions cannot be "
            f"drawn, each with its reason ",
            end="",
        )
    assert len([name for name in (*NOT_BUILT, *map(by_id, LAYERS)) if name.startswith("keras.layers.")]) == 143
    assert len(LAYERS) >= 120
    assert operations >= 250


@pytest.mark.parametrize("type_id", NOT_BUILT)
def test_that_no_entry_is_skipped_that_works_after_all(type_id: str, catalogue: Catalogue) -> None:
    node_type = catalogue[type_id]
    assert NOT_BUILT[type_id].endswith(".")
    allowed = replace(node_type, unusable="")
    opened = replace(catalogue, node_types={**catalogue.node_types, type_id: allowed})
    if node_type.name not in _REFUSED_BY_SENSE:
        assert not works(allowed, opened)


def test_that_every_function_of_keras_ops_is_a_node_or_has_its_reason(catalogue: Catalogue) -> None:
    drawn = {node_type.id.removeprefix("keras.ops.") for node_type in KERAS if node_type.category == "operation"}
    public = set(public_functions())
    assert drawn | set(REFUSED) == public
    assert not drawn & set(REFUSED)
    assert all(reason.endswith(".") for reason in REFUSED.values())


@pytest.mark.parametrize("node_type", [each for each in KERAS if each.name not in ODD], ids=by_id)
def test_that_inference_refuses_the_ranks_that_keras_refuses(node_type: NodeType, catalogue: Catalogue) -> None:
    accepted = 0
    shapes = BY_CATEGORY["operation"][:2] if node_type.category == "operation" else BY_CATEGORY[""][:4]
    for shape in shapes:
        said = trace(node_type, node_type.fresh_settings, arriving(node_type, TensorFacts((None, *shape))), catalogue)
        real = run(node_type, shape, catalogue)
        if isinstance(real, str):
            assert said.fault is not None, f"inference accepts {shape}, Keras says: {real}"
            continue
        if said.fault in ("rank", "batch") and may_be_refused(node_type, shape):
            continue
        assert said.fault is None, f"Keras runs on {shape}, inference says: {said.fault} {said.error}"
        assert_same(said, real, shape)
        accepted += 1
    assert accepted or node_type.name == "ConvLSTM3D", f"none of the usual shapes suits {node_type.id}"


def test_that_no_weight_is_allocated_for_an_answer(catalogue: Catalogue) -> None:
    facts = trace(
        catalogue["keras.layers.Dense"],
        {"units": 150_000},
        {"inputs": (TensorFacts((None, 10_000)),)},
        catalogue,
    )
    assert facts.parameters == 1_500_150_000  # 6 GB, were they made


def works(node_type: NodeType, catalogue: Catalogue) -> bool:
    try:
        graph = minimal_graph(node_type, catalogue)
        model = build_model(graph, {}, seed=1, catalogue=catalogue)
        return all(result.shape[0] == 3 for result in keras.tree.flatten(model(samples(graph))))
    except Exception:
        return False


def built(graph: Graph, inference: Inference) -> keras.Model:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return build_model(graph, {}, seed=1, inference=inference)


def assert_layer_agrees(model: keras.Model, graph: Graph, facts: InferenceResult) -> None:
    """Where the layer has a ``compute_output_shape`` of its own, it gives the same."""
    found = [layer for layer in model.layers if layer.name == "node"]
    if not found or not isinstance(found[0], keras.layers.Layer):
        return
    if type(found[0]).compute_output_shape is keras.layers.Layer.compute_output_shape:
        return
    layer = found[0]
    shapes = [model.get_layer(name).output.shape for name in graph.nodes if name.startswith("in_")]
    said = layer.compute_output_shape(shapes[0]) if len(shapes) == 1 else None
    if isinstance(said, tuple) and all(length is None or isinstance(length, int) for length in said):
        assert tuple(said[1:]) == facts.layers["node"].shape


def as_list(shapes: Any) -> list[tuple[int | None, ...]]:
    return shapes if isinstance(shapes, list) else [shapes]


def samples(graph: Graph) -> Any:
    """Three samples for each Input: symmetric positive matrices, whole numbers of 1 or 2, numbers between 0 and 1."""
    random = np.random.default_rng(0)
    found = []
    for node in graph.of_type("Input"):
        values = random.random((3, *node.settings["shape"]), "float32")
        if node.settings["shape"] == [3, 3]:
            values = values @ values.transpose(0, 2, 1) + np.eye(3, dtype="float32")
        if node.settings["dtype"] == "int32":
            values = random.integers(1, 3, values.shape).astype("int32")
        found.append(values)
    return found if len(found) > 1 else found[0]


def arriving(node_type: NodeType, fact: TensorFacts) -> dict[str, tuple[TensorFacts, ...]]:
    return {port.name: (fact, fact) if port.many else (fact,) for port in node_type.inputs if not port.optional}


def run(node_type: NodeType, shape: tuple[int, ...], catalogue: Catalogue) -> Mapping[str, Any] | str:
    """What the layer really gives for two samples: output shapes and parameter counts, or what Keras says."""
    sample = keras.ops.convert_to_tensor(np.random.default_rng(0).random((2, *shape), "float32"))
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
    on_vector = len(shape) == 1 and node_type.category == "operation"
    unbatched = node_type.id.startswith("keras.ops.image.")  # it takes one image without a batch axis too
    return node_type.name in REFUSED_RANKS or on_sequence or on_vector or unbatched
