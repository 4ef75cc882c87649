"""Imports Keras in an engine process before its first request, so that no request pays for it twice."""

from __future__ import annotations

import gc

from dlstudio.engine.messages import Lane


def warm(lane: Lane) -> None:
    """Imports what the lane's requests need; takes seconds."""
    if lane == "shapes":
        _hide_gpus()
        from dlstudio.engine import handlers

        handlers.warm_up_shapes()
    else:
        import keras  # noqa: F401 - imported for the time it takes
    gc.collect()
    gc.freeze()  # what the imports made stays for good: walking it costs 0.2 s at each full collection


def _hide_gpus() -> None:
    """Shapes need no GPU; without this TensorFlow would hold a context on it while the window is open."""
    import keras

    if keras.config.backend() != "tensorflow":
        return
    import tensorflow as tf

    tf.config.set_visible_devices([], "GPU")
