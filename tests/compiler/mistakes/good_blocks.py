"""Good networks made of blocks: repeated, nested, with parameters; the mistakes inside blocks begin with them."""

from __future__ import annotations

from dataclasses import replace

from dlstudio.graph.model import Block, Graph, Node, Wire
from tests.compiler.blocks_drawn import block, use, with_blocks_of
from tests.compiler.drawing import drawn

_END = "logits:Dense(units=10) > y:Output(column='label')"
_RELU = "activation='relu'"
_SAME = "kernel_size=3, padding='same'"


def _with_uses(graph: Graph, *uses: Node) -> Graph:
    """The graph with some of its nodes made uses."""
    return replace(graph, nodes={**graph.nodes, **{each.id: each for each in uses}})


def _nested(name: str, chain: str, *uses: Node) -> Block:
    made = block(name, chain)
    return replace(made, graph=_with_uses(made.graph, *uses))


_STEP = block(
    "Step",
    f"x:Input > one:Conv2D(filters=16, {_SAME}, {_RELU}) > norm:BatchNormalization(momentum=0.9) > "
    f"two:Conv2D(filters=16, {_SAME}) > act:ReLU > y:Output",
)
_HEAD = block(
    "Head",
    f"x:Input > dense:Dense(units=32, {_RELU}) > drop:Dropout(rate='=rate') > wide:Dense(units=64, {_RELU}) > y:Output",
    rate=0.3,
)
_READER = block(
    "Reader",
    "x:Input > embed:Embedding(input_dim=500, output_dim=32, mask_zero=True) > lstm:LSTM(units=16) > y:Output",
)
_ENCODER = block(
    "Encoder",
    "x:Input > add:Add > norm:LayerNormalization > y:Output",
    "attend:MultiHeadAttention(num_heads=4, key_dim=8) > add",
    wires=(Wire("x", "attend", "", "query"), Wire("x", "attend", "", "value")),
)

GOOD_WITH_BLOCKS: dict[str, Graph] = {
    "stages": with_blocks_of(
        _with_uses(
            drawn(
                f"x:Input(column='image') > stem:Conv2D(filters=16, strides=2, {_SAME}, {_RELU}) > first:Identity > "
                f"pool:MaxPooling2D > second:Identity > third:Identity > gap:GlobalAveragePooling2D > {_END}"
            ),
            use("first", "Stage", repeat=2),
            use("second", "Stage"),
            use("third", "Step"),
        ),
        _STEP,
        _nested(
            "Stage", "x:Input > enter:Identity > leave:Identity > y:Output", use("enter", "Step"), use("leave", "Step")
        ),
    ),
    "heads": with_blocks_of(
        _with_uses(
            drawn(f"x:Input(column='features') > one:Identity > two:Identity > three:Identity > {_END}"),
            use("one", "Head"),
            use("two", "Head", rate=0.2),
            use("three", "Twice"),
        ),
        _HEAD,
        _nested("Twice", "x:Input > head:Identity > y:Output", use("head", "Head")),
    ),
    "reader": with_blocks_of(
        _with_uses(drawn(f"x:Input(column='text') > reader:Identity > {_END}"), use("reader", "Reader")), _READER
    ),
    "encoder": with_blocks_of(
        _with_uses(
            drawn(
                f"x:Input(column='series') > turn:LSTM(units=32, return_sequences=True) > encoder:Identity > "
                f"pool:GlobalAveragePooling1D > {_END}"
            ),
            use("encoder", "Encoder", repeat=2),
        ),
        _ENCODER,
    ),
}
