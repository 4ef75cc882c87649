"""The samples nearest to a chosen one: those of another class in red frames; a click goes on from there."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.cards import CardGrid
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.asking import Subject
from dlstudio.gui.workspaces.inspect.pair_cards import sample_card
from dlstudio.gui.workspaces.inspect.pictures import PICTURED, to_image
from dlstudio.gui.workspaces.inspect.sample_detail import PictureView
from dlstudio.gui.workspaces.inspect.view import InspectView
from dlstudio.gui.workspaces.panels import button, label


class NeighboursView(InspectView):
    """The chosen sample at the left, the nearest others at the right, a slider through the split below."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "neighbours", "Nearest samples")
        self._wrong: list[int] = []
        self.place = QSlider(Qt.Orientation.Horizontal)
        self.picture = PictureView()
        self.picture.setMinimumSize(180, 180)
        self.name = label("", "heading", wrap=True)
        self.where = label("", "dim", wrap=True)
        left = QVBoxLayout()
        left.addWidget(self.picture, 3)
        left.addWidget(self.name)
        left.addWidget(self.where)
        left.addStretch(2)
        self.grid = CardGrid(cell=QSize(112, 112))
        self.grid.opened.connect(lambda card: self.place.setValue(card.row))
        across = QHBoxLayout()
        across.setSpacing(theme.SPACE_4)
        across.addLayout(left, 2)
        across.addWidget(self.grid, 5)
        self.inner.addLayout(across, 1)
        self.place.setRange(0, 0)
        self.place.setPageStep(1)
        self.place.setAccessibleName("sample shown")
        self.place.valueChanged.connect(lambda _: self._ask())
        self.next_wrong = button("Next mistake", self._go_to_mistake, tip="The next sample whose nearest is another")
        below = QHBoxLayout()
        below.setSpacing(theme.SPACE_3)
        below.addWidget(self.place, 1)
        below.addWidget(self.next_wrong)
        self.inner.addLayout(below)

    def turn_to(self, subject: Subject | None) -> None:
        """Shows another run or split, from its first sample on."""
        self.place.blockSignals(True)
        self.place.setValue(0)
        self.place.blockSignals(False)
        super().turn_to(subject)

    def load(self) -> None:
        self._ask()

    def _ask(self) -> None:
        self.asker.forget()
        self.asker.inspect("neighbours", {"place": self.place.value()}, self._arrived, self.show_failure)

    def _arrived(self, value: dict[str, Any]) -> None:
        arrays, kind, asked = value.get("arrays", {}), value["sample_kind"], value["asked"]
        self._wrong = [int(each) for each in value["wrong"]]
        of = int(value["of"])
        self.place.blockSignals(True)
        self.place.setRange(0, of - 1)
        self.place.blockSignals(False)
        self.next_wrong.setEnabled(bool(self._wrong))
        array = arrays.get(asked["array"] or "")
        self.picture.setVisible(array is not None and kind in PICTURED)
        if array is not None and kind in PICTURED:
            self.picture.set_picture(to_image(array))
        self.name.setText(str(asked["truth"]))
        self.where.setText(f"{int(asked['place']) + 1} of {numbers.count(of)} · {asked['text'] or asked['name']}")
        cards = []
        for each in value["nearest"]:
            alike = each["truth"] == asked["truth"]
            words = ((f"{each['distance']:.3f}  ", "dim"), (str(each["truth"]), "text" if alike else "error-text"))
            cards.append(sample_card(each, kind, arrays, words, "" if alike else "error"))
        self.grid.reset(len(cards))
        self.grid.set_cards(0, cards)
        self.set_subtitle(
            f"by distance of the embeddings (1 minus the cosine) · {numbers.counted(len(self._wrong), 'sample')} of "
            f"{numbers.count(of)} nearest to one of another class · click one to go on from it"
        )
        self.show_content()

    def _go_to_mistake(self) -> None:
        here = self.place.value()
        later = [each for each in self._wrong if each > here] or self._wrong
        if later:
            self.place.setValue(later[0])
