"""Builds the Keras model of a graph. Whether the graph is right is :mod:`dlstudio.compiler.inference`'s to say."""

from __future__ import annotations

import random
from collections.abc import Mapping

import keras
import numpy as np

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.catalogue.node_types import Catalogue
from dlstudio.compiler.assembling import Assembly, CompileError, layer_seed, one_or_list
from dlstudio.compiler.evaluation import input_facts
from dlstudio.compiler.inference import Inference
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import Graph

__all__ = ["CompileError", "build_model", "layer_seed"]


def build_model(
    graph: Graph,
    specs: Mapping[str, ColumnSpec],
    *,
    seed: int,
    inference: Inference | None = None,
    catalogue: Catalogue | None = None,
) -> keras.Model:
    """The functional Keras model of a graph; nodes that lead to no Output are left out.

    Layers are named after their nodes. With one Input the model takes a tensor, with several a list in the order of the
    graph (or a dictionary by Input id). With one Output it gives a tensor, with several a list in the order of the
    graph; each then ends in an Identity layer with the Output's name, after which Keras names losses and metrics.

    A use of a block is one nested model with the use's name, in which the layers have the names of the nodes inside. A
    block that is repeated is a model of models ``repeat_1``, ``repeat_2`` and so on.

    The same graph, specs and seed give the same initial weights, and editing one layer leaves the initial weights of
    the others as they were.

    Args:
        graph: The drawn network.
        specs: The encoded columns by name.
        seed: The project's seed; each layer's own is derived from it, from the layer's name and from
            the uses of blocks that it is in.
        inference: A warm one to check the graph with.
        catalogue: Another catalogue than the shipped one, for tests.

    Raises:
        CompileError: The graph has errors; nothing has been allocated then.
    """
    catalogue = catalogue or load_catalogue()
    inference = inference or Inference(catalogue)
    errors = inference.infer(graph, specs).errors
    if errors:
        raise CompileError(errors)
    _set_seeds(seed % 2**32)
    assembly = Assembly(graph, inference.evaluation, seed, specs)
    inputs = {}
    for name in assembly.entries:
        facts = input_facts(graph[name], specs)
        if facts is None:  # the check has seen to that
            raise ValueError(f"Input '{name}' has no shape.")
        inputs[name] = keras.Input(shape=facts.shape[1:], dtype=facts.dtype, name=name)
    ends = assembly.assemble(inputs)
    if len(ends) > 1:
        outputs = [keras.layers.Identity(name=name)(tensor) for name, tensor in ends.items()]
    else:
        outputs = list(ends.values())
    # The state of the generators afterwards shall not depend on how many layers there were.
    _set_seeds(seed % 2**32)
    return keras.Model(one_or_list(list(inputs.values())), one_or_list(outputs), name="network")


def _set_seeds(seed: int) -> None:
    """As ``keras.utils.set_random_seed``, which imports TensorFlow also where JAX computes: seconds of each start."""
    if keras.config.backend() != "jax":
        keras.utils.set_random_seed(seed)
        return
    from keras.src.backend.common import global_state
    from keras.src.random.seed_generator import GLOBAL_SEED_GENERATOR
    from keras.src.utils.rng_utils import GLOBAL_RANDOM_SEED

    global_state.set_global_attribute(GLOBAL_RANDOM_SEED, seed)
    global_state.set_global_attribute(GLOBAL_SEED_GENERATOR, None)
    random.seed(seed)
    np.random.seed(seed)
