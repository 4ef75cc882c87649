"""Networks of the kinds people draw, made by scripts, with sensible settings so that shapes can be found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dlstudio.graph.model import Graph, Node, Wire

K = "keras.layers."


class Drawing:
    """Adds layer after layer; each call returns the new node's name."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.wires: list[Wire] = []

    def add(self, kind: str, sources: str | Iterable[str] = (), settings: Mapping[str, Any] | None = None) -> str:
        short = kind.rpartition(".")[2].lower()
        name = f"{short}_{len(self.nodes)}"
        type_ = kind if "." in kind or kind in ("Input", "Output") else K + kind
        self.nodes[name] = Node(name, type_, settings or {})
        for source in [sources] if isinstance(sources, str) else sources:
            self.wires.append(Wire(source, name))
        return name

    def image(self) -> str:
        return self.add("Input", settings={"column": "image"})

    def classes(self, source: str) -> Graph:
        x = self.add("GlobalAveragePooling2D", source)
        x = self.add("Dense", x, {"units": 10, "activation": "softmax"})
        self.add("Output", x, {"column": "label", "task": "classification"})
        return self.graph

    @property
    def graph(self) -> Graph:
        return Graph(self.nodes, tuple(self.wires))

    def conv(self, source: str, filters: int, kernel: int = 3, strides: int = 1, relu: bool = True) -> str:
        settings = {"filters": filters, "kernel_size": kernel, "padding": "same"}
        x = self.add("Conv2D", source, settings | ({"strides": strides} if strides > 1 else {}))
        x = self.add("BatchNormalization", x)
        return self.add("Activation", x, {"activation": "relu"}) if relu else x


def resnet50(stages: tuple[int, ...] = (3, 4, 6, 3)) -> Graph:
    """He et al. (2016) with bottlenecks: 176 nodes."""
    net = Drawing()
    x = net.conv(net.image(), 64, 7, 2)
    x = net.add("MaxPooling2D", x, {"pool_size": 3, "strides": 2, "padding": "same"})
    for stage, count in enumerate(stages):
        filters = 64 * 2**stage
        for block in range(count):
            strides = 2 if block == 0 and stage else 1
            skip = net.conv(x, 4 * filters, 1, strides, relu=False) if block == 0 else x
            y = net.conv(x, filters, 1, strides)
            y = net.conv(net.conv(y, filters), 4 * filters, 1, relu=False)
            x = net.add("Activation", net.add("Add", [skip, y]), {"activation": "relu"})
    return net.classes(x)


def unet(depth: int = 4, filters: int = 32) -> Graph:
    """Ronneberger et al. (2015): an encoder, a decoder and skips between them."""
    net = Drawing()
    x, skips = net.image(), []

    def double(x: str, filters: int) -> str:
        settings = {"filters": filters, "kernel_size": 3, "padding": "same", "activation": "relu"}
        return net.add("Conv2D", net.add("Conv2D", x, settings), settings)

    for level in range(depth):
        skips.append(double(x, filters * 2**level))
        x = net.add("MaxPooling2D", skips[-1])
    x = double(x, filters * 2**depth)
    for level in reversed(range(depth)):
        settings = {"filters": filters * 2**level, "kernel_size": 2, "strides": 2}
        x = net.add("Conv2DTranspose", x, settings)
        x = double(net.add("Concatenate", [skips[level], x]), filters * 2**level)
    x = net.add("Conv2D", x, {"filters": 3, "kernel_size": 1})
    net.add("Output", x, {"column": "mask", "task": "regression"})
    return net.graph


def inception(blocks: int = 5) -> Graph:
    """Four branches of different lengths, again and again (Szegedy et al., 2015)."""
    net = Drawing()
    x = net.conv(net.image(), 32)
    for _ in range(blocks):
        narrow = net.conv(x, 32, 1)
        wide = net.conv(net.conv(x, 24, 1), 32, 5)
        double = net.conv(net.conv(net.conv(x, 32, 1), 48), 48)
        pooled = net.add("AveragePooling2D", x, {"pool_size": 3, "strides": 1, "padding": "same"})
        x = net.add("Concatenate", [narrow, wide, double, net.conv(pooled, 16, 1)])
    return net.classes(x)


def densenet(blocks: int = 3, layers: int = 6) -> Graph:
    """Huang et al. (2017): what comes in is joined to what each pair of convolutions adds."""
    net = Drawing()
    x = net.conv(net.image(), 24)
    for block in range(blocks):
        for _ in range(layers):
            y = net.add("Activation", net.add("BatchNormalization", x), {"activation": "relu"})
            y = net.add("Conv2D", net.conv(y, 48, 1), {"filters": 12, "kernel_size": 3, "padding": "same"})
            x = net.add("Concatenate", [x, y])
        if block < blocks - 1:
            x = net.add("AveragePooling2D", net.conv(x, 48, 1), {"pool_size": 2})
    return net.classes(x)


def transformer(encoders: int = 4, decoders: int = 0) -> Graph:
    """Vaswani et al. (2017): attention and dense layers, each with a skip; decoders look at the last encoder too."""
    net = Drawing()

    def attended(x: str, memory: str | None = None) -> str:
        y = net.add("MultiHeadAttention", settings={"num_heads": 4, "key_dim": 16})
        net.wires.append(Wire(x, y))
        net.wires.append(Wire(memory or x, y, "", "value"))
        return net.add("LayerNormalization", net.add("Add", [x, net.add("Dropout", y, {"rate": 0.1})]))

    def fed_forward(x: str) -> str:
        y = net.add("Dense", net.add("Dense", x, {"units": 256, "activation": "gelu"}), {"units": 64})
        return net.add("LayerNormalization", net.add("Add", [x, y]))

    def embedded(column: str) -> str:
        tokens = net.add("Input", settings={"column": column})
        words = net.add("Embedding", tokens, {"input_dim": 1000, "output_dim": 64})
        ones = net.add("keras.ops.ones_like", tokens)
        places = net.add("keras.ops.cumsum", ones, {"axis": -1})
        places = net.add("Embedding", places, {"input_dim": 512, "output_dim": 64})
        return net.add("Add", [words, places])

    x = embedded("text")
    for _ in range(encoders):
        x = fed_forward(attended(x))
    if decoders:
        memory, x = x, embedded("answer")
        for _ in range(decoders):
            x = fed_forward(attended(attended(x), memory))
    else:
        x = net.add("GlobalAveragePooling1D", x)
    x = net.add("Dense", x, {"units": 10, "activation": "softmax"})
    net.add("Output", x, {"column": "label", "task": "classification"})
    return net.graph


def nasnet(cells: int = 18, filters: int = 32) -> Graph:
    """Cells of five pairs of branches that look back at the last two cells (Zoph et al., 2018): about 55 nodes each."""
    net = Drawing()

    def separable(x: str, kernel: int) -> str:
        for _ in range(2):
            settings = {"filters": filters, "kernel_size": kernel, "padding": "same"}
            x = net.add("Activation", x, {"activation": "relu"})
            x = net.add("BatchNormalization", net.add("SeparableConv2D", x, settings))
        return x

    def pooled(x: str) -> str:
        return net.add("AveragePooling2D", x, {"pool_size": 3, "strides": 1, "padding": "same"})

    before = x = net.conv(net.image(), filters)
    for _ in range(cells):
        h, p = net.conv(x, filters, 1, relu=False), net.conv(before, filters, 1, relu=False)
        sums = [
            net.add("Add", [separable(h, 5), separable(p, 3)]),
            net.add("Add", [separable(p, 5), separable(p, 3)]),
            net.add("Add", [pooled(h), p]),
            net.add("Add", [pooled(p), pooled(p)]),
            net.add("Add", [separable(h, 3), h]),
        ]
        before, x = x, net.add("Concatenate", [p, *sums])
    return net.classes(x)


def lenet() -> Graph:
    """LeCun et al. (1998), with the layers of today."""
    net = Drawing()
    x = net.image()
    for filters in (6, 16):
        x = net.add("Conv2D", x, {"filters": filters, "kernel_size": 5, "activation": "tanh"})
        x = net.add("AveragePooling2D", x, {"pool_size": 2})
    x = net.add("Flatten", x)
    for units in (120, 84):
        x = net.add("Dense", x, {"units": units, "activation": "tanh"})
    x = net.add("Dense", x, {"units": 10, "activation": "softmax"})
    net.add("Output", x, {"column": "label", "task": "classification"})
    return net.graph


def deep_chain(count: int = 1000) -> Graph:
    """Dense layers in a row."""
    net = Drawing()
    x = net.add("Input", settings={"column": "features"})
    for _ in range(count - 2):
        x = net.add("Dense", x, {"units": 16})
    net.add("Output", x, {"column": "label", "task": "classification"})
    return net.graph


NETWORKS = {
    "lenet": lenet,
    "resnet50": resnet50,
    "unet": unet,
    "inception": inception,
    "densenet": densenet,
    "transformer": transformer,
    "encoder_decoder": lambda: transformer(2, 2),
    "nasnet": lambda: nasnet(4),
}
