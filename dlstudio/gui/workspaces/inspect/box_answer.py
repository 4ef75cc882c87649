"""The boxes that are found in a picture that a person gave, drawn over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dlstudio.data.pictures.class_colours import class_colours
from dlstudio.gui.plots.box_pane import BoxPane, Mark


class BoxAnswer(QWidget):
    """Hidden where the answer has no boxes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pane = BoxPane("What is found")
        self.pane.setMinimumHeight(260)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pane)

    def show_answer(self, answer: Mapping[str, Any], given: Sequence[Any]) -> None:
        """Shows the boxes of an answer of ``predict``.

        Args:
            answer: What the network says.
            given: What was asked: the first picture, (height, width[, channels]), is the one that the boxes lie in.
        """
        picture = next((each for each in given if isinstance(each, np.ndarray) and each.ndim in (2, 3)), None)
        self.setVisible("boxes" in answer and picture is not None)
        if "boxes" not in answer or picture is None:
            return
        names = tuple(sorted(answer.get("scores", {})))
        colours = dict(zip(names, class_colours(names), strict=True))
        marks = [
            Mark(tuple(each["box"]), colours[each["class"]], f"{each['class']} {each['score']:.2f}")
            for each in reversed(answer["boxes"])
        ]
        self.pane.show_boxes(picture, marks)
