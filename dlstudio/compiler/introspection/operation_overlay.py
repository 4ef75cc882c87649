"""What the signatures of ``keras.ops`` do not say: which arguments are tensors, what comes out, what to start with.

Keys of pairs are (operation, argument); a bare name is an operation under ``keras.ops``.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from dlstudio.compiler.introspection.overlay import CHANNELS, words

TENSOR_ARGUMENTS: dict[str, Collection[str]] = {
    "": words("x x1 x2 y inputs tensor a b query key value variable data array target output values images"),
    "average": words("x weights"),
    "full_like": words("x"),
    "get_item": words("x"),
    "norm": words("x"),
    "one_hot": words("x"),
    "where": words("condition x1 x2"),
    "take": words("x indices"),
    "take_along_axis": words("x indices"),
    "digitize": words("x bins"),
    "in_top_k": words("targets predictions"),
    "ctc_loss": words("target output target_length output_length"),
    "conv": words("inputs kernel"),
    "depthwise_conv": words("inputs kernel"),
    "separable_conv": words("inputs depthwise_kernel pointwise_kernel"),
    "batch_normalization": words("x mean variance offset scale"),
    "layer_normalization": words("x gamma beta"),
    "rms_normalization": words("x scale"),
    "dot_product_attention": words("query key value bias mask"),
    "trapezoid": words("y"),
    "image.affine_transform": words("images transform"),
    "image.perspective_transform": words("images start_points end_points"),
    "image.ssim": words("image1 image2"),
}
"""By operation, with ``""`` for all others."""

LIST_ARGUMENTS = frozenset(
    {"concatenate.xs", "hstack.xs", "dstack.xs", "stack.x", "select.condlist", "select.choicelist"}
)
"""Arguments that take a list of tensors."""

UNBATCHED = frozenset(
    {
        "conv.kernel",
        "depthwise_conv.kernel",
        "separable_conv.depthwise_kernel",
        "separable_conv.pointwise_kernel",
        "batch_normalization.mean",
        "batch_normalization.variance",
        "batch_normalization.offset",
        "batch_normalization.scale",
        "layer_normalization.gamma",
        "layer_normalization.beta",
        "rms_normalization.scale",
        "digitize.bins",
        "isin.x2",
        "dot.x2",
        "inner.x2",
        "tensordot.x2",
        "image.perspective_transform.start_points",
        "image.perspective_transform.end_points",
        "image.affine_transform.transform",
    }
)
"""Tensors that are the same for all samples: with a batch axis they would mean something else, or mix the samples."""

PAIRED = words("fft fft2 ifft2 irfft istft")
"""Operations whose first argument is a real and an imaginary part."""

PARTS = 16
"""Into how many tensors an operation may cut one."""

SPLITS = {"split": "indices_or_sections", "array_split": "indices_or_sections", "unstack": "num"}
SPLITS |= dict.fromkeys(words("hsplit dsplit"), "indices_or_sections")
"""Operations that give as many tensors as a setting says."""

OUTPUTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(words("fft fft2 ifft2 rfft stft"), ("real", "imag")),
    "eigh": ("eigenvalues", "eigenvectors"),
    "moments": ("mean", "variance"),
    "qr": ("q", "r"),
    "top_k": ("values", "indices"),
    "image.sobel_edges": ("outputs",),
}
"""Names of what comes out, where that is not one tensor."""

SPREAD = frozenset({"einsum"})
"""Operations that take each tensor as an argument of its own."""

AXES: dict[str, Any] = {
    "": -1,
    **dict.fromkeys(words("cumsum cumprod nancumsum nancumprod flip roll repeat take split array_split unstack"), 1),
    **dict.fromkeys(words("diagonal.axis1 trace.axis1"), 1),
    **dict.fromkeys(words("diagonal.axis2 trace.axis2"), 2),
    "moments": [1],
    "rot90": [1, 2],
    "transpose": [0, 2, 1],
}
"""Suggested axis where Keras' default would mix the samples of a batch; ``""`` for all others."""

OMITTED_ARGUMENTS = frozenset(
    {
        *words("sparse ragged flash_attention synchronized attn_logits_soft_cap initial beam_width gaussian"),
        *words("compute_uv assume_unique target_height target_width axes_lengths"),
    }
)

OMITTED_HERE = frozenset({"trapezoid.x"})
"""Arguments that a node cannot have: Keras takes them for no tensors while a network is built."""

SUGGESTED: dict[tuple[str, str], Any] = {
    ("average_pool", "pool_size"): 2,
    ("max_pool", "pool_size"): 2,
    ("batch_normalization", "axis"): -1,
    ("cast", "dtype"): "float32",
    ("saturate_cast", "dtype"): "float32",
    ("clip", "x_min"): 0.0,
    ("clip", "x_max"): 1.0,
    ("depth_to_space", "block_size"): 2,
    ("einsum", "subscripts"): "b...i,b...i->b...",
    ("expand_dims", "axis"): -1,
    ("extract_sequences", "sequence_length"): 4,
    ("extract_sequences", "sequence_stride"): 2,
    ("fold", "output_size"): 4,
    ("fold", "kernel_size"): 2,
    ("full_like", "fill_value"): 1.0,
    ("get_item", "key"): ":, 0",
    ("in_top_k", "k"): 1,
    ("istft", "sequence_length"): 8,
    ("istft", "sequence_stride"): 4,
    ("istft", "fft_length"): 8,
    ("stft", "sequence_length"): 8,
    ("stft", "sequence_stride"): 4,
    ("stft", "fft_length"): 8,
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
    ("swapaxes", "axis1"): 1,
    ("swapaxes", "axis2"): -1,
    ("tensordot", "axes"): 1,
    ("threshold", "threshold"): 0.0,
    ("threshold", "default_value"): 0.0,
    ("tile", "repeats"): [1, 2],
    ("top_k", "k"): 1,
    ("unfold", "kernel_size"): 2,
    **{(name, "indices_or_sections"): 2 for name in words("split array_split hsplit dsplit")},
    ("unstack", "num"): 4,
    ("image.extract_patches", "size"): 4,
    ("image.resize", "size"): [16, 16],
    **{("image.crop_images", f"{side}_cropping"): 1 for side in words("top left bottom right")},
    **{("image.pad_images", f"{side}_padding"): 1 for side in words("top left bottom right")},
}
"""For settings without a default. An operation whose required setting is missing here makes no node."""

KINDS: dict[tuple[str, str], Any] = {
    ("average_pool", "strides"): "integers",
    ("clip", "x_min"): "number",
    ("clip", "x_max"): "number",
    ("cross", "axis"): "integer",
    ("einsum", "subscripts"): "text",
    ("expand_dims", "axis"): "integers",
    ("fold", "output_size"): "integers",
    ("full_like", "fill_value"): "number",
    ("get_item", "key"): "slices",
    ("moveaxis", "source"): "integers",
    ("moveaxis", "destination"): "integers",
    ("nan_to_num", "nan"): "number",
    ("nan_to_num", "posinf"): "number",
    ("nan_to_num", "neginf"): "number",
    ("norm", "ord"): "number",
    ("normalize", "order"): "integer",
    ("normalize", "epsilon"): "number",
    ("pad", "constant_values"): "number",
    ("pad", "pad_width"): "pairs",
    ("reshape", "newshape"): "integers",
    ("rot90", "axes"): "integers",
    ("round", "decimals"): "integer",
    ("select", "default"): "number",
    ("squeeze", "axis"): "integers",
    ("tensordot", "axes"): "integer",
    ("tile", "repeats"): "integers",
    ("transpose", "axes"): "integers",
    ("trapezoid", "dx"): "number",
    ("layer_normalization", "epsilon"): "number",
    ("rms_normalization", "epsilon"): "number",
    ("dot_product_attention", "scale"): "number",
    ("matrix_rank", "tol"): "number",
    ("pinv", "rcond"): "number",
    ("image.extract_patches", "strides"): "integers",
    ("image.gaussian_blur", "sigma"): "numbers",
    **{(name, "indices_or_sections"): "integer" for name in words("split array_split hsplit dsplit")},
    ("unstack", "num"): "integer",
    **{(name, "q"): "number" for name in words("percentile nanpercentile quantile nanquantile")},
    **{
        (name, "axis"): "integers"
        for name in words(
            "all any amax amin average count_nonzero flip layer_normalization logsumexp max mean median min norm prod "
            "ptp rms_normalization roll std sum var quantile percentile nanmax nanmean nanmin nansum nanstd nanvar "
            "nanprod nanmedian nanquantile nanpercentile"
        )
    },
    ("moments", "axes"): "integers",
}

CHOICES: dict[tuple[str, str], tuple[str, ...]] = {
    ("image.affine_transform", "interpolation"): ("bilinear", "nearest"),
    ("image.perspective_transform", "interpolation"): ("bilinear", "nearest"),
    ("image.resize", "fill_mode"): ("constant",),
    **{(name, "data_format"): CHANNELS for name in words("space_to_depth depth_to_space")},
}

MINIMUM: dict[tuple[str, str], float] = {
    **{(name, SPLITS[name]): 2 for name in SPLITS},
    **{("image.crop_images", f"{side}_cropping"): 0 for side in words("top left bottom right")},
    **{("image.pad_images", f"{side}_padding"): 0 for side in words("top left bottom right")},
    **dict.fromkeys(
        (
            *[(name, "block_size") for name in words("space_to_depth depth_to_space")],
            *[(name, part) for name in words("stft istft") for part in words("sequence_length fft_length")],
            *[(name, "sequence_stride") for name in words("stft istft extract_sequences")],
            *[("top_k", "k"), ("in_top_k", "k"), ("extract_sequences", "sequence_length"), ("repeat", "repeats")],
            *[("unfold", "stride"), ("unfold", "dilation"), ("fold", "stride")],
            *[("fold", "dilation"), ("image.extract_patches", "size")],
            *[("image.resize", "size"), ("image.gaussian_blur", "kernel_size"), ("diff", "n")],
            *[
                ("image.ssim", "filter_size"),
            ],
        ),
        1,
    ),
    **dict.fromkeys(
        (
            *[("unfold", "padding"), ("fold", "padding"), ("isclose", "rtol")],
            *[("isclose", "atol"), ("pad", "pad_width"), ("normalize", "epsilon"), ("image.gaussian_blur", "sigma")],
            *[(name, "q") for name in words("percentile nanpercentile quantile nanquantile")],
            *[(f"{name}_normalization", "epsilon") for name in words("batch layer rms")],
        ),
        0,
    ),
}

MAXIMUM: dict[tuple[str, str], float] = {
    **{(name, SPLITS[name]): PARTS for name in SPLITS},
    ("percentile", "q"): 100,
    ("nanpercentile", "q"): 100,
    ("quantile", "q"): 1,
    ("nanquantile", "q"): 1,
}

HELP: dict[tuple[str, str], str] = {
    ("get_item", "key"): "What is taken, as in Python: ':, 0' is the first step of every sample, ':, 1:-1' all but the "
    "first and last, '..., ::2' every second feature. The first place is the samples' and stays ':'.",
    ("einsum", "subscripts"): "Which axes are multiplied and summed: 'bij,bjk->bik' is the matrix product of each "
    "sample. A Constant has no axis for the samples: 'bti,io->bto'.",
    ("unstack", "num"): "How many tensors come out: the length of the axis.",
}
"""Help where Keras has none."""

SUMMARIES: dict[str, str] = {
    "get_item": "Takes a part of a tensor: steps, a range, every second value.",
    "einsum": "Multiplies tensors and sums along the axes that a formula names.",
}

ALIASES: dict[str, tuple[str, ...]] = {
    "get_item": ("slice", "index", "crop", "getitem"),
    "abs": ("absolute",),
    "negative": ("neg", "minus"),
    "take": ("gather",),
    "take_along_axis": ("gather",),
    "concatenate": ("concat", "cat"),
    "transpose": ("permute",),
    "expand_dims": ("unsqueeze",),
    "divide": ("div",),
    "multiply": ("mul", "times"),
    "subtract": ("sub", "minus"),
    "power": ("pow",),
    "where": ("if", "select"),
    "split": ("chunk",),
    "norm": ("l2",),
    "dot_product_attention": ("attention", "sdpa", "scaled dot product"),
    "image.resize": ("interpolate", "upsample"),
}
"""Names that people know from elsewhere."""
