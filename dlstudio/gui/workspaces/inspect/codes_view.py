"""A map of the codes. A click shows a sample; a second one the way to it, step by step, as the network draws it.

Below, codes that no sample has are drawn from a normal distribution and given to the second half of the network.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QComboBox, QHBoxLayout

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.cards import Card, CardGrid
from dlstudio.gui.plots.code_scatter import CodeScatter
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.pictures import to_image
from dlstudio.gui.workspaces.inspect.view import InspectView
from dlstudio.gui.workspaces.panels import button, label

_HINT = "Click a point to see its sample, then another to see the way between them."
STEPS, DRAWN = 9, 11


class CodesView(InspectView):
    """Map above, a strip of samples below."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "codes", "Map of the codes")
        self._rows: Any = ()
        self._kind = "image"
        self._chosen: list[int] = []
        self._seed = 0
        self.column = QComboBox()
        self.column.setAccessibleName("column that colours the points")
        self.column.setMinimumWidth(140)
        self.column.currentIndexChanged.connect(lambda _: self.reload())
        self._word = label("coloured by", "dim")
        self.header.addWidget(self._word)
        self.header.addWidget(self.column)
        self.header.addStretch(1)
        self.plot = CodeScatter()
        self.plot.pointClicked.connect(self._clicked)
        self.said = label(_HINT, "dim", wrap=True)
        self.draw = button(
            "Draw new samples", self._draw, "link", "Codes that no sample has, from a normal distribution"
        )
        below = QHBoxLayout()
        below.setSpacing(theme.SPACE_3)
        below.addWidget(self.said, 1)
        below.addWidget(self.draw)
        self.strip = CardGrid(cell=QSize(88, 88))
        self.strip.fit_rows(1, least=44)
        self.inner.addWidget(self.plot, 1)
        self.inner.addLayout(below)
        self.inner.addWidget(self.strip)

    def load(self) -> None:
        wanted = self.column.currentData()
        self.asker.inspect("codes", {"column": wanted} if wanted else {}, self._arrived, self.show_failure)

    def _arrived(self, value: dict[str, Any]) -> None:
        arrays = value["arrays"]
        self._rows, self._kind, self._chosen = np.asarray(arrays["rows"]), str(value["sample_kind"]), []
        columns = list(value["columns"])
        self.column.blockSignals(True)
        if columns != [self.column.itemData(i) for i in range(self.column.count())]:
            self.column.clear()
            for name in columns:
                self.column.addItem(name, name)
        self.column.setCurrentIndex(self.column.findData(value["column"]))
        self.column.blockSignals(False)
        for widget in (self.column, self._word):
            widget.setVisible(bool(columns))
        first, second = value["shares"]
        self.plot.set_points(arrays["points"], arrays["kinds"], value["classes"], (first, second))
        self.set_subtitle(
            f"{numbers.counted(len(self._rows), 'sample')} · {numbers.counted(int(value['values']), 'value')} a code, "
            f"given by “{value['layer']}” · the plane holds {numbers.percent(first + second, 0)} of their variance"
        )
        self.said.setText(_HINT)
        self.strip.reset(0)
        self.show_content()
        self._draw()

    def _clicked(self, place: int) -> None:
        self._chosen = [*self._chosen[-1:], place] if place not in self._chosen[-1:] else self._chosen
        self.plot.mark(self._chosen)
        first, last = self._chosen[0], self._chosen[-1]
        options = {"between": [int(self._rows[first]), int(self._rows[last])], "steps": STEPS}
        self.asker.inspect("codes", options, self._walked, self._failed)

    def _walked(self, value: dict[str, Any]) -> None:
        arrays = value["arrays"]
        steps, (start, end) = arrays["steps"], arrays["ends"]
        rows = [int(self._rows[place]) + 1 for place in self._chosen]
        if len(rows) == 1:
            self.said.setText(f"Sample {numbers.count(rows[0])} and what is given back of it. Click another point.")
            self._show([("read", start), ("given back", steps[0])])
            return
        self.said.setText(
            f"From sample {numbers.count(rows[0])} to sample {numbers.count(rows[1])}, by way of their codes."
        )
        shown = [(f"{numbers.percent(place / (len(steps) - 1), 0)}", each) for place, each in enumerate(steps)]
        self._show([("read", start), *shown, ("read", end)])

    def _draw(self) -> None:
        self._seed += 1
        self.asker.inspect("codes", {"draw": DRAWN, "seed": self._seed}, self._drawn, self._failed)

    def _drawn(self, value: dict[str, Any]) -> None:
        self._chosen = []
        self.plot.mark(())
        self.said.setText(f"{value['title']}. {_HINT}")
        self._show([("", each) for each in value["arrays"]["steps"]])

    def _failed(self, sentence: str) -> None:
        self.said.setText(f"✕ {sentence}")

    def _show(self, samples: list[tuple[str, Any]]) -> None:
        self.strip.reset(len(samples))
        cards = []
        for place, (words, sample) in enumerate(samples):
            caption = ((words, "dim"),) if words else ()
            if self._kind == "image":
                cards.append(Card(place, caption, to_image(np.asarray(sample))))
            else:
                cards.append(Card(place, caption, series=np.asarray(sample)))
        self.strip.set_cards(0, cards)
