"""Mistakes inside blocks that hurt learning: repeated, nested, by a parameter, at the port of a block."""

from __future__ import annotations

from .making import Mistake, all_of, edit, error, inserted, inside, retyped, settings, trained, warning, without

_L2 = {"type": "keras.regularizers.L2", "settings": {"l2": 1.0}}
_ENTER, _ONE, _TWO, _NESTED = ("first", "enter"), ("one",), ("two",), ("three", "head")

INSIDE: dict[str, Mistake] = {
    "no activation between convolutions of a nested block": warning(
        "stages",
        inside("Step", without("norm"), settings("one", activation=None)),
        "one",
        "gives 14 × 14 × 16 to 'two' without an activation",
        "In 'first' (Stage) › 'enter' (Step)",
        path=_ENTER,
    ),
    "softmax in the middle of a block": warning(
        "heads", inside("Head", settings("dense", activation="softmax")), "dense", "ends in softmax", path=_ONE
    ),
    "relu in an LSTM of a block": warning(
        "reader",
        inside("Reader", settings("lstm", activation="relu")),
        "lstm",
        "has the activation relu",
        path=("reader",),
    ),
    "sigmoids in a deep block": warning(
        "heads",
        inside(
            "Head",
            *(
                inserted("drop" if n == 0 else f"d{n - 1}", "wide", f"d{n}", "Dense", units=32, activation="sigmoid")
                for n in range(5)
            ),
        ),
        "d0",
        "5 layers in a row, from 'd0' to 'd4', end in sigmoid",
        path=_ONE,
    ),
    "dropout of nine in ten in a block": warning(
        "stages",
        inside("Step", inserted("act", "y", "lost", "Dropout", rate=0.9)),
        "lost",
        "drops 90% of what it gets",
        path=_ENTER,
    ),
    "dropout of nine in ten by a parameter's default": warning(
        "heads",
        edit(edit="parameter", of="Head", name="rate", value=0.9),
        "drop",
        "drops 90% of what it gets",
        path=_ONE,
    ),
    "dropout of nine in ten by the parameter of one use": warning(
        "heads", settings("two", rate=0.9), "drop", "drops 90% of what it gets", path=_TWO
    ),
    "dropout of nine in ten by a use inside another block": warning(
        "heads", inside("Twice", settings("head", rate=0.9)), "drop", "drops 90% of what it gets", path=_NESTED
    ),
    "dropout twice in a block": warning(
        "heads",
        inside("Head", inserted("drop", "wide", "again", "Dropout", rate=0.3)),
        "again",
        "from what 'drop' has dropped",
        path=_ONE,
    ),
    "normalization of what dropout leaves in a block": warning(
        "heads",
        inside("Head", inserted("drop", "wide", "norm", "BatchNormalization", momentum=0.9)),
        "norm",
        "gets its values from 'drop' (Dropout)",
        path=_ONE,
    ),
    "normalization of rows of pixels in a block": warning(
        "stages", inside("Step", settings("norm", axis=1)), "norm", "has axis 1: of 14 × 14 × 16", path=_ENTER
    ),
    "slow normalization in a block": warning(
        "stages",
        all_of(inside("Step", settings("norm", momentum=0.99)), trained(epochs=2)),
        "norm",
        "momentum 0.99",
        path=_ENTER,
    ),
    "normalization over two samples in a block": warning(
        "stages", trained(batch_size=2), "norm", "a batch of 2 is too small", path=_ENTER
    ),
    "a penalty that outweighs the loss in a block": warning(
        "heads",
        inside("Head", settings("dense", kernel_regularizer=_L2)),
        "dense",
        "kernel_regularizer of 1",
        path=_ONE,
    ),
    "a bottleneck of one unit in a block": warning(
        "heads",
        inside("Head", inserted("drop", "wide", "neck", "Dense", units=1, activation="relu")),
        "neck",
        "lets only 1 value through between 32 values before it and 64 values in 'wide'",
        "10 classes",
        path=_ONE,
    ),
    "weights of a block that all begin alike": warning(
        "heads", inside("Head", settings("dense", kernel_initializer="zeros")), "dense", "begin alike", path=_ONE
    ),
    "very deep and plain inside a block": warning(
        "heads",
        inside(
            "Head",
            *(
                inserted("drop" if n == 0 else f"d{n - 1}", "wide", f"d{n}", "Dense", units=32, activation="relu")
                for n in range(24)
            ),
        ),
        "dense",
        "26 layers with weights stand in a row from 'dense'",
        path=_ONE,
    ),
    "everything frozen inside blocks too": error(
        "heads",
        all_of(
            inside("Head", settings("dense", trainable=False), settings("wide", trainable=False)),
            settings("logits", trainable=False),
        ),
        "logits",
        "Every layer with weights is frozen (trainable is off in 3 of 3)",
    ),
    "a mask that is lost in a block": warning(
        "reader",
        inside("Reader", inserted("embed", "lstm", "conv", "Conv1D", filters=16, kernel_size=3, activation="relu")),
        "conv",
        "does not hand that on",
        path=("reader",),
    ),
    "padding read as text in a block": warning(
        "reader",
        inside("Reader", settings("embed", mask_zero=False)),
        "lstm",
        "after the last of 20 values",
        path=("reader",),
    ),
    "token numbers as amounts in a block": warning(
        "reader",
        inside("Reader", without("lstm"), retyped("embed", "Dense", units=16, activation="relu")),
        "embed",
        "gets the 20 values of the text 'text' as token numbers",
        path=("reader",),
    ),
    "an encoder without positions": warning(
        "encoder",
        without("turn"),
        "attend",
        "gets 12 × 4 from 'x' without anything that tells the order of the 12 steps",
        path=("encoder",),
    ),
    "a second attention of a block that looks ahead": warning(
        "encoder",
        inside(
            "Encoder",
            settings("attend", use_causal_mask=True),
            inserted("norm", "y", "second", "MultiHeadAttention", num_heads=4, key_dim=8),
            edit(edit="connect", source="norm", target="second", target_port="value"),
        ),
        "second",
        "'attend' lets each of 12 steps see only those before it",
        path=("encoder",),
    ),
    "heads of a block that do not divide the width": warning(
        "encoder",
        inside("Encoder", settings("attend", num_heads=5, key_dim=6)),
        "attend",
        "5 does not divide 32",
        path=("encoder",),
    ),
    "pixels scaled twice in a block": warning(
        "stages",
        all_of(without("stem"), inside("Stage", inserted("x", "enter", "scale", "Rescaling", scale=1 / 255))),
        "scale",
        "between 0 and 1 already",
        path=("first",),
    ),
    "channels first in a block": warning(
        "stages",
        all_of(without("stem"), inside("Step", settings("one", data_format="channels_first"))),
        "one",
        "takes the height, 28, for the channels",
        path=_ENTER,
    ),
    "a window of a block on one pixel": warning(
        "stages",
        settings("pool", pool_size=14),
        "one",
        "lays a window of 3 × 3 over 1 × 1 × 16",
        path=("second", "enter"),
    ),
    "strides beyond the window in a block": warning(
        "stages",
        inside("Step", inserted("act", "y", "thin", "MaxPooling2D", pool_size=2, strides=3)),
        "thin",
        "in strides of 3 × 3",
        path=_ENTER,
    ),
    "a softmax along the samples in a block": error(
        "heads",
        inside("Head", inserted("wide", "y", "soft", "Softmax", axis=0)),
        "soft",
        "works along axis 0",
        path=_ONE,
    ),
}
