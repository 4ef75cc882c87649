"""A program that stands in for ``ssh`` in tests: runs the command here, with another folder as its home.

``STAND_IN_HOME`` is that folder. A file ``refuse`` in it holds what a failing ssh prints, and its status; a file
``cut`` ends the connection once so many bytes have come back; each call is written down in ``calls``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def main() -> int:
    home = Path(os.environ["STAND_IN_HOME"])
    with (home / "calls").open("a") as calls:
        calls.write(json.dumps(sys.argv[1:]) + "\n")
    refuse, cut = home / "refuse", home / "cut"
    if refuse.exists():
        status, _, words = refuse.read_text().partition(" ")
        print(words, file=sys.stderr)
        return int(status)
    left = int(cut.read_text()) if cut.exists() else -1
    cut.unlink(missing_ok=True)
    command = sys.argv[sys.argv.index("--") + 2]
    environment = {**os.environ, "HOME": str(home), "DLSTUDIO_CONFIG": str(home / "config")}
    far = subprocess.Popen(["/bin/sh", "-c", command], cwd=home, env=environment, stdout=subprocess.PIPE)
    assert far.stdout is not None
    while True:
        piece = os.read(far.stdout.fileno(), 1 << 16)
        if not piece:
            return far.wait()
        if 0 <= left <= len(piece):
            far.kill()
            return 255
        left -= len(piece) if left > 0 else 0
        os.write(1, piece)


if __name__ == "__main__":
    sys.exit(main())
