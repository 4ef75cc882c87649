"""Imports a file in this process, which is one that may be bounded and killed; every failure becomes a sentence."""

from __future__ import annotations

import json
import os
import traceback
from pathlib import Path

from dlstudio.compiler.importing.archive import open_archive
from dlstudio.compiler.importing.failures import ModelImportError, short

RESULT = "imported.json"


def run(path: Path, folder: Path) -> None:
    """Imports a file into a folder: ``imported.json`` and ``weights/initial.npz``.

    Raises:
        ModelImportError: It cannot be imported; the message says why and what to do.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # weights are only carried through; a GPU is not worth its start
    open_archive(path).weights.close()  # what is refused is refused before seconds go into Keras' import
    try:
        from dlstudio.compiler.importing.imported import import_file

        value = import_file(path, folder).as_json()
        (folder / RESULT).write_text(json.dumps(value, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    except ModelImportError:
        raise
    except MemoryError:
        raise ModelImportError(f"{path.name} needs more memory than there is.") from None
    except RecursionError:
        raise ModelImportError(f"{path.name} is nested too deep to be read.") from None
    except Exception as error:  # a stranger's file may break whatever it meets; the user gets a sentence
        traceback.print_exc()
        said = f"{type(error).__name__}: {short(error, 300)}"
        raise ModelImportError(f"{path.name} cannot be imported ({said}).") from None
