"""Found boxes over images, judged while one looks: hits, misses and false alarms by confidence and overlap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSlider, QWidget

from dlstudio.data.pictures.class_colours import WRONG, Colour
from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.box_pane import BoxPane, Mark, draw_marks
from dlstudio.gui.plots.cards import PAGE, Card
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.leafing_view import LeafingView
from dlstudio.gui.workspaces.inspect.pictures import to_image
from dlstudio.gui.workspaces.panels import ElidedLabel, label
from dlstudio.tasks.box_matching import matched

SORTS = (
    ("worst first", "wrong"),
    ("best first", "right"),
    ("most misses first", "misses"),
    ("most false alarms first", "false_alarms"),
    ("order of the data", "row"),
)
HIT: Colour = (0, 158, 115)
MISS: Colour = (230, 159, 0)
TRUE: Colour = (86, 180, 233)
_THUMB = 128
_PAUSE = 400  # milliseconds without a move after which the order is asked for anew


class BoxesView(LeafingView):
    """Shows the images of a split, one large and all of them small below."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "boxes", "Boxes", "image")
        self._classes: list[str] = []
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_PAUSE)
        self._later.timeout.connect(self.reload)
        self._build_header()
        self._build_panes()

    def _build_header(self) -> None:
        self.sort = self._choice(SORTS, "order")
        self.kind = self._choice((("any class", ""),), "class shown")
        self.header.addStretch(1)
        self.confidence, self.confidence_words = self._slider("Confidence", 5, 99, 50)
        self.overlap, self.overlap_words = self._slider("IoU", 10, 95, 50)
        self.confidence.setToolTip("Boxes of a lower score are not shown and do not count")
        self.overlap.setToolTip("How much of a true box a found one has to share with it to be a hit")

    def _slider(self, words: str, low: int, high: int, usual: int) -> tuple[QSlider, QLabel]:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(low, high)
        slider.setValue(usual)
        slider.setMinimumWidth(60)
        slider.setMaximumWidth(130)
        slider.setAccessibleName(words.lower() if words != "IoU" else "intersection over union of a hit")
        value = label("", "dim")
        value.setFixedWidth(36)
        self.header.addWidget(label(words, "dim"))
        self.header.addWidget(slider, 10)  # rather than the empty place before it
        self.header.addWidget(value)
        slider.valueChanged.connect(lambda _: self._moved())
        return slider, value

    def _build_panes(self) -> None:
        self.judged, self.truth = BoxPane("Hits, misses and false alarms"), BoxPane("Truth")
        panes = QHBoxLayout()
        panes.setSpacing(theme.SPACE_3)
        for pane in (self.judged, self.truth):
            panes.addWidget(pane, 1)
            pane.stepped.connect(self._step)
        self.inner.addLayout(panes, 3)
        self._build_leafing()
        legend = QHBoxLayout()
        legend.setSpacing(theme.SPACE_4)
        self.shows: dict[str, QCheckBox] = {}
        for name, colour, style in (
            ("hits", HIT, "solid"),
            ("misses", MISS, "dashed"),
            ("false alarms", WRONG, "dotted"),
        ):
            check = QCheckBox(name)
            check.setChecked(True)
            check.setIcon(_sign(colour, style))
            check.toggled.connect(lambda _: self._judge_all())
            self.shows[name] = check
            legend.addWidget(check)
        self.all_words = ElidedLabel()
        theme.mark(self.all_words, "dim")
        legend.addStretch(1)
        legend.addWidget(self.all_words)
        holder = QWidget()
        holder.setLayout(legend)
        legend.setContentsMargins(0, 0, 0, 0)
        self.inner.addWidget(holder)
        self._build_grid(_THUMB)
        self._say_thresholds()

    def load(self) -> None:
        self._later.stop()
        super().load()

    def _options(self) -> dict[str, Any]:
        kind = self.kind.currentData()
        thresholds = {"confidence": self.confidence.value() / 100, "overlap": self.overlap.value() / 100}
        return {"sort": self.sort.currentData(), **thresholds, **({"class": kind} if kind else {})}

    def _take_first(self, value: Mapping[str, Any]) -> str:
        self._classes = list(value["classes"])
        self._list_classes(self.kind, self._classes)
        hits, misses, alarms = value["counts"]
        self.all_words.say(_counted("all images", hits, misses, alarms))
        return "No image holds a box of this class."

    def _card(self, place: int, item: Mapping[str, Any]) -> Card:
        (picture,) = self._of(item, "picture")
        marks, (hits, misses, alarms) = self._judge(item)
        f1 = 2 * hits / (2 * hits + misses + alarms) if hits + misses + alarms else 1.0
        tip = f"{item['name']}\n{_counted('', hits, misses, alarms)}"
        caption = (("F1 ", "dim"), (numbers.percent(f1, 0), "text"))
        return Card(place, caption, _thumbnail(picture, marks), tip=tip)

    def _judge(self, item: Mapping[str, Any]) -> tuple[list[Mark], tuple[int, int, int]]:
        """The boxes of an image at the thresholds of now, and how many hits, misses and false alarms there are."""
        truth, found = self._of(item, "truth", "found")
        found = found[found[:, 5] >= self.confidence.value() / 100 - 1e-6]
        pairs = matched(truth, found, self.overlap.value() / 100)
        marks = []
        if self.shows["misses"].isChecked():
            marks += [self._mark(box, MISS, "dashed", "missed") for box in truth[pairs.found_of < 0]]
        for wanted, name, colour, line in ((False, "false alarms", WRONG, "dotted"), (True, "hits", HIT, "solid")):
            if not self.shows[name].isChecked():
                continue
            for box, true, overlap in zip(found, pairs.truth_of, pairs.overlap, strict=True):
                if (true >= 0) == wanted:
                    marks.append(self._mark(box, colour, line, f"{box[5]:.2f}, IoU {overlap:.2f}"))
        return marks, (pairs.hits, pairs.misses, pairs.false_alarms)

    def _mark(self, box: Any, colour: Colour, line: str, words: str) -> Mark:
        left, top, right, bottom = (float(edge) for edge in box[1:5])
        return Mark((left, top, right, bottom), colour, f"{self._classes[int(box[0])]} {words}".strip(), line)

    def _show_sample(self, place: int, item: Mapping[str, Any]) -> None:
        picture, truth = self._of(item, "picture", "truth")
        marks, (hits, misses, alarms) = self._judge(item)
        self.judged.show_boxes(picture, marks)
        self.truth.show_boxes(picture, [self._mark(box, TRUE, "solid", "") for box in truth])
        where = f"{place + 1} of {numbers.count(self._total)} · {item['name']}"
        self.where.say(f"{where} · {_counted('', hits, misses, alarms)}")

    def _moved(self) -> None:
        self._say_thresholds()
        self._judge_all()
        if self.asker.subject is not None:
            self._later.start()

    def _judge_all(self) -> None:
        """Judges what is there already; the order follows when the slider rests."""
        if not self._samples:
            return
        for first in sorted({place // PAGE * PAGE for place in self._samples}):
            self._fill_cards(first, sum(first <= place < first + PAGE for place in self._samples))
        self._show(self.place.value())

    def _say_thresholds(self) -> None:
        self.confidence_words.setText(f"{self.confidence.value() / 100:.2f}")
        self.overlap_words.setText(f"{self.overlap.value() / 100:.2f}")


def _counted(what: str, hits: int, misses: int, alarms: int) -> str:
    """``all images: 12 hits, 1 miss, 3 false alarms · precision 80.0 %, recall 92.3 %``."""
    words = ", ".join(
        (
            numbers.counted(hits, "hit"),
            numbers.counted(misses, "miss", "misses"),
            numbers.counted(alarms, "false alarm"),
        )
    )
    shares = []
    if hits + alarms:
        shares.append(f"precision {numbers.percent(hits / (hits + alarms))}")
    if hits + misses:
        shares.append(f"recall {numbers.percent(hits / (hits + misses))}")
    return f"{what}: {words} · {', '.join(shares)}".removeprefix(": ").removesuffix(" · ")


def _thumbnail(picture: Any, marks: list[Mark]) -> QImage:
    """A small picture with the boxes on it."""
    image = to_image(picture).convertToFormat(QImage.Format.Format_RGB32)
    small = image.scaled(QSize(_THUMB, _THUMB), Qt.AspectRatioMode.KeepAspectRatio)
    painter = QPainter(small)
    draw_marks(painter, QRectF(small.rect()), image.width(), marks, words=False, width=1.0)
    painter.end()
    return small


def _sign(colour: Colour, line: str) -> QIcon:
    """A small box as it is drawn over the image."""
    pixmap = QPixmap(14, 14)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw_marks(painter, QRectF(0, 0, 14, 14), 14, [Mark((1, 1, 13, 13), colour, "", line)], words=False)
    painter.end()
    return QIcon(pixmap)
