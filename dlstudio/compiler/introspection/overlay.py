"""What Keras does not say about its arguments: kinds, choices, bounds, suggestions, and which are no settings.

Keys are an argument's name (for every class that has it) or ``Class.argument``, which wins. Small on purpose: what can
be read from Keras is read from Keras.
"""

from __future__ import annotations

from typing import Any


def words(text: str) -> tuple[str, ...]:
    """The words of a text: a list of names that reads like one."""
    return tuple(text.split())


CHANNELS = ("channels_last", "channels_first")
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
FILLS = ("reflect", "wrap", "constant", "nearest")
DTYPES = ("float32", "float16", "bfloat16", "float64", "int32", "int64", "int16", "int8", "uint8", "bool")

CHOICES: dict[str, tuple[str, ...]] = {
    "padding": ("valid", "same"),
    "Conv1D.padding": ("valid", "same", "causal"),
    "data_format": CHANNELS,
    "dtype": DTYPES,
    "CategoryEncoding.output_mode": ("multi_hot", "one_hot", "count"),
    "Discretization.output_mode": ("int", "one_hot", "multi_hot", "count"),
    "HashedCrossing.output_mode": ("int", "one_hot"),
    "Hashing.output_mode": ("int", "one_hot", "multi_hot", "count"),
    "IntegerLookup.output_mode": ("int", "one_hot", "multi_hot", "count", "tf_idf"),
    "IntegerLookup.oov_method": ("floormod", "farmhash"),
    "IntegerLookup.vocabulary_dtype": ("int64", "int32"),
    "StringLookup.output_mode": ("int", "one_hot", "multi_hot", "count", "tf_idf"),
    "TextVectorization.output_mode": ("int", "multi_hot", "count", "tf_idf"),
    "TextVectorization.standardize": ("lower_and_strip_punctuation", "lower", "strip_punctuation"),
    "TextVectorization.split": ("whitespace", "character"),
    "Bidirectional.merge_mode": ("concat", "sum", "mul", "ave"),
    "Attention.score_mode": ("dot", "concat"),
    "interpolation": INTERPOLATIONS,
    "RandomRotation.interpolation": ("nearest", "bilinear"),
    "RandomTranslation.interpolation": ("nearest", "bilinear"),
    "RandomZoom.interpolation": ("nearest", "bilinear"),
    "RandomShear.interpolation": ("nearest", "bilinear"),
    "RandomPerspective.interpolation": ("nearest", "bilinear"),
    "RandomElasticTransform.interpolation": ("nearest", "bilinear"),
    "AugMix.interpolation": ("nearest", "bilinear"),
    "RandAugment.interpolation": ("nearest", "bilinear"),
    "fill_mode": FILLS,
    "RandomFlip.mode": ("horizontal_and_vertical", "horizontal", "vertical"),
    "STFTSpectrogram.mode": ("log", "magnitude", "psd", "real", "imag", "angle", "stft"),
    "STFTSpectrogram.scaling": ("density", "spectrum"),
    "window": ("hann", "hamming"),
    "scaling": ("density", "spectrum"),
    "STFT.side": ("real", "imag"),
    "VarianceScaling.mode": ("fan_in", "fan_out", "fan_avg"),
    "VarianceScaling.distribution": ("truncated_normal", "untruncated_normal", "uniform"),
    "OrthogonalRegularizer.mode": ("rows", "columns"),
    "use_cudnn": ("auto", "true", "false"),
    "method": ("linear", "lower", "higher", "midpoint", "nearest"),
    "pad.mode": ("constant", "reflect", "symmetric"),
    "searchsorted.side": ("left", "right"),
    "correlate.mode": ("valid", "same", "full"),
    "qr.mode": ("reduced", "complete"),
}

KINDS: dict[str, str] = {
    # Numbers whose default None does not tell that they are numbers.
    "seed": "integer",
    "noise_shape": "json",  # axes may be left open by null
    "value_dim": "integer",
    "sliding_window": "integer",
    "output_shape": "integers",
    "attention_axes": "integers",
    "lora_rank": "integer",
    "lora_alpha": "number",
    "output_padding": "integers",
    "strides": "integers",
    "flash_attention": "flag",
    "logit_soft_cap": "number",
    "shared_axes": "integers",
    "axis": "integer",
    "axes": "integers",
    "LayerNormalization.axis": "integers",
    "UnitNormalization.axis": "integers",
    "RMSNormalization.axis": "integers",
    "Softmax.axis": "integers",
    "Normalization.axis": "integers",
    "Normalization.mean": "numbers",
    "Normalization.variance": "numbers",
    "Dot.axes": "integers",
    "ReLU.max_value": "number",
    "renorm_clipping": "json",
    "num_tokens": "integer",
    "height": "integer",
    "width": "integer",
    "bin_boundaries": "numbers",
    "num_bins": "integer",
    "salt": "integer",
    "mask_value": "number",
    "Hashing.mask_value": "integer",
    "mask_token": "integer",
    "oov_token": "integer",
    "StringLookup.mask_token": "text",
    "StringLookup.oov_token": "text",
    "max_tokens": "integer",
    "IntegerLookup.vocabulary": "integers",
    "StringLookup.vocabulary": "json",
    "TextVectorization.vocabulary": "json",
    "idf_weights": "numbers",
    "ngrams": "integers",
    "output_sequence_length": "integer",
    "sequence_length": "integer",
    "max_freq": "number",
    "fill_value": "number",
    "factor": "numbers",
    "x_factor": "numbers",
    "y_factor": "numbers",
    "height_factor": "numbers",
    "width_factor": "numbers",
    "brightness_factor": "numbers",
    "contrast_factor": "numbers",
    "saturation_factor": "numbers",
    "hue_factor": "numbers",
    "RandomPosterization.factor": "integers",
    "RandomGrayscale.factor": "number",
    "addition_factor": "numbers",
    "threshold_factor": "numbers",
    "RandomElasticTransform.scale": "numbers",
    "RandomPerspective.scale": "number",
    "RandomErasing.scale": "numbers",
    "RandomGaussianBlur.sigma": "numbers",
    "RandomGaussianBlur.kernel_size": "integers",
    "Rescaling.scale": "numbers",
    "Rescaling.offset": "numbers",
    "value_range": "numbers",
    "kernel_size": "integers",
    "pool_size": "integers",
    "dilation_rate": "integers",
    "output_size": "integers",
    "dims": "integers",
    "target_shape": "integers",
    "ZeroPadding1D.padding": "integers",
    "ZeroPadding2D.padding": "pairs",
    "ZeroPadding3D.padding": "pairs",
    "Cropping1D.cropping": "integers",
    "Cropping2D.cropping": "pairs",
    "Cropping3D.cropping": "pairs",
    "size": "integers",
    "UpSampling1D.size": "integer",
    "frame_step": "integer",
    "fft_length": "integer",
    "gptq_unpacked_column_size": "integer",
    "reverse_dtype": "text",
    "RandomErasing.fill_value": "number",
    # Optimizers and schedules.
    "weight_decay": "number",
    "clipnorm": "number",
    "clipvalue": "number",
    "global_clipnorm": "number",
    "loss_scale_factor": "number",
    "ema_overwrite_frequency": "integer",
    "gradient_accumulation_steps": "integer",
    "l1_regularization_strength": "number",
    "initial_accumulator_value": "number",
    "boundaries": "numbers",
    "values": "numbers",
    "initial_learning_rate": "number",
    "decay_steps": "integer",
    "first_decay_steps": "integer",
    "warmup_target": "number",
    "decay_rate": "number",
    "clip_threshold": "number",
    "d0": "number",
    "exclude_layers": "json",
    "exclude_embeddings": "flag",
    "input_axes": "integers",
    "output_axes": "integers",
    "RandomNormal.mean": "number",
    "MaxNorm.max_value": "number",
    "OrthogonalRegularizer.factor": "number",
    # Layers inside layers.
    "layer": "layer",
    "backward_layer": "layer",
    "cell": "layer",
    "layers": "layers",
    "cells": "layers",
}

MINIMUM: dict[str, float] = {
    **dict.fromkeys(
        words(
            "units filters kernel_size strides pool_size dilation_rate groups depth_multiplier num_heads key_dim "
            "value_dim head_dim num_query_heads num_key_value_heads input_dim output_dim n size output_size height "
            "width num_bins num_tokens max_tokens power_iterations sliding_window fft_length sequence_stride "
            "num_mel_bins sampling_rate frame_length frame_step max_number bins num_chains chain_depth num_classes "
            "decay_steps first_decay_steps gradient_accumulation_steps ema_overwrite_frequency lora_rank"
        ),
        1,
    ),
    **dict.fromkeys(
        words(
            "rate dropout recurrent_dropout epsilon momentum renorm_momentum stddev learning_rate weight_decay "
            "clipnorm clipvalue global_clipnorm rho beta_1 beta_2 ema_momentum l1 l2 warmup_steps "
            "output_padding num_oov_indices"
        ),
        0,
    ),
    "GroupNormalization.groups": -1,
    "cropping": 0,
    **{f"ZeroPadding{axes}D.padding": 0 for axes in (1, 2, 3)},
    "RandomPosterization.factor": 0,
}

MAXIMUM: dict[str, float] = {
    "rate": 1,
    "dropout": 1,
    "recurrent_dropout": 1,
    "momentum": 1,
    "renorm_momentum": 1,
    "beta_1": 1,
    "beta_2": 1,
    "ema_momentum": 1,
    "RandomPosterization.factor": 8,
}

_DENSE = {"type": "keras.layers.Dense", "settings": {"units": 64}}
_LSTM = {"type": "keras.layers.LSTM", "settings": {"units": 64, "return_sequences": True}}

SUGGESTED: dict[str, Any] = {
    "units": 64,
    "filters": 32,
    "kernel_size": 3,
    "pool_size": 2,
    "output_size": 4,
    "rate": 0.3,
    "GaussianNoise.stddev": 0.1,
    "Activation.activation": "relu",
    "input_dim": 1000,
    "output_dim": 64,
    "num_heads": 4,
    "key_dim": 16,
    "head_dim": 16,
    "num_query_heads": 4,
    "num_key_value_heads": 2,
    "EinsumDense.equation": "ab,bc->ac",
    "EinsumDense.output_shape": 64,
    "Dot.axes": -1,
    "target_shape": [-1],
    "dims": [2, 1],
    "RepeatVector.n": 8,
    "height": 32,
    "width": 32,
    "factor": 0.2,
    "height_factor": 0.1,
    "width_factor": 0.1,
    "RandomPosterization.factor": 4,
    "Rescaling.scale": 0.00392156862745098,
    "Rescaling.offset": 0.0,
    "num_tokens": 10,
    "num_bins": 16,
    "bin_boundaries": [0.0],
    "IntegerLookup.vocabulary": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    "Bidirectional.layer": _LSTM,
    "TimeDistributed.layer": _DENSE,
    "SpectralNormalization.layer": _DENSE,
    "RNN.cell": {"type": "keras.layers.LSTMCell", "settings": {"units": 64}},
    "StackedRNNCells.cells": [{"type": "keras.layers.LSTMCell", "settings": {"units": 64}}],
    "Pipeline.layers": [{"type": "keras.layers.RandomFlip", "settings": {"mode": "horizontal"}}],
    "max_number": 10,
    "decay_rate": 0.96,
    "boundaries": [1000, 2000],
    "values": [0.05, 0.01, 0.002],
}

REQUIRED = {"CategoryEncoding.num_tokens", "Discretization.bin_boundaries", "IntegerLookup.vocabulary"}
"""Keras has a default, but a node needs a value: the layer would have to be fitted to data first."""

NULLABLE = {"Bidirectional.merge_mode"} | {
    f"{layer}.{name}"
    for layer in words("LSTM GRU SimpleRNN LSTMCell GRUCell SimpleRNNCell ConvLSTM1D ConvLSTM2D ConvLSTM3D")
    for name in words("activation recurrent_activation")
}
"""None is legal though it is not the default."""

OMITTED = {
    "self",
    "name",
    "dtype",
    "weights",  # an array
    "quantization_config",  # an object of code
    "gptq_unpacked_column_size",
    "lora_rank",  # adapts a trained layer; meaningless in a fresh one
    "lora_alpha",
    "sparse",  # sparse tensors do not pass through the batches of the studio
    "ragged",
    "synchronized",
    "stateful",  # needs a fixed batch size
    "reverse_dtype",
    "reverse",
    "zero_output_for_mask",
    "num_bins_adapted",
    "input_tensor",
    "use_cudnn",
}
"""Arguments that are no settings of a node."""

OMITTED_HERE = {"Discretization.num_bins", "Discretization.epsilon", "Pipeline.name", "TextVectorization.name"}
