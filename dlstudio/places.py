"""Where things lie: what is shipped, beside the package in a checkout or inside a wheel; a user's cache and choices."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _shipped(name: str) -> Path:
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


RESOURCES = _shipped("resources")
SAMPLE_DATA = _shipped("sample_data")


def config_folder() -> Path:
    """Where lies what a person has chosen: ``$XDG_CONFIG_HOME/dlstudio`` (``~/.config/dlstudio``).

    It is the folder that ``DLSTUDIO_CONFIG`` names, where that is set.
    """
    override = os.environ.get("DLSTUDIO_CONFIG")
    if override:
        return Path(override)
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "dlstudio"


def cache_folder() -> Path:
    """Where lies what can be made again: ``$XDG_CACHE_HOME/dlstudio`` (``~/.cache/dlstudio``).

    Where ``DLSTUDIO_CONFIG`` names a folder for preferences, it is a folder in that one.
    """
    override = os.environ.get("DLSTUDIO_CONFIG")
    if override:
        return Path(override) / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dlstudio"


def sample_names(home: Path = SAMPLE_DATA) -> list[str]:
    """Names of the shipped data sets, sorted."""
    return sorted(entry.name for entry in home.iterdir() if sample_path(entry.name, home)) if home.is_dir() else []


def sample_path(name: str, home: Path = SAMPLE_DATA) -> Path | None:
    """The data inside a shipped set: its only data file, or the folder itself. None where there is no such set.

    Notes on origin and licence lie beside the data and are no part of it.
    """
    folder = home / name
    if not name or name.startswith(".") or Path(name).name != name or not folder.is_dir():
        return None
    entries = [each for each in folder.iterdir() if not each.name.startswith((".", "README", "LICENSE"))]
    return entries[0] if len(entries) == 1 else folder if entries else None


def sample_title(name: str, home: Path = SAMPLE_DATA) -> str:
    """The headline of a set's notes, or its name as words."""
    notes = home / name / "README.md"
    first = notes.read_text(encoding="utf-8").strip().partition("\n")[0] if notes.is_file() else ""
    return first.lstrip("# ").strip() if first.startswith("#") else name.replace("-", " ").capitalize()


def is_sample(path: Path) -> bool:
    """Whether a path lies inside the shipped data."""
    return path.resolve().is_relative_to(SAMPLE_DATA.resolve())


def version() -> str:
    """The installed version, or the one that stands in a checkout's ``pyproject.toml``."""
    from importlib import metadata  # slow to load, and the window needs none of it

    try:
        return metadata.version("dlstudio")
    except metadata.PackageNotFoundError:
        import tomllib

        file = _PACKAGE.parent / "pyproject.toml"
        return (
            str(tomllib.loads(file.read_text(encoding="utf-8"))["project"]["version"]) if file.exists() else "unknown"
        )
