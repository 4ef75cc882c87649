"""Editors for values that are Keras objects: initializer, regularizer, constraint, wrapped layer, optimizer, schedule.

Such a value is a name (``"glorot_uniform"``), or ``{"type": "keras.regularizers.L2", "settings": {"l2": 1e-4}}``, or
None. A combo box chooses the object; what can be set on it stands in a form of its own under the row.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from dlstudio.catalogue.node_types import Catalogue, NodeType, ObjectType, Setting
from dlstudio.gui import theme
from dlstudio.gui.editors.editor import MIXED, NONE, CalmComboBox, SettingEditor


@dataclass(frozen=True)
class Candidate:
    """One object that can be chosen: its public id, the name shown, and what can be set on it."""

    id: str
    title: str
    summary: str
    settings: tuple[Setting, ...]

    @property
    def short(self) -> str:
        """The name that Keras takes for it: ``GlorotUniform`` → ``glorot_uniform``."""
        return snake(self.title)


class ObjectEditor(SettingEditor):
    """A combo box of objects, and under it a form for the settings of the chosen one."""

    def __init__(
        self,
        setting: Setting,
        candidates: Sequence[Candidate],
        catalogue: Catalogue,
        parent: QWidget | None = None,
        *,
        names: Collection[str] = (),
        searchable: bool = False,
    ) -> None:
        """Args:
        setting: What is edited.
        candidates: The objects offered.
        catalogue: For the forms of objects inside objects.
        parent: The Qt parent.
        names: Short names that stand for an object without settings of its own, and are stored for it.
        searchable: Whether typing into the box searches it.
        """
        super().__init__(setting, parent)
        self._catalogue = catalogue
        self._names = frozenset(names)
        self._candidates = {c.id: c for c in candidates}
        self._by_name = {name: c for c in candidates for name in (c.short, c.title, c.title.lower(), c.id)}
        self._value: Any = None
        self._form: QWidget | None = None
        self._form_type = ""
        self.combo = CalmComboBox(self)
        self.combo.setAccessibleName(self.accessibleName())
        self.setFocusProxy(self.combo)
        if setting.optional:
            self.combo.addItem(NONE, None)
        for candidate in candidates:
            self.combo.addItem(candidate.title, candidate.id)
            self.combo.setItemData(self.combo.count() - 1, candidate.summary, Qt.ItemDataRole.StatusTipRole)
        if searchable:
            self._make_searchable()
        self.combo.activated.connect(self._chosen)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.combo)
        self.below = QFrame()
        self.below.setParent(self)
        theme.mark(self.below, "nested")
        self._below_layout = QVBoxLayout(self.below)
        self._below_layout.setContentsMargins(theme.SPACE_3, 0, 0, theme.SPACE_1)
        self.below.hide()

    def value(self) -> Any:
        return self._value

    def set_value(self, value: Any) -> None:
        self._value = value
        self.combo.setPlaceholderText("")
        candidate, settings = self._taken_apart(value)
        if candidate is None:
            index = self.combo.findData(None) if value is None else self._index_of_unknown(value)
        else:
            index = self.combo.findData(candidate.id)
        self.combo.setCurrentIndex(index)
        if value is None and index < 0 and self.combo.isEditable():
            self.combo.setEditText("")
        self._show_form(candidate, settings)

    def set_mixed(self) -> None:
        self._value = None
        self.combo.setPlaceholderText(MIXED)
        self.combo.setCurrentIndex(-1)
        self._show_form(None, {})

    def _taken_apart(self, value: Any) -> tuple[Candidate | None, dict[str, Any]]:
        if isinstance(value, str):
            return self._by_name.get(value), {}
        if isinstance(value, Mapping):
            known = self._candidates.get(str(value.get("type", ""))) or self._by_name.get(str(value.get("type", "")))
            return known, dict(value.get("settings", {}))
        return None, {}

    def _index_of_unknown(self, value: Any) -> int:
        text = str(value.get("type", "?")) if isinstance(value, Mapping) else str(value)
        index = self.combo.findText(text)
        if index < 0:
            self.combo.addItem(text, value)
            index = self.combo.count() - 1
        return index

    def _chosen(self, index: int) -> None:
        data = self.combo.itemData(index)
        candidate = self._candidates.get(data) if isinstance(data, str) else None
        if candidate is None:
            value = data
        else:
            fresh = {s.name: s.suggested for s in candidate.settings if s.required and s.suggested is not None}
            value = self._put_together(candidate, fresh)
        if value == self._value:
            return
        self.set_value(value)
        self.valueChanged.emit(value)

    def _put_together(self, candidate: Candidate, settings: Mapping[str, Any]) -> Any:
        if not settings and candidate.short in self._names:
            return candidate.short
        return {"type": candidate.id, "settings": dict(settings)}

    def _show_form(self, candidate: Candidate | None, settings: Mapping[str, Any]) -> None:
        from dlstudio.gui.editors.form import SettingForm

        assert self.below is not None
        wanted = candidate.id if candidate and candidate.settings else ""
        if wanted != self._form_type:
            if self._form is not None:
                self._form.deleteLater()
                self._form = None
            self._form_type = wanted
            if candidate and wanted:
                rare = [
                    replace(s, advanced=s.advanced or (s.optional and s.default is None)) for s in candidate.settings
                ]
                form = SettingForm(rare, settings, self.below, catalogue=self._catalogue, fold_all=True)
                form.changed.connect(self._nested)
                self._below_layout.addWidget(form)
                self._form = form
        elif isinstance(self._form, SettingForm):
            self._form.set_values(settings)
        self.below.setVisible(bool(wanted))

    def _nested(self, name: str, value: Any) -> None:
        candidate, settings = self._taken_apart(self._value)
        if candidate is None:
            return
        default = next((s.default for s in candidate.settings if s.name == name and not s.required), _NOTHING)
        settings[name] = value
        if value == default:
            del settings[name]
        self._value = self._put_together(candidate, settings)
        from dlstudio.gui.editors.form import SettingForm

        if isinstance(self._form, SettingForm):
            self._form.set_values(settings)
        self.valueChanged.emit(self._value)

    def _make_searchable(self) -> None:
        self.combo.setEditable(True)
        self.combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        completer = QCompleter(self.combo.model(), self.combo)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.combo.setCompleter(completer)
        line = self.combo.lineEdit()
        if line is not None:
            line.editingFinished.connect(self._search_left)

    def _search_left(self) -> None:
        """Goes back to the chosen name when what was typed names nothing."""
        index = self.combo.findText(self.combo.currentText(), Qt.MatchFlag.MatchFixedString)
        if index >= 0:
            self.combo.setCurrentIndex(index)
            self._chosen(index)
        else:
            self.set_value(self._value)


class LayersEditor(SettingEditor):
    """Edits a list of layers: one row each, with a button that removes it, and one that adds."""

    wide = True

    def __init__(
        self, setting: Setting, candidates: Sequence[Candidate], catalogue: Catalogue, parent: QWidget | None = None
    ) -> None:
        super().__init__(setting, parent)
        self._candidates, self._catalogue = tuple(candidates), catalogue
        self._value: list[Any] | None = None
        self._rows: list[ObjectEditor] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.SPACE_1)
        self.add = QPushButton("Add a layer", self)
        theme.mark(self.add, "link")
        self.add.clicked.connect(self._added)
        self._layout.addWidget(self.add)

    def value(self) -> Any:
        return self._value

    def set_value(self, value: Any) -> None:
        layers = list(value) if isinstance(value, list | tuple) else []
        same = len(layers) == len(self._rows)
        self._value = layers if value is not None else None
        if same:
            for row, layer in zip(self._rows, layers, strict=True):
                row.set_value(layer)
        else:
            self._rebuild(layers)

    def set_mixed(self) -> None:
        self._value = None
        self._rebuild([])
        self.add.setText("Add a layer (mixed)")

    def _rebuild(self, layers: list[Any]) -> None:
        while self._layout.count() > 1:
            item = self._layout.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._rows = []
        self.add.setText("Add a layer")
        for index, layer in enumerate(layers):
            self._layout.insertWidget(index, self._row(index, layer))

    def _row(self, index: int, layer: Any) -> QWidget:
        frame = QWidget(self)
        box = QVBoxLayout(frame)
        box.setContentsMargins(0, 0, 0, 0)
        line = QHBoxLayout()
        editor = ObjectEditor(
            Setting(f"layer {index + 1}", "layer", required=True),
            self._candidates,
            self._catalogue,
            frame,
            searchable=True,
        )
        editor.set_value(layer)
        editor.valueChanged.connect(lambda value, i=index: self._edited(i, value))
        remove = QPushButton("✕", frame)
        remove.setAccessibleName(f"Remove layer {index + 1}")
        remove.setToolTip("Remove this layer")
        theme.mark(remove, "quiet")
        remove.clicked.connect(lambda _=False, i=index: self._removed(i))
        line.addWidget(editor, 1)
        line.addWidget(remove)
        box.addLayout(line)
        if editor.below is not None:
            box.addWidget(editor.below)
        self._rows.append(editor)
        return frame

    def _edited(self, index: int, value: Any) -> None:
        layers = list(self._value or [])
        layers[index] = value
        self._value = layers
        self.valueChanged.emit(layers)

    def _removed(self, index: int) -> None:
        layers = list(self._value or [])
        del layers[index]
        self.set_value(layers)
        self.valueChanged.emit(layers)

    def _added(self) -> None:
        layers = list(self._value or [])
        model = layers[-1] if layers else self._suggested()
        if model is None:
            return
        layers.append(model)
        self.set_value(layers)
        self.valueChanged.emit(layers)

    def _suggested(self) -> Any:
        suggested = self.setting.suggested
        if isinstance(suggested, list | tuple) and suggested:
            return suggested[0]
        if not self._candidates:
            return None
        first = self._candidates[0]
        settings = {s.name: s.suggested for s in first.settings if s.required and s.suggested is not None}
        return {"type": first.id, "settings": settings}


def object_candidates(objects: Sequence[ObjectType]) -> list[Candidate]:
    """Candidates from the catalogue's objects of one role, by name."""
    return [Candidate(o.id, o.name, o.summary, o.settings) for o in sorted(objects, key=lambda o: o.name.lower())]


def layer_candidates(catalogue: Catalogue, setting: Setting) -> list[Candidate]:
    """Every layer that can stand inside another, those of the kind that is usual for this setting first."""
    usual = setting.suggested
    usual = usual[0] if isinstance(usual, list | tuple) and usual else usual
    model = catalogue.get(str(usual.get("type", ""))) if isinstance(usual, Mapping) else None
    cells = "Cell" in (model.name if model else "")

    def rank(layer: NodeType) -> tuple[bool, bool, str]:
        related = model is not None and layer.category == model.category
        return (layer is not model, not related, layer.name)

    layers = [
        n for n in catalogue if n.id.startswith("keras.layers.") and (("Cell" in n.name) if cells else not n.unusable)
    ]
    return [Candidate(n.id, n.name, n.summary, n.settings) for n in sorted(layers, key=rank)]


def snake(name: str) -> str:
    """Keras' short name of a class: ``HeNormal`` → ``he_normal``, ``L2`` → ``l2``."""
    spaced = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", spaced).lower()


_NOTHING = object()
