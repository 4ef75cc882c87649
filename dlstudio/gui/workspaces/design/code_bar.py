"""The line above the canvas where a network would run code of its own: what it is, and whether that is allowed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from dlstudio.graph.custom_code import CodeFile, CodeFileError
from dlstudio.gui import theme
from dlstudio.gui.editors.editor import tip
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.panels import ElidedLabel, button, label

HEIGHT = 38
_MOST_NAMED = 2


class CodeBar(QFrame):
    """Asks once for each content of the project's own Python files; hidden while there is nothing to ask."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "bar")
        self._studio = studio
        self._asked: tuple[CodeFile, ...] = ()
        self.sheet: CodeSheet | None = None
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName("Code of this network")
        self.note = ElidedLabel()
        theme.mark(self.note, "warning")
        self.show_code = button("Show code", self._show_code, "", "Read the files before you allow them")
        self.allow = button(
            "Allow for this project",
            self._allow,
            "",
            "Run these files as they are now, in the processes that compute shapes, train and predict. A changed file "
            "asks again.",
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE_3, 0, theme.SPACE_3, 0)
        row.setSpacing(theme.SPACE_2)
        row.addWidget(self.note)
        row.addStretch(1)
        row.addWidget(self.show_code)
        row.addWidget(self.allow)
        studio.codeChanged.connect(self.refresh)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(self._back_in_the_window)
        self.refresh()

    def refresh(self) -> None:
        """Says which files wait for an answer."""
        self._asked = self._studio.own_code.pending
        names = [file.name for file in self._asked]
        self.setVisible(bool(names))
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        text = f"Code not allowed yet: {', '.join(names[:_MOST_NAMED])}{more}"
        self.note.setText(text)
        self.note.setToolTip(tip("This network runs code of its own:\n" + "\n".join(names)))

    def _back_in_the_window(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive:
            self._studio.look_at_code()

    def _show_code(self) -> None:
        self._studio.look_at_code()  # what is shown is what would be allowed
        if self._studio.own_code.pending:
            self.sheet = CodeSheet(self._studio, self)
            self.sheet.open()

    def _allow(self) -> None:
        self._studio.allow_code(self._asked)


class CodeSheet(QDialog):
    """The files that wait for an answer, to be read."""

    def __init__(self, studio: Studio, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Code of this network")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.files: tuple[CodeFile, ...] = ()
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(theme.mono_font(12))
        self.text.setAccessibleName("The code")
        self.text.setPlainText("\n\n".join(self._headed(studio, file) for file in studio.own_code.pending))
        allow = button("Allow for this project", lambda: self._allow(studio), "primary")
        close = button("Close", self.reject)
        close.setDefault(True)
        layout = QVBoxLayout(self)
        layout.addWidget(
            label(
                "It runs with your rights: it can read and change your files. Allow only what you trust.", "dim", True
            )
        )
        layout.addWidget(self.text, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(close)
        row.addWidget(allow)
        layout.addLayout(row)
        self.resize(720, 560)

    def _allow(self, studio: Studio) -> None:
        studio.allow_code(self.files)  # as they were read, whatever they have become since
        self.accept()

    def _headed(self, studio: Studio, file: CodeFile) -> str:
        try:
            read, content = studio.own_code.read(file)
        except CodeFileError as error:
            return f"# {file.name}\n\n{error}"
        self.files += (read,)
        return f"# {file.name}\n\n{content}"
