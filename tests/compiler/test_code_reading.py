"""Reading Keras code that people write: what is understood, and the sentence with its line where it is not."""

from __future__ import annotations

import inspect
import time

import pytest

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.compiler.code import CodeError, read_code, read_script
from dlstudio.compiler.code.positional import POSITIONAL, places_of
from dlstudio.compiler.objects import keras_thing
from dlstudio.graph.model import Graph


def _chain(graph: Graph) -> list[str]:
    """The types from the first Input to an Output, where one wire leads on."""
    name, found = next(iter(graph.nodes)), []
    while name:
        found.append(graph[name].type.rpartition(".")[2])
        following = graph.outgoing(name)
        name = following[0].target if following else ""
    return found


def _faults(text: str, catalogue: Catalogue) -> list[tuple[int, str]]:
    with pytest.raises(CodeError) as caught:
        read_code(text, catalogue)
    return list(caught.value.faults)


def test_that_a_sequential_model_with_added_layers_is_read(catalogue: Catalogue) -> None:
    graph = read_code(
        """
import tensorflow as tf
from tensorflow.keras import layers, models
(x_train, y_train), _ = tf.keras.datasets.mnist.load_data()
x_train = x_train / 255.0
model = models.Sequential()
model.add(layers.Conv2D(32, (3, 3), 2, "same", activation='relu', input_shape=(28, 28, 1)))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Flatten())
model.add(layers.Dense(10))
model.compile(optimizer='adam', loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(x_train, y_train, epochs=10)
""",
        catalogue,
    )
    assert _chain(graph) == ["Input", "Conv2D", "MaxPooling2D", "Flatten", "Dense", "Output"]
    assert graph["conv2d"].settings == {
        "filters": 32,
        "kernel_size": [3, 3],
        "strides": 2,
        "padding": "same",
        "activation": "relu",
    }
    assert graph["input"].settings == {"shape": [28, 28, 1]}


def test_that_functions_loops_constants_and_reassigned_variables_are_followed(catalogue: Catalogue) -> None:
    graph = read_code(
        """
import keras
from keras import layers
WIDTH, DEPTH = 16, 2
def block(x, units, rate=0.5, *, activation="relu"):
    for index in range(DEPTH):
        x = layers.Dense(units * 2 ** index, activation=activation, name=f"{activation}_{units}_{index}")(x)
    if rate:
        x = layers.Dropout(rate)(x)
    return x
def build(shape, widths=(WIDTH, WIDTH // 2)):
    inputs = keras.Input(shape)
    x = inputs
    for width in widths:
        x = block(x, width, rate=0.0 if width == 8 else 0.25)
    return keras.Model(inputs, layers.Dense(3)(x))
if __name__ == "__main__":
    model = build((4,))
    model.summary()
""",
        catalogue,
    )
    assert _chain(graph) == ["Input", "Dense", "Dense", "Dropout", "Dense", "Dense", "Dense", "Output"]
    assert graph["relu_16_1"].settings == {"units": 32, "activation": "relu"}
    assert graph["dropout"].settings == {"rate": 0.25}


def test_that_a_shared_layer_several_inputs_and_state_ports_are_read(catalogue: Catalogue) -> None:
    graph = read_code(
        """
from keras.layers import Input, LSTM, Dense, Concatenate as Cat
from keras.models import Model
a, b = Input((12, 7)), Input(shape=(20, 9), name="b")
_, h, c = LSTM(8, return_state=True)(a)
decoded = LSTM(8, return_sequences=True)(b, initial_state=[h, c])
shared = Dense(4, name="shared")
first, second = shared(h), shared(c)
model = Model([b, a], {"one": Cat()([first, second]), "two": decoded})
""",
        catalogue,
    )
    assert [node.id for node in graph.of_type("Input")] == ["b", "input"]
    assert [(w.source, w.source_port, w.target_port) for w in graph.incoming("lstm_1")] == [
        ("b", "", "sequences"),
        ("lstm", "state_h", "initial_state"),
        ("lstm", "state_c", "initial_state"),
    ]
    assert graph["dense"].shares == "shared"
    assert len(graph.of_type("Output")) == 2


def test_that_arithmetic_of_tensors_becomes_operations_and_numbers_constants(catalogue: Catalogue) -> None:
    graph = read_code(
        """
import keras
x = keras.Input((8, 4))
y = -(x * 2 + x) / 255.0
z = y[:, 0, 1:] @ keras.layers.Dense(4)(x)
model = keras.Model(x, keras.ops.where(z > 0, z, 0.0))
""",
        catalogue,
    )
    kinds = [node.type.rpartition(".")[2] for node in graph]
    assert [each for each in kinds if each not in ("Input", "Output", "Constant", "Dense")] == [
        "multiply",
        "add",
        "negative",
        "true_divide" if "true_divide" in kinds else "divide",
        "get_item",
        "matmul",
        "greater",
        "where",
    ]
    assert kinds.count("Constant") == 4
    assert graph["get_item"].settings == {"key": ":, 0, 1:"}


def test_that_a_model_that_is_called_like_a_layer_becomes_a_block(catalogue: Catalogue) -> None:
    graph = read_code(
        """
import keras
from keras import layers
augmentation = keras.Sequential([layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)])
part = keras.Input((4, 4, 3))
encoder = keras.Model(part, layers.Conv2D(2, 1)(part), name="my_encoder")
inputs = keras.Input((4, 4, 3))
x = augmentation(inputs)
both = layers.Add()([encoder(x), encoder(inputs)])
model = keras.Model(inputs, both)
""",
        catalogue,
    )
    assert set(graph.blocks) == {"Augmentation", "MyEncoder"}
    assert graph["augmentation"].type == "block.Augmentation"
    assert graph["my_encoder"].type == "block.MyEncoder"
    assert [node.shares for node in graph if node.type == "block.MyEncoder"] == [None, "my_encoder"]
    assert [node.type.rpartition(".")[2] for node in graph.blocks["MyEncoder"].graph] == ["Input", "Conv2D", "Output"]
    assert len(graph.of_type("Input")) == 1


def test_that_initializers_regularizers_wrappers_and_activations_are_read_in_every_spelling(
    catalogue: Catalogue,
) -> None:
    graph = read_code(
        """
import keras
from keras import regularizers
x = keras.Input((6, 4))
y = keras.layers.Bidirectional(keras.layers.LSTM(5, return_sequences=True))(x)
y = keras.layers.Dense(3, activation=keras.activations.gelu, kernel_initializer=keras.initializers.he_normal(seed=3),
                       bias_initializer=keras.initializers.Zeros, kernel_regularizer=regularizers.l2(1e-4))(y)
y = keras.activations.relu(y)
y = keras.layers.Activation("tanh")(y)
model = keras.Model(x, y)
model.compile(loss="mse")
""",
        catalogue,
    )
    assert graph["bidirectional"].settings["layer"] == {
        "type": "keras.layers.LSTM",
        "settings": {"units": 5, "return_sequences": True},
    }
    assert graph["dense"].settings == {
        "units": 3,
        "activation": "gelu",
        "kernel_initializer": {"type": "keras.initializers.HeNormal", "settings": {"seed": 3}},
        "bias_initializer": {"type": "keras.initializers.Zeros", "settings": {}},
        "kernel_regularizer": {"type": "keras.regularizers.L2", "settings": {"l2": 1e-4}},
    }
    assert graph["activation"].settings == {"activation": "relu"}
    assert graph.of_type("Output")[0].settings == {"task": "regression"}


def test_that_everything_not_understood_is_said_with_its_line_once(catalogue: Catalogue) -> None:
    faults = _faults(
        """import keras
import numpy as np
x = keras.Input((4,))
units = np.random.randint(8)
a = keras.layers.Dense(units)(x)
b = keras.layers.Dennse(3)(x)
c = keras.layers.Dense("many")(x)
d = keras.layers.Dense(a.shape[-1])(x)
e = keras.layers.Dense(3)(x, magic=1)
f = keras.layers.Add()([a, b, c])
model = keras.Model(x, f)
""",
        catalogue,
    )
    assert [line for line, _ in faults] == [5, 6, 7, 9]
    assert "np.random.randint" in faults[0][1] or "numpy.random.randint" in faults[0][1]
    assert "Did you mean Dense?" in faults[1][1]
    assert "whole number" in faults[2][1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = (", "no Python"),
        ("import os\nos.system('x')", "nothing to draw"),
        ("", "nothing to draw"),
        ("import keras\nclass M(keras.Model): pass\nm = M()\nmodel = keras.Model(m, m)", "class"),
        ("import keras\nb = keras.applications.ResNet50()\nmodel = keras.Model(b.input, b.output)", "import that file"),
        ("import keras\nx = keras.Input((3,))\nmodel = keras.Model(x, keras.layers.Lambda(lambda t: t)(x))", "Lambda"),
        ("\0", ""),
        ("x = " + "(" * 5000 + ")" * 5000, ""),
        ("x = " + "-" * 100_000 + "1", ""),
        ("x = 1" + " + 1" * 50_000, ""),
        ("x = 9 ** 9 ** 9", "too large"),
        ("x = [0] * 10 ** 9", "are the most"),
        ("x = 'a' * 10 ** 9\nimport keras\nkeras.Input((x,))", ""),
        ("for i in range(10 ** 9): pass", "are the most"),
        ("def f(): return f()\nf()", ""),
        (
            "import keras\nx = keras.Input((2,))\nfor i in range(5000):\n    x = keras.layers.ReLU()(x)\n"
            "    x = keras.layers.ReLU()(x)",
            "5000 nodes",
        ),
        ("x = 0\n" + "for a in range(5000):\n for b in range(5000):\n  x = x + 1\n" * 1, "too much"),
    ],
)
def test_that_code_that_cannot_be_read_is_refused_with_a_sentence_and_soon(
    text: str, said: str, catalogue: Catalogue
) -> None:
    began = time.monotonic()
    with pytest.raises(CodeError) as caught:
        read_code(text, catalogue)
    assert said in str(caught.value)
    assert time.monotonic() - began < 60


def test_that_nothing_of_a_script_is_run(catalogue: Catalogue, tmp_path) -> None:
    mark = tmp_path / "mark"
    text = (
        f"import keras, pathlib\npathlib.Path({str(mark)!r}).write_text('x')\nx = keras.Input((3,))\n"
        "y = keras.layers.Dense(__import__('os').getpid() or 3)(x)\nmodel = keras.Model(x, y)\n"
    )
    with pytest.raises(CodeError):
        read_code(text, catalogue)
    assert not mark.exists()


def test_that_a_name_that_cannot_be_a_layers_name_is_changed_and_said(catalogue: Catalogue) -> None:
    text = "import keras\nx = keras.Input((3,), name='my/input')\nmodel = keras.Model(x, keras.layers.ReLU()(x))\n"
    reading = read_script(text, catalogue)
    assert "my_input" in reading.graph
    assert reading.notes == ("Line 2: the layer 'my/input' is called 'my_input' here.",)
    assert reading.lines["my_input"] == 2


def test_that_arguments_by_place_mean_what_they_mean_to_keras(catalogue: Catalogue) -> None:
    wrong = []
    known = [each for each in catalogue if each.id.startswith("keras.layers.") and not each.unusable]
    for each in (*known, *catalogue.objects.values()):
        parameters = list(inspect.signature(keras_thing(each.id).__init__).parameters.values())[1:]
        places = [parameter.name for parameter in parameters if parameter.kind == parameter.POSITIONAL_OR_KEYWORD]
        taken = [name for name in places_of(each) if name in places or each.id in POSITIONAL]
        if places[: len(taken)] != taken:
            wrong.append(f"{each.id}: {taken} but Keras takes {places[: len(taken)]}")
    assert wrong == []


def test_that_arguments_of_operations_by_place_mean_what_they_mean_to_keras(catalogue: Catalogue) -> None:
    wrong = []
    for each in catalogue:
        if each.category != "operation" or each.call == "spread":
            continue
        places = list(inspect.signature(keras_thing(each.id)).parameters)
        ports, settings = [port.name for port in each.inputs], [setting.name for setting in each.settings]
        # Tensors and plain values are told apart; among themselves each kind has Keras' order.
        for taken in (ports, settings):
            ordered = [name for name in places if name in taken]
            if each.call != "list" and ordered != [name for name in taken if name in places]:
                wrong.append(f"{each.id}: {taken} but Keras takes {ordered}")
    assert wrong == []
