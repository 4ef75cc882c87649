"""Mouse and keyboard for tests: real events on the viewport, places in scene units."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

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

    @property
    def steps(self) -> int:
        """How many undo steps there are."""
        return len(self.studio.document._undo)

    @contextmanager
    def one_step(self) -> Iterator[None]:
        """What happens inside has to change the graph in exactly one undo step, which undo takes back whole."""
        before, steps = self.graph, self.steps
        yield
        after = self.graph
        assert after != before, "nothing changed"
        assert self.steps == steps + 1, f"{self.steps - steps} steps: {self.studio.labels[-3:]}"
        self.undo()
        assert self.graph == before
        self.assert_in_place()
        self.redo()
        assert self.graph == after
        self.assert_in_place()

    @contextmanager
    def no_step(self) -> Iterator[None]:
        """What happens inside has to leave the graph and the undo steps as they are."""
        before, steps = self.graph, self.steps
        yield
        assert self.graph == before
        assert self.steps == steps

    def undo(self) -> None:
        self.view.setFocus()
        self.key(Qt.Key.Key_Z, CONTROL)

    def redo(self) -> None:
        self.view.setFocus()
        self.key(Qt.Key.Key_Z, CONTROL | SHIFT)

    def assert_in_place(self) -> None:
        """Everything drawn is where the document has it; nothing is left over from a gesture."""
        self.view.canvas_scene._end_glide()
        scene = self.view.canvas_scene
        assert {name: (i.pos().x(), i.pos().y()) for name, i in scene.nodes.items()} == {
            node.id: node.at for node in self.graph
        }
        assert set(scene.wires) == set(self.graph.wires)
        assert all(item.isVisible() for item in scene.wires.values())
        marks = {**self.graph.frames, **self.graph.notes}
        shown = {key.id: ((i.pos().x(), i.pos().y()), i.size) for key, i in scene.annotations.items.items()}
        assert shown == {name: (mark.at, mark.size) for name, mark in marks.items()}
        assert scene.overlays == []

    def type(self, text: str, end: Qt.Key | None = None, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Types into the text that is open on the canvas, and ends it with a key."""
        editor = self.view.annotating.editor
        assert editor.is_open
        QTest.keyClicks(editor, text)
        if end is not None:
            QTest.keyClick(editor, end, modifiers)

    def menu(self, *path: str) -> None:
        """Opens the context menu with Shift+F10 and chooses by arrow keys and Enter."""
        chosen: list[str] = []

        def choose() -> None:
            menu = QApplication.activePopupWidget()
            assert isinstance(menu, QMenu)
            for depth, text in enumerate(path):
                labels = [action.text().partition("\t")[0] for action in menu.actions()]
                if text not in labels:
                    menu.close()
                    return
                for _ in range(len(labels) + 1):
                    QTest.keyClick(menu, Qt.Key.Key_Down)
                    if menu.activeAction() and menu.activeAction().text().partition("\t")[0] == text:
                        break
                chosen.append(text)
                if depth + 1 < len(path):
                    QTest.keyClick(menu, Qt.Key.Key_Right)
                    menu = menu.activeAction().menu()
            QTest.keyClick(menu, Qt.Key.Key_Return)

        QTimer.singleShot(0, choose)
        self.key(Qt.Key.Key_F10, SHIFT)
        assert chosen == list(path), f"the menu has no {path}"

    def _move(self, pixel: QPoint, modifiers: Qt.KeyboardModifier, button: Qt.MouseButton) -> None:
        # QTest.mouseMove tells neither buttons nor modifiers, so the event is made by hand.
        from PySide6.QtCore import QEvent
        from PySide6.QtGui import QMouseEvent

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
