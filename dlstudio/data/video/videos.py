"""Frames of a video file, evenly over its time. The only user of PyAV, which is an extra of its own.

PyAV: FFmpeg's libraries for Python, https://pyav.basswood.io.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.pictures.images import ImageError, Pixels, said

VIDEO_SUFFIXES = frozenset({".mp4", ".m4v", ".avi", ".mov", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".flv"})
MOST_BYTES = 8 << 30
MOST_PIXELS = 36_000_000  # of a frame; 8K has 33 million
MOST_SECONDS = 4 * 3600.0
_FORMATS = {"mp4", "mov", "avi", "matroska", "webm", "mpeg", "mpegvideo", "asf", "flv", "m4v", "3gp"}
_SEEK_FROM = 4.0  # seconds to the next frame wanted, from which on jumping there is quicker than reading on
_MISSING = 0.25  # of the time that a file promises; what lacks more was cut off


def probe(path: Path) -> tuple[int, int, int, int, float]:
    """Frames (0 where the file does not say), height, width, channels and seconds from the header.

    Raises:
        ImageError: It is no video, absurdly large, or PyAV is not installed.
    """
    with _opened(path) as (container, stream):
        return int(stream.frames), int(stream.height), int(stream.width), 3, _seconds(container, stream)


def load(path: Path, count: int) -> Iterator[Pixels]:
    """``count`` frames (height, width, 3), each seen in the middle of one of so many equal pieces of the time.

    One is given before the next is decoded: at full size all of them may not fit into memory.

    Raises:
        ImageError: It is no video, damaged, absurdly large, or PyAV is not installed.
    """
    with _opened(path) as (container, stream):
        import av

        try:
            seconds = _seconds(container, stream) or _measured(container, stream)
            yield from _taken(container, stream, seconds, count)
        except (av.error.FFmpegError, ValueError, MemoryError) as error:
            raise ImageError(f"damaged: {said(error)}") from error


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    try:
        import av
    except ImportError as error:
        raise ImageError("a video, which PyAV reads: install it with `pip install dlstudio[video]`") from error
    try:
        # Only a file: names that FFmpeg would take for addresses or lists of other files stay closed.
        container = av.open(str(path.resolve()), options={"protocol_whitelist": "file"})
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise ImageError("not a video that can be read") from error
    with container:
        if not _FORMATS & set(container.format.name.split(",")):
            raise ImageError(f"a file of the kind {container.format.name}, not a video")
        stream = next(iter(container.streams.video), None)
        if stream is None:
            raise ImageError("no pictures in it, only sound" if container.streams.audio else "no pictures in it")
        if not 0 < stream.height * stream.width <= MOST_PIXELS:
            raise ImageError(f"frames of {stream.height:,} × {stream.width:,} pixels, which is too much")
        if _seconds(container, stream) > MOST_SECONDS:
            raise ImageError(f"longer than {MOST_SECONDS / 3600:.0f} hours")
        stream.thread_type = "AUTO"
        yield container, stream


def _seconds(container: Any, stream: Any) -> float:
    if stream.duration:
        return float(stream.duration * stream.time_base)
    return float(container.duration or 0) / 1e6


def _measured(container: Any, stream: Any) -> float:
    """How long a video is whose header does not say so: by reading it once."""
    last, first = 0.0, None
    for packet in container.demux(stream):
        if packet.pts is not None:
            time = float(packet.pts * stream.time_base)
            first = time if first is None else first
            last = max(last, time - first + float((packet.duration or 1) * stream.time_base))
    container.seek(0)
    if last > MOST_SECONDS:
        raise ImageError(f"longer than {MOST_SECONDS / 3600:.0f} hours")
    return last


def _taken(container: Any, stream: Any, seconds: float, count: int) -> Iterator[Pixels]:
    usual = 1.0 / float(stream.average_rate or 25)
    timed = _timed(container, stream, usual)
    now = next(timed, None)
    if now is None:
        raise ImageError("no pictures in it that can be decoded")
    ahead, jumps = next(timed, None), True
    for time in (np.arange(count) + 0.5) * seconds / count:
        if jumps and ahead is not None and time - now[0] > _SEEK_FROM:
            container.seek(round(time / float(stream.time_base)) + (stream.start_time or 0), stream=stream)
            timed, before = _timed(container, stream, usual), now[0]
            now = next(timed, now)
            ahead = next(timed, None)
            jumps = now[0] > before  # with hardly any key frames jumping only repeats work
        while ahead is not None and ahead[0] <= time:
            now, ahead = ahead, next(timed, None)
        if ahead is None and time - now[0] > max(_MISSING * seconds, 2 * usual):
            raise ImageError(f"damaged: it ends after {now[0]:.2f} of {seconds:.2f} s")
        yield np.asarray(now[1].to_ndarray(format="rgb24"), np.uint8)


def _timed(container: Any, stream: Any, usual: float) -> Iterator[tuple[float, Any]]:
    """Seconds from the begin and frame, of each frame from where the file stands."""
    begin = float((stream.start_time or 0) * stream.time_base)
    last = -usual
    for frame in container.decode(stream):
        last = frame.time - begin if frame.time is not None else last + usual
        yield last, frame
