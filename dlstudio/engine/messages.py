"""What goes between the window and its engine processes: length-prefixed frames and the values they carry.

A frame is a magic word, the lengths of its parts, one JSON header, and binary parts: the bytes of numpy arrays whose
dtype and shape stand in the header. Nothing is ever unpickled, and every size is checked before memory is taken for it.
numpy itself is imported only where arrays are in a frame.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

if TYPE_CHECKING:
    import numpy as np

MAGIC = b"DLS1"
MAXIMUM_HEADER = 64 * 2**20
MAXIMUM_PARTS = 4096
MAXIMUM_BYTES = 1 * 2**30
_PREFIX = struct.Struct("<4sIQ")  # magic, bytes of the header, bytes of all parts together
_DTYPES = frozenset(
    ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"]
)


Lane = Literal["data", "shapes", "inspection", "importing"]
"""Each lane is a process of its own, so that none waits for another: files, shapes of the graph, trained networks, and
models of others, under bounds."""

State = Literal["starting", "ready", "restarting", "failed", "closed"]


class MessageError(ValueError):
    """A frame that is broken, too large, or holds what cannot be sent."""


@dataclass(frozen=True)
class Reply:
    """The answer to one request.

    Attributes:
        id: What :meth:`EngineClient.ask` gave back.
        kind: The kind of the request.
        value: The answer as a JSON object; numpy arrays stand under ``"arrays"`` by name. Empty for a failed one.
        error: A sentence for the user, or empty where all went well.
    """

    id: int
    kind: str
    value: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True)
class Progress:
    """How far a request is that takes long.

    Attributes:
        id: What :meth:`EngineClient.ask` gave back.
        what: What is being done: ``Checking images``.
        done: How many of them.
        total: How many there are.
    """

    id: int
    what: str
    done: int
    total: int


@dataclass(frozen=True)
class EngineState:
    """How one engine process is doing.

    Attributes:
        lane: Which one.
        state: ``starting`` (also while it imports Keras), ``ready``, ``restarting`` after it died, ``failed`` when it
            keeps dying, ``closed``.
        message: A sentence where something went wrong, else empty.
    """

    lane: Lane
    state: State
    message: str = ""


Event = Reply | EngineState | Progress
"""What the engine tells the window."""


def encode(header: Mapping[str, Any], arrays: Mapping[str, np.ndarray] | None = None) -> bytes:
    """One frame.

    Args:
        header: A JSON object without the key ``parts``.
        arrays: Arrays of numbers or flags by name, of any shape.

    Raises:
        MessageError: It is too large, or an array holds objects or texts.
    """
    parts: list[dict[str, Any]] = []
    chunks: list[bytes] = []
    for name, array in (arrays or {}).items():
        if array.dtype.name not in _DTYPES:
            raise MessageError(f"The array '{name}' holds {array.dtype.name}, which cannot be sent.")
        chunks.append(array.tobytes())
        parts.append({"name": name, "dtype": array.dtype.name, "shape": list(array.shape), "bytes": len(chunks[-1])})
    try:
        text = json.dumps({**header, "parts": parts} if parts else dict(header), separators=(",", ":"), default=_plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise MessageError(f"A message cannot be written as JSON: {error}") from None
    body = text.encode("utf-8", "surrogatepass")
    total = sum(map(len, chunks))
    if len(body) > MAXIMUM_HEADER or total > MAXIMUM_BYTES or len(parts) > MAXIMUM_PARTS:
        raise MessageError(
            f"A message of {(len(body) + total) / 2**20:.0f} MB is too large to send. Ask for fewer or smaller samples."
        )
    return b"".join((_PREFIX.pack(MAGIC, len(body), total), body, *chunks))


def read(stream: BinaryIO) -> dict[str, Any] | None:
    """The next frame's header, with its arrays by name under ``"arrays"`` where it has any. None at the end.

    Raises:
        MessageError: The stream broke off within a frame, or what came is no frame.
    """
    prefix = _exactly(stream, _PREFIX.size, may_end=True)
    if prefix is None:
        return None
    magic, header_bytes, part_bytes = _PREFIX.unpack(prefix)
    if magic != MAGIC or header_bytes > MAXIMUM_HEADER or part_bytes > MAXIMUM_BYTES:
        raise MessageError("What came is no message, or one that is too large.")
    body = _exactly(stream, header_bytes) or b""
    try:
        header = json.loads(body.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        raise MessageError("The header of a message is no JSON.") from None
    if not isinstance(header, dict):
        raise MessageError("The header of a message is no JSON object.")
    parts = header.pop("parts", [])
    content = _exactly(stream, part_bytes) if part_bytes else b""
    if parts or content:
        header["arrays"] = _arrays(parts, content or b"")
    return header


def _arrays(parts: Any, content: bytes) -> dict[str, np.ndarray]:
    import numpy as np

    if not isinstance(parts, list) or len(parts) > MAXIMUM_PARTS:
        raise MessageError("The parts of a message are no list, or too many.")
    arrays: dict[str, np.ndarray] = {}
    offset = 0
    for part in parts:
        try:
            name, dtype, size = str(part["name"]), str(part["dtype"]), int(part["bytes"])
            shape = tuple(int(n) for n in part["shape"])
        except (KeyError, TypeError, ValueError):
            raise MessageError("A part of a message is not described as it should be.") from None
        count = 1
        for n in shape:
            count *= n
        fits = dtype in _DTYPES and all(n >= 0 for n in shape) and 0 <= size <= len(content) - offset
        if not fits or count * np.dtype(dtype).itemsize != size:
            raise MessageError(f"The part '{name}' of a message does not fit its description.")
        arrays[name] = (np.frombuffer(content, dtype, count, offset) if count else np.empty(0, dtype)).reshape(shape)
        offset += size
    if offset != len(content):
        raise MessageError("A message holds bytes that belong to no part.")
    return arrays


def _exactly(stream: BinaryIO, count: int, may_end: bool = False) -> bytes | None:
    pieces: list[bytes] = []
    missing = count
    while missing:
        piece = stream.read(min(missing, 2**20))
        if not piece:
            if may_end and missing == count:
                return None
            raise MessageError("The other side ended in the middle of a message.")
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)


def _plain(value: Any) -> Any:
    """Frozen mappings, sets and numpy's own numbers as JSON values."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        return value.item()
    raise TypeError(f"{type(value).__name__} is no JSON value")
