"""Every command of the window as data: the palette, the menus and the shortcuts are made from this one table.

What a command does is bound by the window; here stands only what it is called.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One thing a person can tell the window to do.

    Attributes:
        id: Stable name, ``area.action``.
        title: Imperative, as the palette shows it.
        shortcut: Key sequences in Qt's portable spelling, separated by ``; ``, or empty.
        category: Heading in the palette: ``File``, ``Edit``, ``View``, ``Design``, ``Train``, ``Inspect``, ``Help``.
    """

    id: str
    title: str
    shortcut: str
    category: str


COMMANDS: tuple[Command, ...] = (
    Command("file.new", "New project …", "Ctrl+N", "File"),
    Command("file.open", "Open project …", "Ctrl+O", "File"),
    Command("file.import", "Open a Keras model …", "Ctrl+Shift+O", "File"),
    Command("file.save", "Save", "Ctrl+S", "File"),
    Command("file.save_as", "Save to another folder …", "Ctrl+Shift+S", "File"),
    Command("file.close", "Close the window", "Ctrl+Q", "File"),
    Command("edit.undo", "Undo", "Ctrl+Z", "Edit"),
    Command("edit.redo", "Redo", "Ctrl+Shift+Z; Ctrl+Y", "Edit"),
    Command("view.palette", "Command palette", "Ctrl+K", "View"),
    Command("view.data", "Data workspace", "Ctrl+1", "View"),
    Command("view.design", "Design workspace", "Ctrl+2", "View"),
    Command("view.train", "Train workspace", "Ctrl+3", "View"),
    Command("view.inspect", "Inspect workspace", "Ctrl+4", "View"),
    Command("view.export", "Export workspace", "Ctrl+5", "View"),
    Command("view.theme", "Switch between dark and light", "", "View"),
    Command("view.problems", "Show or hide the problems", "", "View"),
    Command("view.code", "Show or hide the code", "Ctrl+Shift+C", "View"),
    Command("data.choose", "Choose data …", "", "Data"),
    Command("design.add", "Add a layer …", "Tab; Space", "Design"),
    Command("design.add_before", "Add a layer before …", "Shift+A", "Design"),
    Command("design.cut", "Cut", "Ctrl+X", "Design"),
    Command("design.copy", "Copy", "Ctrl+C", "Design"),
    Command("design.paste", "Paste", "Ctrl+V", "Design"),
    Command("design.paste_shared", "Paste with shared weights", "Ctrl+Shift+V", "Design"),
    Command("design.duplicate", "Duplicate", "Ctrl+D", "Design"),
    Command("design.delete", "Delete and heal the wires", "Delete", "Design"),
    Command("design.delete_gap", "Delete and leave the gap", "Shift+Delete", "Design"),
    Command("design.select_all", "Select all", "Ctrl+A", "Design"),
    Command("design.select_downstream", "Select everything downstream", "Ctrl+L", "Design"),
    Command("design.menu", "Menu for the selection", "Shift+F10", "Design"),
    Command("design.rename", "Rename the layer or frame, edit the note", "F2", "Design"),
    Command("design.connect", "Connect the layer, or move the wire's end …", "C", "Design"),
    Command("design.insert", "Put the layer into a wire …", "I", "Design"),
    Command("design.next_wire", "Select the next wire of the layer", "W", "Design"),
    Command("design.disconnect", "Cut the wires to other layers", "X", "Design"),
    Command("design.bypass", "Bypass the layers, or take them back", "B", "Design"),
    Command("design.share", "Share weights with another layer …", "Shift+W", "Design"),
    Command("design.own_weights", "Give the layer weights of its own", "", "Design"),
    Command("design.frame", "Frame the selection", "Ctrl+J", "Design"),
    Command("design.note", "Add a note", "Ctrl+Shift+N", "Design"),
    Command("design.next_annotation", "Select the next frame or note", "N", "Design"),
    Command("design.make_block", "Make a block of the selection …", "Ctrl+G", "Design"),
    Command("design.enter_block", "Enter the block", "Return; Enter", "Design"),
    Command("design.leave_block", "Leave the block (Esc, too)", "Alt+Up", "Design"),
    Command("design.unpack_block", "Unpack the block", "Ctrl+Shift+G", "Design"),
    Command("design.rename_block", "Rename the block …", "", "Design"),
    Command("design.save_block", "Save the block to my blocks", "", "Design"),
    Command("design.fit_selection", "Zoom to the selection", "F", "Design"),
    Command("design.fit_all", "Zoom to everything", "Home", "Design"),
    Command("design.zoom_in", "Zoom in", "+", "Design"),
    Command("design.zoom_out", "Zoom out", "-", "Design"),
    Command("design.zoom_real", "Zoom to 100 %", "Ctrl+0", "Design"),
    Command("design.minimap", "Show or hide the minimap", "M", "Design"),
    Command("design.tidy", "Tidy the layout", "L", "Design"),
    Command("design.align_left", "Align left edges, or make a frame narrower", "Ctrl+Shift+Left", "Design"),
    Command("design.align_right", "Align right edges, or make a frame wider", "Ctrl+Shift+Right", "Design"),
    Command("design.align_up", "Align upper edges, or make a frame lower", "Ctrl+Shift+Up", "Design"),
    Command("design.align_down", "Align lower edges, or make a frame taller", "Ctrl+Shift+Down", "Design"),
    Command("design.figure", "Architecture figure …", "", "Design"),
    Command("design.picture", "Save the drawing as a picture …", "", "Design"),
    Command("design.group_repeated", "Group repeated structure into blocks", "", "Design"),
    Command("design.compare", "Compare networks …", "Ctrl+Shift+K", "Design"),
    Command("code.copy", "Copy the code", "", "Code"),
    Command("code.paste", "Paste code", "", "Code"),
    Command("code.save", "Save the code as model.py …", "", "Code"),
    Command("code.open", "Open a Python file …", "", "Code"),
    Command("train.start", "Train", "Ctrl+Return", "Train"),
    Command("train.pause", "Pause or resume training", "", "Train"),
    Command("train.stop", "Stop training with a checkpoint", "", "Train"),
    Command("train.search", "Search over settings …", "", "Train"),
    Command("help.shortcuts", "Shortcuts", "F1", "Help"),
    Command("help.about", "About DL Studio", "", "Help"),
)

BY_ID = {command.id: command for command in COMMANDS}
