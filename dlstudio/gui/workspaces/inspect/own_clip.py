"""Where a user gives a clip of one's own: dropped, or chosen from a file; also a folder of numbered pictures."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from dlstudio.gui import theme
from dlstudio.gui.plots.clip_player import ClipPlayer
from dlstudio.gui.workspaces.inspect.asking import Asker
from dlstudio.gui.workspaces.inspect.own_inputs import OwnFile
from dlstudio.gui.workspaces.panels import button, label


class OwnClip(OwnFile):
    """A clip by its path: the engine reads it, for the network as for the player."""

    def __init__(self, asker: Asker, shape: tuple[int, ...]) -> None:
        """Args:
        asker: Who is asked for the frames to show.
        shape: (frames, height, width, channels) that the network reads.
        """
        super().__init__()
        self._asker = asker
        self._shape = shape
        self._path: str | None = None
        words = (
            "Drop an animated GIF or WebP, a video, or a folder of numbered pictures. The network sees "
            f"{shape[0]} frames of it, {shape[1]} × {shape[2]} pixels each."
        )
        self.said = label("", "faint", wrap=True)
        self.player = ClipPlayer()
        self.player.setMinimumSize(220, 244)
        self.player.hide()
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.SPACE_2)
        buttons.addWidget(button("Choose a file …", self._choose))
        buttons.addWidget(button("Choose a folder …", self._choose_folder))
        buttons.addWidget(self.said, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label(words, "dim", wrap=True))
        layout.addLayout(buttons)
        layout.addWidget(self.player, 1)

    def value(self) -> Any:
        return self._path

    def open(self, path: str) -> None:
        """Has a clip read; says so where it is none."""
        self._path = None
        self.said.setText("reading …")

        def arrived(value: dict[str, Any]) -> None:
            self._path = path
            self.said.setText(str(value["name"]))
            self.player.set_clip(value["arrays"]["frames"])
            self.player.show()
            self.changed.emit()

        self._asker.ask("clip_file", {"path": path, "shape": list(self._shape)}, arrived, self._failed, newest=True)

    def _failed(self, sentence: str) -> None:
        self.said.setText("")
        self.player.hide()
        self.problem.emit(sentence)

    def _choose(self) -> None:
        kinds = "Clips (*.gif *.webp *.mp4 *.m4v *.avi *.mov *.mkv *.webm *.mpg *.mpeg);;All files (*)"
        self.choose_file("Choose a clip", kinds)

    def _choose_folder(self) -> None:
        self.choose_folder("Choose a folder of numbered pictures")
