"""Frames between processes."""

from __future__ import annotations

import io
import json
import struct
from types import MappingProxyType

import numpy as np
import pytest

from dlstudio.engine.messages import MAXIMUM_BYTES, MessageError, encode, read


def test_that_a_frame_with_arrays_comes_back_as_it_was() -> None:
    arrays = {
        "image": np.arange(24, dtype=np.uint8).reshape(2, 4, 3),
        "mask": np.array([True, False]),
        "scalar": np.float32(2.5).reshape(()),
        "empty": np.zeros((0, 3), np.float64),
        "turned": np.arange(6, dtype=np.int32).reshape(2, 3).T,
    }
    frame = read(io.BytesIO(encode({"id": 3, "value": {"text": "Größe \ud800"}}, arrays)))
    assert frame is not None
    back = frame.pop("arrays")
    assert frame == {"id": 3, "value": {"text": "Größe \ud800"}}
    for name, array in arrays.items():
        assert back[name].dtype == array.dtype
        assert back[name].shape == array.shape
        assert np.array_equal(back[name], array)


def test_that_frozen_mappings_and_numpy_numbers_become_json() -> None:
    frame = read(io.BytesIO(encode({"a": MappingProxyType({"b": (1, np.int64(2), np.float32(0.5))})})))
    assert frame == {"a": {"b": [1, 2, 0.5]}}


def test_that_the_end_of_the_stream_is_none_and_a_torn_frame_an_error() -> None:
    whole = encode({"id": 1})
    assert read(io.BytesIO(b"")) is None
    for length in range(1, len(whole)):
        with pytest.raises(MessageError):
            read(io.BytesIO(whole[:length]))


def _frame(header: object, content: bytes = b"") -> io.BytesIO:
    body = json.dumps(header).encode()
    return io.BytesIO(struct.pack("<4sIQ", b"DLS1", len(body), len(content)) + body + content)


@pytest.mark.parametrize(
    ("header", "content"),
    [
        ([1], b""),
        ({"parts": [{"name": "a", "dtype": "object", "shape": [1], "bytes": 8}]}, b"12345678"),
        ({"parts": [{"name": "a", "dtype": "uint8", "shape": [2**62, 8], "bytes": 8}]}, b"12345678"),
        ({"parts": [{"name": "a", "dtype": "uint8", "shape": [-1, -8], "bytes": 8}]}, b"12345678"),
        ({"parts": [{"name": "a", "dtype": "uint8", "shape": [9], "bytes": 9}]}, b"12345678"),
        ({"parts": [{"name": "a", "dtype": "uint8", "shape": "x", "bytes": 9}]}, b"12345678"),
        ({"parts": []}, b"12345678"),
    ],
)
def test_that_a_frame_that_lies_about_its_parts_is_refused(header: object, content: bytes) -> None:
    with pytest.raises(MessageError):
        read(_frame(header, content))


def test_that_a_frame_too_large_is_refused_before_memory_is_taken() -> None:
    with pytest.raises(MessageError):
        read(io.BytesIO(struct.pack("<4sIQ", b"DLS1", 2, MAXIMUM_BYTES + 1) + b"{}"))
    with pytest.raises(MessageError):
        read(io.BytesIO(b"Keras says hello to everybody here"))


def test_that_objects_are_never_sent() -> None:
    with pytest.raises(MessageError, match="words"):
        encode({}, {"words": np.array([object()])})
    with pytest.raises(MessageError):
        encode({"value": object()})
