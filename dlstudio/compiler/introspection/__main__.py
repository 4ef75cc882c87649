"""Writes ``resources/catalogue/*.json`` from the installed Keras; ``--check`` only compares."""

from __future__ import annotations

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import argparse
import sys
from pathlib import Path

from dlstudio.compiler.introspection.writing import FOLDER, differences, generate


def main(arguments: list[str] | None = None) -> int:
    """Writes the catalogue, or with ``--check`` says how the files differ; 1 where they do."""
    parser = argparse.ArgumentParser(prog="python -m dlstudio.compiler.introspection", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only; exit status 1 where the files differ")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the files are")
    options = parser.parse_args(arguments)
    files = generate()
    changed = differences(files, options.folder)
    if options.check:
        for line in changed:
            sys.stdout.write(line + "\n")
        if changed:
            sys.stdout.write("The catalogue differs from Keras. Run: python -m dlstudio.compiler.introspection\n")
        return 1 if changed else 0
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (options.folder / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{options.folder / name}: {len(text) / 1000:.0f} kB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
