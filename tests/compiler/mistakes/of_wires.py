"""Mistakes with wires, names, types, settings and the ends of a network."""

from __future__ import annotations

from dlstudio.graph.model import Node, Wire

from .making import Mistake, added, all_of, connected, cut, error, inserted, retyped, settings, warning, wired, without

WIRES: dict[str, Mistake] = {
    "an Output that nothing feeds": error("table", cut("logits", "y"), "y", "Nothing feeds 'y'"),
    "a layer that nothing feeds": error(
        "pictures", cut("pool_1", "conv_2"), "conv_2", "Nothing feeds 'conv_2' (Conv2D)"
    ),
    "no Input": error("series", without("x"), None, "There is no Input node"),
    "no Output": error("pictures", without("y"), None, "There is no Output node"),
    "no Output behind images": error("residual", without("gap", "logits", "y"), None, "There is no Output node"),
    "a dead branch": warning(
        "pictures",
        all_of(added(Node("side", "keras.layers.Flatten")), connected("pool_1", "side")),
        "side",
        "'side' leads to no Output",
    ),
    "a circle": error(
        "residual", wired(Wire("add_1", "stem")), "stem", "The wires close a circle", "stem → ", "→ add_1 → stem"
    ),
    "a layer that feeds itself": error(
        "residual", wired(Wire("add_1", "add_1")), "add_1", "close a circle: add_1 → add_1"
    ),
    "a dangling wire": error("table", wired(Wire("gone", "dense_2")), "dense_2", "dangles", "no node named 'gone'"),
    "a wire into nothing": error("table", wired(Wire("dense_1", "gone")), "dense_1", "dangles", "no node named 'gone'"),
    "two wires into one port": error(
        "table", wired(Wire("x", "logits")), "logits", "2 wires lead into 'logits' (from 'dense_2' and 'x')"
    ),
    "two images into one port": error(
        "residual", wired(Wire("stem", "gap")), "gap", "2 wires lead into 'gap' (from 'add_1' and 'stem')"
    ),
    "the value of an attention left open": error(
        "transformer", cut("with_pos", "attend", "value"), "attend", "Nothing feeds the port 'value' of 'attend'"
    ),
    "the query of an attention left open": error(
        "transformer", cut("with_pos", "attend", "query"), "attend", "Nothing feeds the port 'query' of 'attend'"
    ),
    "a port that is not there": error(
        "table", wired(Wire("x", "dense_2", "", "second")), "dense_2", "has no input named 'second'"
    ),
    "a wire out of an Output": error("table", wired(Wire("y", "dense_2")), "y", "no output to connect a wire to"),
    "weights shared with a layer that is gone": error(
        "table",
        added(Node("dense_2", "keras.layers.Dense", {}, shares="removed")),
        "dense_2",
        "shares the weights of 'removed'",
    ),
    "weights shared with another type": error(
        "residual",
        added(
            Node("conv_2", "keras.layers.Conv2D", {"filters": 32, "kernel_size": 3, "padding": "same"}, shares="norm")
        ),
        "conv_2",
        "shares the weights of 'norm', which is no Conv2D",
    ),
    "an unknown type": error(
        "table",
        retyped("dense_2", "Desne", units=16),
        "dense_2",
        "'keras.layers.Desne', which is not known",
        "Did you mean keras.layers.Dense?",
    ),
    "a type by its old name": error(
        "pictures", retyped("pool_1", "MaxPool2d"), "pool_1", "not known", "Did you mean keras.layers.MaxPooling2D?"
    ),
    "a layer that carries code": error(
        "table", inserted("dense_1", "dense_2", "code", "Lambda"), "code", "cannot be used"
    ),
    "an unknown setting": error(
        "pictures", settings("conv_2", kernelsize=5), "conv_2", "no setting named 'kernelsize'"
    ),
    "a setting by its name in another library": error(
        "table",
        settings("dense_2", use_biases=False),
        "dense_2",
        "no setting named 'use_biases'",
        "Did you mean 'use_bias'?",
    ),
    "a word where a number belongs": error(
        "table", settings("dense_2", units="many"), "dense_2", "'units' has to be a whole"
    ),
    "no units": error("table", settings("dense_2", units=0), "dense_2", "'units'"),
    "fewer than no filters": error("pictures", settings("conv_2", filters=-8), "conv_2", "'filters'"),
    "dropout of 150 %": error("pictures", settings("drop", rate=1.5), "drop", "'rate'"),
    "half a unit": error("series", settings("lstm_2", units=7.5), "lstm_2", "'units'"),
    "a missing setting": error(
        "table", retyped("dense_2", "Dense", activation="relu"), "dense_2", "needs a value for 'units'"
    ),
    "an unknown padding": error("pictures", settings("conv_2", padding="full"), "conv_2", "'padding' has to be one of"),
    "an unknown activation": error(
        "table", settings("dense_2", activation="rellu"), "dense_2", "'activation' is 'rellu'"
    ),
    "a layer of absurd size": error(
        "table", settings("dense_2", units=900_000_000), "dense_2", "which is too large to build"
    ),
    "an Input of a column that is not there": error(
        "pictures",
        settings("x", column="photograph"),
        "x",
        "reads the column 'photograph', which the data does not have",
    ),
    "an Input of no column": error("series", settings("x", column=None), "x", "reads no column"),
    "an Output of a column that is not there": error(
        "table", settings("y", column="digit"), "y", "predicts the column 'digit', which the data does not have"
    ),
    "an Output of no column": error("table", settings("y", column=None), "y", "predicts no column"),
    "a class predicted as a number": error(
        "table", settings("y", task="regression"), "y", "has the task regression, but column 'label' holds classes"
    ),
    "a number predicted as a class": error(
        "prices",
        settings("y", task="classification"),
        "y",
        "has the task classification, but column 'price' holds numbers",
    ),
    "an image predicted": error(
        "table", settings("y", column="image"), "y", "column 'image' holds images", follows=True
    ),
    "an unknown task": error("table", settings("y", task="ranking"), "y", "There is no task named 'ranking'"),
    "a loss of one-hot classes": error(
        "table",
        settings("y", loss="CategoricalCrossentropy"),
        "y",
        "has the loss CategoricalCrossentropy",
        "one number each (0 to 9)",
    ),
    "a loss of numbers for classes": error(
        "series", settings("y", loss="MeanSquaredError"), "y", "has the loss MeanSquaredError"
    ),
    "a loss of classes for numbers": error(
        "prices", settings("y", loss="BinaryCrossentropy"), "y", "predicts numbers, but its loss BinaryCrossentropy"
    ),
    "an unknown loss": error("table", settings("y", loss="CrossEntropy"), "y", "no loss 'CrossEntropy'"),
    "a loss of shares without shares": error(
        "motion code",
        settings("y", loss="BinaryCrossentropy"),
        "y",
        "predicts numbers, but its loss BinaryCrossentropy",
    ),
    "a sigmoid before a standardized series": warning(
        "motion code", settings("wide", activation="sigmoid"), "y", "ends in sigmoid", "standardized"
    ),
    "an autoencoder that can copy": warning(
        "autoencoder", settings("code", units=900), "y", "nowhere on the way are there fewer values"
    ),
    "an Input that reads what is predicted": warning(
        "prices", settings("x", column="price"), "x", "which an Output predicts: it can copy the answer"
    ),
    "two Outputs for one column": warning(
        "table",
        all_of(added(Node("again", "Output", {"column": "label"})), connected("logits", "again")),
        "again",
        "predicts the column 'label', as 'y' does already",
    ),
    "two Inputs of one column": warning(
        "table",
        all_of(
            added(Node("more", "Input", {"column": "features"})),
            inserted("dense_1", "dense_2", "join", "Concatenate"),
            connected("more", "join"),
        ),
        "more",
        "reads the column 'features', as 'x' does already",
    ),
}
