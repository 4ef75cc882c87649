"""A form of setting editors: label, a button back to the default where the value differs, editor; the rest folded away.

It knows settings and values, nothing of nodes: the inspector uses it for layers, the training panel for optimizers and
schedules.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from dlstudio.catalogue.node_types import Catalogue, Setting
from dlstudio.graph.expressions import MARK, is_expression
from dlstudio.gui import theme
from dlstudio.gui.editors.choosing import editor_for
from dlstudio.gui.editors.editor import SettingEditor, tip, title_of
from dlstudio.gui.editors.expressible import ExpressibleEditor, Scope
from dlstudio.gui.icons import icon

_LABEL, _RESET, _EDITOR = range(3)


class SettingForm(QWidget):
    """Edits the values of several settings.

    Signals:
        changed(str, object): A setting's name and its new value; also in the middle of typing.
    """

    changed = Signal(str, object)

    def __init__(
        self,
        settings: Sequence[Setting],
        values: Mapping[str, Any],
        parent: QWidget | None = None,
        *,
        catalogue: Catalogue | None = None,
        mixed: Collection[str] = (),
        fold_all: bool = False,
        none_words: Mapping[str, str] | None = None,
        scope: Scope | None = None,
    ) -> None:
        """Args:
        settings: In the order shown; advanced ones go behind *N more settings*.
        values: By setting name; a missing one shows its default.
        parent: The Qt parent.
        catalogue: Where names and objects to choose from come from; the shipped one unless given.
        mixed: Names of settings whose values differ among the things edited.
        fold_all: Fold the advanced settings also where there are no others.
        none_words: By setting name, what an empty editor says instead of *none*: what None means there.
        scope: What expressions in settings are computed with; without one, values are plain. A form within another
            has that one's.
        """
        super().__init__(parent)
        if catalogue is None:
            from dlstudio.catalogue.loading import load_catalogue

            catalogue = load_catalogue()
        self._catalogue = catalogue
        self._values: dict[str, Any] = dict(values)
        self._mixed = frozenset(mixed)
        self._none_words = dict(none_words or {})
        self._scope = scope
        self._editors: dict[str, SettingEditor] = {}
        self._resets: dict[str, QToolButton] = {}
        self._advanced = [s for s in settings if s.advanced]
        usual = [s for s in settings if not s.advanced]
        if not usual and not fold_all:
            usual, self._advanced = self._advanced, []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_1)
        if usual:
            layout.addWidget(self._section(usual))
        self.more = QPushButton(self)
        theme.mark(self.more, "link")
        self.more.setCheckable(True)
        self.more.setVisible(bool(self._advanced))
        self.more.toggled.connect(self._fold)
        layout.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self._folded: QWidget | None = None
        self._name_fold()

    def names(self) -> tuple[str, ...]:
        """The settings that have an editor now."""
        return tuple(self._editors)

    def editor(self, name: str) -> SettingEditor:
        """The editor of a setting, unfolding it where it is folded away.

        Raises:
            KeyError: The form has no such setting.
        """
        if name not in self._editors:
            self.more.setChecked(True)
        editor = self._editors[name]
        return editor.inner if isinstance(editor, ExpressibleEditor) else editor

    def expressible(self, name: str) -> ExpressibleEditor:
        """What lets a setting be an expression; only in a form with a scope.

        Raises:
            KeyError: The form has no such setting, or no scope.
        """
        self.editor(name)
        editor = self._editors[name]
        if not isinstance(editor, ExpressibleEditor):
            raise KeyError(name)
        return editor

    def reset_button(self, name: str) -> QToolButton:
        """The button that takes a setting back to its default."""
        self.editor(name)
        return self._resets[name]

    def set_values(self, values: Mapping[str, Any], mixed: Collection[str] = ()) -> None:
        """Shows other values; emits nothing and leaves the text under the cursor alone where it means the same."""
        self._values, self._mixed = dict(values), frozenset(mixed)
        for name in self._editors:
            self._show(name)
        self._name_fold()

    def set_scope(self, scope: Scope) -> None:
        """Computes expressions with other values of the parameters."""
        if scope != self._scope:
            self._scope = scope
            for editor in self.findChildren(ExpressibleEditor):
                editor.refresh()

    @property
    def scope(self) -> Scope | None:
        """What expressions are computed with: this form's scope, or that of the form it lies in."""
        form: QWidget | None = self
        while form is not None:
            if isinstance(form, SettingForm) and form._scope is not None:
                return form._scope
            form = form.parentWidget()
        return None

    def _section(self, settings: Sequence[Setting]) -> QWidget:
        section = QWidget(self)
        grid = QGridLayout(section)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.SPACE_1)
        grid.setVerticalSpacing(theme.SPACE_1)
        grid.setColumnStretch(_LABEL, 10)
        grid.setColumnStretch(_EDITOR, 13)
        grid.setColumnMinimumWidth(_RESET, 18)
        row = 0
        for setting in settings:
            row = self._add_row(grid, row, setting, section)
        return section

    def _add_row(self, grid: QGridLayout, row: int, setting: Setting, section: QWidget) -> int:
        label = QLabel(title_of(setting.name), section)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setMinimumHeight(theme.ROW_HEIGHT)
        label.setToolTip(tip(setting.help))
        theme.mark(label, "dim")
        reset = QToolButton(section)
        reset.setIcon(icon("reset"))
        reset.setFixedSize(18, 22)
        theme.mark(reset, "bare")
        reset.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        reset.setAccessibleName(f"Reset {title_of(setting.name)}")
        reset.clicked.connect(lambda _=False, s=setting: self._reset(s))
        keep = reset.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        reset.setSizePolicy(keep)
        editor = editor_for(setting, self._catalogue, section)
        if self.scope is not None:
            editor = ExpressibleEditor(editor, lambda: self.scope or Scope(), self._catalogue, section)
        editor.none_words = self._none_words.get(setting.name, editor.none_words)
        label.setBuddy(editor)
        stretches = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        editor.setSizePolicy(stretches)
        label.setSizePolicy(stretches)
        editor.valueChanged.connect(lambda value, s=setting: self._edited(s, value))
        self._editors[setting.name], self._resets[setting.name] = editor, reset
        grid.addWidget(label, row, _LABEL)
        grid.addWidget(reset, row, _RESET)
        if editor.wide:
            row += 1
            grid.addWidget(editor, row, _LABEL, 1, 3)
        else:
            grid.addWidget(editor, row, _EDITOR)
        if editor.below is not None:
            row += 1
            grid.addWidget(editor.below, row, _LABEL, 1, 3)
        self._show(setting.name)
        return row + 1

    def _show(self, name: str) -> None:
        editor = self._editors[name]
        setting = editor.setting
        if name in self._mixed:
            editor.set_mixed()
        else:
            editor.set_value(self._values.get(name, usual_value(setting)))
        differs = name in self._mixed or self._values.get(name, usual_value(setting)) != usual_value(setting)
        reset = self._resets[name]
        reset.setVisible(differs)
        usual = usual_value(setting)
        reset.setToolTip(
            tip(f"Back to {self._none_words.get(name, spoken(usual)) if usual is None else spoken(usual)}")
        )

    def _edited(self, setting: Setting, value: Any) -> None:
        self._values[setting.name] = value
        self._mixed -= {setting.name}
        self._resets[setting.name].setVisible(value != usual_value(setting))
        self.changed.emit(setting.name, value)

    def _reset(self, setting: Setting) -> None:
        value = usual_value(setting)
        self._values[setting.name] = value
        self._mixed -= {setting.name}
        self._show(setting.name)
        self._editors[setting.name].setFocus()
        self.changed.emit(setting.name, value)

    def _fold(self, opened: bool) -> None:
        if opened and self._folded is None:
            self._folded = self._section(self._advanced)
            layout = self.layout()
            assert isinstance(layout, QVBoxLayout)
            layout.addWidget(self._folded)
        if self._folded is not None:
            self._folded.setVisible(opened)
        self._name_fold()

    def _name_fold(self) -> None:
        changed = sum(self._values.get(s.name, usual_value(s)) != usual_value(s) for s in self._advanced)
        count = len(self._advanced)
        words = "fewer settings" if self.more.isChecked() else f"{count} more setting{'s' if count != 1 else ''}"
        note = f" · {changed} changed" if changed and not self.more.isChecked() else ""
        self.more.setText(("▾ " if self.more.isChecked() else "▸ ") + words + note)


def usual_value(setting: Setting) -> Any:
    """What a setting is where nobody said anything: its default, or the suggestion where Keras has none."""
    return setting.suggested if setting.required else setting.default


def spoken(value: Any) -> str:
    """A value in a sentence: ``none``, ``on``, ``3 × 3``."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list | tuple):
        return " × ".join(spoken(part) for part in value)
    if is_expression(value):
        return str(value[MARK])
    if isinstance(value, Mapping):
        return str(value.get("type", "")).rpartition(".")[2] or "a value"
    return str(value)
