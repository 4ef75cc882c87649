"""What a generator makes: each sample above the real training sample most like it; below, the way between two of them.

Two clicks choose two made samples. What is made of a number is always the same, so *Make others* goes on with the next
numbers, and *Back* finds the first again.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QSize

from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.cards import Card, CardGrid
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.pictures import to_image
from dlstudio.gui.workspaces.inspect.view import InspectView
from dlstudio.gui.workspaces.panels import button, label

COUNT, STEPS = 20, 9
_CELL = QSize(76, 76)
_HINT = "Click two made samples to see the way from one to the other."


class MadeView(InspectView):
    """Made samples, their nearest real ones, and a strip of steps."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "made", "Made samples")
        self._first = 1
        self._arrays: dict[str, Any] = {}
        self._numbers: list[int] = []
        self._chosen: list[int] = []
        self.back = button("Back", lambda: self._turn(-COUNT), "link", "What was made before")
        self.more = button("Make others", lambda: self._turn(COUNT), "link", "From other noise")
        self.header.addStretch(1)
        self.header.addWidget(self.back)
        self.header.addWidget(self.more)
        self.made, self.nearest, self.strip = (CardGrid(cell=_CELL) for _ in range(3))
        self.made.opened.connect(lambda card: self._clicked(card.row))
        self.nearest_words = label("", "section")
        self.said = label(_HINT, "dim", wrap=True)
        self.strip.setFixedHeight(124)
        self.inner.addWidget(label("Made of noise, with how real the discriminator finds it", "section"))
        self.inner.addWidget(self.made, 1)
        self.inner.addWidget(self.nearest_words)
        self.inner.addWidget(self.nearest, 1)
        self.inner.addWidget(self.said)
        self.inner.addWidget(self.strip)

    def load(self) -> None:
        self.asker.inspect("made", {"from": self._first, "count": COUNT}, self._arrived, self.show_failure)

    def _turn(self, by: int) -> None:
        self._first = max(self._first + by, 1)
        self.reload()

    def _arrived(self, value: dict[str, Any]) -> None:
        self._arrays, self._numbers, self._chosen = value["arrays"], [int(n) for n in value["numbers"]], []
        self.back.setEnabled(self._first > 1)
        usual = value["usual"]
        beside = "" if usual is None else f"; a real sample is usually {numbers.number(float(usual))} from its nearest"
        self.set_subtitle(
            f"{numbers.counted(len(self._numbers), 'sample')}, made from noise number "
            f"{numbers.count(self._numbers[0])} on, none of which training saw"
        )
        compared = numbers.counted(int(value["compared"]), "training sample")
        self.nearest_words.setText(f"The nearest of {compared} and its distance, in shares of full brightness{beside}")
        distances, rows = self._arrays["distances"], self._arrays["rows"]
        self._fill(
            self.nearest,
            self._arrays["nearest"],
            [numbers.number(float(each)) for each in distances],
            tips=[f"sample {numbers.count(int(row) + 1)}" for row in rows],
        )
        self._show_made()
        self.said.setText(_HINT)
        self.strip.reset(0)
        self.show_content()
        if len(self._numbers) > 1:
            self._walk(0, 1)

    def _show_made(self) -> None:
        words = [numbers.percent(float(each), 0) for each in self._arrays["realness"]]
        tips = [f"noise number {numbers.count(number)}" for number in self._numbers]
        self._fill(self.made, self._arrays["made"], words, tips=tips, framed=self._chosen)

    def _clicked(self, place: int) -> None:
        self._chosen = [*self._chosen[-1:], place] if place not in self._chosen[-1:] else self._chosen
        self._show_made()
        if len(self._chosen) == 2:
            self._walk(*self._chosen)
        else:
            self.said.setText("Click another made sample.")

    def _walk(self, first: int, last: int) -> None:
        between = [self._numbers[first], self._numbers[last]]
        self.asker.inspect("made", {"between": between, "steps": STEPS}, self._walked, self._failed)

    def _walked(self, value: dict[str, Any]) -> None:
        steps = value["arrays"]["steps"]
        first, last = self._chosen if len(self._chosen) == 2 else (0, 1)
        self.said.setText(
            f"From noise number {numbers.count(self._numbers[first])} to {numbers.count(self._numbers[last])}. {_HINT}"
        )
        words = [numbers.percent(place / (len(steps) - 1), 0) for place in range(len(steps))]
        self._fill(self.strip, steps, words)

    def _failed(self, sentence: str) -> None:
        self.said.setText(f"✕ {sentence}")

    def _fill(
        self,
        grid: CardGrid,
        samples: Any,
        words: list[str],
        tips: list[str] | None = None,
        framed: list[int] | None = None,
    ) -> None:
        if grid.count != len(words):
            grid.reset(len(words))
        cards = [
            Card(
                place,
                ((caption, "dim"),),
                to_image(np.asarray(sample)),
                frame="accent" if place in (framed or ()) else "",
                tip=tips[place] if tips else "",
            )
            for place, (caption, sample) in enumerate(zip(words, samples, strict=True))
        ]
        grid.set_cards(0, cards)
