"""The frame of views that list the texts of a split page by page, with *Back* and *More* below."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from dlstudio.gui.plots import numbers
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.view import InspectView
from dlstudio.gui.workspaces.panels import button, clear, label, line

W = TypeVar("W", bound=QWidget)


class PagedView(InspectView):
    """Asks for ``page`` samples from ``self._offset`` on; another choice in the header begins at the first."""

    def __init__(self, studio: Studio, name: str, title: str, subtitle: str = "", *, page: int) -> None:
        super().__init__(studio, name, title, subtitle)
        self._offset, self._page = 0, page

    def _choice(self, entries: Sequence[tuple[str, str]], name: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        for words, value in entries:
            box.addItem(words, value)
        box.currentIndexChanged.connect(lambda _: self._turn_page(0))
        self.header.addWidget(box)
        return box

    def _build_pages(self) -> None:
        """How many there are, and the buttons, below what stands in :attr:`inner` already."""
        self.count = label("", "faint")
        self.back = button("‹ Back", lambda: self._turn_page(self._offset - self._page))
        self.on = button("More ›", lambda: self._turn_page(self._offset + self._page))
        below = QHBoxLayout()
        below.addWidget(self.count, 1)
        below.addWidget(self.back)
        below.addWidget(self.on)
        self.inner.addLayout(below)

    def _turn_page(self, offset: int) -> None:
        self._offset = max(offset, 0)
        self.reload()

    def _say_pages(self, words: str, total: int) -> None:
        """Writes how many there are and which of them are shown, and offers the pages beside."""
        shown = f" · {self._offset + 1}-{min(self._offset + self._page, total)}" if total > self._page else ""
        self.count.setText(f"{words}{shown}")
        self.back.setVisible(self._offset > 0)
        self.on.setVisible(self._offset + self._page < total)


class PagedTexts(PagedView):
    """Texts under each other, parted by lines."""

    def _build_list(self) -> None:
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        inside = QWidget()
        self.list = QVBoxLayout(inside)
        self.list.setContentsMargins(0, 0, 8, 0)
        self.list.setSpacing(6)
        self.area.setWidget(inside)
        inside.setAutoFillBackground(False)
        self.area.viewport().setAutoFillBackground(False)
        self.inner.addWidget(self.area, 1)
        self._build_pages()

    def _listed(self, kind: type[W]) -> list[W]:
        """The widgets of a kind on the page."""
        items = (self.list.itemAt(place) for place in range(self.list.count()))
        found = (item.widget() for item in items if item is not None)
        return [each for each in found if isinstance(each, kind)]

    def _show_items(
        self, value: Mapping[str, Any], add: Callable[[Mapping[str, Any]], None], *, noun: str, nothing: str
    ) -> None:
        """Lists the items of an answer with ``add``; says ``nothing`` where the filters leave none."""
        total, of = int(value["total"]), int(value["of"])
        words = numbers.counted(total, noun)
        self._say_pages(words if total == of else f"{words} of {numbers.count(of)}", total)
        clear(self.list)
        for number, item in enumerate(value["items"]):
            if number:
                self.list.addWidget(line())
            add(item)
        self.list.addStretch(1)
        self.area.verticalScrollBar().setValue(0)
        if total:
            self.show_content()
        else:
            self.show_waiting(nothing)
            self.bar.hide()
