"""The inspector's form of every catalogue entry: each setting takes a legal value, and refuses an illegal one."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.catalogue.node_types import NodeType, Setting
from dlstudio.catalogue.values import check_value
from dlstudio.gui.editors.choices import ChoiceEditor, FlagEditor
from dlstudio.gui.editors.editor import SettingEditor
from dlstudio.gui.editors.form import SettingForm, usual_value
from dlstudio.gui.editors.objects import LayersEditor, ObjectEditor

CATALOGUE = load_catalogue()
_NOTHING = object()


@pytest.mark.parametrize("node_type", list(CATALOGUE), ids=lambda node_type: node_type.id)
def test_that_every_setting_is_edited_and_no_illegal_value_gets_through(node_type: NodeType, qtbot: Any) -> None:
    form = SettingForm(node_type.settings, node_type.fresh_settings, catalogue=CATALOGUE)
    qtbot.addWidget(form)
    heard: list[tuple[str, Any]] = []
    form.changed.connect(lambda name, value: heard.append((name, value)))
    for setting in node_type.settings:
        editor = form.editor(setting.name)
        value = other_value(setting)
        if value is _NOTHING:
            assert setting.kind == "choice" and len(setting.choices) < 2, setting.name
            continue
        heard.clear()
        if setting.kind in ("layer", "layers"):
            value = add_layer(editor)
        else:
            enter(editor, value)
        assert heard, f"{setting.name}: nothing came of {value!r}"
        assert heard[-1] == (setting.name, value), setting.name
        assert type(heard[-1][1]) is type(value), setting.name
        assert check_value(setting, heard[-1][1], CATALOGUE) is None, setting.name
        for illegal in illegal_texts(setting):
            heard.clear()
            sentence = enter_text(editor, illegal)
            arrived = [each for _, each in heard if check_value(setting, each, CATALOGUE)]
            assert not arrived, f"{setting.name} takes {illegal!r} as {arrived}"
            assert sentence.endswith("."), f"{setting.name} says nothing of {illegal!r}"


def test_that_the_forms_cover_the_catalogue(capsys: pytest.CaptureFixture[str]) -> None:
    count = sum(len(node_type.settings) for node_type in CATALOGUE)
    with capsys.disabled():
        print(f"\nforms of {len(CATALOGUE.node_types)} entries with {count} settings ", end="")
    assert count > 1200


def other_value(setting: Setting) -> Any:
    """A legal value that differs from what the fresh form shows."""
    usual = usual_value(setting)
    if setting.kind == "integer":
        low = max(1, int(setting.minimum or 0))
        return low + 1 if usual == low else low
    if setting.kind == "number":
        low, high = setting.minimum, setting.maximum
        return next(
            number
            for number in (0.25, 0.5, 0.75)
            if number != usual and (low is None or number >= low) and (high is None or number <= high)
        )
    if setting.kind == "flag":
        return not usual
    if setting.kind == "choice":
        return next((choice for choice in setting.choices if choice != usual), _NOTHING)
    if setting.kind == "activation":
        return "elu" if usual != "elu" else "relu"
    if setting.kind in ("integers", "numbers"):
        kind = int if setting.kind == "integers" else float
        low = max(1, int(setting.minimum or 0))
        high = setting.maximum if setting.maximum is not None else low + 1
        if setting.length == 1 and not isinstance(usual, list):
            return low + 1 if usual == low else low
        return [kind(low)] + [kind(min(low + 1, high))] * ((setting.length or 2) - 1)
    if setting.kind == "pairs":
        return [[1, 2], *[[0, 3]] * ((setting.length or 2) - 1)]
    if setting.kind in ("initializer", "regularizer", "constraint"):
        names = {"initializer": "Constant", "regularizer": "L1", "constraint": "NonNeg"}
        short = {"initializer": "", "regularizer": "", "constraint": "non_neg"}[setting.kind]
        if setting.kind == "initializer":
            return "constant"
        return short or {"type": f"keras.regularizers.{names[setting.kind]}", "settings": {}}
    return {
        "text": "b t f",
        "slices": "..., 1:-1",
        "array": [[1, 2.5], [3, 4]],
        "json": [1, None],
        "layer": None,
        "layers": None,
    }[setting.kind]


def illegal_texts(setting: Setting) -> list[str]:
    """What may be typed and is no value; nothing for switches, choices and free texts."""
    if setting.kind in ("integer", "number"):
        below = [] if setting.minimum is None else [str(int(setting.minimum) - 1)]
        above = [] if setting.maximum is None else [str(int(setting.maximum) + 1)]
        return ["many", *below, *above, *(["2.5"] if setting.kind == "integer" else [])]
    if setting.kind in ("integers", "numbers", "pairs"):
        several = [" ".join(["2"] * (setting.length + 1))] if setting.length else []
        return ["many", *several]
    return {"slices": ["1:2:0", "abc"], "array": ["[[1, 2], [3]]", "[1,"], "json": ["[1,"]}.get(setting.kind, [])


def enter(editor: SettingEditor, value: Any) -> None:
    """Gives a value as a person does: by a click, by choosing, by typing."""
    if isinstance(editor, FlagEditor):
        if editor.value() != value:
            QTest.mouseClick(editor.switch, Qt.MouseButton.LeftButton)
    elif isinstance(editor, ChoiceEditor):
        words = {True: "on", False: "off"}
        choose(editor, words[value] if isinstance(value, bool) else value)
    elif isinstance(editor, ObjectEditor):
        choose(editor, {"constant": "Constant", "non_neg": "NonNeg"}.get(str(value)) or "L1")
    else:
        enter_text(editor, as_text(editor.setting, value))


def add_layer(editor: SettingEditor) -> Any:
    """Chooses a layer, or adds one to a list; returns the value that the editor shows then."""
    if isinstance(editor, LayersEditor):
        QTest.mouseClick(editor.add, Qt.MouseButton.LeftButton)
    else:
        assert isinstance(editor, ObjectEditor)
        choose(editor, editor.combo.itemText((editor.combo.currentIndex() + 1) % editor.combo.count()))
    return editor.value()


def choose(editor: ChoiceEditor | ObjectEditor, title: str) -> None:
    index = editor.combo.findText(title)
    assert index >= 0, f"{editor.setting.name} does not offer {title}"
    editor.combo.setCurrentIndex(index)
    editor.combo.activated.emit(index)


def as_text(setting: Setting, value: Any) -> str:
    if setting.kind == "pairs":
        return " × ".join(f"({before}, {after})" for before, after in value)
    if setting.kind in ("integers", "numbers"):
        return " × ".join(str(number) for number in (value if isinstance(value, list) else [value]))
    if setting.kind in ("json", "array"):
        return str(value).replace("None", "null")
    return str(value)


def enter_text(editor: SettingEditor, text: str) -> str:
    """Types a text over what stands there and leaves the field; returns what is said of it."""
    field = editor.findChild(QPlainTextEdit)
    if field is not None:
        field.selectAll()
        QTest.keyClicks(field, text)
        return editor.problem.text()  # type: ignore[attr-defined]
    line = editor.findChild(QLineEdit)
    assert line is not None
    line.selectAll()
    QTest.keyClicks(line, text)
    line.editingFinished.emit()
    return line.toolTip()
