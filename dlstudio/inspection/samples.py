"""How one sample of the data is shown in a list: a small picture, a piece of text, or a short series."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dlstudio.data.sound.spectrograms import picture
from dlstudio.data.table import Files
from dlstudio.inspection.trained import TrainedModel

TEXT_LENGTH = 400
SERIES_POINTS = 200
NUMBERS = 8
SOUND_PICTURE = (100, 116)

_ORDER = ("image", "video", "volume", "audio", "text", "series", "number", "category", "noise")


def shown_column(model: TrainedModel) -> str:
    """The input column that tells a person most about a sample: an image before a text before a series."""
    specs = model.specs
    return min(model.inputs.values(), key=lambda column: _ORDER.index(specs[column].kind))


def shown_sample(model: TrainedModel, column: str, row: int) -> tuple[str, np.ndarray | None, str]:
    """Text, array and file name that stand for a sample.

    Returns:
        For an image, or the middle slice of a volume, ``("", uint8 (height, width, 1 or 3), file)``, for a clip its
        begin, middle and end side by side and for a sound its spectrogram likewise, for a series the array float32
        (time, features), thinned to 200 points; for all else a text.
    """
    kind = model.specs[column].kind
    if kind in ("image", "video", "volume"):
        source = model.data.table.columns[column]
        file = str(source.shown(row)) if isinstance(source, Files) else ""
        return "", np.ascontiguousarray(model.data.pixels(column, np.array([row]))[0]), file
    if kind == "audio":
        source = model.data.table.columns[column]
        file = str(source.shown(row)) if isinstance(source, Files) else ""
        return (
            "",
            picture(
                np.asarray(model.data.raw(column, row), np.float32), round(model.specs[column].rate), SOUND_PICTURE
            ),
            file,
        )
    if kind == "series":
        series = np.asarray(model.data.encode(column, np.array([row])))[0].astype(np.float32)
        return "", np.ascontiguousarray(series[:: max(len(series) // SERIES_POINTS, 1)]), ""
    return _text(model.data.raw(column, row)), None, ""


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(each)}" for name, each in list(value.items())[:NUMBERS])
    if isinstance(value, np.ndarray | list | tuple):
        flat = np.asarray(value).reshape(-1)
        more = f" … ({len(flat)} values)" if len(flat) > NUMBERS else ""
        return ", ".join(_text(each) for each in flat[:NUMBERS].tolist()) + more
    if isinstance(value, float):
        return "–" if math.isnan(value) else f"{value:.6g}"
    text = " ".join(str(value).split()) or "–"
    return text if len(text) <= TEXT_LENGTH else text[: TEXT_LENGTH - 1] + "…"
