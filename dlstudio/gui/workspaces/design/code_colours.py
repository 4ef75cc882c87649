"""Light colours for Python: comments, texts, numbers, keywords and the names of arguments, in the theme's tokens."""

from __future__ import annotations

import keyword
import re

from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument

from dlstudio.gui import theme

_WORDS = "|".join(word for word in keyword.kwlist)
_PARTS = re.compile(
    r'(?P<comment>#.*$)|(?P<text>[rbfRBF]?"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\')'
    rf"|(?P<keyword>\b(?:{_WORDS})\b)"
    r"|(?P<argument>\b[A-Za-z_]\w*(?==[^=]))"
    r"|(?P<number>(?<![\w.])\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?)"
)
TOKENS = {"comment": "dim", "text": "ok-text", "keyword": "accent-text", "argument": "dim", "number": "warning-text"}
"""Token of the colour of each kind of word; all stand on ``canvas`` and on ``raised``."""

_OUTSIDE, _IN_DOCSTRING = 0, 1
_QUOTES = '"""'


class PythonColours(QSyntaxHighlighter):
    """Colours the lines of a document, each when it has changed."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._formats: dict[str, QTextCharFormat] = {}
        self.take_theme()

    def take_theme(self) -> None:
        """Colours all again, in the theme in force."""
        for kind, token in TOKENS.items():
            made = QTextCharFormat()
            made.setForeground(theme.color(token))
            self._formats[kind] = made
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        start, inside = 0, self.previousBlockState() == _IN_DOCSTRING
        if not inside and text.lstrip().startswith(_QUOTES):
            start = text.index(_QUOTES)
            inside = True
            end = text.find(_QUOTES, start + len(_QUOTES))
        else:
            end = text.find(_QUOTES) if inside else -1
        if inside:
            stop = len(text) if end < 0 else end + len(_QUOTES)
            self.setFormat(start, stop - start, self._formats["text"])
            start = stop
        self.setCurrentBlockState(_IN_DOCSTRING if inside and end < 0 else _OUTSIDE)
        for found in _PARTS.finditer(text, start):
            self.setFormat(found.start(), found.end() - found.start(), self._formats[found.lastgroup or "text"])
