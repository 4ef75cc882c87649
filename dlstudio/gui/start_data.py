"""The data of a new project: a sample or the user's own, looked at as soon as it is chosen. State only, no widgets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.project import DataSettings
from dlstudio.gui.plots.numbers import counted
from dlstudio.gui.studio import Studio
from dlstudio.places import sample_path
from dlstudio.templates.template import Template


class ChosenData(QObject):
    """What a new project will be made with.

    Signals:
        changed(): The choice, or what is known about it, is new.
    """

    changed = Signal()

    def __init__(self, studio: Studio, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self.path: Path | str | None = None
        self.settings: DataSettings | None = None
        self.specs: dict[str, ColumnSpec] = {}
        self.rows: int | None = None
        self.problem = ""
        self.looking = False

    def choose(self, path: Path | str | None) -> None:
        """Takes a file, a folder or an address of the hub (None: each template's own sample) and looks at it."""
        self.path, self.settings, self.specs, self.rows, self.problem = path, None, {}, None, ""
        self.looking = path is not None
        self.changed.emit()
        if path is not None:
            payload = {"path": str(path), "root": _root(path)}
            self._studio.ask("guess_data", payload, lambda v: self._guessed(path, v), lambda s: self._failed(path, s))

    def path_for(self, template: Template | None) -> Path | str | None:
        """The data to use with a template: what was chosen, else the template's sample."""
        return self.path or sample_path(template.sample if template else "")

    def suited(self) -> tuple[str, ...] | None:
        """Names of the templates that can read the data, best first; None while nothing is known, so that all can."""
        if self.settings is None or not self.specs:
            return None
        from dlstudio.templates.library import suited_templates

        return tuple(template.name for template in suited_templates(self.specs, self.settings))

    def words(self) -> str:
        """One line about what was found."""
        if self.looking:
            return "Looking at the data …"
        if self.problem:
            return self.problem
        parts = [counted(self.rows, "row")] if self.rows is not None else []
        parts += [_column(spec) for spec in list(self.specs.values())[:4]]
        more = len(self.specs) - 4
        return " · ".join(parts) + (f" and {counted(more, 'more column')}" if more > 0 else "")

    def _guessed(self, path: Path | str, value: Mapping[str, Any]) -> None:
        if path != self.path:
            return
        self.settings = DataSettings.from_json(value["data"])
        payload = {"data": value["data"], "root": _root(path)}
        self._studio.ask("describe_data", payload, lambda v: self._described(path, v), lambda s: self._failed(path, s))

    def _described(self, path: Path | str, value: Mapping[str, Any]) -> None:
        if path != self.path:
            return
        self.looking = False
        self.specs = {name: ColumnSpec.from_json(spec) for name, spec in value.get("specs", {}).items()}
        rows = (value.get("summary") or {}).get("rows")
        self.rows = rows if isinstance(rows, int) else None
        self.changed.emit()

    def _failed(self, path: Path | str, sentence: str) -> None:
        if path == self.path:
            self.looking, self.problem = False, sentence
            self.changed.emit()


def _root(path: Path | str) -> str:
    """The folder to which a source is relative; none for an address."""
    return str(path.parent) if isinstance(path, Path) else ""


def _column(spec: ColumnSpec) -> str:
    if spec.kind == "category":
        return f"{spec.name}: {counted(len(spec.classes), 'class', 'classes')}"
    if spec.kind == "text":
        return f"{spec.name}: text"
    if spec.kind in ("tokens", "hidden"):
        return f"{spec.name}: {counted(spec.vocabulary_size, 'token')}"
    if spec.kind == "translation":
        return f"{spec.name}: translation"
    size = " × ".join(str(axis) for axis in spec.shape)
    return f"{spec.name}: {spec.kind} {size}" if size else f"{spec.name}: {spec.kind}"
