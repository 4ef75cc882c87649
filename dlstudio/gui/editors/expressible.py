"""An editor whose value may be an expression over a block's parameters: the *ƒ* beside it turns the field into one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.catalogue.values import check_value
from dlstudio.graph.expressions import MARK, ExpressionError, evaluate, is_expression
from dlstudio.gui import theme
from dlstudio.gui.editors.editor import ProjectUndo, SettingEditor, tip


@dataclass(frozen=True)
class Scope:
    """What expressions are computed with.

    Attributes:
        values: The parameters' values inside the use that is looked into.
        inside: Whether one is inside a block at all; elsewhere an expression can only be turned off.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    inside: bool = False


class ExpressibleEditor(SettingEditor):
    """Shows the plain editor of a setting, or a field with an expression.

    Args:
        inner: The plain editor.
        scope: Gives the parameters' values when asked.
        catalogue: What the values of expressions are checked with.
        parent: The Qt parent.

    Attributes:
        inner: The plain editor.
        line: The field with the expression.
        said: Its value, or what is wrong with it.
        toggle: The button *ƒ*.
    """

    def __init__(
        self, inner: SettingEditor, scope: Callable[[], Scope], catalogue: Catalogue, parent: QWidget | None = None
    ) -> None:
        super().__init__(inner.setting, parent)
        self.inner, self._scope, self._catalogue = inner, scope, catalogue
        self._value: Any = None
        self.wide = inner.wide
        self.line = QLineEdit(self)
        self.line.setFont(theme.mono_font(12))
        self.line.setAccessibleName(f"{self.accessibleName()}, an expression")
        self.line.installEventFilter(ProjectUndo(self))
        self.line.textEdited.connect(self._typed)
        self.line.hide()
        self.toggle = QToolButton(self)
        self.toggle.setText("ƒ")
        self.toggle.setCheckable(True)
        self.toggle.setFixedSize(20, 26)
        self.toggle.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.toggle.setAccessibleName(f"{self.accessibleName()} by an expression")
        theme.mark(self.toggle, "expression")
        self.toggle.clicked.connect(self._toggled)
        self.said = QLabel()
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        self.below = QWidget()
        under = QVBoxLayout(self.below)
        under.setContentsMargins(0, 0, 0, 0)
        under.setSpacing(0)
        under.addWidget(self.said)
        if inner.below is not None:
            under.addWidget(inner.below)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(inner, 1)
        row.addWidget(self.line, 1)
        row.addWidget(self.toggle, 0, Qt.AlignmentFlag.AlignTop if inner.wide else Qt.AlignmentFlag.AlignVCenter)
        self.setFocusProxy(inner)
        inner.valueChanged.connect(self._inner_changed)
        self.refresh()

    def value(self) -> Any:
        return self._value

    def set_value(self, value: Any) -> None:
        if is_expression(value):
            self._value = value
            if self.line.text().strip() != value[MARK].strip():
                self.line.setText(value[MARK])
                self.line.setCursorPosition(0)
            self._show_line(True)
        elif not self._waits_for(value):
            self._value = value
            self._show_line(False)
            self.inner.none_words = self.none_words
            self.inner.set_value(value)
        self.refresh()

    def set_mixed(self) -> None:
        self._value = None
        self._show_line(False)
        self.inner.none_words = self.none_words
        self.inner.set_mixed()
        self.refresh()

    def refresh(self) -> None:
        """Computes the value again: parameters or the use that is looked into may be others now."""
        shown = self.toggle.isChecked()
        scope = self._scope()
        self.toggle.setVisible(scope.inside or shown)
        known = ", ".join(scope.values) or "none yet"
        self.toggle.setToolTip(
            tip("Back to a plain value" if shown else f"Compute it from the block's parameters ({known})")
        )
        sentence, fault = self._judged(self.line.text()) if shown else ("", False)
        self.said.setText(sentence)
        # A value stands under its field, a sentence under the whole row.
        value = sentence.startswith("= ")
        self.said.setAlignment(Qt.AlignmentFlag.AlignRight if value else Qt.AlignmentFlag.AlignLeft)
        self.said.setContentsMargins(0, 0, 30 if value else 0, 2)
        self.said.setVisible(bool(sentence))
        fault = fault and bool(self.line.text().strip())
        theme.mark(self.said, "error" if fault else "faint")
        self.line.setProperty("problem", fault)
        self.line.style().unpolish(self.line)
        self.line.style().polish(self.line)

    def _judged(self, text: str) -> tuple[str, bool]:
        """What is said of an expression, and whether it is a fault."""
        if not text.strip():
            return f"An expression over: {', '.join(self._scope().values) or 'no parameters yet'}", True
        try:
            value = evaluate(text, self._scope().values)
        except ExpressionError as error:
            return str(error), True
        wrong = check_value(self.setting, value, self._catalogue)
        return (wrong, True) if wrong else (f"= {value}", False)

    def _typed(self, text: str) -> None:
        self.refresh()
        if not self._judged(text)[1]:
            self._value = {MARK: text.strip()}
            self.valueChanged.emit(self._value)

    def _toggled(self) -> None:
        if not self.toggle.isChecked():
            self._turn_off()
            return
        name, value = self.setting.name, self._value
        text = name if name in self._scope().values else ""
        if isinstance(value, str | int | float) or not text:
            text = text if text and self._means(text, value) else _literal(value)
        self.line.setText(text)
        self._show_line(True)
        self.line.setFocus()
        self.line.selectAll()
        self._typed(text)

    def _turn_off(self) -> None:
        """Keeps the value that the expression has now."""
        value = self._value
        if is_expression(value):
            try:
                value = evaluate(value[MARK], self._scope().values)
            except ExpressionError:
                value = self.setting.suggested if self.setting.required else self.setting.default
        self._value = value
        self._show_line(False)
        self.inner.set_value(value)
        self.refresh()
        self.inner.setFocus()
        self.valueChanged.emit(value)

    def _means(self, text: str, value: Any) -> bool:
        try:
            return bool(evaluate(text, self._scope().values) == value)
        except ExpressionError:
            return False

    def _waits_for(self, value: Any) -> bool:
        """Whether an expression is being typed that is not one yet, over the value that is shown again."""
        return self.toggle.isChecked() and not is_expression(self._value) and value == self._value

    def _inner_changed(self, value: Any) -> None:
        self._value = value
        self.valueChanged.emit(value)

    def _show_line(self, shown: bool) -> None:
        self.toggle.setChecked(shown)
        self.line.setVisible(shown)
        self.inner.setVisible(not shown)
        self.setFocusProxy(self.line if shown else self.inner)
        if self.inner.below is not None and shown:
            self.inner.below.setVisible(False)


def _literal(value: Any) -> str:
    """A value as an expression; empty where it is not a plain one."""
    return repr(value) if isinstance(value, str | int | float) else ""
