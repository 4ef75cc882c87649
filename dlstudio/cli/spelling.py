"""How commands are spelled in messages, and JSON on standard output. Without Rich: the window starts through here."""

from __future__ import annotations

import json
import os
import re
from typing import Any

COMMAND_VARIABLE = "DLSTUDIO_COMMAND"  # what the person typed in place of ``dlstudio``, as packaging/run tells it
_COMMAND = re.compile(r"(?<![\w./-])dlstudio(?= )")


def named(text: str) -> str:
    """The same text with the commands it names spelled so that the person can type them."""
    command = os.environ.get(COMMAND_VARIABLE, "")
    return _COMMAND.sub(lambda _: command, text) if command else text


def print_json(value: Any) -> None:
    """One JSON value on one line, flushed, so that a program that reads along gets it at once."""
    print(json.dumps(value, ensure_ascii=False, allow_nan=False), flush=True)
