"""Samples of embeddings as cards, read from what the inspectors of pairs give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlstudio.gui.plots.cards import Card
from dlstudio.gui.workspaces.inspect.pictures import PICTURED, to_image

Pieces = tuple[tuple[str, str], ...]


def sample_card(item: Mapping[str, Any], kind: str, arrays: Mapping[str, Any], caption: Pieces, frame: str) -> Card:
    """One sample; its place in the split is the card's row."""
    array = arrays.get(item.get("array") or "")
    drawn = kind in PICTURED
    picture = to_image(array) if array is not None and drawn else None
    tip = f"{item['truth']}\n{item['name']}"
    series = None if drawn else array
    return Card(int(item["place"]), caption, picture, item.get("text") or "", series, frame, tip)


def pair_card(place: int, pair: Mapping[str, Any], kind: str, arrays: Mapping[str, Any], caption: Pieces) -> Card:
    """Two samples side by side in one card, ``place`` being its number; pictures only, else both texts."""
    both = [arrays.get(pair[side].get("array") or "") for side in ("first", "second")]
    picture = None
    if kind in PICTURED and all(each is not None for each in both):
        colour = [np.repeat(each, 3, axis=2) if each.shape[2] == 1 else each for each in map(np.asarray, both)]
        height = min(each.shape[0] for each in colour)
        gap = np.full((height, max(colour[0].shape[1] // 16, 1), 3), 128, np.uint8)
        picture = to_image(np.concatenate([colour[0][:height], gap, colour[1][:height]], axis=1))
    first, second = pair["first"], pair["second"]
    text = "" if picture is not None else f"{first['text'] or first['name']}\n{second['text'] or second['name']}"
    tip = f"{first['truth']}: {first['name']}\n{second['truth']}: {second['name']}"
    return Card(place, caption, picture, text, None, "error", tip)
