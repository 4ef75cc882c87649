"""Try your own: an input given by hand, judged while it changes, with the label and how sure the network is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from dlstudio.graph.project import Project
from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.answer_text import AnswerText
from dlstudio.gui.plots.bars import Bar, BarRows
from dlstudio.gui.plots.span_text import MarkedSpan, SpanText
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.asking import Asker, Subject
from dlstudio.gui.workspaces.inspect.box_answer import BoxAnswer
from dlstudio.gui.workspaces.inspect.forecast_answer import ForecastAnswer, forecast_words
from dlstudio.gui.workspaces.inspect.framing import framing_of
from dlstudio.gui.workspaces.inspect.mask_answer import MaskAnswer
from dlstudio.gui.workspaces.inspect.nearest_answer import NearestAnswer
from dlstudio.gui.workspaces.inspect.own_clip import OwnClip
from dlstudio.gui.workspaces.inspect.own_image import OwnImage
from dlstudio.gui.workspaces.inspect.own_inputs import OwnInput, OwnNumbers, OwnSeries, OwnText
from dlstudio.gui.workspaces.inspect.own_noise import OwnNoise
from dlstudio.gui.workspaces.inspect.own_path import own_bands, own_volume
from dlstudio.gui.workspaces.inspect.own_sound import OwnSound
from dlstudio.gui.workspaces.inspect.restored_answer import RestoredAnswer, restored_words
from dlstudio.gui.workspaces.inspect.sample_detail import score_bars
from dlstudio.gui.workspaces.inspect.samples import spoken
from dlstudio.gui.workspaces.panels import Card, Section, clear, label

_SHOWN_BANDS = (1, 3, 4)
_ONE_ANSWER = ("label", "value", "reconstruction", "made", "forecast")  # keys of an answer that is not one by Output


@dataclass(frozen=True)
class InputInfo:
    """One input of the trained network: data column, kind, shape when encoded, and a sound's rate."""

    name: str
    column: str
    kind: str
    shape: tuple[int, ...]
    rate: float = 0.0

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> InputInfo:
        return InputInfo(
            value["name"], value["column"], value["kind"], tuple(value.get("shape", ())), float(value.get("rate", 0))
        )


class TryOwn(QWidget):
    """Inputs at the left, the answer at the right."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self.asker = Asker(studio, "inspect.try", self)
        self._infos: tuple[InputInfo, ...] = ()
        self._told: Mapping[str, Any] = {}
        self._refused = False  # what is given is no input, which an editor has said
        self.inputs: dict[str, OwnInput] = {}
        card = Card("Try your own", "what the network says of an input that you give, while you give it")
        self._place = QVBoxLayout()
        self._place.setSpacing(theme.SPACE_3)
        card.body.addLayout(self._place)
        card.body.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(card)
        answer = Card("Answer")
        self.label = label("–", "headline", wrap=True)
        self.sure = label("Nothing given yet.", "dim", wrap=True)
        self.bars = BarRows()
        self.mask_answer = MaskAnswer()
        self.mask_answer.hide()
        self.box_answer = BoxAnswer()
        self.box_answer.hide()
        self.restored_answer = RestoredAnswer()
        self.restored_answer.hide()
        self.forecast_answer = ForecastAnswer()
        self.forecast_answer.hide()
        self.nearest = NearestAnswer()
        self.nearest.hide()
        self.others = QVBoxLayout()
        answer.body.addWidget(self.label)
        answer.body.addWidget(self.sure)
        answer.body.addWidget(self.mask_answer)
        answer.body.addWidget(self.box_answer)
        answer.body.addWidget(self.restored_answer)
        answer.body.addWidget(self.forecast_answer)
        answer.body.addWidget(self.bars)
        answer.body.addWidget(self.nearest)
        answer.body.addLayout(self.others)
        answer.body.addStretch(1)
        answer.setMinimumWidth(220)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_3)
        layout.addWidget(scroll, 5)
        layout.addWidget(answer, 3)

    def turn_to(self, subject: Subject | None) -> None:
        """Asks another run from now on."""
        self.asker.turn_to(subject)
        self.nearest.forget()
        self._say_nothing()

    def set_inputs(self, infos: tuple[InputInfo, ...], project: Project, told: Mapping[str, Any] | None = None) -> None:
        """Offers an editor for each input of the run; ``told`` is the ``column`` and ``task`` of its first Output."""
        self._told = told or {}
        if infos == self._infos:
            self._ask()
            return
        self._infos = infos
        joined = {str(part) for each in infos for part in project.data.columns.get(each.column, {}).get("from", ())}
        infos = tuple(each for each in infos if each.column not in joined)  # their form asks for these already
        # What is written so far of a translation is the network's own business.
        infos = tuple(e for e in infos if project.data.columns.get(e.column, {}).get("type") != "so-far")
        # Where samples are made of noise, the real ones that it also reads are for its training.
        infos = tuple(e for e in infos if e.kind == "noise") or infos
        clear(self._place)
        self.inputs = {}
        for info in infos:
            if len(infos) > 1:
                self._place.addWidget(label(info.column, "heading"))
            editor = self._editor(info, project)
            editor.changed.connect(self._ask)
            editor.problem.connect(self._say_problem)
            self.inputs[info.column] = editor
            self._place.addWidget(editor)
        if any(isinstance(each, OwnNoise) for each in self.inputs.values()):
            self._ask()
        if any(isinstance(each, OwnNumbers) for each in self.inputs.values()):
            self._fill_from_data(project)
        if any(isinstance(each, OwnImage) and each.framing for each in self.inputs.values()):
            self.asker.inspect("gallery", {"sort": "row", "limit": 40}, self._frame_like, lambda _: None)

    def _frame_like(self, gallery: dict[str, Any]) -> None:
        """Drawings are put into the frame as the samples are."""
        for editor in self.inputs.values():
            if isinstance(editor, OwnImage) and editor.framing and gallery.get("sample_kind") == "image":
                editor.framing = framing_of(gallery.get("arrays", {}).values())

    def _editor(self, info: InputInfo, project: Project) -> OwnInput:
        if info.kind == "image":
            bands = info.shape[-1] if info.shape else 3
            return OwnImage(bands) if bands in _SHOWN_BANDS else own_bands(bands)
        if info.kind == "video":
            return OwnClip(self.asker, info.shape)
        if info.kind == "volume":
            return own_volume()
        if info.kind == "audio":
            return OwnSound(self.asker, info.rate, info.shape[0] / info.rate if info.rate else 0)
        if info.kind == "text":
            return OwnText()
        if info.kind == "noise":
            return OwnNoise()
        if info.kind == "series":
            return OwnSeries(info.shape[-1] if len(info.shape) > 1 else 1)
        column = project.data.columns.get(info.column, {})
        names = [str(name) for name in column.get("from", ())]
        length = int(np.prod(info.shape)) if info.shape else 1
        if not names and length == 1:
            names = [info.column]
        return OwnNumbers(names, self._classes(names, project), length)

    def _classes(self, names: list[str], project: Project) -> dict[str, list[str]]:
        from dlstudio.gui.workspaces.data.view import read_view

        categories = [n for n in names if project.data.columns.get(n, {}).get("type") == "category"]
        if not categories or not self._studio.summary:
            return {}
        view = read_view(self._studio.summary)
        found = {name: view.column(name) for name in categories}
        return {name: list(column.classes) for name, column in found.items() if column and column.classes}

    def _fill_from_data(self, project: Project) -> None:
        """A real row to begin with: changing one number of it says more than a form full of zeros."""
        payload = {"data": project.data.as_json(), "root": str(self._studio.folder or ""), "rows": [0]}

        def arrived(value: dict[str, Any]) -> None:
            row = dict(zip(value["columns"], value["rows"][0], strict=False)) if value["rows"] else {}
            for editor in self.inputs.values():
                editor.fill(row)

        self.asker.ask("table_rows", payload, arrived, lambda _: None)

    # Asking

    def _ask(self) -> None:
        subject = self.asker.subject
        self._refused = False
        values = {column: editor.value() for column, editor in self.inputs.items()}
        if subject is None or not values or any(value is None for value in values.values()):
            if subject is not None and values and not self._refused:
                self._say_nothing()
            return
        payload: dict[str, Any] = {"run": subject.run}
        if len(values) == 1:
            value = next(iter(values.values()))
            if isinstance(value, np.ndarray):
                payload["arrays"] = {"value": value}
            else:
                payload["value"] = value
        else:  # arrays travel by one name only, so within a mapping they go as lists
            payload["value"] = {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in values.items()}
        if self.label.text() == "–":
            self.sure.setText("Asking the network …")
            theme.mark(self.sure, "dim")
        self.asker.ask("predict", payload, self._answered, self._say_problem, newest=True)

    def _answered(self, value: dict[str, Any]) -> None:
        clear(self.others)
        if any(name in value for name in _ONE_ANSWER):
            self._show_main(value)
            return
        answers = {name: each for name, each in value.items() if isinstance(each, Mapping) and name != "arrays"}
        for place, (name, each) in enumerate(answers.items()):
            if place == 0:
                self._show_main(each)
            else:
                section = Section(name)
                section.body.addWidget(label(_headline(each), "title"))
                bars = BarRows()
                bars.set_bars(score_bars(each.get("scores", {}), most=4))
                section.body.addWidget(bars)
                self.others.addWidget(section)

    def _show_main(self, answer: Mapping[str, Any]) -> None:
        theme.mark(self.sure, "dim")
        self.bars.setVisible(bool(answer.get("scores")))
        self.nearest.setVisible("nearest" in answer)
        if "nearest" in answer:
            self.label.setText(_headline(answer))
            self.sure.setText(f"is the nearest known, at a distance of {float(answer['distance']):.3f} (0 to 2)")
            self.nearest.show_answer(answer)
            return
        if "entities" in answer:
            self._show_marked(answer)
            return
        if "start_scores" in answer:
            self._show_span(answer)
            return
        self.restored_answer.show_answer(answer)
        if "reconstruction" in answer or "made" in answer:
            said, why = restored_words(answer)
            self.label.setText(said)
            self.sure.setText(why)
            return
        self.forecast_answer.show_answer(answer, [editor.value() for editor in self.inputs.values()])
        if "forecast" in answer:
            said, why = forecast_words(answer)
            self.label.setText(said)
            self.sure.setText(why)
            return
        self.label.setText(_headline(answer))
        self.mask_answer.show_answer(answer)
        self.box_answer.show_answer(answer, [editor.value() for editor in self.inputs.values()])
        self.sure.setText(_sureness(answer, self._told))
        self.bars.set_bars(score_bars(answer.get("scores", {})))
        if "unread" in answer:
            self.sure.setText(f"the last {numbers.counted(int(answer['unread']), 'token')} not read: too long")
        others = answer.get("candidates", ())[1:]
        if others:
            self.bars.setVisible(True)
            self.bars.set_bars([_candidate(each) for each in others])

    def _show_marked(self, answer: Mapping[str, Any]) -> None:
        """The text itself says more than a list of what was found in it."""
        found = answer["entities"]
        self.label.setText(numbers.counted(len(found), "entity", "entities"))
        self.sure.setText("found in this text" if found else "The network finds nothing in this text.")
        text = SpanText()
        text.set_text(answer["tokens"], (), [MarkedSpan.from_json(each) for each in found])
        self.others.addWidget(text)
        bars = BarRows()
        rows = [(f"{each['text']} ({each['type']})", float(each["confidence"])) for each in found]
        bars.set_bars([Bar(name, ((sure, "training"),), numbers.percent(sure)) for name, sure in rows])
        self.others.addWidget(bars)

    def _show_span(self, answer: Mapping[str, Any]) -> None:
        """The answer in its passage, and the next ones."""
        self.label.setText(str(answer["value"]) or "no answer in this passage")
        self.sure.setText(f"{numbers.percent(float(answer['score']))} sure")
        text = AnswerText()
        first, last = int(answer["first"]), int(answer["last"])
        text.set_text(answer["tokens"], (), [MarkedSpan("answer", first, last + 1)])
        text.set_scores(list(zip(answer["start_scores"], answer["end_scores"], strict=True)))
        self.others.addWidget(text)
        bars = BarRows()
        rows = [(str(each["text"]) or "no answer", float(each["score"])) for each in answer["answers"]]
        bars.set_bars([Bar(name, ((sure, "training"),), numbers.percent(sure)) for name, sure in rows])
        self.others.addWidget(bars)

    def _say_nothing(self) -> None:
        self.asker.forget()
        self.label.setText("–")
        theme.mark(self.sure, "dim")
        self.sure.setText("Nothing given yet.")
        self.bars.set_bars([])
        self.mask_answer.hide()
        self.box_answer.hide()
        self.restored_answer.hide()
        self.forecast_answer.hide()
        self.nearest.hide()
        clear(self.others)

    def _say_problem(self, sentence: str) -> None:
        self._refused = True
        self._say_nothing()
        theme.mark(self.sure, "error")
        self.sure.setText(sentence)


def _sureness(answer: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    if "hidden" in answer:
        hidden = len(answer["hidden"])
        if not hidden:
            return "No word is hidden. Write [mask] where the network is to tell one."
        return "likeliest words for the first [mask]" if hidden > 1 else "likeliest words for [mask]"
    if answer.get("confidence") is None:
        return f"predicted {told.get('column', 'value')}"
    share = numbers.percent(float(answer["confidence"]))
    if told.get("task") == "language-model":
        return f"comes next, {share} sure"
    if "mask" in answer:
        return f"has the largest share of the area · {share} sure of a place on average"
    if "candidates" in answer:
        return f"{share} sure of a token on average · below: what else was found, the better first"
    return f"best score {share}" if "boxes" in answer else f"{share} sure"


def _candidate(answer: Mapping[str, Any]) -> Bar:
    sure = float(answer["confidence"])
    return Bar(str(answer["value"]) or "(nothing)", ((sure, "training"),), numbers.percent(sure))


def _headline(answer: Mapping[str, Any]) -> str:
    if "forecast" in answer:
        return forecast_words(answer)[0]
    return spoken(answer["label"]) if "label" in answer else spoken(answer.get("value"))
