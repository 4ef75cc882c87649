"""The importing process: ``python -m dlstudio.compiler.importing FILE FOLDER``.

Writes ``imported.json`` and ``weights/initial.npz`` into the folder; where the file cannot be imported, the sentence
into ``error.txt``, and exits with status 1. What Keras and its backend print goes to the error log.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from dlstudio.compiler.importing.failures import ModelImportError
from dlstudio.compiler.importing.limits import bound_process
from dlstudio.compiler.importing.process import ERROR
from dlstudio.compiler.importing.work import run


def main(arguments: list[str]) -> int:
    """Imports one file; 0 where it worked, 1 where it did not, 2 for wrong usage."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m dlstudio.compiler.importing FILE FOLDER\n")
        return 2
    path, folder = Path(arguments[0]), Path(arguments[1])
    os.dup2(2, 1)
    bound_process()
    try:
        run(path, folder)
    except ModelImportError as error:
        with contextlib.suppress(OSError):
            (folder / ERROR).write_text(str(error), encoding="utf-8")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
