"""Mistakes drawn in one line each: the graph, the node that is wrong, what is said, what the first fix is called."""

from __future__ import annotations

from dlstudio.graph.model import Graph, Wire
from tests.compiler.drawing import drawn

END = "y:Output(column='label')"
IMAGE = "x:Input(column='image')"
SERIES = "x:Input(column='series')"
TEXT = "x:Input(column='text')"
TABLE = "x:Input(column='features')"
LOGITS = f"logits:Dense(units=10) > {END}"
QUERY = Wire("x", "attend", "", "query")

# name: (graph, node of the problem, what its sentence says, what its fix is called or None)
CASES: dict[str, tuple[Graph, str | None, str, str | None]] = {
    "units do not fit the classes": (
        drawn(f"{IMAGE} > flat:Flatten > logits:Dense(units=4) > {END}"),
        "y",
        "Output 'y' has 10 classes but gets 4 values from 'logits'. Set logits units to 10.",
        "Set logits units to 10",
    ),
    "units behind a softmax layer": (
        drawn(f"{IMAGE} > flat:Flatten > logits:Dense(units=4) > p:Softmax > {END}"),
        "y",
        "10 classes but gets 4 values from 'p'",
        "Set logits units to 10",
    ),
    "no layer whose units could be set": (
        drawn(f"{TABLE} > {END}"),
        "y",
        "10 classes but gets 6 values from 'x'",
        "Insert a Dense of 10 units before y",
    ),
    "image reaches the output": (
        drawn(f"{IMAGE} > conv:Conv2D(filters=8, kernel_size=3) > {END}"),
        "y",
        "gets 26 × 26 × 8 (height × width × channels) from 'conv'",
        "Insert a Flatten and a Dense of 10 units before y",
    ),
    "unflattened before the last dense": (
        drawn(f"{IMAGE} > conv:Conv2D(filters=8, kernel_size=3) > {LOGITS}"),
        "y",
        "gets 26 × 26 × 10 (height × width × channels) from 'logits'",
        "Insert a Flatten before logits",
    ),
    "sequence reaches the output": (
        drawn(f"{SERIES} > lstm:LSTM(units=10, return_sequences=True) > {END}"),
        "y",
        "gets 12 × 10 (time × features) from 'lstm'",
        "Set lstm return_sequences to false",
    ),
    "addition of different sizes": (
        drawn(f"{IMAGE} > a:Conv2D(filters=1, kernel_size=3) > add:Add > flat:Flatten > {LOGITS}", "x > add"),
        "add",
        "cannot join 26 × 26 × 1 from 'a' and 28 × 28 × 1 from 'x'. All shapes have to be equal.",
        "Set the padding of a to same",
    ),
    "addition of different channels": (
        drawn(
            f"{IMAGE} > a:Conv2D(filters=8, kernel_size=3, padding='same') > add:Add > flat:Flatten > {LOGITS}",
            "x > add",
        ),
        None,
        "",
        None,
    ),
    "addition of different channels that do not broadcast": (
        drawn(
            f"{IMAGE} > stem:Conv2D(filters=4, kernel_size=3) > a:Conv2D(filters=8, kernel_size=3, padding='same') > "
            f"add:Add > flat:Flatten > {LOGITS}",
            "stem > add",
        ),
        "add",
        "26 × 26 × 8 from 'a' and 26 × 26 × 4 from 'stem'",
        "Insert a Conv2D that gives 26 × 26 × 8 after stem",
    ),
    "addition after strides": (
        drawn(
            f"{IMAGE} > stem:Conv2D(filters=4, kernel_size=3) > "
            f"a:Conv2D(filters=8, kernel_size=3, strides=2, padding='same') > add:Add > flat:Flatten > {LOGITS}",
            "stem > add",
        ),
        "add",
        "13 × 13 × 8 from 'a' and 26 × 26 × 4 from 'stem'",
        "Insert a Conv2D that gives 13 × 13 × 8 after stem",
    ),
    "addition of different sizes and channels": (
        drawn(
            f"{IMAGE} > stem:Conv2D(filters=4, kernel_size=3) > a:Conv2D(filters=8, kernel_size=3) > add:Add > "
            f"flat:Flatten > {LOGITS}",
            "stem > add",
        ),
        "add",
        "24 × 24 × 8 from 'a' and 26 × 26 × 4 from 'stem'",
        "Set the padding of a to same and insert a Conv2D after stem",
    ),
    "addition of vectors": (
        drawn(f"{TABLE} > a:Dense(units=32) > add:Add > {LOGITS}", "x > add"),
        "add",
        "32 values from 'a' and 6 values from 'x'",
        "Insert a Dense that gives 32 after x",
    ),
    "concatenation of different sizes": (
        drawn(f"{IMAGE} > a:Conv2D(filters=2, kernel_size=5) > join:Concatenate > flat:Flatten > {LOGITS}", "x > join"),
        "join",
        "All axes but the one it joins along have to be equal.",
        "Set the padding of a to same",
    ),
    "concatenation of image and vector": (
        drawn(f"{IMAGE} > join:Concatenate > {LOGITS}", f"{TABLE.replace('x:', 't:')} > join"),
        "join",
        "28 × 28 × 1 from 'x' and 6 values from 't'",
        "Insert a Flatten after x",
    ),
    "convolution of a vector": (
        drawn(
            f"{IMAGE} > flat:Flatten > conv:Conv2D(filters=4, kernel_size=3) > gap:GlobalAveragePooling2D > {LOGITS}"
        ),
        "conv",
        "'conv' (Conv2D) needs an image (height × width × channels) but gets 784 values from 'flat'.",
        "Remove flat",
    ),
    "convolution of a table": (
        drawn(f"{TABLE} > conv:Conv1D(filters=4, kernel_size=3) > flat:Flatten > {LOGITS}"),
        "conv",
        "needs a sequence (time × features) but gets 6 values from 'x'",
        "Insert a Reshape to 6 × 1",
    ),
    "recurrent layer on a vector": (
        drawn(f"{TABLE} > dense:Dense(units=8) > lstm:LSTM(units=4) > {LOGITS}"),
        "lstm",
        "needs a sequence (time × features) but gets 8 values from 'dense'",
        "Insert a Reshape to 8 × 1",
    ),
    "recurrent layer on an image": (
        drawn(f"{IMAGE} > lstm:LSTM(units=4) > {LOGITS}"),
        "lstm",
        "gets 28 × 28 × 1 (height × width × channels) from 'x'",
        "Insert a Reshape to 28 × 28: each row becomes a step",
    ),
    "recurrent layer after one that gives no sequence": (
        drawn(f"{SERIES} > first:LSTM(units=8) > drop:Dropout(rate=0.1) > second:LSTM(units=4) > {LOGITS}"),
        "second",
        "needs a sequence (time × features) but gets 8 values from 'drop'",
        "Set first return_sequences to true",
    ),
    "after a bidirectional one": (
        drawn(
            f"{SERIES} > first:Bidirectional(layer={{'type': 'keras.layers.GRU', 'settings': {{'units': 8}}}}) > "
            f"second:LSTM(units=4) > {LOGITS}"
        ),
        "second",
        "needs a sequence",
        "Set return_sequences of first to true",
    ),
    "recurrent layer on tokens": (
        drawn(f"{TEXT} > lstm:LSTM(units=4) > {LOGITS}"),
        "lstm",
        "gets 20 values from 'x'",
        "Insert an Embedding of 500 tokens",
    ),
    "kernel larger than the image": (
        drawn(f"{IMAGE} > conv:Conv2D(filters=4, kernel_size=31) > gap:GlobalAveragePooling2D > {LOGITS}"),
        "conv",
        "leaves nothing of 28 × 28 × 1",
        "Set conv padding to same",
    ),
    "pooling below one": (
        drawn(f"{IMAGE} > a:MaxPooling2D(pool_size=14) > b:MaxPooling2D(pool_size=4) > flat:Flatten > {LOGITS}"),
        "b",
        "leaves nothing of 2 × 2 × 1",
        "Set b padding to same",
    ),
    "embedding smaller than the vocabulary": (
        drawn(f"{TEXT} > e:Embedding(input_dim=100, output_dim=8) > gap:GlobalAveragePooling1D > {LOGITS}"),
        "e",
        "has a table of 100 but column 'text' has 500 token numbers",
        "Set e input_dim to 500",
    ),
    "too few positions": (
        drawn(
            f"{TEXT} > ones:ops.ones_like > pos:ops.cumsum(axis=1) > e:Embedding(input_dim=20, output_dim=8) > "
            f"gap:GlobalAveragePooling1D > {LOGITS}"
        ),
        "e",
        "'pos' counts positions from 1 to 20",
        "Set e input_dim to 21",
    ),
    "too few steps": (
        drawn(
            f"{SERIES} > ones:ops.ones_like > pos:ops.cumsum(axis=1) > most:ops.max(axis=-1) > "
            f"e:Embedding(input_dim=12, output_dim=8) > gap:GlobalAveragePooling1D > {LOGITS}"
        ),
        "e",
        "'pos' counts positions from 1 to 12",
        "Set e input_dim to 13",
    ),
    "reshape to another number of values": (
        drawn(f"{TABLE} > shape:Reshape(target_shape=[4, 4]) > flat:Flatten > {LOGITS}"),
        "shape",
        "cannot work on 6 values from 'x'",
        "Set shape target_shape to -1",
    ),
    "permutation of too many axes": (
        drawn(f"{SERIES} > turn:Permute(dims=[3, 1, 2]) > flat:Flatten > {LOGITS}"),
        "turn",
        "12 × 4 from 'x'",
        "Set turn dims to 2, 1",
    ),
    "groups that do not divide the channels": (
        drawn(f"{IMAGE} > conv:Conv2D(filters=4, kernel_size=3, groups=3) > flat:Flatten > {LOGITS}"),
        "conv",
        "groups",
        "Set conv groups to 1",
    ),
    "strides and dilation": (
        drawn(f"{IMAGE} > conv:Conv2D(filters=4, kernel_size=3, strides=2, dilation_rate=2) > flat:Flatten > {LOGITS}"),
        "conv",
        "strides",
        "Set conv dilation_rate to 1",
    ),
    "more groups than channels": (
        drawn(f"{SERIES} > norm:GroupNormalization > flat:Flatten > {LOGITS}"),
        "norm",
        "groups",
        "Set norm groups to 4",
    ),
    "operation that mixes the samples": (
        drawn(f"{SERIES} > mean:ops.mean(axis=[0, 1]) > {LOGITS}"),
        "mean",
        "would mix the samples of a batch",
        "Set mean axis to -1",
    ),
    "reshape operation that mixes the samples": (
        drawn(f"{SERIES} > shape:ops.reshape(newshape=[-1, 4]) > {LOGITS}"),
        "shape",
        "would mix the samples of a batch",
        "Set shape newshape to -1, 12, 4",
    ),
    "softmax of whole numbers": (
        drawn(f"{TEXT} > soft:ops.softmax > {LOGITS}"),
        "soft",
        "needs numbers with fractions but gets whole numbers from 'x'",
        "Insert a cast to float32",
    ),
    "text where a number belongs": (
        drawn(f"{TABLE} > a:Dense(units='many') > {LOGITS}"),
        "a",
        "'units' has to be a whole number, not \"many\".",
        "Set a units to 64",
    ),
    "unknown choice": (
        drawn(f"{IMAGE} > conv:Conv2D(filters=4, kernel_size=3, padding='full') > flat:Flatten > {LOGITS}"),
        "conv",
        "'padding' has to be one of valid, same, not \"full\".",
        "Set conv padding to valid",
    ),
    "unknown activation": (
        drawn(f"{TABLE} > a:Dense(units=4, activation='os.system') > {LOGITS}"),
        "a",
        "'activation' is 'os.system', which is no activation.",
        "Set a activation to its default",
    ),
    "code inside a wrapper": (
        drawn(f"{SERIES} > a:TimeDistributed(layer={{'type': 'keras.layers.Lambda', 'settings': {{}}}}) > {LOGITS}"),
        "a",
        "'layer' is Lambda, which cannot be used",
        "Set a layer to",
    ),
    "missing setting": (
        drawn(f"{TABLE} > a:Dense > {LOGITS}"),
        "a",
        "'a' (Dense) needs a value for 'units'.",
        "Set a units to 64",
    ),
    "absurd size": (
        drawn(f"{TABLE} > a:Dense(units=900000000) > {LOGITS}"),
        "a",
        "which is too large to build",
        None,
    ),
    "input bound to a missing column": (
        drawn(f"x:Input(column='photo') > flat:Flatten > {LOGITS}"),
        "x",
        "Input 'x' reads the column 'photo', which the data does not have; it has 'image'",
        "Bind x to the column image",
    ),
    "input without a column": (
        drawn(f"x:Input > flat:Flatten > {LOGITS}"),
        "x",
        "Input 'x' reads no column.",
        "Bind x to the column image",
    ),
    "output bound to a missing column": (
        drawn(f"{IMAGE} > flat:Flatten > logits:Dense(units=10) > y:Output(column='digit')"),
        "y",
        "Output 'y' predicts the column 'digit', which the data does not have",
        "Bind y to the column label",
    ),
    "output without a column": (
        drawn(f"{IMAGE} > flat:Flatten > logits:Dense(units=10) > y:Output"),
        "y",
        "Output 'y' predicts no column.",
        "Bind y to the column label",
    ),
    "classification of numbers": (
        drawn(f"{TABLE} > dense:Dense(units=1) > y:Output(column='price')"),
        "y",
        "has the task classification, but column 'price' holds numbers. Choose regression.",
        "Set y task to regression",
    ),
    "unknown task": (
        drawn(f"{TABLE} > logits:Dense(units=10) > y:Output(column='label', task='guess')"),
        "y",
        "There is no task named 'guess'",
        "Set y task to classification",
    ),
    "regression with softmax": (
        drawn(f"{TABLE} > dense:Dense(units=1, activation='softmax') > y:Output(column='price', task='regression')"),
        "y",
        "'dense' ends in softmax",
        "Remove the activation of dense",
    ),
    "sigmoid for classes": (
        drawn(f"{TABLE} > dense:Dense(units=10, activation='sigmoid') > {END}"),
        "y",
        "Use softmax.",
        "Set dense activation to softmax",
    ),
    "input reads what is predicted": (
        drawn(f"x:Input(column='label') > e:Embedding(input_dim=10, output_dim=4) > {LOGITS}"),
        "x",
        "it can copy the answer",
        "Bind x to the column image",
    ),
    "two wires into one port": (
        drawn(f"{TABLE} > a:Dense(units=4) > {LOGITS}", "x > logits"),
        "logits",
        "which takes one",
        "Join them with a Concatenate",
    ),
    "circle": (
        drawn(f"{TABLE} > a:Add > b:Dense(units=6) > {LOGITS}", "b > a"),
        "a",
        "The wires close a circle",
        "Remove the wire from b to a",
    ),
    "dangling wire": (
        drawn(f"{TABLE} > {LOGITS}", wires=(Wire("gone", "logits"),)),
        "logits",
        "dangles",
        "Remove the wire",
    ),
    "dead branch": (
        drawn(f"{TABLE} > {LOGITS}", "x > side:Dense(units=3)"),
        "side",
        "leads to no Output",
        "Remove side",
    ),
    "unknown type": (
        drawn(f"{TABLE} > a:keras.layers.Dens(units=3) > {LOGITS}"),
        "a",
        "Did you mean keras.layers.Dense?",
        "Make a a Dense",
    ),
    "attention without a value": (
        drawn(f"{SERIES} > attend:MultiHeadAttention(num_heads=2, key_dim=4) > flat:Flatten > {LOGITS}"),
        "attend",
        "Nothing feeds the port 'value' of 'attend'",
        None,
    ),
    "attention over a vector": (
        drawn(f"{TABLE} > attend:Attention > {LOGITS}", wires=(Wire("x", "attend", "", "value"),)),
        "attend",
        "but gets 6 values from 'x'",
        None,
    ),
}
