"""Keeps Keras from importing TensorFlow where another backend computes: seconds, and a quarter of a gigabyte."""

from __future__ import annotations

import contextlib
import sys
from types import SimpleNamespace

import keras


def leave_tensorflow_out() -> None:
    """Has Keras write down layers without looking whether there are shapes and types of TensorFlow in them.

    It imports TensorFlow only to ask, also as a Bidirectional layer is made. Layers that need TensorFlow still get it.
    """
    if keras.config.backend() == "tensorflow" or "tensorflow" in sys.modules:
        return
    with contextlib.suppress(ImportError):  # it has no public name; where it moves, only time is lost
        from keras.src.saving import serialization_lib

        serialization_lib.tf = SimpleNamespace(available=False)
