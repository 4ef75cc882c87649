"""Picks the editor that fits a setting. A new kind of setting is a new line here and an editor beside this module."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from dlstudio.catalogue.node_types import Catalogue, ObjectType, Setting
from dlstudio.gui.editors.choices import ChoiceEditor, FlagEditor, flag_options
from dlstudio.gui.editors.editor import SettingEditor
from dlstudio.gui.editors.numbers import NumberEditor, NumberRowEditor
from dlstudio.gui.editors.objects import LayersEditor, ObjectEditor, layer_candidates, object_candidates
from dlstudio.gui.editors.texts import JsonEditor, TextEditor


def editor_for(setting: Setting, catalogue: Catalogue, parent: QWidget | None = None) -> SettingEditor:
    """The editor for a setting, still without a value."""
    kind = setting.kind
    if kind in ("integer", "number"):
        return NumberEditor(setting, parent)
    if kind in ("integers", "numbers", "pairs"):
        return NumberRowEditor(setting, parent)
    if kind == "flag":
        return ChoiceEditor(setting, flag_options(), parent) if setting.optional else FlagEditor(setting, parent)
    if kind == "choice":
        return ChoiceEditor(setting, parent=parent)
    if kind == "activation":
        options: list[tuple[str, Any]] = [(name, name) for name in catalogue.choices.get("activation", ())]
        return ChoiceEditor(setting, options, parent)
    if kind in ("initializer", "regularizer", "constraint"):
        candidates = object_candidates(catalogue.with_role(kind))
        names = () if kind == "regularizer" else catalogue.choices.get(kind, ())
        return ObjectEditor(setting, candidates, catalogue, parent, names=names)
    if kind == "layer":
        return ObjectEditor(setting, layer_candidates(catalogue, setting), catalogue, parent, searchable=True)
    if kind == "layers":
        return LayersEditor(setting, layer_candidates(catalogue, setting), catalogue, parent)
    if kind in ("text", "slices"):
        return TextEditor(setting, parent)
    return JsonEditor(setting, parent)


def object_editor(
    setting: Setting, objects: tuple[ObjectType, ...], catalogue: Catalogue, parent: QWidget | None = None
) -> ObjectEditor:
    """An editor for ``{"type", "settings"}`` of the objects given: the optimizer or the schedule of a training."""
    return ObjectEditor(setting, object_candidates(objects), catalogue, parent)
