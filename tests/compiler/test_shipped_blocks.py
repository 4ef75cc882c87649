"""Every shipped block builds, gives the shapes it promises, learns, survives saving, and heeds its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from dlstudio.compiler.building import build_model
from dlstudio.compiler.inference import Inference
from dlstudio.graph.block_edits import add_block
from dlstudio.graph.block_library import shipped_blocks
from dlstudio.graph.expressions import names_in
from dlstudio.graph.model import Graph, Node, Wire

BLOCKS = shipped_blocks()
Shapes = dict[str, tuple[int, ...]]
Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """What goes into a block and comes out of it, by port, for all values of its parameters.

    ``small`` are values with which it is quick; ``changed`` another value for each parameter; ``repeats`` says what a
    second repeat gives, where the block can be repeated.
    """

    shapes: Callable[[Settings], Shapes]
    gives: Callable[[Settings], Shapes]
    small: Settings
    changed: Settings
    repeats: bool = True
    twice: Callable[[Settings], Shapes] | None = field(default=None)


def image(channels: str) -> Callable[[Settings], Shapes]:
    return lambda p: {"x": (8, 8, p[channels])}


def kept(channels: str) -> Callable[[Settings], Shapes]:
    return lambda p: {"y": (8, 8, p[channels])}


def steps(width: str = "width") -> Callable[[Settings], Shapes]:
    return lambda p: {"x": (6, p[width])}


ATTENTION = {"width": 8, "heads": 2, "expansion": 2, "dropout": 0.1}
ATTENTION_CHANGED = {"width": 16, "heads": 4, "expansion": 3, "dropout": 0.3}

CASES: dict[str, Case] = {
    "ResidualBlock": Case(image("filters"), kept("filters"), {"filters": 4}, {"filters": 6, "kernel_size": 5}),
    "ResidualProjection": Case(
        lambda p: {"x": (8, 8, 3)},
        lambda p: {"y": (8 // p["strides"], 8 // p["strides"], p["filters"])},
        {"filters": 4},
        {"filters": 6, "kernel_size": 5, "strides": 1},
        twice=lambda p: {"y": (8 // p["strides"] ** 2, 8 // p["strides"] ** 2, p["filters"])},
    ),
    "BottleneckBlock": Case(
        lambda p: {"x": (8, 8, p["filters"] * p["expansion"])},
        lambda p: {"y": (8, 8, p["filters"] * p["expansion"])},
        {"filters": 3},
        {"filters": 5, "expansion": 2},
    ),
    "BottleneckProjection": Case(
        lambda p: {"x": (8, 8, 3)},
        lambda p: {"y": (8 // p["strides"], 8 // p["strides"], p["filters"] * p["expansion"])},
        {"filters": 3},
        {"filters": 5, "expansion": 2, "strides": 1},
        twice=lambda p: {"y": (8 // p["strides"] ** 2, 8 // p["strides"] ** 2, p["filters"] * p["expansion"])},
    ),
    "InvertedResidual": Case(
        image("channels"), kept("channels"), {"channels": 4}, {"channels": 6, "expansion": 2, "kernel_size": 5}
    ),
    "InvertedResidualDown": Case(
        image("input_channels"),
        lambda p: {"y": (8 // p["strides"], 8 // p["strides"], p["channels"])},
        {"input_channels": 4, "channels": 6},
        {"input_channels": 5, "channels": 8, "expansion": 2, "strides": 1, "kernel_size": 5},
        twice=lambda p: {"y": (8 // p["strides"] ** 2, 8 // p["strides"] ** 2, p["channels"])},
    ),
    "DenseBlock": Case(
        lambda p: {"x": (8, 8, 3)},
        lambda p: {"y": (8, 8, 3 + p["growth_rate"])},
        {"growth_rate": 4},
        {"growth_rate": 6, "bottleneck": 2},
        twice=lambda p: {"y": (8, 8, 3 + 2 * p["growth_rate"])},
    ),
    "SqueezeExcitation": Case(
        image("channels"), kept("channels"), {"channels": 8, "ratio": 2}, {"channels": 16, "ratio": 4}
    ),
    "InceptionBlock": Case(
        lambda p: {"x": (8, 8, 3)},
        lambda p: {"y": (8, 8, p["filters"] + p["filters_3"] + p["filters_5"] + p["pool_filters"])},
        {"filters": 2, "reduce_3": 3, "filters_3": 4, "reduce_5": 2, "filters_5": 3, "pool_filters": 2},
        {"filters": 4, "reduce_3": 4, "filters_3": 5, "reduce_5": 3, "filters_5": 4, "pool_filters": 3},
    ),
    "TransformerEncoder": Case(steps(), lambda p: {"y": (6, p["width"])}, ATTENTION, ATTENTION_CHANGED),
    "CausalDecoder": Case(steps(), lambda p: {"y": (6, p["width"])}, ATTENTION, ATTENTION_CHANGED),
    "TransformerDecoder": Case(
        lambda p: {"x": (6, p["width"]), "memory": (9, p["width"])},
        lambda p: {"y": (6, p["width"]), "same_memory": (9, p["width"])},
        ATTENTION,
        ATTENTION_CHANGED,
    ),
    "PatchEmbedding": Case(
        lambda p: {"x": (8, 8, 3)},
        lambda p: {"y": ((8 // p["patch_size"]) ** 2, p["width"])},
        {"width": 8, "patches": 20},
        {"width": 12, "patch_size": 2, "patches": 30},
        repeats=False,
    ),
    "FeedForward": Case(
        steps(),
        lambda p: {"y": (6, p["width"])},
        {"width": 8, "expansion": 2},
        {"width": 16, "expansion": 3, "activation": "relu", "dropout": 0.3, "scale": 0.5},
    ),
    "ConvAttention": Case(
        steps(),
        lambda p: {"y": (6, p["width"])},
        {"width": 8, "heads": 2, "kernel_size": 3},
        {"width": 16, "heads": 4, "kernel_size": 5, "dropout": 0.3},
    ),
    "SeriesResidual": Case(
        lambda p: {"x": (9, 3)},
        lambda p: {"y": (9, p["filters"])},
        {"filters": 4},
        {"filters": 6},
    ),
    "TemporalConvolution": Case(
        lambda p: {"x": (6, 3)},
        lambda p: {"y": (6, p["filters"])},
        {"filters": 4},
        {"filters": 6, "dilation": 2, "kernel_size": 2, "dropout": 0.3},
    ),
    "UNetDown": Case(
        lambda p: {"x": (8, 8, 3)},
        lambda p: {"y": (4, 4, p["filters"]), "skip": (8, 8, p["filters"])},
        {"filters": 4},
        {"filters": 6},
        repeats=False,
    ),
    "UNetUp": Case(
        lambda p: {"x": (4, 4, 5), "skip": (8, 8, 3)},
        lambda p: {"y": (8, 8, p["filters"])},
        {"filters": 4},
        {"filters": 6},
        repeats=False,
    ),
    "UNet3DDown": Case(
        lambda p: {"x": (4, 8, 8, 3)},
        lambda p: {"y": (4 // p["deep"], 4, 4, p["filters"]), "skip": (4, 8, 8, p["filters"])},
        {"filters": 4},
        {"filters": 8, "deep": 1},
        repeats=False,
    ),
    "UNet3DUp": Case(
        lambda p: {"x": (4 // p["deep"], 4, 4, 5), "skip": (4, 8, 8, 3)},
        lambda p: {"y": (4, 8, 8, p["filters"])},
        {"filters": 4},
        {"filters": 8, "deep": 1},
        repeats=False,
    ),
    "DiscriminatorStep": Case(
        lambda p: {"x": (8, 8, 3)},
        lambda p: {"y": (4, 4, p["filters"])},
        {"filters": 4},
        {"filters": 6},
        twice=lambda p: {"y": (2, 2, p["filters"])},
    ),
    "Discriminator": Case(
        lambda p: {"x": (8, 8, 3)},
        lambda p: {"y": (1,)},
        {"filters": 4, "steps": 1},
        {"filters": 6, "steps": 2},
        repeats=False,
    ),
    "OpposedGradient": Case(
        lambda p: {"x": (8, 8, 3), "logit": (1,)}, lambda p: {"y": (8, 8, 3)}, {}, {}, repeats=False
    ),
    "RecurrentEncoder": Case(
        lambda p: {"x": (6, 3)},
        lambda p: {"steps": (6, p["units"]), "state": (p["units"],)},
        {"units": 4},
        {"units": 6, "dropout": 0.3},
        repeats=False,
    ),
    "RecurrentDecoder": Case(
        lambda p: {"x": (6, 3), "memory": (9, p["units"]), "first_state": (p["units"],)},
        lambda p: {"y": (6, p["units"]), "last_state": (p["units"],)},
        {"units": 4},
        {"units": 6, "dropout": 0.3},
        repeats=False,
    ),
}

WEIGHTLESS = {"OpposedGradient"}


def network(name: str, settings: Settings, shapes: Shapes) -> Graph:
    """One use of a block, an Input at each of its inputs and an Output at each of its outputs."""
    graph, _ = add_block(Graph(), BLOCKS[name], BLOCKS)
    block = graph.blocks[name]
    nodes = {"use": Node("use", f"block.{name}", settings)}
    wires = []
    for port in block.graph.of_type("Input"):
        nodes[f"in_{port.id}"] = Node(f"in_{port.id}", "Input", {"shape": list(shapes[port.id])})
        wires.append(Wire(f"in_{port.id}", "use", "", port.id))
    for port in block.graph.of_type("Output"):
        nodes[f"out_{port.id}"] = Node(f"out_{port.id}", "Output")
        wires.append(Wire("use", f"out_{port.id}", port.id))
    return replace(graph, nodes=nodes, wires=tuple(wires))


def values_of(name: str, settings: Settings) -> dict[str, Any]:
    return {**BLOCKS[name].parameters, **settings}


def built(name: str, settings: Settings, inference: Inference) -> keras.Model:
    shapes = CASES[name].shapes(values_of(name, settings))
    return build_model(network(name, settings, shapes), {}, seed=3, inference=inference)


def fed(model: keras.Model) -> Any:
    random = np.random.default_rng(5)
    arrays = [random.normal(size=(4, *tensor.shape[1:])).astype(np.float32) for tensor in model.inputs]
    return arrays[0] if len(arrays) == 1 else arrays


def configs(model: keras.Model) -> dict[str, Any]:
    """The configuration of every layer by its way inside, without what depends on shapes and seeds."""
    found: dict[str, Any] = {}
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found[layer.name] = configs(layer)
        elif not isinstance(layer, keras.layers.InputLayer):
            found[layer.name] = repr(without_seeds(layer.get_config()))
    return found


def without_seeds(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: without_seeds(v) for k, v in value.items() if k not in ("seed", "build_config", "name")}
    return [without_seeds(each) for each in value] if isinstance(value, list | tuple) else value


def test_that_every_shipped_block_is_tested() -> None:
    assert set(CASES) == set(BLOCKS)


@pytest.mark.parametrize("name", CASES)
def test_that_a_block_gives_the_shapes_it_promises_and_counts_its_weights(name: str, inference: Inference) -> None:
    case = CASES[name]
    values = values_of(name, case.small)
    result = inference.infer(network(name, case.small, case.shapes(values)), {})
    assert not result.errors
    assert result.layers["use"].output_shapes == case.gives(values)
    model = built(name, case.small, inference)
    assert [tuple(tensor.shape[1:]) for tensor in model.outputs] == list(case.gives(values).values())
    assert model.count_params() == result.parameters
    assert (result.parameters == 0) == (name in WEIGHTLESS)


@pytest.mark.parametrize("name", CASES)
def test_that_a_block_builds_with_its_defaults(name: str, inference: Inference) -> None:
    shapes = CASES[name].shapes(BLOCKS[name].parameters)
    result = inference.infer(network(name, {}, shapes), {})
    assert not result.errors
    assert result.layers["use"].output_shapes == CASES[name].gives(BLOCKS[name].parameters)


@pytest.mark.parametrize("name", sorted(set(CASES) - WEIGHTLESS))
def test_that_a_block_learns(name: str, inference: Inference) -> None:
    model = built(name, CASES[name].small, inference)
    x = fed(model)
    random = np.random.default_rng(6)
    y = [random.normal(size=(4, *tensor.shape[1:])).astype(np.float32) for tensor in model.outputs]
    before = [weight.numpy().copy() for weight in model.trainable_variables]
    model.compile(keras.optimizers.SGD(0.05), loss=["mse"] * len(y))
    loss = model.train_on_batch(x, y)
    assert np.isfinite(loss).all()
    still = [
        weight.path
        for weight, old in zip(model.trainable_variables, before, strict=True)
        if np.array_equal(weight.numpy(), old)
    ]
    assert all("key" in path and "bias" in path for path in still), still  # softmax does not feel a bias of its keys


@pytest.mark.parametrize("name", CASES)
def test_that_a_block_survives_saving(name: str, inference: Inference, tmp_path: Path) -> None:
    model = built(name, CASES[name].small, inference)
    x = fed(model)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    for one, other in zip(keras.tree.flatten(model(x)), keras.tree.flatten(again(x)), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("name", "parameter"), [(name, each) for name in CASES for each in BLOCKS[name].parameters])
def test_that_a_parameter_reaches_the_layers_that_mention_it(name: str, parameter: str, inference: Inference) -> None:
    case = CASES[name]
    before = configs(built(name, case.small, inference).get_layer("use"))
    settings = {**case.small, parameter: case.changed[parameter]}
    after = configs(built(name, settings, inference).get_layer("use"))
    mentioning = {
        node.id for node in BLOCKS[name].graph if any(parameter in names_in(value) for value in node.settings.values())
    }
    assert {each for each in before if before[each] != after[each]} == mentioning
    shapes = CASES[name].shapes(values_of(name, settings))
    result = inference.infer(network(name, settings, shapes), {})
    assert result.layers["use"].output_shapes == case.gives(values_of(name, settings))


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.repeats])
def test_that_a_block_can_be_repeated(name: str, inference: Inference) -> None:
    case = CASES[name]
    values = values_of(name, case.small)
    if name == "InvertedResidualDown":  # the second takes what the first gives
        values = {**values, "channels": values["input_channels"]}
    settings = {**values, "repeat": 2}
    graph = network(name, settings, case.shapes(values))
    result = inference.infer(graph, {})
    assert not result.errors
    assert result.layers["use"].output_shapes == (case.twice or case.gives)(values)
    assert build_model(graph, {}, seed=1, inference=inference).count_params() == result.parameters


def test_that_a_causal_decoder_does_not_look_ahead(inference: Inference) -> None:
    model = built("CausalDecoder", CASES["CausalDecoder"].small, inference)
    x = fed(model)
    later = x.copy()
    later[:, 4:] *= np.linspace(-1, 2, 8)  # a mere shift would vanish in the normalization
    np.testing.assert_allclose(model(x)[:, :4], model(later)[:, :4], atol=1e-6)
    assert not np.allclose(model(x)[:, 4:], model(later)[:, 4:])


def test_that_a_temporal_convolution_sees_only_the_past(inference: Inference) -> None:
    model = built("TemporalConvolution", {**CASES["TemporalConvolution"].small, "dilation": 2}, inference)
    x = fed(model)
    later = x.copy()
    later[:, 3:] += 1.0
    np.testing.assert_allclose(model(x)[:, :3], model(later)[:, :3], atol=1e-6)


def test_that_patches_know_their_places(inference: Inference) -> None:
    model = built("PatchEmbedding", CASES["PatchEmbedding"].small, inference)
    same = np.ones((1, 8, 8, 3), np.float32)  # all patches look alike, so only places can tell them apart
    tokens = np.asarray(model(same))[0]
    assert len({tuple(np.round(token, 5)) for token in tokens}) == len(tokens)
