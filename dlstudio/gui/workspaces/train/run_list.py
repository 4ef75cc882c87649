"""The list of runs: status, best value, a colour for those compared. A click shows a run, a tick compares it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QColor, QDesktopServices, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTreeWidget, QTreeWidgetItem, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.workspaces.train.run_columns import title_of
from dlstudio.places import RESOURCES
from dlstudio.training.runs.run_info import RunInfo
from dlstudio.workbench.twin import FROM_SCRATCH, beginnings

_STATES = {
    "starting": "starting",
    "running": "running",
    "paused": "paused",
    "stopped": "stopped",
    "failed": "failed",
    "interrupted": "interrupted",
}


def run_color(position: int) -> QColor:
    """Colour of the run at a position in the list; training's and validation's own colours are left out."""
    return theme.series_color(2 + position % (len(theme.SERIES) - 2))


def headline(info: RunInfo) -> tuple[str, float] | None:
    """The one value a run is judged by: the main metric on validation, else the loss; None before the first epoch."""
    values = info.best_values
    for wanted in (
        [n for n in values if n.startswith("val_") and n != "val_loss"],
        [n for n in values if n == "val_loss"],
        [n for n in values if n != "loss"],
        list(values),
    ):
        if wanted:
            return wanted[0], values[wanted[0]]
    return None


class RunList(QTreeWidget):
    """The runs, the latest first. Emits which one to show and which ones to compare."""

    chosen = Signal(str)
    comparedChanged = Signal()
    continueWanted = Signal(str)
    againWanted = Signal(str)
    removeWanted = Signal(list)
    menuOpened = Signal(QMenu, object)  # a run's info: others add to its menu

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._infos: dict[str, RunInfo] = {}
        self._written: dict[str, tuple[object, ...]] = {}
        self._filling = False
        self._shown = ""
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIconSize(QSize(10, 10))
        self.setAccessibleName("runs")
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(20)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        theme.signals.changed.connect(self._restyle)
        self._restyle()
        self.currentItemChanged.connect(self._current_changed)
        self.itemChanged.connect(self._item_changed)
        self.itemClicked.connect(self._clicked)
        self.customContextMenuRequested.connect(self._menu)

    def _restyle(self) -> None:
        self.setStyleSheet(check_style())
        if self._infos:
            self.set_runs(list(self._infos.values()), self._shown)

    def set_runs(self, runs: Sequence[RunInfo], shown: str) -> None:
        """Lists these runs (the oldest first) and marks the one that is shown."""
        self._filling = True
        self._shown = shown
        ticked = set(self.compared())
        if [run.name for run in runs] != list(self._infos):
            self.clear()
            self._written.clear()
            for run in reversed(runs):
                item = QTreeWidgetItem()
                item.setData(0, Qt.ItemDataRole.UserRole, run.name)
                item.setCheckState(0, Qt.CheckState.Checked if run.name in ticked else Qt.CheckState.Unchecked)
                self.addTopLevelItem(item)
        self._infos = {run.name: run for run in runs}
        begun = beginnings(runs)
        for position, run in enumerate(runs):
            row = self.topLevelItem(len(runs) - 1 - position)
            if row is not None:
                self._write(row, run, position, shown, begun.get(run.name, ""))
        self._filling = False

    def _write(self, item: QTreeWidgetItem, run: RunInfo, position: int, shown: str, began: str) -> None:
        value = headline(run)
        known = (run.marks, run.status, run.epoch, value, position, run.name == shown, began, theme.theme_name())
        if self._written.get(run.name) == known:  # writing an item costs more than all the rest
            return
        self._written[run.name] = known
        state = f"epoch {run.epoch}/{run.epochs}" if run.status == "running" else _STATES.get(run.status, "")
        trial = run.trial.rpartition(", ")[2]
        star = "★ " if run.marks.pinned else ""
        marked = ", ".join(run.marks.tags) or run.marks.note.partition("\n")[0][:40]
        parts = (title_of(run.name), trial, began and _short(began), state, marked)
        item.setText(0, star + " · ".join(filter(None, parts)))
        item.setText(1, numbers.metric(*value) if value else "")
        item.setFont(1, theme.mono_font(11))
        item.setForeground(1, theme.color("text"))
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        tokens = {"failed": "error-text", "interrupted": "warning-text"}
        item.setForeground(0, theme.color(tokens.get(run.status, "text")))
        item.setIcon(0, dot(theme.color("training") if run.name == shown else run_color(position)))
        words = f"{numbers.metric_title(value[0])} {numbers.metric(*value)}" if value else "no epoch finished yet"
        words = f"{began}, {words}" if began else words
        named = ", ".join(filter(None, (title_of(run.name), run.trial)))
        for column in (0, 1):
            tip = f"{named}: {words}. Tick or Ctrl+click to compare its curves."
            item.setToolTip(column, "\n".join(filter(None, (tip, run.marks.note))))
        if run.name == shown and not item.isSelected():
            self.setCurrentItem(item)

    def compared(self) -> list[str]:
        """Names of the ticked runs."""
        items = [self.topLevelItem(i) for i in range(self.topLevelItemCount())]
        return [
            str(item.data(0, Qt.ItemDataRole.UserRole))
            for item in items
            if item is not None and item.checkState(0) == Qt.CheckState.Checked
        ]

    def compare(self, name: str, on: bool = True, quiet: bool = False) -> None:
        """Ticks a run, or takes the tick away; ``quiet`` where whoever asks shows the comparison already."""
        filling, self._filling = self._filling, quiet or self._filling
        for i in range(self.topLevelItemCount()):
            item = self.topLevelItem(i)
            if item is not None and item.data(0, Qt.ItemDataRole.UserRole) == name:
                item.setCheckState(0, Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self._filling = filling

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() == Qt.Key.Key_Delete and item is not None:
            self.removeWanted.emit([str(item.data(0, Qt.ItemDataRole.UserRole))])
        else:
            super().keyPressEvent(event)

    def _current_changed(self, item: QTreeWidgetItem | None) -> None:
        if item is not None and not self._filling:
            self.chosen.emit(str(item.data(0, Qt.ItemDataRole.UserRole)))

    def _item_changed(self, item: QTreeWidgetItem, column: int) -> None:
        if not self._filling:
            self.comparedChanged.emit()

    def mousePressEvent(self, event: object) -> None:
        from PySide6.QtGui import QMouseEvent

        assert isinstance(event, QMouseEvent)
        item = self.itemAt(event.position().toPoint())
        if item is not None and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            ticked = item.checkState(0) == Qt.CheckState.Checked
            item.setCheckState(0, Qt.CheckState.Unchecked if ticked else Qt.CheckState.Checked)
            return
        super().mousePressEvent(event)

    def _clicked(self, item: QTreeWidgetItem) -> None:
        # A click on the run that is current already shows it again after a comparison was looked at.
        self.chosen.emit(str(item.data(0, Qt.ItemDataRole.UserRole)))

    def _menu(self, place: QPoint) -> None:
        item = self.itemAt(place)
        if item is not None:
            self.open_menu(str(item.data(0, Qt.ItemDataRole.UserRole)), self.viewport().mapToGlobal(place))

    def open_menu(self, name: str, place: QPoint) -> None:
        """Opens the menu of a run at a place of the screen."""
        info = self._infos.get(name)
        if info is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        menu.addAction("Show", lambda: self.chosen.emit(info.name))
        menu.addAction("Compare", lambda: self.compare(info.name))
        if info.can_continue:
            menu.addAction("Continue", lambda: self.continueWanted.emit(info.name))
        menu.addAction("Run again", lambda: self.againWanted.emit(info.name)).setToolTip(
            "The same drawing, data, recipe and seed once more, compared with this run at its end"
        )
        menu.addSeparator()
        menu.addAction("Open folder", lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(info.folder))))
        log = info.folder / "log.txt"
        menu.addAction("Open log", lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(log)))).setEnabled(
            log.exists()
        )
        self.menuOpened.emit(menu, info)
        menu.popup(place)


def _short(began: str) -> str:
    """The beginning of a run as far as a narrow list has room for it."""
    return began if began == FROM_SCRATCH else "started"


def check_style() -> str:
    """The style sheet of boxes to tick in a list."""
    box, line, ink = (theme.hex_color(name) for name in ("field", "faint", "primary"))
    check = (RESOURCES / "icons" / "check.svg").as_posix()
    return (
        f"QTreeView::indicator {{ width: 12px; height: 12px; border: 1px solid {line}; border-radius: 4px; "
        f"background: {box}; }} QTreeView::indicator:checked {{ background: {ink}; border-color: {ink}; "
        f'image: url("{check}"); }}'
    )


def dot(color: QColor) -> QIcon:
    """A small square of a colour."""
    picture = QPixmap(20, 20)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(1, 1, 18, 18, 6, 6)
    painter.end()
    return QIcon(picture)
