"""What tests of several forms do to them."""

from __future__ import annotations


def choose(combo, value) -> None:
    combo.setCurrentIndex(combo.findData(value))
    combo.activated.emit(combo.currentIndex())
