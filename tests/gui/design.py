"""What tests do in the Design workspace."""

from __future__ import annotations


def select(design, *names):
    design.studio.select(names)
    design.inspector.refresh()
    return design.inspector.details


def enter(design, *path):
    design.studio.go_to(path)
    design.inspector.refresh()
    return design.inspector.block


def block(design, name):
    return design.studio.project.graph.blocks[name]


def type_over(qtbot, line, text, key=None):
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, text)
    if key is not None:
        qtbot.keyClick(line, key)
