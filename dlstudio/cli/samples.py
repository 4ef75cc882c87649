"""The shipped data sets, by the name under which commands know them."""

from __future__ import annotations

from pathlib import Path

from dlstudio.cli.command import CommandError
from dlstudio.places import SAMPLE_DATA


def sample_names() -> list[str]:
    """Names of the shipped data sets."""
    if not SAMPLE_DATA.is_dir():
        return []
    return sorted(entry.name for entry in SAMPLE_DATA.iterdir() if entry.is_dir() and sample_path(entry.name))


def sample_path(name: str) -> Path | None:
    """The data inside a shipped set: its only data file, or the folder itself. None where there is no such set.

    Notes on origin and licence lie beside the data and are no part of it.
    """
    folder = SAMPLE_DATA / name
    if not name or Path(name).name != name or not folder.is_dir():
        return None
    entries = [each for each in folder.iterdir() if not each.name.startswith((".", "README", "LICENSE"))]
    if len(entries) == 1:
        return entries[0]
    return folder if entries else None


def find_data(text: str) -> tuple[Path, bool]:
    """The data that ``--data`` means, and whether it is a shipped set. A path that exists comes before a sample's name.

    Raises:
        CommandError: Neither is there.
    """
    path = Path(text).expanduser()
    if path.exists():
        return path, False
    shipped = sample_path(text)
    if shipped:
        return shipped, True
    raise CommandError(
        f"There is no file or folder {text}, nor a shipped data set of that name. Shipped are: "
        f"{', '.join(sample_names()) or 'none'}."
    )
