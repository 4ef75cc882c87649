"""What the studio tells the panels: its signals, in one place to look them up."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class StudioSignals(QObject):
    """The signals of :class:`dlstudio.gui.studio.Studio`; all arrive in the window's thread."""

    projectChanged = Signal()
    """The project is another value: an edit, undo, redo, or another document."""
    pathChanged = Signal()
    """A block was entered or left (before the projectChanged of the other graph)."""
    documentOpened = Signal()
    """Another document is open (before its projectChanged)."""
    savedChanged = Signal()
    """What :attr:`saved` says may have changed."""
    selectionChanged = Signal()
    factsChanged = Signal()
    """Shapes, parameters or problems are new."""
    summaryChanged = Signal()
    """The description of the data, or its column specs, are new."""
    readingProgressed = Signal(str, int, int)
    """What is being done with the data that takes long, how far it is, and how far it has to go."""
    runsChanged = Signal()
    currentRunChanged = Signal(str)
    comparisonWanted = Signal(str, str)
    """Somebody wants to see the networks of two runs side by side; their names."""
    runEvents = Signal(str, list)
    """Name of a run, and its new events (:mod:`dlstudio.training.runs.events`), some ten times a second."""
    searchesChanged = Signal()
    """What :attr:`searches` has seen is new."""
    engineChanged = Signal(str)
    """``starting``, ``ready``, ``restarting`` or ``failed``."""
    devicesChanged = Signal()
    codeChanged = Signal()
    """The project's own code, or whether it may run, is another."""
    folderWanted = Signal()
    """Something needs the project to have a folder; the frame asks for one and saves there."""
    message = Signal(str, str)
    """A sentence, and ``info``, ``warning`` or ``error``."""
    replyArrived = Signal(int, object)
    """Number of a request and the value that answers it."""
