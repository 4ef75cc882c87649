"""A run of another backend does without TensorFlow, also where that is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.training.computing import backends
from dlstudio.training.runs.run_folder import create_run
from tests.training.tiny_projects import make_project

LSTM = {"type": "keras.layers.LSTM", "settings": {"units": 4, "return_sequences": True}}
PROGRAM = """
import sys
from pathlib import Path
from dlstudio.training.fitting import train
from dlstudio.training.runs.run_folder import RunFolder
status = train(RunFolder(Path(sys.argv[1])))
sys.exit(status or 2 * ("tensorflow" in sys.modules))
"""


@pytest.mark.skipif("jax" not in backends.installed(), reason="JAX is missing")
def test_that_a_run_with_jax_never_imports_tensorflow(tmp_path: Path) -> None:
    nodes = {
        "numbers": Node("numbers", "Input", {"column": "features"}),
        "steps": Node("steps", "keras.layers.Reshape", {"target_shape": [2, 2]}),
        "both_ways": Node("both_ways", "keras.layers.Bidirectional", {"layer": LSTM}),
        "attention": Node("attention", "keras.layers.MultiHeadAttention", {"num_heads": 2, "key_dim": 4}),
        "flat": Node("flat", "keras.layers.Flatten"),
        "units": Node("units", "keras.layers.Dense", {"units": 3}),
        "answer": Node("answer", "Output", {"column": "colour", "task": "classification"}),
    }
    wires = [Wire(*each) for each in (("numbers", "steps"), ("steps", "both_ways"), ("attention", "flat"))]
    wires += [Wire("both_ways", "attention", "", port) for port in ("query", "value")]
    wires += [Wire("flat", "units"), Wire("units", "answer")]
    run = create_run(tmp_path, make_project(tmp_path, Graph(nodes, tuple(wires)), epochs=1), backend="jax")
    environment = {**os.environ, backends.VARIABLE: "jax", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(run.path)], env=environment, check=False, timeout=240)
    assert done.returncode == 0, run.info().message
    assert run.model_file.is_file()
