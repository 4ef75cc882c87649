"""The engine process: ``python -m dlstudio.engine.child LANE``. Reads requests, answers them one after the other.

It keeps the message stream on a descriptor of its own and sends whatever anybody prints to the error log. It ends when
its input ends, in the middle of any work: the window is gone then. What the requests do stands in
:mod:`dlstudio.engine.handlers`.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
import traceback
from collections.abc import Mapping
from typing import Any, BinaryIO

from dlstudio.engine.lanes import KERAS_LANES, LANES, REQUESTS
from dlstudio.engine.messages import Lane, MessageError, encode, read


def main(arguments: list[str]) -> int:
    """Serves one lane until the input ends."""
    if len(arguments) != 1 or arguments[0] not in LANES:
        sys.stderr.write(f"usage: python -m dlstudio.engine.child {'|'.join(LANES)}\n")
        return 2
    lane: Lane = arguments[0]
    requests, replies = _own_streams()
    waiting: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, waiting), name="requests", daemon=True).start()
    _prepare(lane, replies)
    _send(replies, {"ready": lane})
    while True:
        _send_answer(replies, waiting.get())


def _own_streams() -> tuple[BinaryIO, BinaryIO]:
    """The message streams, taken away from everybody else: descriptor 0 becomes empty, 1 the error log."""
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return os.fdopen(requests, "rb"), os.fdopen(replies, "wb")


def _listen(stream: BinaryIO, waiting: queue.SimpleQueue[Mapping[str, Any]]) -> None:
    with contextlib.suppress(MessageError, OSError):
        while (frame := read(stream)) is not None:
            waiting.put(frame)
    os._exit(0)  # nothing here is worth an orderly end, and the work at hand may take minutes


def _prepare(lane: Lane, replies: BinaryIO) -> None:
    """Imports what the lane needs before its first request, and bounds what it may take."""
    if lane == "data":
        from dlstudio.data.progress import tell_to

        _bound_memory()
        tell_to(lambda what, done, total: _send(replies, {"progress": [what, done, total]}))
        return
    if lane == "importing":
        from dlstudio.compiler.importing.limits import bound_process

        bound_process()
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # training needs the GPU's memory more
    if lane in KERAS_LANES:
        from dlstudio.engine.warming import warm

        warm(lane)
    if lane == "shapes":
        from dlstudio.compiler.own_steps import announce_to

        announce_to(lambda step: _send(replies, {"running": step}))


def _bound_memory() -> None:
    """Files of strangers are parsed here: too much is a MemoryError with a sentence, not a frozen machine."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        most = int(installed * 0.75)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _send_answer(replies: BinaryIO, frame: Mapping[str, Any]) -> None:
    number, kind = frame.get("id"), str(frame.get("kind"))
    try:
        value, arrays = _answer(kind, frame)
        answer = encode({"id": number, "value": value}, arrays)
    except MemoryError:
        traceback.print_exc()
        doing = REQUESTS[kind].doing if kind in REQUESTS else "The request"
        answer = encode({"id": number, "error": f"{doing} needs more memory than there is. Try with less data."})
    except Exception as error:  # whatever went wrong, the window gets a sentence and the log the trace
        traceback.print_exc()
        answer = encode({"id": number, "error": _sentence(kind, error)})
    _write(replies, answer)


def _answer(kind: str, frame: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    from dlstudio.engine.handlers import HANDLERS

    payload = dict(frame.get("payload") or {})
    if "arrays" in frame:
        payload["arrays"] = frame["arrays"]
    return HANDLERS[kind](payload)


def _sentence(kind: str, error: Exception) -> str:
    """The errors of our own rooms are sentences for the user already; any other is named."""
    if type(error).__module__.startswith("dlstudio."):
        return str(error)
    doing = REQUESTS[kind].doing if kind in REQUESTS else f"The request '{kind}'"
    return f"{doing} failed ({type(error).__name__}): {error}"


def _send(replies: BinaryIO, header: Mapping[str, Any]) -> None:
    _write(replies, encode(header))


def _write(replies: BinaryIO, frame: bytes) -> None:
    try:
        replies.write(frame)
        replies.flush()
    except OSError:
        os._exit(0)  # nobody listens any more


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
