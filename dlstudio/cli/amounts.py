"""Amounts as arguments of a command: whole numbers and factors, with a sentence where one is none."""

from __future__ import annotations

from argparse import ArgumentTypeError


def count(text: str) -> int:
    """A whole number of 1 or more, as an argument.

    Raises:
        ArgumentTypeError: It is none.
    """
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise ArgumentTypeError(f"a whole number of 1 or more is needed, not '{text}'")
    return number


def factor(text: str) -> float:
    """A factor from 0 to 1000, as an argument.

    Raises:
        ArgumentTypeError: It is none.
    """
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1000:
        raise ArgumentTypeError(f"a factor from 0 to 1000 is needed, not '{text}'")
    return number
