"""What an empty window shows: recent projects at the left, and a new project on one page: data, network, folder."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from dlstudio.data.hugging_face.hub_address import source_title
from dlstudio.graph.project import DataSettings, Project
from dlstudio.graph.saving import ProjectError
from dlstudio.gui import theme
from dlstudio.gui.questions import Questions
from dlstudio.gui.start_cards import RecentRow, TemplateCard
from dlstudio.gui.start_data import ChosenData
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.panels import SidePanel, button, clear, label
from dlstudio.places import sample_names, sample_path, sample_title
from dlstudio.workbench.document import Document

CARD_WIDTH = 210


class StartPage(QWidget):
    """Opens a project or makes one.

    Signals:
        openWanted(object): A project folder (Path) to open, or None for the file dialog.
        modelWanted(): A Keras model is to be opened.
        made(): A new project is open.
        backWanted(): Back to the project that is open.
    """

    openWanted = Signal(object)
    modelWanted = Signal()
    made = Signal()
    backWanted = Signal()

    def __init__(self, studio: Studio, questions: Questions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._questions = questions
        self._making = False
        self._typed_folder = False
        self._suited: tuple[str, ...] | None = None
        self._picked_for: object = ""  # the data for which the person picked a card; what they picked stays
        self.data = ChosenData(studio, self)
        self.data.changed.connect(self._data_changed)
        self.cards: list[TemplateCard] = []
        self.recent = QVBoxLayout()
        self.back = button("← Back to the project", self.backWanted.emit, "link")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._left())
        layout.addWidget(self._right(), 1)
        studio.message.connect(self._told)
        self.refresh()

    # Layout

    def _left(self) -> QWidget:
        panel = SidePanel(264)
        panel.setFixedWidth(264)
        panel.body.addWidget(label("DL Studio", "headline"))
        panel.body.addWidget(label("Draw a network, train it, watch it learn, see what it predicts.", "dim", wrap=True))
        panel.body.addSpacing(theme.SPACE_3)
        panel.body.addWidget(self.back, 0, Qt.AlignmentFlag.AlignLeft)
        panel.body.addWidget(label("RECENT PROJECTS", "section"))
        self.recent.setSpacing(2)
        panel.body.addLayout(self.recent)
        panel.body.addWidget(button("Open a project …", lambda: self.openWanted.emit(None)))
        hint = "The layers of a .keras file as a drawing, its weights kept"
        panel.body.addWidget(button("Open a Keras model …", self.modelWanted.emit, "", hint))
        panel.body.addStretch(1)
        return panel

    def _right(self) -> QWidget:
        inside = QFrame()
        theme.mark(inside, "ground")
        body = QVBoxLayout(inside)
        body.setContentsMargins(theme.SPACE_6, theme.SPACE_5, theme.SPACE_6, theme.SPACE_4)
        body.setSpacing(theme.SPACE_3)
        body.addWidget(label("New project", "headline"))
        body.addWidget(label("1 · Data", "heading"))
        body.addLayout(self._data_row())
        body.addSpacing(theme.SPACE_1)
        body.addWidget(label("2 · Network", "heading"))
        self.grid = QGridLayout()
        self.grid.setSpacing(theme.SPACE_3)
        body.addLayout(self.grid)
        body.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(area, 1)
        layout.addWidget(self._folder_bar())
        return page

    def _data_row(self) -> QVBoxLayout:
        self.own = button("Start from your data …", self._data_menu, "", "A folder of images, a CSV or TSV, an .npz")
        self.sample = QPushButton("A sample  ▾")
        menu = QMenu(self.sample)
        menu.setToolTipsVisible(True)
        menu.addAction("The one that belongs to the template", lambda: self.data.choose(None))
        menu.addSeparator()
        for name in sample_names():
            menu.addAction(sample_title(name), partial(self.data.choose, sample_path(name)))
        self.sample.setMenu(menu)
        self.data_name = label("", "heading")
        self.data_words = label("", "dim", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE_2)
        for widget in (self.own, self.sample, self.data_name):
            row.addWidget(widget)
        row.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(theme.SPACE_1)
        column.addLayout(row)
        column.addWidget(self.data_words)
        return column

    def _folder_bar(self) -> QWidget:
        bar = QFrame()
        theme.mark(bar, "bar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(theme.SPACE_6, theme.SPACE_3, theme.SPACE_6, theme.SPACE_3)
        row.setSpacing(theme.SPACE_2)
        row.addWidget(label("3 · Folder", "heading"))
        self.folder = QLineEdit()
        self.folder.setAccessibleName("Folder of the new project")
        self.folder.textEdited.connect(self._folder_typed)
        row.addWidget(self.folder, 1)
        row.addWidget(button("Change …", self._choose_folder))
        self.create_button = button("Create project", self.make, "primary")
        row.addSpacing(theme.SPACE_2)
        row.addWidget(self.create_button)
        return bar

    # What is shown

    def refresh(self) -> None:
        """Reads recent projects and templates again."""
        clear(self.recent)
        folders = self._studio.preferences.recent_projects[:8]
        for folder in folders:
            row = RecentRow(folder)
            row.clicked.connect(lambda _=False, f=folder: self.openWanted.emit(f))
            self.recent.addWidget(row)
        if not folders:
            self.recent.addWidget(label("None yet. What you make or open shows up here.", "faint", wrap=True))
        self.back.setVisible(bool(len(self._studio.project.graph)) or self._studio.folder is not None)
        if not self.cards:
            self._fill_cards()
        self._data_changed()

    def focus_first(self) -> None:
        """Puts the focus where the keyboard goes on: on the chosen card."""
        card = self.chosen_card()
        if card is not None:
            card.setFocus()

    def choose_data(self, path: Path) -> None:
        """Takes a file or folder, dropped or chosen, as the data of the new project."""
        self.data.choose(path)

    def chosen_card(self) -> TemplateCard | None:
        """The card that is marked, where it can be used with the data."""
        return next((card for card in self.cards if card.isChecked() and card.isEnabled()), None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_cards()

    def _fill_cards(self) -> None:
        from dlstudio.templates.library import list_templates

        for template in (*list_templates(), None):
            card = TemplateCard(template, self._studio.catalogue)
            card.clicked.connect(self._pick)
            card.made.connect(self.make)
            self.cards.append(card)
        self._place_cards()

    def _place_cards(self) -> None:
        room = max(self.width() - 264 - 2 * theme.SPACE_6, CARD_WIDTH)
        columns = max(1, min(4, room // CARD_WIDTH))
        for index, card in enumerate(self.cards):
            self.grid.addWidget(card, index // columns, index % columns)

    def _data_changed(self) -> None:
        data = self.data
        chosen = data.path is not None
        self.data_name.setText(source_title(str(data.path)) if data.path else "")
        self.data_name.setVisible(chosen)
        hint = "Each template brings a small real data set, so you can begin without any of your own."
        self.data_words.setText(data.words() if chosen else hint)
        theme.mark(self.data_words, "error" if data.problem else "dim")
        suited = data.suited()
        for card in self.cards:
            fits = card.template is None or suited is None or card.name in suited
            card.setEnabled(fits)
            why = "This template cannot read the columns of this data."
            card.setToolTip(card.summary if fits else why)
        best = suited[0] if suited else None
        if self.chosen_card() is None or (suited != self._suited and self._picked_for != data.path):
            usable = [card for card in self.cards if card.isEnabled()]
            first = next((card for card in usable if card.name == best), usable[0] if usable else None)
            if first is not None:
                first.setChecked(True)
        self._suited = suited
        self._write_folder()

    def _pick(self) -> None:
        self._picked_for = self.data.path
        self._write_folder()

    def _write_folder(self) -> None:
        card = self.chosen_card()
        if not self._typed_folder:
            data = self.data.path_for(card.template) if card else None
            stem = Path(source_title(str(data))).stem if data else "network"
            parent = Path(self._studio.preferences.get("projects_folder", str(Path.home() / "DL Studio")))
            self.folder.setText(str(_free_folder(parent / stem.replace("_", "-"))))
        self._write_create()

    def _write_create(self) -> None:
        ready = self.chosen_card() is not None and bool(self.folder.text().strip()) and not self.data.looking
        self.create_button.setEnabled(ready and not self._making and not self.data.problem)
        self.create_button.setText("Creating …" if self._making else "Create project")

    # What hands do

    def _data_menu(self) -> None:
        menu = QMenu(self)
        menu.addAction("A folder …", self._choose_data_folder)
        menu.addAction("A file …", self._choose_data_file)
        menu.addAction("From the Hugging Face hub …", self._choose_data_on_the_hub)
        menu.popup(self.own.mapToGlobal(self.own.rect().bottomLeft()))
        menu.aboutToHide.connect(menu.deleteLater)

    def _choose_data_folder(self) -> None:
        if (path := self._questions.data_folder(Path.home())) is not None:
            self.data.choose(path)

    def _choose_data_file(self) -> None:
        if (path := self._questions.data_file(Path.home())) is not None:
            self.data.choose(path)

    def _choose_data_on_the_hub(self) -> None:
        if (address := self._questions.data_on_the_hub()) is not None:
            self.data.choose(address)

    def _choose_folder(self) -> None:
        now = Path(self.folder.text()).expanduser()
        chosen = self._questions.folder_for("Folder for the new project", now.parent)
        if chosen is not None:
            self._typed_folder = True
            inside = chosen if not any(chosen.iterdir()) else chosen / now.name
            self.folder.setText(str(inside))
            self._studio.preferences.set("projects_folder", str(inside.parent))
            self._write_create()

    def _folder_typed(self) -> None:
        self._typed_folder = True
        self._write_create()

    def make(self) -> None:
        """Makes the project that the page describes and opens it."""
        card = self.chosen_card()
        if card is None or not self.create_button.isEnabled():
            return
        folder = Path(self.folder.text().strip()).expanduser()
        if card.template is None:
            self._make_empty(folder)
            return
        self._making = True
        self._write_create()
        self._studio.new_project(folder, card.name, self.data.path_for(card.template), lambda _: self._is_made())

    def _make_empty(self, folder: Path) -> None:
        name = re.sub(r"[-_]+", " ", folder.name).strip().capitalize() or "Untitled"
        project = Project(name)
        if self.data.settings is not None and self.data.path is not None:
            settings, path = self.data.settings, self.data.path
            source = str((path.parent / settings.source).resolve()) if isinstance(path, Path) else settings.source
            project = replace(project, data=replace(settings, source=source))
        else:
            project = replace(project, data=DataSettings())
        try:
            self._studio.open_document(Document.create(project, folder))
        except ProjectError as error:
            self._studio.message.emit(str(error), "error")
            return
        self._is_made()

    def _is_made(self) -> None:
        self._making, self._typed_folder = False, False
        self.data.choose(None)
        self.made.emit()

    def _told(self, _text: str, severity: str) -> None:
        if severity == "error" and self._making:
            self._making = False
            self._write_create()


def _free_folder(wanted: Path) -> Path:
    """The folder itself where nothing is there, else with the next free number."""
    if not wanted.exists() or (wanted.is_dir() and not any(wanted.iterdir())):
        return wanted
    number = 2
    while (numbered := wanted.with_name(f"{wanted.name}-{number}")).exists():
        number += 1
    return numbered
