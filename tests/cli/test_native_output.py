"""What native libraries write to file descriptor 2 stays out of the terminal, and nothing else does."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import logging, os, sys
from dlstudio.cli.native_output import hidden_native_output
for turn in (1, 2):
    with hidden_native_output():
        os.write(2, b"chatter")
        print("python", turn, file=sys.stderr)
        handler = logging.StreamHandler()
    os.write(2, b"native after\\n")
    print("python after", file=sys.stderr)
logging.getLogger("kept").addHandler(handler)
logging.getLogger("kept").error("still heard")
"""


def test_that_only_native_output_inside_is_hidden() -> None:
    ended = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True, timeout=60)
    once = ["native after", "python after"]
    assert ended.stderr.splitlines() == ["python 1", *once, "python 2", *once, "still heard"]
