"""The ``dlstudio`` command. It alone joins the command line and the window, which know nothing of each other."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit status.

    Args:
        argv: Arguments without the program's name; None reads ``sys.argv``.
    """
    from dlstudio.cli.command_line import run
    from dlstudio.training.computing.backends import use_usual

    use_usual()
    return run(argv, open_window)


def open_window(project: Path | None, train: bool = False) -> int:
    """Opens the window on a project, or on the welcome page, and returns when it is closed.

    Args:
        project: A project folder or its ``project.json``.
        train: Starts training at once.
    """
    # What a start makes lives as long as the window: looking through it for garbage only costs time.
    # It is looked for again after the first paint (see gui/application.py).
    gc.disable()
    # Qt is loaded only where a window is wanted.
    from dlstudio.gui.application import run_window

    return run_window(project, train=train) if train else run_window(project)


if __name__ == "__main__":
    sys.exit(main())
