"""Mistakes with ranks, sizes and shapes, over images, texts, series and tables."""

from __future__ import annotations

from dlstudio.graph.model import Wire

from .making import Mistake, all_of, connected, cut, error, inserted, retyped, settings, without

SHAPES: dict[str, Mistake] = {
    "a convolution of a vector": error(
        "table",
        all_of(retyped("dense_1", "Conv2D", filters=8, kernel_size=3)),
        "dense_1",
        "needs an image (height × width × channels) but gets 6 values from 'x'",
    ),
    "a recurrent layer on an image": error(
        "pictures",
        all_of(without("conv_1", "pool_1", "conv_2", "pool_2"), retyped("flat", "LSTM", units=32)),
        "flat",
        "needs a sequence",
        "28 × 28 × 1",
        "from 'x'",
    ),
    "no Flatten before the Dense": error(
        "pictures", without("flat"), "y", "10 classes but gets 7 × 7 × 10", "from 'logits'", "flatten or average first"
    ),
    "no global pooling before the classifier": error(
        "residual", without("gap"), "y", "10 classes but gets 14 × 14 × 10 (height × width × channels) from 'logits'"
    ),
    "Flatten before a convolution": error(
        "pictures", inserted("pool_1", "conv_2", "early", "Flatten"), "conv_2", "gets 1568 values from 'early'"
    ),
    "addition of different channels": error(
        "residual",
        settings("conv_2", filters=64),
        "add_1",
        "cannot join 14 × 14 × 64 from 'conv_2' and 14 × 14 × 32 from 'stem'",
        "All shapes have to be equal.",
    ),
    "addition of different sizes": error(
        "residual",
        settings("conv_2", padding="valid"),
        "add_1",
        "12 × 12 × 32 from 'conv_2' and 14 × 14 × 32 from 'stem'",
    ),
    "addition after strides": error(
        "residual", settings("conv_1", strides=2), "add_1", "7 × 7 × 32 from 'conv_2' and 14 × 14 × 32 from 'stem'"
    ),
    "product of different sizes": error(
        "residual",
        all_of(retyped("add_1", "Multiply"), settings("conv_2", filters=48)),
        "add_1",
        "(Multiply) cannot join 14 × 14 × 48",
        "14 × 14 × 32 from 'stem'",
    ),
    "average of different widths": error(
        "table",
        all_of(inserted("dense_2", "logits", "mean", "Average"), connected("dense_1", "mean")),
        "mean",
        "(Average) cannot join 16 values from 'dense_2' and 32 values from 'dense_1'",
    ),
    "concatenation of a U-Net on odd sizes": error(
        "unet",
        all_of(inserted("x", "wide", "cut", "Cropping2D", cropping=[[1, 0], [1, 0]])),
        "join",
        "cannot join 26 × 26 × 8 from 'up' and 27 × 27 × 8 from 'wide'",
        "All axes but the one it joins along",
    ),
    "transposed convolution that does not reach the size of the skip": error(
        "unet", settings("up", strides=1), "join", "15 × 15 × 8 from 'up' and 28 × 28 × 8 from 'wide'"
    ),
    "concatenation of an image and a vector": error(
        "unet",
        retyped("up", "GlobalAveragePooling2D"),
        "join",
        "cannot join 16 values from 'up' and 28 × 28 × 8 from 'wide'",
        follows=True,
    ),
    "concatenation along the wrong axis": error(
        "unet",
        all_of(settings("join", axis=1), settings("up", filters=4)),
        "join",
        "28 × 28 × 4 from 'up' and 28 × 28 × 8 from 'wide'",
    ),
    "too many poolings": error(
        "pictures",
        all_of(
            inserted("pool_2", "flat", "pool_3", "MaxPooling2D", pool_size=4),
            inserted("pool_3", "flat", "pool_4", "MaxPooling2D"),
        ),
        "pool_4",
        "leaves nothing of 1 × 1 × 16",
        "from 'pool_3'",
    ),
    "kernel larger than what is left": error(
        "pictures",
        settings("conv_2", kernel_size=15, padding="valid"),
        "conv_2",
        "leaves nothing of 14 × 14 × 8 (height × width × channels) from 'pool_1'",
    ),
    "kernel longer than the text": error(
        "words", settings("conv", kernel_size=21), "conv", "leaves nothing of 20 × 32", "from 'embed'"
    ),
    "strides that leave nothing": error(
        "pictures",
        settings("pool_2", pool_size=28, strides=28),
        "pool_2",
        "leaves nothing of 14 × 14 × 16",
    ),
    "cropping more than there is": error(
        "pictures",
        inserted("x", "conv_1", "crop", "Cropping2D", cropping=20),
        "crop",
        "28 × 28 × 1",
    ),
    "padding without end": Mistake(
        "pictures",
        inserted("x", "conv_1", "pad", "ZeroPadding2D", padding=30),
        "pad",
        ("makes 88 × 88 × 1 of 28 × 28 × 1", "more padding than input"),
        "warning",
    ),
    "units against classes": error(
        "pictures", settings("logits", units=5), "y", "10 classes but gets 5 values from 'logits'"
    ),
    "one unit with sigmoid for classes": error(
        "table", settings("logits", units=1, activation="sigmoid"), "y", "10 classes but gets 1 value from 'logits'"
    ),
    "softmax with one unit": error(
        "prices",
        settings("value", activation="softmax"),
        "y",
        "'value' ends in softmax, whose values always add up to 1",
    ),
    "a recurrent layer that gives no sequence to the next": error(
        "series",
        settings("lstm_1", return_sequences=False),
        "lstm_2",
        "needs a sequence (time × features) but gets 16 values from 'lstm_1'",
    ),
    "a sequence left on before the classifier": error(
        "series",
        settings("lstm_2", return_sequences=True),
        "y",
        "10 classes but gets 12 × 10 (time × features) from 'logits'",
    ),
    "a recurrent layer on tokens": error(
        "texts", without("embed"), "lstm", "needs a sequence (time × features) but gets 20 values from 'x'"
    ),
    "a convolution of tokens": error(
        "words", without("embed"), "conv", "needs a sequence (time × features) but gets 20 values from 'x'"
    ),
    "embedding smaller than the vocabulary": error(
        "texts", settings("embed", input_dim=100), "embed", "has a table of 100 but column 'text' has 500 token numbers"
    ),
    "embedding without padding and unknown": error(
        "words", settings("embed", input_dim=499), "embed", "table of 499", "500 token numbers"
    ),
    "embedding of pixels": error(
        "pictures",
        inserted("x", "conv_1", "embed", "Embedding", input_dim=256, output_dim=8),
        "embed",
        "looks up whole token numbers from 0, but gets 28 × 28 × 1 of the column 'image'",
        follows=True,
    ),
    "embedding of measurements": error(
        "series",
        inserted("x", "lstm_1", "embed", "Embedding", input_dim=100, output_dim=8),
        "embed",
        "amounts with fractions",
        "12 × 4 of the column 'series'",
        follows=True,
    ),
    "embedding of a table": error(
        "table",
        inserted("x", "dense_1", "embed", "Embedding", input_dim=100, output_dim=8),
        "embed",
        "looks up whole token numbers",
        "6 values of the column 'features'",
        follows=True,
    ),
    "Reshape to another size": error(
        "table", inserted("dense_1", "dense_2", "shape", "Reshape", target_shape=[5, 5]), "shape", "32 values"
    ),
    "Reshape of an image to too few values": error(
        "pictures",
        inserted("pool_2", "flat", "shape", "Reshape", target_shape=[7, 7]),
        "shape",
        "7 × 7 × 16 from 'pool_2'",
    ),
    "Permute of axes that are not there": error(
        "series", inserted("x", "lstm_1", "turn", "Permute", dims=[3, 1, 2]), "turn", "12 × 4 from 'x'"
    ),
    "Permute that counts from 0": error(
        "series", inserted("x", "lstm_1", "turn", "Permute", dims=[1, 0]), "turn", "12 × 4 from 'x'"
    ),
    "softmax over the samples": error(
        "table",
        inserted("logits", "y", "soft", "Softmax", axis=0),
        "soft",
        "works along axis 0, which counts the samples",
        "10 values from 'logits'",
    ),
    "sum over the samples": error(
        "transformer", settings("pos", axis=0), "pos", "works along axis 0", "12 × 4 from 'ones'"
    ),
    "mean over the samples": error(
        "series",
        all_of(
            settings("lstm_2", return_sequences=True), inserted("lstm_2", "logits", "mean", "ops.mean", axis=[0, 1])
        ),
        "mean",
        "would mix the samples of a batch",
        "12 × 16",
    ),
    "axis that is not there": error(
        "unet", settings("join", axis=7), "join", "28 × 28 × 8 from 'up' and 28 × 28 × 8 from 'wide'"
    ),
    "groups that do not divide the channels": error(
        "pictures", settings("conv_2", groups=3), "conv_2", "14 × 14 × 8", "groups"
    ),
    "groups that do not divide the filters": error(
        "pictures", settings("conv_2", groups=4, filters=18), "conv_2", "groups"
    ),
    "no channel for a depth-wise convolution": error(
        "pictures",
        retyped("conv_2", "DepthwiseConv2D", kernel_size=3, depth_multiplier=0),
        "conv_2",
        "'depth_multiplier'",
    ),
    "dilation and strides": error("pictures", settings("conv_2", strides=2, dilation_rate=2), "conv_2", "strides"),
    "one normalization group too many": error(
        "residual", retyped("norm", "GroupNormalization", groups=5), "norm", "groups", "14 × 14 × 32"
    ),
    "attention over a vector": error(
        "table",
        all_of(
            retyped("dense_2", "MultiHeadAttention", num_heads=2, key_dim=4), connected("dense_1", "dense_2", "value")
        ),
        "dense_2",
        "but gets 32 values from 'dense_1'",
        follows=True,
    ),
    "attention that changes the width of its residual": error(
        "transformer",
        settings("attend", output_shape=48),
        "attend_add",
        "cannot join",
        "12 × 48 from 'attend'",
        "12 × 32 from 'with_pos'",
    ),
    "query and value of different widths": error(
        "transformer",
        all_of(retyped("attend", "Attention"), cut("with_pos", "attend", "value"), connected("x", "attend", "value")),
        "attend",
        "compares its query, 12 × 32 from 'with_pos', with its value, 12 × 4 from 'x'",
    ),
    "query heads that the value heads do not divide": error(
        "transformer",
        retyped("attend", "GroupQueryAttention", head_dim=8, num_query_heads=4, num_key_value_heads=3),
        "attend",
        "its 3 heads for keys and values do not divide its 4 query heads",
    ),
    "an average over the last two axes of a vector": error(
        "table", inserted("dense_1", "dense_2", "gap", "GlobalAveragePooling1D"), "gap", "gets 32 values from 'dense_1'"
    ),
    "whole numbers into a softmax": error(
        "words",
        inserted("x", "embed", "soft", "Softmax"),
        "soft",
        "needs numbers with fractions but gets whole numbers",
        follows=True,
    ),
    "a detector of one class too many": error(
        "detector",
        all_of(
            *(settings(name, filters=7) for name in ("fine", "middle", "coarse")),
            *(settings(f"flat_{number}", target_shape=[-1, 7]) for number in (1, 2, 3)),
        ),
        "y",
        "needs 1029 × 6, but gets 1029 × 7 from 'all'",
        "the grids 28×28, 14×14 and 7×7",
        "2 scores for the classes and 4 numbers for the box",
        "Give each place 6 values.",
    ),
    "a detector without its coarse grid": error(
        "detector", cut("flat_3", "all"), "y", "but gets 980 × 6", "Join the grids with steps of 1, 2 and 4 pixels"
    ),
    "a detector that ends in a sigmoid": error(
        "detector", inserted("all", "y", "scores", "Activation", activation="sigmoid"), "y", "ends in sigmoid"
    ),
    "a detector with the loss of numbers": error(
        "detector", settings("y", loss="keras.losses.MeanSquaredError"), "y", "the loss MeanSquaredError cannot compare"
    ),
    "a film read as an image": error(
        "pictures", retyped("conv_1", "Conv3D", filters=8, kernel_size=3), "conv_1", "28 × 28 × 1 (height", follows=True
    ),
}
assert Wire
