"""The link *Read as …*: what else the source may be taken for, where the guess about it is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from dlstudio.graph.project import DataSettings
from dlstudio.gui import theme
from dlstudio.gui.studio import Studio


class ReadAs(QPushButton):
    """Asks which formats can read the source, offers them in a menu, and takes the one that is chosen."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__("Read as …", parent)
        theme.mark(self, "link")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Take the source for something else than was guessed: images for clips, a table for a series")
        self._studio = studio
        self.menu_shown: QMenu | None = None
        self.clicked.connect(self._ask)

    def _ask(self) -> None:
        self._studio.ask("formats_of", self._payload(), self._offer)

    def _payload(self) -> dict[str, Any]:
        return {"data": self._studio.project.data.as_json(), "root": str(self._studio.folder or "")}

    def _offer(self, value: Mapping[str, Any]) -> None:
        now = self._studio.project.data.format
        menu = self.menu_shown = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, title in value["formats"]:
            action = menu.addAction(title, partial(self._read_as, name))
            action.setCheckable(True)
            action.setChecked(name == now)
            action.setEnabled(name != now)
        if len(value["formats"]) < 2:
            menu.addAction("Nothing else fits what lies there").setEnabled(False)
        menu.popup(self.mapToGlobal(QPoint(0, self.height())))

    def _read_as(self, name: str) -> None:
        self._studio.ask("guess_as", {**self._payload(), "format": name}, self._take)

    def _take(self, value: Mapping[str, Any]) -> None:
        data = DataSettings.from_json(value["data"])
        self._studio.change("Read the data as something else", replace(self._studio.project, data=data))
