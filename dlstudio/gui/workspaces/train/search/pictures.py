"""What a search has found, in pictures: parallel coordinates, the front of score and size, the settings' importance."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.bars import Bar, BarRows
from dlstudio.gui.plots.parallel import Axis, Line, ParallelCoordinates
from dlstudio.gui.plots.size_front import Dot, SizeFront
from dlstudio.gui.workspaces.panels import Card
from dlstudio.search.folder import Plan
from dlstudio.search.trials import Results, Trial, short_names, value_text

_WIDE = 20.0  # scores that differ by such a factor are shown on a logarithmic axis


class SearchPictures(QWidget):
    """Three pictures of the same trials; a click on a trial chooses it in all of them."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parallel = ParallelCoordinates()
        self.front = SizeFront()
        self.importance = BarRows()
        lines = Card("Trials", "A line for each trial; the brighter, the better. Red ones failed.")
        lines.body.addWidget(self.parallel, 1)
        self._front_card = Card("Score and size", "Dots on the line: no smaller network is as good.")
        self._front_card.body.addWidget(self.front, 1)
        self._shares_card = Card("Importance", " ")
        self._shares_card.body.addWidget(self.importance)
        self._shares_card.body.addStretch(1)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_3)
        layout.addWidget(lines, 0, 0, 1, 2)
        layout.addWidget(self._front_card, 1, 0)
        layout.addWidget(self._shares_card, 1, 1)
        layout.setColumnStretch(0, 3)
        layout.setColumnStretch(1, 2)
        layout.setRowStretch(0, 3)
        layout.setRowStretch(1, 2)
        self.parallel.chosen.connect(self.chosen)
        self.front.chosen.connect(self.chosen)

    def show_results(self, plan: Plan, results: Results) -> None:
        """Shows what is known by now."""
        self.parallel.show_lines(axes_of(plan, results), lines_of(plan, results))
        best = {each.number for each in results.front()}
        dots = [
            Dot(each.number, each.parameters, each.score, each.number in best)
            for each in results.trials
            if each.state == "finished" and each.score is not None and each.parameters
        ]
        self.front.show_dots(dots, log=_scale(results)[2])
        goal = numbers.metric_title(results.goal) if results.goal else "score"
        self._front_card.title.setText(f"{numbers.sentence_case(goal)} and size")
        names = short_names(each.path for each in plan.ranges)
        shares = sorted(results.importance.items(), key=lambda each: -each[1])
        bars = [Bar(names[path], ((share, "accent"),), numbers.percent(share, 0), path) for path, share in shares]
        self.importance.set_bars(bars)
        self._shares_card.set_subtitle(
            "Share of each setting in how the scores differ."
            if shares
            else "Known when four trials with different scores have finished."
        )

    def mark(self, number: int) -> None:
        """Lets one trial stand out."""
        self.parallel.mark(number)
        self.front.mark(number)


def axes_of(plan: Plan, results: Results) -> list[Axis]:
    """An axis for each range, and one for the score with the best at its top."""
    names = short_names(each.path for each in plan.ranges)
    found = []
    for each in plan.ranges:
        if each.choices:
            texts = dict.fromkeys(value_text(choice) for choice in each.choices)
            found.append(Axis(names[each.path], choices=tuple(texts)))
        elif each.whole:
            whole = Axis(names[each.path], each.low, each.high, each.log, whole=True, text=_whole)
            found.append(whole)
        else:
            found.append(Axis(names[each.path], each.low, each.high, each.log))
    low, high, log = _scale(results)
    ends = (low, high) if results.higher else (high, low)
    goal = results.goal
    title = numbers.metric_title(goal) if goal else "score"
    return [*found, Axis(title, *ends, log, text=lambda value: numbers.metric(goal, value))]


def lines_of(plan: Plan, results: Results) -> list[Line]:
    """A line for each trial that has ended; ranked by score."""
    ended = [each for each in results.trials if each.ended]
    scored = [each for each in ended if each.state != "failed" and each.score is not None]
    ordered = sorted(scored, key=lambda each: each.score or 0.0, reverse=not results.higher)
    ranks = {each.number: place / max(len(ordered) - 1, 1) for place, each in enumerate(ordered)}
    return [
        Line(
            each.number,
            (*(_placed(each, number) for number in plan.ranges), each.score if each.number in ranks else None),
            ranks.get(each.number, 0.0),
            each.number not in ranks,
            _tip(each, results),
        )
        for each in ended
    ]


def _scale(results: Results) -> tuple[float, float, bool]:
    """The least and the greatest score, and whether they differ so much that only a logarithmic scale shows them."""
    scores = [each.score for each in results.trials if each.score is not None and math.isfinite(each.score)]
    low, high = min(scores, default=0.0), max(scores, default=1.0)
    return low, high, low > 0 and high / low > _WIDE


def _whole(value: float) -> str:
    return str(round(value))


def _placed(trial: Trial, asked: Any) -> Any:
    value = trial.values.get(asked.path)
    return value_text(value) if asked.choices else value


def _tip(trial: Trial, results: Results) -> str:
    names = short_names(trial.values)
    lines = [f"trial {trial.number}"]
    if trial.score is not None:
        lines.append(f"{numbers.metric_title(results.goal)} {numbers.metric(results.goal, trial.score)}")
    lines += [f"{names[path]} {value_text(value)}" for path, value in trial.values.items()]
    return "\n".join([*lines, *([trial.message] if trial.message else [])])
