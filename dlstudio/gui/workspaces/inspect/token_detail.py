"""What a language model thought at one place of a text: the likeliest tokens as bars, the right one marked."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.bars import Bar, BarRows
from dlstudio.gui.plots.token_text import ShownToken, bars_of, visible
from dlstudio.gui.workspaces.panels import label

_NOTHING = "Point at a token to see what else could stand there."


class TokenDetail(QWidget):
    """Shows the token that was pointed at."""

    def __init__(self) -> None:
        super().__init__()
        self.title = label("", "title")
        self.words = label(_NOTHING, "dim", wrap=True)
        self.bars = BarRows()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.SPACE_3, 0, 0, 0)
        layout.setSpacing(theme.SPACE_2)
        for widget in (self.title, self.words, self.bars):
            layout.addWidget(widget)
        layout.addStretch(1)
        self.setFixedWidth(240)
        self.clear()

    def clear(self) -> None:
        """Shows no token."""
        self.title.setText("")
        self.words.setText(_NOTHING)
        self.bars.set_bars([])

    def show_token(self, token: ShownToken) -> None:
        """Shows a token and its alternatives."""
        self.title.setText(visible(token.text))
        if token.probability is None:
            self.words.setText("given, not foretold")
            self.bars.set_bars([])
            return
        self.words.setText(f"{numbers.percent(token.probability)} likely · {token.bits:.1f} bits of surprise")
        self.bars.set_bars(
            [
                Bar(visible(text), ((share, "ok" if text == token.text else "training"),), numbers.percent(share))
                for text, share in bars_of(token)
            ]
        )
