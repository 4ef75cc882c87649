"""What the signatures of ``keras.ops`` do not say: which arguments are tensors, which functions make no node."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from dlstudio.compiler.introspection.overlay import words

TENSOR_ARGUMENTS: dict[str, Collection[str]] = {
    "": words("x x1 x2 y inputs tensor a b query key value variable data array target output values"),
    "average": frozenset({"x", "weights"}),
    "full_like": frozenset({"x"}),
}
"""By operation, with ``""`` for all others."""

LIST_ARGUMENTS = frozenset({"concatenate.xs", "hstack.xs", "stack.x"})
"""Arguments that take a list of tensors."""

AXES: dict[str, Any] = {
    "": -1,
    "cumsum": 1,
    "cumprod": 1,
    "nancumsum": 1,
    "nancumprod": 1,
    "flip": 1,
    "roll": 1,
    "repeat": 1,
    "transpose": [0, 2, 1],
}
"""Suggested axis where Keras' default would mix the samples of a batch; ``""`` for all others."""

OMITTED_ARGUMENTS = frozenset(
    {"sparse", "ragged", "flash_attention", "bias", "mask", "attn_logits_soft_cap", "initial"}
)

SUGGESTED: dict[tuple[str, str], Any] = {
    ("average_pool", "pool_size"): 2,
    ("max_pool", "pool_size"): 2,
    ("cast", "dtype"): "float32",
    ("saturate_cast", "dtype"): "float32",
    ("clip", "x_min"): 0.0,
    ("clip", "x_max"): 1.0,
    ("expand_dims", "axis"): -1,
    ("full_like", "fill_value"): 1.0,
    ("moveaxis", "source"): 1,
    ("moveaxis", "destination"): -1,
    ("one_hot", "num_classes"): 10,
    ("pad", "pad_width"): [[0, 0], [1, 1]],
    ("percentile", "q"): 50.0,
    ("quantile", "q"): 0.5,
    ("nanpercentile", "q"): 50.0,
    ("nanquantile", "q"): 0.5,
    ("repeat", "repeats"): 2,
    ("reshape", "newshape"): [-1, 8],
    ("roll", "shift"): 1,
    ("space_to_depth", "block_size"): 2,
    ("depth_to_space", "block_size"): 2,
    ("swapaxes", "axis1"): 1,
    ("swapaxes", "axis2"): -1,
    ("threshold", "threshold"): 0.0,
    ("threshold", "default_value"): 0.0,
    ("tile", "repeats"): [1, 2],
    ("unfold", "kernel_size"): 2,
}
"""For settings without a default. An operation whose required setting is missing here makes no node."""

KINDS: dict[tuple[str, str], Any] = {
    ("reshape", "newshape"): "integers",
    ("transpose", "axes"): "integers",
    ("expand_dims", "axis"): "integers",
    ("squeeze", "axis"): "integers",
    ("pad", "pad_width"): "json",
    ("tile", "repeats"): "integers",
    ("norm", "ord"): "json",
    ("full_like", "fill_value"): "number",
    ("clip", "x_min"): "number",
    ("clip", "x_max"): "number",
    ("nan_to_num", "posinf"): "number",
    ("nan_to_num", "neginf"): "number",
    ("round", "decimals"): "integer",
    ("moveaxis", "source"): "integers",
    ("moveaxis", "destination"): "integers",
    **{(name, "q"): "number" for name in words("percentile nanpercentile quantile nanquantile")},
    ("normalize", "order"): "integer",
    ("normalize", "epsilon"): "number",
    ("pad", "constant_values"): "number",
    **{
        (name, "axis"): "integers"
        for name in words(
            "all any amax amin average count_nonzero flip logsumexp max mean median min norm prod ptp roll std sum var "
            "quantile percentile nanmax nanmean nanmin nansum nanstd nanvar nanprod nanmedian nanquantile nanpercentile"
        )
    },
}

EXCLUDED = words(
    # Take or give functions, shapes or Python values instead of tensors.
    "associative_scan cond convert_to_numpy convert_to_tensor custom_gradient dtype fori_loop is_tensor jvp map "
    "ndim scan shape size switch vectorize vectorized_map while_loop array copy get_item view unravel_index "
    # Make tensors from nothing.
    "arange bartlett blackman empty eye full geomspace hamming hanning identity kaiser linspace logspace ones tri "
    "zeros vander "
    # Give several tensors.
    "array_split dsplit eig eigh hsplit vsplit lu_factor meshgrid moments nonzero qr slogdet split svd top_k "
    "unique unstack histogram lstsq fft fft2 ifft2 rfft irfft stft istft frexp modf divmod "
    # Losses and learned kernels belong to tasks and layers.
    "binary_crossentropy categorical_crossentropy sparse_categorical_crossentropy ctc_decode ctc_loss conv "
    "conv_transpose depthwise_conv separable_conv batch_normalization rms_normalization layer_normalization "
    "dot_product_attention in_top_k psnr multi_hot trapezoid "
    # Need positions, segments or equal lengths that a drawn network does not have.
    "segment_max segment_min segment_prod segment_sum scatter scatter_update slice slice_update searchsorted "
    "bincount corrcoef diag diagflat fold extract_sequences einsum rearrange erfinv matrix_rank allclose "
    "append convolve select complex angle conj conjugate real imag isreal polar "
    # Mix the samples of a batch, or give their axis another place.
    "diagonal trace rot90 cdist inner outer vdot tensordot kron dstack vstack flipud dot logdet det inv pinv cross "
    "solve solve_triangular cholesky cholesky_inverse correlate tril triu view_as_complex view_as_real "
    # Work on bits or whole numbers only, or have no use in a network.
    "bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor bitwise_invert "
    "left_shift right_shift gcd lcm ldexp nextafter empty_like argpartition isin i0 take take_along_axis digitize "
    # Keras gives their shapes wrongly, or they flatten the batch.
    "adaptive_average_pool adaptive_max_pool ravel"
)
"""Operations that make no node, by reason."""
