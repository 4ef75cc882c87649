"""Tells screen readers what is selected on a canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAccessible, QAccessibleEvent

from dlstudio.gui.canvas.spoken import describe, wires_text

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView


def speak(view: CanvasView) -> None:
    """Makes the view's accessible description say what is selected, and tells that it changed."""
    scene, here = view.canvas_scene, view.by_keys.here
    names = sorted(view.studio.selection & scene.nodes.keys(), key=lambda name: (name != here, name))
    looks = [scene.nodes[name].look for name in names]
    others = view.annotating.describe() or wires_text(scene.selected_wires, scene.nodes)
    text = describe(names, looks, len(scene.nodes), others)
    if text != view.accessibleDescription():
        view.setAccessibleDescription(text)
        QAccessible.updateAccessibility(QAccessibleEvent(view, QAccessible.Event.DescriptionChanged))
