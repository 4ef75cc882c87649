"""Texts of the data with their hidden words coloured by how little the network could tell them."""

from __future__ import annotations

from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.surprise_view import SurpriseView


class HiddenWordsView(SurpriseView):
    """One text at a time; a hidden word that is pointed at shows the guesses."""

    inspector = "hidden-words"
    unit = "bits a hidden word"
    sorts = (("order of the data", "row"), ("worst told first", "-loss"), ("best told first", "loss"))

    def __init__(self, studio: Studio) -> None:
        words = "what the network takes to have stood where a word was hidden · �: a word that it does not know"
        super().__init__(studio, "Hidden words", words)
