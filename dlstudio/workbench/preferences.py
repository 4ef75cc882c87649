"""What a person has set up once for every project: window state, theme, recent projects. One JSON file.

It lies in ``$XDG_CONFIG_HOME/dlstudio`` (``~/.config/dlstudio``), or in the folder that ``DLSTUDIO_CONFIG`` names. A
damaged file is passed over, never an error: preferences can be made again.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from dlstudio.places import config_folder as config_folder  # noqa: PLC0414 - named here for whoever keeps something beside

MAXIMUM_RECENT = 12
FILE_NAME = "preferences.json"


class Preferences:
    """Named JSON values that are written through at once.

    Args:
        folder: Where the file lies; :func:`config_folder` by default.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._file = (folder or config_folder()) / FILE_NAME
        self._values: dict[str, Any] = {}
        with contextlib.suppress(OSError, ValueError, RecursionError):
            value = json.loads(self._file.read_text(encoding="utf-8"))
            if isinstance(value, dict):
                self._values = value

    def get(self, name: str, default: Any = None) -> Any:
        """The value of that name. One of another JSON type than ``default`` counts as missing."""
        value = self._values.get(name, default)
        return default if default is not None and not isinstance(value, type(default)) else value

    def set(self, name: str, value: Any) -> None:
        """Keeps a JSON value. Where the disk refuses, it holds for this session only."""
        if name in self._values and self._values[name] == value:
            return
        self._values[name] = value
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            temporary = self._file.with_name(f".{FILE_NAME}.{os.getpid()}.tmp")
            temporary.write_text(json.dumps(self._values, indent=1), encoding="utf-8")
            temporary.replace(self._file)  # no fsync: the window does not wait for the disk for this

    @property
    def recent_projects(self) -> list[Path]:
        """Folders of the projects opened last, the latest first; those that are gone are left out."""
        listed = [Path(entry) for entry in self.get("recent_projects", []) if isinstance(entry, str)]
        return [path for path in listed if (path / "project.json").is_file()]

    def add_recent(self, folder: Path) -> None:
        """Puts a project first among the recent ones."""
        others = [str(path) for path in self.recent_projects if path != folder]
        self.set("recent_projects", [str(folder), *others][:MAXIMUM_RECENT])
