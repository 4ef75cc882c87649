"""Mouse and keyboard for tests: real events on the viewport, places in scene units."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from dlstudio.graph.model import Graph, Wire
from dlstudio.gui.canvas.view import CanvasView
from tests.gui.canvas.stand_in import StandInStudio

Place = QPointF | tuple[float, float]
NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
LEFT = Qt.MouseButton.LeftButton
MIDDLE = Qt.MouseButton.MiddleButton


class Hands:
    """Works on a canvas as a person would."""

    def __init__(self, view: CanvasView, studio: StandInStudio) -> None:
        self.view = view
        self.studio = studio

    @property
    def graph(self) -> Graph:
        return self.studio.graph

    @property
    def wires(self) -> set[Wire]:
        return set(self.studio.graph.wires)

    def look_at(self, x: float, y: float, zoom: float = 1.0) -> None:
        self.view.set_zoom(zoom)
        self.view.centerOn(x, y)

    def body(self, name: str) -> QPointF:
        """A place on a node's body, away from its ports."""
        return self.view.canvas_scene.nodes[name].pos() + QPointF(80, 20)

    def port(self, name: str, side: str, index: int = 0) -> QPointF:
        return self.view.canvas_scene.nodes[name].port_position(side, index)  # type: ignore[arg-type]

    def wire(self, source: str, target: str) -> QPointF:
        """The middle of a wire."""
        item = next(i for w, i in self.view.canvas_scene.wires.items() if (w.source, w.target) == (source, target))
        return item.path().pointAtPercent(0.5)

    def pixel(self, place: Place) -> QPoint:
        return self.view.mapFromScene(place if isinstance(place, QPointF) else QPointF(*place))

    def click(self, place: Place, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(self.view.viewport(), LEFT, modifiers, self.pixel(place))

    def double_click(self, place: Place) -> None:
        QTest.mouseClick(self.view.viewport(), LEFT, NONE, self.pixel(place))
        QTest.mouseDClick(self.view.viewport(), LEFT, NONE, self.pixel(place))

    def press(self, place: Place, modifiers: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = LEFT) -> None:
        QTest.mousePress(self.view.viewport(), button, modifiers, self.pixel(place))

    def drag(
        self, start: Place, end: Place, modifiers: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = LEFT
    ) -> None:
        """Presses, moves in steps and lets go."""
        self.press(start, modifiers, button)
        self.drag_on(start, end, modifiers, button)
        self.release(end, modifiers, button)

    def drag_on(
        self, start: Place, end: Place, modifiers: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = LEFT
    ) -> None:
        first, last = self.pixel(start), self.pixel(end)
        for step in range(1, 6):
            self._move(first + (last - first) * step / 5, modifiers, button)

    def release(self, place: Place, modifiers: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = LEFT) -> None:
        QTest.mouseRelease(self.view.viewport(), button, modifiers, self.pixel(place))

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.view, key, modifiers)

    def hold(self, key: Qt.Key) -> None:
        QTest.keyPress(self.view, key)

    def let_go(self, key: Qt.Key) -> None:
        QTest.keyRelease(self.view, key)

    @property
    def search(self) -> QWidget:
        return self.view.searching.popup

    @property
    def found(self) -> list[str]:
        """The names that the search box lists."""
        model = self.view.searching.popup.model
        return [str(model.data(model.index(row))) for row in range(model.rowCount())]

    def search_for(self, text: str) -> None:
        """Types into the open search box and takes the best match."""
        field = self.view.searching.popup.field
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)

    def _move(self, pixel: QPoint, modifiers: Qt.KeyboardModifier, button: Qt.MouseButton) -> None:
        # QTest.mouseMove tells neither buttons nor modifiers, so the event is made by hand.
        from PySide6.QtCore import QEvent
        from PySide6.QtGui import QMouseEvent
        from PySide6.QtWidgets import QApplication

        viewport = self.view.viewport()
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(pixel),
            QPointF(viewport.mapToGlobal(pixel)),
            Qt.MouseButton.NoButton,
            button,
            modifiers,
        )
        QApplication.sendEvent(viewport, event)
