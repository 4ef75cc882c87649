"""What keeps a model from being drawn, as sentences."""

from __future__ import annotations

from collections.abc import Sequence


class ModelImportError(ValueError):
    """A model that cannot be imported; the message is one sentence or several, for the user."""


class UndrawableLayersError(ModelImportError):
    """Layers that cannot be drawn.

    Attributes:
        reasons: One sentence a layer, in the order of the model.
    """

    MOST = 12

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        shown = " ".join(self.reasons[: self.MOST])
        more = len(self.reasons) - self.MOST
        super().__init__(f"{shown} And {more} more of the kind." if more > 0 else shown)


def short(text: object, most: int = 80) -> str:
    """A text of the file's, bounded and on one line, for use in a sentence."""
    line = " ".join(str(text).split())
    return line if len(line) <= most else line[: most - 1] + "…"
