"""How the two ends of a connection speak: a line of JSON, and after some of them so many bytes as the line says.

The other end may be a machine that somebody else rules, so lines and sizes are bounded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Protocol

GREETING = "dlstudio-host "
"""Begins the first line of the machine that is called; what its shell prints before is passed over."""

MOST_BYTES = 1 << 36  # of one file
_MOST_LINE = 1 << 24
_MOST_CHATTER = 1 << 16
CHUNK = 1 << 18


class ProtocolError(RuntimeError):
    """The other end says what makes no sense, or nothing any more."""


class Readable(Protocol):
    def readline(self, size: int, /) -> bytes: ...

    def read(self, size: int, /) -> bytes: ...


class Writable(Protocol):
    def write(self, data: bytes, /) -> object: ...

    def flush(self) -> object: ...


def write_line(stream: Writable, value: dict[str, Any], content: bytes = b"", begin: str = "") -> None:
    """Writes a line, and the bytes that belong to it; it names their number as ``size``."""
    told = {**value, "size": len(content)} if content or "file" in value else value
    stream.write(begin.encode() + json.dumps(told).encode() + b"\n" + content)
    stream.flush()


def write_file(stream: Writable, value: dict[str, Any], file: Readable, size: int) -> None:
    """Writes a line and so many bytes of a file; missing ones are filled up, so that the next line is found."""
    stream.write(json.dumps({**value, "size": size}).encode() + b"\n")
    while size:
        piece = file.read(min(size, CHUNK)) or bytes(min(size, CHUNK))
        stream.write(piece)
        size -= len(piece)
    stream.flush()


def read_greeting(stream: Readable) -> dict[str, Any]:
    """The first line of the machine that is called.

    Raises:
        ProtocolError: There is none.
    """
    read = 0
    while read < _MOST_CHATTER:
        line = stream.readline(_MOST_CHATTER)
        read += len(line)
        if not line:
            break
        _, found, rest = line.decode("utf-8", "replace").partition(GREETING)
        if found:
            return _parsed(rest)
    raise ProtocolError("no greeting")


def read_line(stream: Readable) -> dict[str, Any]:
    """The next line.

    Raises:
        ProtocolError: The connection has ended, or it is no line of ours.
    """
    line = stream.readline(_MOST_LINE)
    if not line.endswith(b"\n"):
        raise ProtocolError("the connection has ended")
    return _parsed(line.decode("utf-8", "replace"))


def read_content(stream: Readable, line: dict[str, Any]) -> Iterator[bytes]:
    """The bytes that follow a line, in pieces; all of them have to be read before the next line.

    Raises:
        ProtocolError: There are fewer, or the line names no number of them.
    """
    left = line.get("size")
    if isinstance(left, bool) or not isinstance(left, int) or not 0 <= left <= MOST_BYTES:
        raise ProtocolError("a file without a size")
    while left:
        piece = stream.read(min(left, CHUNK))
        if not piece:
            raise ProtocolError("the connection has ended")
        left -= len(piece)
        yield piece


class PieceWriter:
    """A file for writing whose content goes through a connection in pieces, the last one empty."""

    def __init__(self, stream: Writable, sent: Callable[[int], None] = lambda _: None) -> None:
        self._stream = stream
        self._sent = sent

    def write(self, data: bytes) -> int:
        if data:
            write_line(self._stream, {"piece": True, "size": len(data)}, data)
            self._sent(len(data))
        return len(data)

    def end(self) -> None:
        write_line(self._stream, {"piece": True, "size": 0})


class PieceReader:
    """The same at the other end: a file for reading."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._rest = b""
        self._ended = False

    def read(self, size: int) -> bytes:
        while len(self._rest) < size and not self._ended:
            content = b"".join(read_content(self._stream, read_line(self._stream)))
            self._ended = not content
            self._rest += content
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    def skip(self) -> None:
        """Passes over what was not read."""
        while self.read(CHUNK):
            pass


def _parsed(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise ProtocolError("a line that is none of ours") from None
    if not isinstance(value, dict):
        raise ProtocolError("a line that is none of ours")
    return value
