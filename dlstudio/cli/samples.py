"""What ``--data`` means: a path, the name of a shipped data set, or an address of the Hugging Face hub."""

from __future__ import annotations

from pathlib import Path

from dlstudio.cli.command import CommandError
from dlstudio.data.hugging_face.hub_address import is_hub_address
from dlstudio.places import sample_names, sample_path


def find_data(text: str) -> Path | str:
    """The data that ``--data`` means. A path that exists comes before a sample's name.

    Raises:
        CommandError: Neither is there.
    """
    if is_hub_address(text):
        return text
    path = Path(text).expanduser()
    found = path if path.exists() else sample_path(text)
    if found is None:
        raise CommandError(
            f"There is no file or folder {text}, nor a shipped data set of that name. Shipped are: "
            f"{', '.join(sample_names()) or 'none'}."
        )
    return found
