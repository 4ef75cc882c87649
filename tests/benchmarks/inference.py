"""How long shapes, sizes and problems of graphs of 200 and 1,000 layers take: cold, unchanged, after one edit.

Run with ``python tests/benchmarks/inference.py``. Prints milliseconds: median and worst of the repetitions.
"""

from __future__ import annotations

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from collections.abc import Callable
from itertools import pairwise
from statistics import median
from time import perf_counter

from dlstudio.compiler.inference import Inference
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.edits import set_settings
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import TrainingSettings

REPETITIONS = 20
SPECS = {
    "image": ColumnSpec("image", "image", (32, 32, 3)),
    "series": ColumnSpec("series", "series", (64, 16)),
    "label": ColumnSpec("label", "category", (), "int32", tuple("0123456789")),
}


def residual_network(blocks: int = 49, alike: bool = False) -> Graph:
    """201 nodes: convolution, normalization, dropout, addition; all with settings of their own, or all ``alike``."""
    nodes = [
        Node("x", "Input", {"column": "image"}),
        Node("stem", "keras.layers.Conv2D", {"filters": 16, "kernel_size": 3, "padding": "same"}),
    ]
    wires = [Wire("x", "stem")]
    before = "stem"
    for number in range(blocks):
        names = [f"{kind}_{number}" for kind in ("conv", "norm", "drop", "add")]
        index = 0 if alike else number
        nodes += [
            Node(names[0], "keras.layers.Conv2D", {"filters": 16, "kernel_size": 1 + index % 50, "padding": "same"}),
            Node(names[1], "keras.layers.BatchNormalization", {"momentum": 0.9 + index % 90 / 1000}),
            Node(names[2], "keras.layers.Dropout", {"rate": 0.1 + index % 400 / 1000}),
            Node(names[3], "keras.layers.Add"),
        ]
        wires += [Wire(before, names[0]), *map(Wire, names, names[1:]), Wire(before, names[3])]
        before = names[3]
    return finished(nodes, wires, before, "keras.layers.GlobalAveragePooling2D")


def transformer(blocks: int = 28) -> Graph:
    """200 nodes: attention and feed-forward blocks."""
    nodes = [Node("x", "Input", {"column": "series"}), Node("stem", "keras.layers.Dense", {"units": 32})]
    wires = [Wire("x", "stem")]
    before = "stem"
    for index in range(blocks):
        attend, add, norm, wide, narrow, more, end = (
            f"{kind}_{index}" for kind in ["attend", "add", "norm", "wide", "narrow", "more", "end"]
        )
        nodes += [
            Node(attend, "keras.layers.MultiHeadAttention", {"num_heads": 4, "key_dim": 8 + index}),
            Node(add, "keras.layers.Add"),
            Node(norm, "keras.layers.LayerNormalization"),
            Node(wide, "keras.layers.Dense", {"units": 64 + index, "activation": "relu"}),
            Node(narrow, "keras.layers.Dense", {"units": 32}),
            Node(more, "keras.layers.Add"),
            Node(end, "keras.layers.LayerNormalization", {"epsilon": 1e-5 * (index + 1)}),
        ]
        wires += [Wire(before, attend, "", "query"), Wire(before, attend, "", "value"), Wire(attend, add)]
        wires += [Wire(before, add), *map(Wire, (add, norm, wide, narrow, more), (norm, wide, narrow, more, end))]
        wires += [Wire(norm, more)]
        before = end
    return finished(nodes, wires, before, "keras.layers.GlobalAveragePooling1D")


def finished(nodes: list[Node], wires: list[Wire], last: str, pooling: str) -> Graph:
    nodes += [
        Node("average", pooling),
        Node("logits", "keras.layers.Dense", {"units": 10}),
        Node("y", "Output", {"column": "label"}),
    ]
    wires += [Wire(last, "average"), Wire("average", "logits"), Wire("logits", "y")]
    return Graph({node.id: node for node in nodes}, tuple(wires))


def measure(label: str, act: Callable[[int], object]) -> None:
    times = []
    for index in range(REPETITIONS):
        before = perf_counter()
        act(index)
        times.append((perf_counter() - before) * 1000)
    print(f"  {label:<48} {median(times):7.1f} ms   worst {max(times):7.1f} ms")


def without_activations(convolutions: int) -> Graph:
    """A plain chain, deep and linear: every check for what hurts learning finds something."""
    nodes = [Node("x", "Input", {"column": "image"})]
    settings = {"filters": 8, "kernel_size": 3, "padding": "same"}
    nodes += [Node(f"conv_{index}", "keras.layers.Conv2D", settings) for index in range(convolutions)]
    wires = [Wire(a.id, b.id) for a, b in pairwise(nodes)]
    return finished(nodes, wires, nodes[-1].id, "keras.layers.GlobalAveragePooling2D")


def measure_broken(name: str, graph: Graph, breaks: dict[str, dict[str, object]]) -> None:
    """Prints how long an answer takes while several things are wrong, each with fixes to be tried out."""
    inference = Inference()
    training = TrainingSettings()
    inference.infer(graph, SPECS, training)
    for node, settings in breaks.items():
        graph = set_settings(graph, node, settings)
    result = inference.infer(graph, SPECS, training)
    links = sum(len(problem.fixes) for problem in result.problems)
    print(f"{name}, {len(graph)} nodes, {len(result.problems)} problems, {links} fixes")

    def again(index: int) -> object:
        return inference.infer(set_settings(graph, "conv_5", {"filters": 9 + index}), SPECS, training)

    measure("an edit while they stand", again)


def measure_graph(name: str, graph: Graph, sized: str, node: str, setting: str) -> None:
    """Prints how long each kind of question about one graph takes; ``sized`` gets other sizes."""
    inference = Inference()
    training = TrainingSettings()
    size = {"conv_0": ("kernel_size", 100), "wide_3": ("units", 200)}[sized]

    def changed(name: str, setting: str, value: object) -> object:
        return inference.infer(set_settings(graph, name, {setting: value}), SPECS, training)

    def resized(index: int) -> object:
        specs = {
            **SPECS,
            "image": ColumnSpec("image", "image", (40 + index, 32, 3)),
            "series": ColumnSpec("series", "series", (100 + index, 16)),
        }
        return inference.infer(graph, specs, training)

    print(f"{name}, {len(graph)} nodes")
    measure("everything new", lambda _: Inference().infer(graph, SPECS, training))
    inference.infer(graph, SPECS, training)
    measure("unchanged", lambda _: inference.infer(graph, SPECS, training))
    measure(f"one setting ({node} {setting})", lambda index: changed(node, setting, 0.5 + index / 1000))
    measure(f"one size ({sized})", lambda index: changed(sized, size[0], size[1] + index))
    measure("a problem with a tried fix", lambda index: changed("logits", "units", 11 + index))
    measure("another input size: every shape changes", resized)


def main() -> None:
    Inference().infer(residual_network(1), SPECS)
    measure_graph("residual network, all blocks different", residual_network(), "conv_0", "norm_24", "momentum")
    measure_graph("residual network, all blocks alike", residual_network(alike=True), "conv_0", "norm_24", "momentum")
    measure_graph("transformer", transformer(), "wide_3", "end_9", "epsilon")
    measure_graph("residual network, all blocks different", residual_network(249), "conv_0", "norm_24", "momentum")
    measure_graph("transformer", transformer(142), "wide_3", "end_9", "epsilon")
    broken = {f"conv_{index}": {"filters": 17 + index} for index in (30, 60, 90, 120, 150)}
    measure_broken("residual network, five additions do not fit", residual_network(249), broken)
    measure_broken("plain chain without activations", without_activations(997), {})


if __name__ == "__main__":
    main()
