"""Functions of ``keras.ops`` that make no node, each with its reason. One list; a test keeps it free of dead names."""

from __future__ import annotations

from dlstudio.compiler.introspection.overlay import words

_CODE = "takes Python functions, which a drawn network cannot carry."
_PYTHON = "gives a Python value instead of a tensor."
_NOTHING = "makes a tensor from numbers alone; use a Constant."
_COMPLEX = "works on complex numbers, which layers do not take; fft and stft give real and imaginary part apart."
_DATA = "gives a shape that depends on the values, which a network cannot have."
_MIXES = "mixes the samples of a batch, or gives their axis away."

_GROUPS: dict[str, tuple[str, ...]] = {
    _CODE: words(
        "associative_scan cond custom_gradient fori_loop jvp map scan switch vectorize vectorized_map while_loop"
    ),
    _PYTHON: words("dtype is_tensor ndim shape size convert_to_numpy"),
    _NOTHING: words(
        "arange array bartlett blackman convert_to_tensor empty eye full geomspace hamming hanning identity kaiser "
        "linspace logspace ones tri zeros"
    ),
    _COMPLEX: words("angle conj conjugate eig imag isreal polar real view_as_complex view_as_real"),
    _DATA: words("bincount nonzero unique"),
    _MIXES: words(
        "allclose corrcoef diag diagflat flipud histogram kron meshgrid outer psnr ravel segment_max segment_min "
        "segment_prod segment_sum vdot vsplit vstack"
    ),
}

REFUSED: dict[str, str] = {
    **{name: reason for reason, names in _GROUPS.items() for name in names},
    "correlate": "works on two single vectors without a batch axis.",
    "lstsq": "solves one system, without a batch axis.",
    "vander": "works on one vector without a batch axis.",
    "ctc_decode": "puts the axis of the samples second.",
    "unravel_index": "gives as many tensors as a shape has axes; floor_divide and mod do the same.",
    "empty_like": "gives undefined numbers; use zeros_like.",
    "scatter": "writes to positions that count the samples too.",
    "scatter_update": "writes to positions that count the samples too.",
    "slice": "needs to know how many samples a batch has; use get_item.",
    "slice_update": "needs to know how many samples a batch has; use where, or get_item and concatenate.",
    "view": "reads the bits of numbers as another type; use cast.",
    "adaptive_average_pool": "has a wrong shape in Keras 3.15; use the layers AdaptiveAveragePooling1D to 3D.",
    "adaptive_max_pool": "has a wrong shape in Keras 3.15; use the layers AdaptiveMaxPooling1D to 3D.",
    "absolute": "is abs by a longer name.",
    "argpartition": "fails in Keras 3.15 on a batch; use argsort, or top_k.",
    "broadcast_to": "takes a shape that counts the samples too; adding zeros of that shape does the same.",
    "conv_transpose": "fails in Keras 3.15; use the layers Conv1DTranspose, Conv2DTranspose, Conv3DTranspose.",
    "multi_hot": "names a wrong number type in Keras 3.15; use the layer CategoryEncoding.",
    "lu_factor": "works in Keras 3.15 on a single matrix, not on a batch.",
    "rearrange": "needs in Keras 3.15 to know how many samples a batch has; use reshape and transpose.",
    "searchsorted": "takes in Keras 3.15 values without a batch axis; digitize does the same.",
    "slogdet": "has a wrong shape in Keras 3.15; use det or logdet.",
    "image.elastic_transform": "draws random numbers; use the layer RandomElasticTransform.",
    "image.extract_patches_3d": "is extract_patches with a size of three numbers.",
    "image.map_coordinates": "takes coordinates that count the samples too.",
    "image.scale_and_translate": "takes a shape that counts the samples too; use the layers Resizing and "
    "RandomTranslation.",
}
"""By name under ``keras.ops``."""
