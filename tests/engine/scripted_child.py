"""An engine process without Keras for the tests: what it does stands in the payload of each request.

``{"die_once": path}`` kills itself the first time (the file remembers), ``{"die": signal}`` every time,
``{"wait_for": path}`` answers once that file exists, ``{"echo": value}`` gives the value back with its process id.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from dlstudio.engine.messages import encode, read


def main() -> None:
    if os.environ.get("SCRIPTED_CHILD_NEVER_STARTS"):
        sys.exit(3)
    out = sys.stdout.buffer
    out.write(encode({"ready": sys.argv[1]}))
    out.flush()
    while (frame := read(sys.stdin.buffer)) is not None:
        payload = frame["payload"]
        if "die_once" in payload and not Path(payload["die_once"]).exists():
            Path(payload["die_once"]).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if "die" in payload:
            os.kill(os.getpid(), payload["die"])
        while "wait_for" in payload and not Path(payload["wait_for"]).exists():
            time.sleep(0.005)
        if "garbage" in payload:
            out.write(b"this is no frame, it is what a library printed")
            out.flush()
            continue
        arrays = frame.get("arrays")
        out.write(encode({"id": frame["id"], "value": {"echo": payload.get("echo"), "pid": os.getpid()}}, arrays))
        out.flush()


main()
