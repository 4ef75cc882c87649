"""The Qt style sheet, written with the names of colour tokens; the colours live in :mod:`dlstudio.gui.theme`."""

from __future__ import annotations

import re

from dlstudio.gui import theme
from dlstudio.places import RESOURCES

_SHEET = """
QWidget { color: @text; outline: none; }  /* the font is the application's: a rule here would beat every setFont */
QMainWindow, QDialog { background: @background; }
QToolTip { background: @raised; color: @text; border: 1px solid @line; padding: 4px 8px; }

QLabel { background: transparent; }
QLabel[role="title"] { font-size: 15px; font-weight: 600; }
QLabel[role="headline"] { font-size: 22px; font-weight: 600; }
QLabel[role="heading"] { font-weight: 600; }
QLabel[role="dim"] { color: @dim; }
QLabel[role="small"] { color: @dim; font-size: 12px; }
QLabel[role="faint"] { color: @faint; font-size: 12px; }
QLabel[role="section"] { color: @dim; font-size: 11px; }
QLabel[role="mono"] { font-family: "JetBrains Mono"; font-size: 12px; }
QLabel[role="error"] { color: @error-text; }
QLabel[role="warning"] { color: @warning-text; }
QLabel[role="ok"] { color: @ok-text; }
QLabel[role="chip"] { color: @dim; border: 1px solid @line; border-radius: 9px; padding: 1px 8px; font-size: 11px; }

QFrame[role="panel"], QFrame[role="bar"] { background: @panel; border: none; }
QFrame[role="card"] { background: @panel; border: 1px solid @line; border-radius: 8px; }
QFrame[role="ground"] { background: @background; border: none; }
QFrame[role="well"] { background: @background; border: none; border-radius: 6px; }
QFrame[role="line"] { background: @line; border: none; max-height: 1px; min-height: 1px; }
QFrame[role="row"] { background: transparent; border: 1px solid transparent; border-radius: 5px; }
QFrame[role="row"]:hover { background: @raised; }
QFrame[role="row"]:focus { border-color: @accent; }
QFrame[role="banner"] { background: @raised; border: none; border-bottom: 1px solid @line; }
QFrame[role="nested"] { background: transparent; border: none; border-left: 2px solid @line; }
QFrame[role="popup"] { background: @panel; border: 1px solid @line; border-radius: 10px; }
QFrame[role="toast"] { background: @raised; border: 1px solid @line; border-radius: 8px; }

QPushButton, QToolButton {
  background: @raised; border: 1px solid @line; border-radius: 6px; padding: 4px 12px; min-height: 18px;
}
QToolButton { padding: 4px 8px; }
QPushButton:hover, QToolButton:hover { border-color: @faint; }
QPushButton:pressed, QToolButton:pressed { background: @line; }
QPushButton:focus, QToolButton:focus { border-color: @accent; }
QPushButton:disabled, QToolButton:disabled { color: @disabled; background: transparent; }
QToolButton::menu-indicator, QPushButton::menu-indicator { image: none; width: 0; }
QPushButton[role="primary"] {
  background: @primary; color: @on-primary; border: 1px solid @primary; font-weight: 600; padding: 4px 16px;
}
QPushButton[role="primary"]:hover { background: @primary-hover; border-color: @primary-hover; }
QPushButton[role="primary"]:focus { border-color: @text; }
QPushButton[role="primary"]:disabled { background: @raised; color: @disabled; border-color: @line; }
QPushButton[role="danger"] { color: @error-text; }
QPushButton[role="link"], QToolButton[role="link"] {
  background: transparent; border: none; color: @accent-text; padding: 0; text-align: left; min-height: 16px;
}
QPushButton[role="link"]:hover, QToolButton[role="link"]:hover,
QPushButton[role="link"]:focus, QToolButton[role="link"]:focus { text-decoration: underline; }
QPushButton[role="link"]:disabled { color: @disabled; }
QPushButton[role="quiet"], QToolButton[role="quiet"] {
  background: transparent; border: 1px solid transparent; padding: 4px;
}
QPushButton[role="quiet"]:hover, QToolButton[role="quiet"]:hover { background: @raised; }
QPushButton[role="quiet"]:focus, QToolButton[role="quiet"]:focus { border-color: @accent; }
QToolButton[role="bare"] { background: transparent; border: none; padding: 0; }
QToolButton[role="bare"]:hover, QToolButton[role="bare"]:focus { background: @raised; border-radius: 4px; }
QToolButton[role="expression"] { background: transparent; border: none; padding: 0; color: @faint; min-height: 0; }
QToolButton[role="expression"]:hover, QToolButton[role="expression"]:focus {
  background: @raised; border-radius: 4px; color: @text;
}
QToolButton[role="expression"]:checked { background: @selection; border-radius: 4px; color: @accent-text; }
QPushButton[role="chip"], QToolButton[role="chip"] {
  background: transparent; border: 1px solid @line; border-radius: 11px; padding: 1px 10px; color: @dim;
  font-size: 12px;
}
QPushButton[role="chip"]:hover, QToolButton[role="chip"]:hover { color: @text; border-color: @faint; }
QPushButton[role="tab"] { background: transparent; border: 1px solid transparent; color: @dim; padding: 3px 16px; }
QPushButton[role="tab"]:hover { color: @text; }
QPushButton[role="tab"]:checked { background: @raised; color: @text; }
QPushButton[role="tab"]:focus { border-color: @accent; }
QPushButton[role="tab"]:disabled { color: @disabled; }
QPushButton[role="status"] { background: transparent; border: none; color: @dim; padding: 0 2px; font-size: 12px; }
QPushButton[role="status"]:hover, QPushButton[role="status"]:focus { color: @text; text-decoration: underline; }

QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit, QTextEdit {
  background: @field; border: 1px solid @line; border-radius: 5px; padding: 3px 8px; min-height: 18px;
  selection-background-color: @selection; selection-color: @text; placeholder-text-color: @faint;
}
QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover { border-color: @faint; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus, QTextEdit:focus {
  border-color: @accent;
}
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: @disabled; }
QPlainTextEdit[role="code"] { background: @canvas; border: none; border-radius: 0; padding: 0; }
QLineEdit[problem="true"], QPlainTextEdit[problem="true"] { border-color: @error; }
QAbstractSpinBox { padding: 3px 20px 3px 8px; }
QAbstractSpinBox QLineEdit { border: none; padding: 0; background: transparent; min-height: 0; }
QAbstractSpinBox[problem="true"] { border-color: @error; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; width: 18px; background: transparent; }
QAbstractSpinBox::up-arrow { image: url(@icons/up.svg); width: 8px; height: 8px; }
QAbstractSpinBox::down-arrow { image: url(@icons/down.svg); width: 8px; height: 8px; }
QComboBox { padding-right: 20px; }
QComboBox::drop-down { border: none; width: 22px; subcontrol-position: center right; }
QComboBox::down-arrow { image: url(@icons/down.svg); width: 10px; height: 10px; }
QComboBox QAbstractItemView {
  background: @panel; border: 1px solid @line; selection-background-color: @raised; outline: none;
}

QCheckBox { spacing: 8px; background: transparent; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid @faint; border-radius: 4px; background: @field; }
QCheckBox::indicator:hover, QCheckBox:focus::indicator { border-color: @accent; }
QCheckBox::indicator:checked { background: @primary; border-color: @primary; image: url(@icons/check.svg); }
QCheckBox:disabled { color: @disabled; }
QRadioButton { spacing: 8px; background: transparent; }
QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid @faint; border-radius: 8px; background: @field; }
QRadioButton::indicator:checked { border: 5px solid @primary; width: 6px; height: 6px; background: @on-primary; }
QRadioButton:focus::indicator { border-color: @accent; }

QAbstractItemView {
  background: transparent; border: none; selection-background-color: @raised; selection-color: @text;
}
QListView::item, QTreeView::item { min-height: 24px; padding: 0 4px; border: none; }
QListView::item:hover, QTreeView::item:hover { background: @raised; }
QListView::item:selected, QTreeView::item:selected { background: @selection; color: @text; }
QTableView { gridline-color: @line; }
QTableView::item { padding: 0 5px; }
QTableView[role="texts"]::item { padding: 0; }
QTableView[role="texts"] QHeaderView::section { padding: 4px 3px; }
QTableView::item:selected { background: @selection; color: @text; }
QHeaderView::section {
  background: @panel; color: @dim; border: none; border-bottom: 1px solid @line; padding: 4px 8px; font-size: 12px;
}
QTableCornerButton::section { background: @panel; border: none; }

QMenu { background: @panel; border: 1px solid @line; padding: 4px; }
QMenu::item { padding: 5px 28px 5px 24px; border-radius: 4px; }
QMenu::item:selected { background: @raised; }
QMenu::item:disabled { color: @disabled; }
QMenu::separator { height: 1px; background: @line; margin: 4px 8px; }
QMenu::indicator { width: 10px; height: 10px; left: 8px; }
QMenu::indicator:checked { image: url(@icons/tick.svg); }
QMenu::right-arrow { image: url(@icons/right.svg); width: 8px; height: 8px; right: 8px; }

QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget[role="scrolled"] { background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @line; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: @faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QSplitter::handle { background: @line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QSplitter::handle:hover { background: @accent; }

QProgressBar {
  background: @raised; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; text-align: center;
}
QProgressBar::chunk { background: @accent; border-radius: 3px; }
QSlider::groove:horizontal { background: @line; height: 4px; border-radius: 2px; }
QSlider::handle:horizontal { background: @accent; width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; }
QSlider::sub-page:horizontal { background: @accent; border-radius: 2px; }
"""


def render() -> str:
    """The sheet with the colours of the theme in force and the paths of the shipped icons."""
    icons = (RESOURCES / "icons").as_posix()
    sheet = _SHEET.replace("url(@icons/", f'url("{icons}/').replace(".svg)", '.svg")')
    return re.sub(r"@([a-z-]+)", lambda found: theme.hex_color(found[1]), sheet)
