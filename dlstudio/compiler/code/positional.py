"""Which settings may be given by their place: the order of Keras' own arguments, which is not the inspector's."""

from __future__ import annotations

from dlstudio.catalogue.node_types import NodeType, ObjectType

POSITIONAL: dict[str, tuple[str, ...]] = {
    "keras.layers.AdditiveAttention": ("use_scale", "dropout"),
    "keras.layers.Attention": ("use_scale", "score_mode", "dropout", "seed"),
    "keras.layers.AugMix": ("value_range", "num_chains", "chain_depth", "factor"),
    "keras.layers.Bidirectional": ("layer", "merge_mode"),
    "keras.layers.ContrastLimitedAdaptiveHistogramEqualization": ("value_range", "clip_limit", "tile_grid_size"),
    "keras.layers.DepthwiseConv1D": ("kernel_size", "strides", "padding", "depth_multiplier"),
    "keras.layers.DepthwiseConv2D": ("kernel_size", "strides", "padding", "depth_multiplier"),
    "keras.layers.Discretization": ("bin_boundaries",),
    "keras.layers.Embedding": ("input_dim", "output_dim"),
    "keras.layers.GRU": ("units", "activation", "recurrent_activation", "use_bias"),
    "keras.layers.GroupNormalization": ("groups", "axis", "epsilon", "center"),
    "keras.layers.IntegerLookup": ("max_tokens",),
    "keras.layers.LSTM": ("units", "activation", "recurrent_activation", "use_bias"),
    "keras.layers.MultiHeadAttention": ("num_heads", "key_dim", "value_dim", "dropout"),
    "keras.layers.RandAugment": ("value_range", "num_ops", "factor", "interpolation"),
    "keras.layers.RandomColorJitter": ("value_range", "brightness_factor", "contrast_factor", "saturation_factor"),
    "keras.layers.RandomRotation": ("factor", "fill_mode", "interpolation", "seed"),
    "keras.layers.RandomTranslation": ("height_factor", "width_factor", "fill_mode", "interpolation"),
    "keras.layers.RandomZoom": ("height_factor", "width_factor", "fill_mode", "interpolation"),
    "keras.layers.ReversibleEmbedding": ("input_dim", "output_dim", "tie_weights"),
    "keras.layers.SimpleRNN": ("units", "activation", "use_bias"),
    "keras.layers.UpSampling2D": ("size", "data_format", "interpolation"),
    "keras.optimizers.schedules.CosineDecay": ("initial_learning_rate", "decay_steps", "alpha"),
}
"""Order of arguments given by their place, where it is not that of the catalogue; tested against Keras itself."""

MOST_POSITIONAL = 4
"""Arguments that may be given by their place; the order of those behind them is not the catalogue's."""


def places_of(known: NodeType | ObjectType) -> tuple[str, ...]:
    """Names of the arguments that may be given by their place, in Keras' order."""
    return POSITIONAL.get(known.id, tuple(setting.name for setting in known.settings)[:MOST_POSITIONAL])
