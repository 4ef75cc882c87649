"""What a split says besides how rows are parted: the classes that balance it, how many labels are used. No numpy."""

from __future__ import annotations

from typing import Any

from dlstudio.graph.project import DataSettings

BALANCE = "balance"
"""The column by whose classes the parts are balanced, where it is not what is learnt."""

LABELLED = "labelled"
"""How many training samples of each class are learnt (:mod:`dlstudio.data.splitting.labelled`)."""


def balanced_split(settings: DataSettings) -> dict[str, Any]:
    """The split, balanced by the classes that it had, where what had them is learnt no more."""
    classes = [
        name
        for name, column in settings.columns.items()
        if column.get("role") == "target" and column.get("type") == "category"
    ]
    return {**settings.split, BALANCE: classes[0]} if classes else dict(settings.split)
