"""An open project without Qt: document, undo, selection, commands, settings, the list of runs."""
