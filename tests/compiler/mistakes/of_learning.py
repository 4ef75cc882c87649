"""Mistakes that run but hurt learning: activations, dropout, normalization, capacity, tokens, attention, training."""

from __future__ import annotations

from itertools import pairwise

from .making import (
    Break,
    Mistake,
    all_of,
    connected,
    cut,
    error,
    inserted,
    optimizer,
    retyped,
    settings,
    trained,
    warning,
    without,
)


def deeper(start: str, name: str, count: int, type_name: str, **values: object) -> Break:
    """``count`` more layers behind ``start``, one after the other, before ``name``."""
    names = [start, *(f"{start}_{index}" for index in range(count))]
    return all_of(*(inserted(a, name, b, type_name, **values) for a, b in pairwise(names)))


LEARNING: dict[str, Mistake] = {
    # what the network ends in
    "sigmoid for one of several classes": warning(
        "table", settings("logits", activation="sigmoid"), "y", "'logits' ends in sigmoid", "rates each class by itself"
    ),
    "relu before the cross-entropy": warning(
        "pictures", settings("logits", activation="relu"), "y", "'logits' ends in relu, which gives only numbers of 0"
    ),
    "tanh before the cross-entropy": warning(
        "series", settings("logits", activation="tanh"), "y", "'logits' ends in tanh", "between -1 and 1"
    ),
    "double softmax": warning(
        "pictures",
        all_of(settings("logits", activation="softmax"), inserted("logits", "y", "soft", "Softmax")),
        "soft",
        "makes probabilities of what 'logits' has made probabilities of already",
    ),
    "sigmoid at the end of a regression": warning(
        "prices", settings("value", activation="sigmoid"), "y", "'value' ends in sigmoid", "between 0 and 1"
    ),
    "relu at the end of a regression": warning(
        "prices", inserted("value", "y", "cut_off", "ReLU"), "y", "'cut_off' ends in relu", "of 0 and above"
    ),
    "softmax over first and last instead of over the words": warning(
        "answers", settings("logits", activation="softmax"), "y", "'logits' ends in softmax", "over the words (axis 1)"
    ),
    "sigmoid at the end of a reader": warning(
        "answers", inserted("logits", "y", "sure", "Activation", activation="sigmoid"), "y", "'sure' ends in sigmoid"
    ),
    "relu at the end of a reader": warning(
        "answers", settings("logits", activation="relu"), "y", "'logits' ends in relu", "scores of any size and sign"
    ),
    "a loss of classes for a span": error(
        "answers", settings("y", loss="SparseCategoricalCrossentropy"), "y", "has the loss", "two cross-entropies"
    ),
    "one score a word for a span": error(
        "answers", settings("logits", units=1), "y", "needs 20 × 2", "Set the last layer to 2 values a place"
    ),
    # boxes that do not move with their image
    "a rotation before a detector": warning(
        "detector",
        inserted("x", "conv", "turn", "RandomRotation", factor=0.1),
        "turn",
        "'turn' (RandomRotation) changes where things lie",
        "the boxes that 'y' learns stay where they were",
    ),
    "a flip behind a convolution of a detector": warning(
        "detector",
        inserted("middle", "flat_2", "mirror", "RandomFlip", mode="horizontal"),
        "mirror",
        "only right behind the Input of the images",
    ),
    # a mask that does not move with its image
    "shears before a segmentation": warning(
        "segmentation",
        inserted("x", "conv", "shear", "RandomShear", x_factor=0.1),
        "shear",
        "the mask that 'y' learns stays as it was. RandomFlip, RandomTranslation, RandomRotation and RandomZoom right",
    ),
    # activations inside
    "no activation between two Dense": warning(
        "table", settings("dense_1", activation=None), "dense_1", "gives 32 values to 'dense_2' without an activation"
    ),
    "no activation between two convolutions": warning(
        "pictures",
        all_of(settings("conv_1", activation=None), without("pool_1")),
        "conv_1",
        "gives 28 × 28 × 8 to 'conv_2' without an activation",
    ),
    "softmax in the middle": warning(
        "table", settings("dense_1", activation="softmax"), "dense_1", "ends in softmax in the middle of the network"
    ),
    "relu in an LSTM": warning("series", settings("lstm_1", activation="relu"), "lstm_1", "has the activation relu"),
    "sigmoids in a deep stack": warning(
        "table",
        deeper("dense_2", "logits", 5, "Dense", units=16, activation="sigmoid"),
        "dense_2_0",
        "5 layers in a row, from 'dense_2_0' to 'dense_2_4', end in sigmoid",
    ),
    "tanhs in a very deep stack": warning(
        "pictures",
        deeper("conv_2", "pool_2", 9, "Conv2D", filters=16, kernel_size=3, padding="same", activation="tanh"),
        "conv_2_0",
        "9 layers in a row",
        "end in tanh",
    ),
    # dropout, normalization, penalties
    "dropout of nine in ten": warning("pictures", settings("drop", rate=0.9), "drop", "drops 90% of what it gets"),
    "dropout of nine in ten inside an LSTM": warning(
        "series", settings("lstm_1", recurrent_dropout=0.9), "lstm_1", "drops 90% of what it gets"
    ),
    "dropout right before the Output": warning(
        "pictures",
        all_of(without("drop"), inserted("logits", "y", "drop", "Dropout", rate=0.3)),
        "drop",
        "stands behind the last layer and strikes out the scores of classes",
    ),
    "dropout of predicted numbers": warning(
        "prices", inserted("value", "y", "drop", "Dropout", rate=0.2), "drop", "sets predicted numbers to 0"
    ),
    "dropout twice": warning(
        "pictures", inserted("drop", "logits", "again", "Dropout", rate=0.3), "again", "from what 'drop' has dropped"
    ),
    "normalization of what dropout leaves": warning(
        "pictures",
        inserted("drop", "logits", "norm", "BatchNormalization", momentum=0.9),
        "norm",
        "gets its values from 'drop' (Dropout)",
    ),
    "normalization before the softmax": warning(
        "table",
        all_of(
            inserted("logits", "y", "norm", "BatchNormalization", momentum=0.9), inserted("norm", "y", "p", "Softmax")
        ),
        "norm",
        "stands between the last layer and the Output",
    ),
    "normalization of rows of pixels": warning(
        "residual", settings("norm", axis=1), "norm", "has axis 1: of 14 × 14 × 32", "each row of pixels"
    ),
    "slow normalization in a short run": warning(
        "residual", all_of(settings("norm", momentum=0.99), trained(epochs=2)), "norm", "momentum 0.99", "188 steps"
    ),
    "normalization over two samples": warning("residual", trained(batch_size=2), "norm", "a batch of 2 is too small"),
    "a penalty that outweighs the loss": warning(
        "table",
        settings("dense_1", kernel_regularizer={"type": "keras.regularizers.L2", "settings": {"l2": 1.0}}),
        "dense_1",
        "kernel_regularizer of 1",
    ),
    # capacity
    "a bottleneck of one unit": warning(
        "table",
        inserted("dense_1", "dense_2", "neck", "Dense", units=1, activation="relu"),
        "neck",
        "lets only 1 value through between 32 values before it and 16 values in 'dense_2'",
    ),
    "a bottleneck of two filters": warning(
        "pictures",
        all_of(
            settings("conv_2", filters=32),
            inserted("conv_2", "pool_2", "neck", "Conv2D", filters=2, kernel_size=3, padding="same", activation="relu"),
            inserted("neck", "pool_2", "wide", "Conv2D", filters=32, kernel_size=3, padding="same", activation="relu"),
        ),
        "neck",
        "lets only 2 values through between 14 × 14 × 32 before it and 14 × 14 × 32 in 'wide'",
    ),
    "a Dense that holds all the weights": warning(
        "photographs", retyped("gap", "Flatten"), "dense", "million parameters", "56 × 56 × 32"
    ),
    "very deep and plain": warning(
        "pictures",
        deeper("conv_2", "pool_2", 24, "Conv2D", filters=16, kernel_size=3, padding="same", activation="relu"),
        "conv_1",
        "layers with weights stand in a row from 'conv_1'",
    ),
    "weights that all begin alike": warning(
        "table", settings("dense_1", kernel_initializer="zeros"), "dense_1", "begin alike (kernel_initializer zeros)"
    ),
    "everything frozen": error(
        "table",
        all_of(*(settings(name, trainable=False) for name in ("dense_1", "dense_2", "logits"))),
        "logits",
        "Every layer with weights is frozen",
    ),
    "nothing to train": warning(
        "prices",
        all_of(retyped("dense_1", "Reshape", target_shape=[6, 1]), retyped("value", "GlobalAveragePooling1D")),
        "y",
        "nothing to train",
    ),
    # texts, tokens, masks
    "token numbers as amounts": warning(
        "texts",
        all_of(without("lstm"), retyped("embed", "Dense", units=16, activation="relu")),
        "embed",
        "gets the 20 values of the text 'text' as token numbers",
    ),
    "padding read as text": warning(
        "texts", settings("embed", mask_zero=False), "lstm", "after the last of 20 values", "'embed'"
    ),
    "padding read by a bidirectional layer": warning(
        "texts",
        all_of(
            settings("embed", mask_zero=False),
            retyped("lstm", "Bidirectional", layer={"type": "keras.layers.GRU", "settings": {"units": 8}}),
        ),
        "lstm",
        "padded with 0 at their end",
    ),
    "a mask that is lost": warning(
        "texts",
        inserted("embed", "lstm", "conv", "Conv1D", filters=16, kernel_size=3, activation="relu"),
        "conv",
        "'embed' marks the padding of short texts (mask_zero), but 'conv' (Conv1D) does not hand that on",
    ),
    # attention
    "a transformer without positions": warning(
        "transformer",
        all_of(
            without("ones", "pos", "step", "where"),
            cut("x", "with_pos"),
            cut("stem", "with_pos"),
            without("with_pos"),
            connected("stem", "attend", "query"),
            connected("stem", "attend", "value"),
            connected("stem", "attend_add"),
        ),
        "attend",
        "gets 12 × 32 from 'stem' without anything that tells the order of the 12 steps",
    ),
    "a second attention that looks ahead": warning(
        "transformer",
        all_of(
            settings("attend", use_causal_mask=True),
            inserted("norm", "feed_1", "second", "MultiHeadAttention", num_heads=4, key_dim=8),
            connected("norm", "second", "value"),
        ),
        "second",
        "'attend' lets each of 12 steps see only those before it",
    ),
    "heads that do not divide the width": warning(
        "transformer", settings("attend", num_heads=5, key_dim=6), "attend", "30 of 32 features", "5 does not divide 32"
    ),
    # writing
    "a decoder that sees what it is to write": warning(
        "translation",
        all_of(
            inserted("known", "write", "ahead", "MultiHeadAttention", num_heads=4, key_dim=8),
            connected("known", "ahead", "value"),
        ),
        "ahead",
        "lets each token of 'fr so far' see those behind it",
        "copies what it is to write",
    ),
    "a decoder that reads backwards": warning(
        "translation",
        retyped(
            "write",
            "Bidirectional",
            layer={"type": "keras.layers.GRU", "settings": {"units": 16, "return_sequences": True}},
        ),
        "write",
        "reads 'fr so far' from its end as well",
    ),
    # images
    "pixels scaled twice": warning(
        "pictures", inserted("x", "conv_1", "scale", "Rescaling", scale=1 / 255), "scale", "between 0 and 1 already"
    ),
    "frames scaled twice": warning(
        "clips", inserted("x", "conv_1", "scale", "Rescaling", scale=1 / 255), "scale", "between 0 and 1 already"
    ),
    "time for channels": warning(
        "clips", settings("conv_1", data_format="channels_first"), "conv_1", "takes the time, 6, for the channels"
    ),
    "augmentation for bytes": warning(
        "pictures",
        inserted("x", "conv_1", "brighter", "RandomBrightness", factor=0.2),
        "brighter",
        "takes pixels for numbers from 0 to 255",
    ),
    "channels first": warning(
        "pictures", settings("conv_1", data_format="channels_first"), "conv_1", "takes the height, 28, for the channels"
    ),
    "a window on one pixel": warning(
        "pictures",
        all_of(
            settings("pool_2", pool_size=14),
            inserted(
                "pool_2", "flat", "conv_3", "Conv2D", filters=16, kernel_size=3, padding="same", activation="relu"
            ),
        ),
        "conv_3",
        "lays a window of 3 × 3 over 1 × 1 × 16",
    ),
    "strides beyond the window": warning(
        "pictures",
        settings("pool_1", pool_size=2, strides=3),
        "pool_1",
        "a window of 2 × 2 over 28 × 28 × 8 in strides of 3 × 3",
    ),
    # training
    "a learning rate far too high for Adam": warning(
        "table", optimizer("Adam", learning_rate=0.5), None, "Adam with a learning rate of 0.5 is far too fast"
    ),
    "a learning rate far too high for SGD": warning(
        "table", optimizer("SGD", learning_rate=5.0), None, "SGD with a learning rate of 5 is far too fast"
    ),
    "a learning rate far too low": warning(
        "table", optimizer("SGD", learning_rate=1e-7), None, "SGD with a learning rate of 1e-07 is far too slow"
    ),
    "a batch larger than the split": warning(
        "table", trained(batch_size=512), None, "A batch of 512 is more than the 200 samples", rows=200
    ),
}
