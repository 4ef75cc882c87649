"""A first training of nothing much, so that the first real one does not pay for what a backend does only once."""

from __future__ import annotations

import numpy as np

from dlstudio.compiler.building import build_model
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import TrainingSettings
from dlstudio.training.optimizers import build_optimizer
from dlstudio.training.stepping import Stepper
from dlstudio.training.targets import compile_model, targets_of


def warm_up() -> None:
    """Builds, compiles and steps a tiny network."""
    graph = Graph(
        {
            "input": Node("input", "Input", {"column": "x"}),
            "units": Node("units", "keras.layers.Dense", {"units": 2}),
            "output": Node("output", "Output", {"column": "y", "task": "classification"}),
        },
        (Wire("input", "units"), Wire("units", "output")),
    )
    specs = {"x": ColumnSpec("x", "number", (4,)), "y": ColumnSpec("y", "category", (), "int32", ("no", "yes"))}
    model = build_model(graph, specs, seed=0)
    compile_model(model, targets_of(graph, specs), build_optimizer(TrainingSettings(), 1))
    stepper = Stepper(model)
    batch = (np.zeros((2, 4), np.float32), np.zeros(2, np.int32), None)
    stepper.train(batch)
    stepper.test(batch)
    stepper.settle()
    model.predict_on_batch(batch[0])
