"""The process of a search: ``python -m dlstudio.search SEARCH_FOLDER``; what is done already is not done again."""

from __future__ import annotations

import os
import sys
import traceback
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path

from dlstudio.search.folder import SearchFolder
from dlstudio.training.runs.process_identity import own_identity
from dlstudio.training.runs.worked_folder import RunError


def main(arguments: list[str] | None = None) -> int:
    """Searches; the exit status is 0 where it finished or was stopped, 1 where it failed."""
    parser = ArgumentParser(prog="python -m dlstudio.search", description="Search over the settings of a project.")
    parser.add_argument("search", type=Path, help="the search's folder")
    search = SearchFolder(parser.parse_args(arguments).search.resolve())
    try:
        search.record()
    except RunError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    handle = os.open(search.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    known = search.process()
    if any(known.get(name) != value for name, value in own_identity().items()):
        search.claim(os.getpid())
    try:
        from dlstudio.search.running import Search

        return 0 if Search(search).go() in ("finished", "stopped") else 1
    except Exception as error:  # whatever goes wrong has to reach the user
        traceback.print_exc(file=sys.stderr)
        message = str(error) if isinstance(error, RunError) else f"The search broke off: {error}. See log.txt."
        search.write_results(replace(search.results(), status="failed", message=message))
        return 1
    finally:
        search.release()


if __name__ == "__main__":
    sys.exit(main())
