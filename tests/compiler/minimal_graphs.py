"""For every node type of the catalogue the smallest graph that it works in: fitting inputs and fresh settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dlstudio.catalogue.node_types import Catalogue, NodeType
from dlstudio.compiler.tracing import TensorFacts, trace
from dlstudio.graph.model import Graph, Node, Wire

VECTOR, SEQUENCE, IMAGE, VOLUME, FILM = (8,), (12, 4), (16, 16, 3), (8, 8, 8, 2), (5, 8, 8, 3)
BY_CATEGORY: Mapping[str, tuple[tuple[int, ...], ...]] = {
    "operation": (SEQUENCE, IMAGE, VOLUME, VECTOR),
    "": (VECTOR, SEQUENCE, IMAGE, VOLUME, FILM),
}
"""One sample each, in the order in which they are tried."""


@dataclass(frozen=True)
class Fed:
    """What a port gets where :data:`BY_CATEGORY` does not suit: an Input of this shape, or a constant."""

    shape: tuple[int, ...] = ()
    dtype: str = "float32"
    constant: Any = None
    many: int = 1


def filled(*shape: int) -> Any:
    """Nested lists of ones."""
    return [filled(*shape[1:]) for _ in range(shape[0])] if shape else 1.0


_WHOLE = Fed((8,), "int32")
_SQUARE = Fed((3, 3))
_BINARY_WHOLE = ("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift")
ODD: Mapping[str, Mapping[str, Fed]] = {
    "HashedCrossing": {"inputs": Fed((), "int32", many=2)},
    "MelSpectrogram": {"inputs": Fed((4096,))},
    "GroupNormalization": {"inputs": Fed((6, 64))},
    "Custom layer": {"inputs": Fed((4,))},
    "LayerScale": {"inputs": Fed((6, 64))},
    "ConvLSTM3D": {"sequences": Fed((3, 6, 6, 6, 2))},
    "depth_to_space": {"x": Fed((4, 4, 8))},
    "reshape": {"x": Fed((8,))},
    "pad": {"x": Fed((8,))},
    "unstack": {"x": Fed((4, 3))},
    "squeeze": {"x": Fed((4, 1))},
    **{name: {"x": _WHOLE, "y": _WHOLE} for name in (*_BINARY_WHOLE, "left_shift", "right_shift")},
    **{name: {"x": _WHOLE} for name in ("bitwise_not", "bitwise_invert", "one_hot")},
    **{name: {"x1": _WHOLE, "x2": _WHOLE} for name in ("gcd", "lcm")},
    "ldexp": {"x1": Fed((8,)), "x2": _WHOLE},
    **{
        name: {"x": _SQUARE}
        for name in ("cholesky", "cholesky_inverse", "det", "eigh", "inv", "logdet", "matrix_rank", "pinv", "qr", "svd")
    },
    **{name: {"a": _SQUARE, "b": Fed((3, 2))} for name in ("solve", "solve_triangular")},
    "matmul": {"x1": Fed((4, 3)), "x2": Fed((3, 5))},
    "cross": {"x1": Fed((4, 3)), "x2": Fed((4, 3))},
    "cdist": {"x": Fed((4, 3)), "y": Fed((5, 3))},
    "einsum": {"operands": Fed((4, 3), many=2)},
    "dot": {"x1": Fed((4, 3)), "x2": Fed(constant=filled(3, 2))},
    "inner": {"x1": Fed((4, 3)), "x2": Fed(constant=filled(2, 3))},
    "tensordot": {"x1": Fed((4, 3)), "x2": Fed(constant=filled(3, 2))},
    "take": {"x": Fed((4, 3)), "indices": Fed(constant=[0, 2])},
    "take_along_axis": {"x": Fed((4, 3)), "indices": Fed((4, 2), "int32")},
    "where": {"condition": Fed((4, 3), "bool"), "x1": Fed((4, 3)), "x2": Fed(constant=0.0)},
    "select": {"condlist": Fed((4,), "bool", many=2), "choicelist": Fed((4,), many=2)},
    "digitize": {"x": Fed((4,)), "bins": Fed(constant=[0.0, 0.5, 1.0])},
    "isin": {"x1": Fed((4,)), "x2": Fed(constant=[0.0, 1.0])},
    "in_top_k": {"targets": Fed((), "int32"), "predictions": Fed((5,))},
    "conv": {"inputs": Fed((12, 4)), "kernel": Fed(constant=filled(3, 4, 2))},
    "depthwise_conv": {"inputs": Fed((12, 4)), "kernel": Fed(constant=filled(3, 4, 1))},
    "separable_conv": {
        "inputs": Fed((12, 4)),
        "depthwise_kernel": Fed(constant=filled(3, 4, 1)),
        "pointwise_kernel": Fed(constant=filled(1, 4, 5)),
    },
    "batch_normalization": {
        "x": Fed((12, 4)),
        "mean": Fed(constant=filled(4)),
        "variance": Fed(constant=filled(4)),
    },
    "binary_crossentropy": {"target": Fed((4,)), "output": Fed((4,))},
    "categorical_crossentropy": {"target": Fed((4,)), "output": Fed((4,))},
    "sparse_categorical_crossentropy": {"target": Fed((), "int32"), "output": Fed((4,))},
    "ctc_loss": {
        "target": Fed((3,), "int32"),
        "output": Fed((10, 5)),
        "target_length": Fed((), "int32"),
        "output_length": Fed((), "int32"),
    },
    "dot_product_attention": {"query": Fed((6, 2, 4)), "key": Fed((5, 2, 4)), "value": Fed((5, 2, 4))},
    "irfft": {"real": Fed((5,)), "imag": Fed((5,))},
    "istft": {"real": Fed((6, 5)), "imag": Fed((6, 5))},
    "stft": {"x": Fed((32,))},
    "fold": {"x": Fed((12, 9))},
    "extract_sequences": {"x": Fed((12,))},
    "trapezoid": {"y": Fed((12,))},
    "affine_transform": {"images": Fed(IMAGE), "transform": Fed(constant=[1, 0, 0, 0, 1, 0, 0, 0])},
    "perspective_transform": {
        "images": Fed(IMAGE),
        "start_points": Fed(constant=[[0, 0], [0, 15], [15, 0], [15, 15]]),
        "end_points": Fed(constant=[[0, 0], [0, 15], [15, 0], [15, 15]]),
    },
}
"""By short name and port, for the types that the usual inputs do not suit."""


_INPUT = Node("in_x", "Input", {"shape": [4], "dtype": "float32"})
_PLAIN = Graph(
    {"in_x": _INPUT, "out_y": Node("out_y", "Output")},
    (Wire("in_x", "out_y"),),
)
_STUDIO = {
    "Input": _PLAIN,
    "Output": _PLAIN,
    "Constant": Graph(
        {
            **_PLAIN.nodes,
            "constant": Node("constant", "Constant", {"value": [1.0, 2.0, 3.0, 4.0]}),
            "node": Node("node", "keras.ops.add"),
        },
        (Wire("in_x", "node", "", "x1"), Wire("constant", "node", "", "x2"), Wire("node", "out_y")),
    ),
}
"""The studio's own types, which are no single node in the middle."""

CUSTOM_CODE = """
import keras


class MyLayer(keras.layers.Layer):
    def build(self, shape):
        self.scale = self.add_weight(shape=shape[-1:], name="scale")

    def call(self, inputs):
        return inputs * self.scale
"""
"""What the file of a fresh Custom node has to hold."""


def minimal_graph(node_type: NodeType, catalogue: Catalogue) -> Graph:
    """The type in the middle, an Input or Constant at each required port, an Output at each port that comes out.

    Raises:
        LookupError: None of the usual inputs suits the type, and it is not among the odd ones.
    """
    if node_type.id in _STUDIO:
        return _STUDIO[node_type.id]
    if node_type.name in ODD:
        return _around(node_type, ODD[node_type.name])
    for shape in BY_CATEGORY.get(node_type.category, BY_CATEGORY[""]):
        fed = {port.name: Fed(shape, many=2 if port.many else 1) for port in _required(node_type)}
        facts = {name: (TensorFacts((None, *shape)),) * each.many for name, each in fed.items()}
        if trace(node_type, node_type.fresh_settings, facts, catalogue).fault is None:
            return _around(node_type, fed)
    raise LookupError(f"No usual input suits {node_type.id}.")


def _required(node_type: NodeType) -> list[Any]:
    return [port for port in node_type.inputs_for(node_type.fresh_settings) if not port.optional]


def _around(node_type: NodeType, fed: Mapping[str, Fed]) -> Graph:
    settings = dict(node_type.fresh_settings)
    nodes: dict[str, Node] = {}
    wires: list[Wire] = []
    for port, each in fed.items():
        for number in range(each.many):
            name = f"{port}_{number + 1}" if each.many > 1 else port
            name = f"in_{name}"
            if each.constant is not None:
                name = f"node_{port}"
                dtype = "int32" if port == "indices" else "float32"
                nodes[name] = Node(name, "Constant", {"value": each.constant, "dtype": dtype})
                wires.append(Wire(name, "node", "", port))
                continue
            column = "int32" if each.dtype == "bool" else each.dtype
            nodes[name] = Node(name, "Input", {"shape": list(each.shape), "dtype": column})
            if each.dtype == "bool":
                nodes[f"{name}_cast"] = Node(f"{name}_cast", "keras.ops.cast", {"dtype": "bool"})
                wires.append(Wire(name, f"{name}_cast"))
                name = f"{name}_cast"
            wires.append(Wire(name, "node", "", port))
    if all(node.type != "Input" for node in nodes.values()):
        raise LookupError(f"{node_type.id} hangs on no Input.")
    nodes["node"] = Node("node", node_type.id, settings)
    for port_ in node_type.outputs_for(settings):
        nodes[f"out_{port_.name}"] = Node(f"out_{port_.name}", "Output")
        wires.append(Wire("node", f"out_{port_.name}", port_.name))
    return Graph(nodes, tuple(wires))


def without_positions(graph: Graph) -> Graph:
    """The same graph with every node at the origin: what a round trip has to keep."""
    return replace(graph, nodes={name: replace(node, at=(0, 0)) for name, node in graph.nodes.items()})
