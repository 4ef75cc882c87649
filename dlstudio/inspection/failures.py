"""This room's error."""

from __future__ import annotations


class InspectionError(RuntimeError):
    """A run that cannot be inspected or an input that cannot be read; the message is a sentence for the user."""
