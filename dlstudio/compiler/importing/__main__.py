"""The importing process: ``python -m dlstudio.compiler.importing FILE FOLDER``.

Writes ``imported.json`` and ``weights/initial.npz`` into the folder; where the file cannot be imported, the sentence
into ``error.txt``, and exits with status 1. What Keras and its backend print goes to the error log.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import traceback
from pathlib import Path

from dlstudio.compiler.importing.limits import bound_process
from dlstudio.compiler.importing.process import ERROR, RESULT


def main(arguments: list[str]) -> int:
    """Imports one file; 0 where it worked, 1 where it did not, 2 for wrong usage."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m dlstudio.compiler.importing FILE FOLDER\n")
        return 2
    path, folder = Path(arguments[0]), Path(arguments[1])
    os.dup2(2, 1)
    bound_process()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # weights are only carried through; a GPU is not worth its start
    from dlstudio.compiler.importing.failures import ModelImportError

    try:
        from dlstudio.compiler.importing.archive import open_archive

        open_archive(path).weights.close()  # what is refused is refused before seconds go into Keras' import
        from dlstudio.compiler.importing.imported import import_file

        value = import_file(path, folder).as_json()
        (folder / RESULT).write_text(json.dumps(value, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    except ModelImportError as error:
        return _failed(folder, str(error))
    except MemoryError:
        return _failed(folder, f"{path.name} needs more memory than there is.")
    except RecursionError:
        return _failed(folder, f"{path.name} is nested too deep to be read.")
    except Exception as error:  # a stranger's file may break whatever it meets; the user gets a sentence
        traceback.print_exc()
        return _failed(folder, f"{path.name} cannot be imported ({type(error).__name__}: {str(error)[:300]}).")
    return 0


def _failed(folder: Path, sentence: str) -> int:
    with contextlib.suppress(OSError):
        (folder / ERROR).write_text(sentence, encoding="utf-8")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
