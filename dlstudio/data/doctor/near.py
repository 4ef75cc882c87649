"""Pairs of samples that are nearly the same: a picture saved anew, a text with another comma."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from dlstudio.data.preparing import PreparedData
from dlstudio.data.series.windows import Windows
from dlstudio.data.table import Array, Cells, LazyRows, Rows
from dlstudio.graph.columns import INPUT_ROLES, ColumnSpec

MOST_COMPARED = 20_000
"""Samples that are compared pair by pair; of more, so many are taken evenly."""

_SIDE = 24  # of the small grey pictures by which pictures are compared
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # of red, green and blue, ITU-R BT.601
_MOMENTS = 6  # of a clip that are compared
_STEPS = 96  # of the thinned series by which series and sounds are compared
_LEAST_DISTANCE = 0.02  # 1 - correlation, below which two pictures or series may be one
_BELOW_USUAL = 0.045  # and the part of the usual distance between neighbours that it has to stay under
_ALIKE_TEXT = 0.88  # cosine of the pieces of five letters that two texts have in common
_BLOCK = 512
_WORDS = re.compile(r"\w+")


def near_pairs(data: PreparedData, rows: Rows) -> list[tuple[int, int]]:
    """Pairs of rows that are nearly the same in every picture, clip, sound, series and text that is read."""
    if len(rows) > MOST_COMPARED:
        rows = rows[np.linspace(0, len(rows) - 1, MOST_COMPARED).astype(np.int64)]
    found: set[tuple[int, int]] | None = None
    for name, spec in data.specs.items():
        raw = data.table.columns.get(name)
        if (
            raw is None
            or data.settings.columns.get(name, {}).get("role") not in INPUT_ROLES
            or isinstance(raw, LazyRows)
        ):
            continue
        if spec.kind == "image":
            pairs = _alike(rows, small_pictures(data, name, rows))
        elif spec.kind == "video":
            pairs = _alike(rows, _moments(data, name, rows))
        elif spec.kind in ("audio", "series") and not isinstance(raw, Windows):
            pairs = _alike(rows, _thinned(data, spec, rows))
        elif spec.kind == "text" and isinstance(raw, Cells):
            pairs = _alike_texts(rows, [raw.values[row] for row in rows.tolist()])
        else:
            continue
        found = set(pairs) if found is None else found & set(pairs)
    return sorted(found or ())


def small_pictures(data: PreparedData, name: str, rows: Rows) -> npt.NDArray[np.float32]:
    """Grey pictures of 24×24 in one row each, (n, 576) float32 from 0 to 255; of clips those of all frames."""
    if data.specs[name].kind == "video":
        return np.stack([_small(np.asarray(data.raw(name, row))).reshape(-1) for row in rows.tolist()])
    found = np.zeros((len(rows), _SIDE * _SIDE), np.float32)
    for begin in range(0, len(rows), _BLOCK):
        found[begin : begin + _BLOCK] = _small(data.pixels(name, rows[begin : begin + _BLOCK]))
    return found


def _moments(data: PreparedData, name: str, rows: Rows) -> npt.NDArray[np.float32]:
    """Small grey pictures of clips at some moments, and how each differs from the clip's mean, which weighs more.

    Clips before one ground are not one clip: what moves tells them apart.
    """
    found = []
    for row in rows.tolist():
        frames = np.asarray(data.raw(name, row))
        places = np.linspace(0, len(frames) - 1, min(_MOMENTS, len(frames))).round().astype(np.int64)
        small = _small(frames[places])
        found.append(np.concatenate([small.mean(axis=0), (small - small.mean(axis=0)).reshape(-1) * 2]))
    return np.stack(found) if found else np.zeros((0, 1), np.float32)


def _small(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Pictures (n, height, width, 1 or 3) as grey ones of 24×24, (n, 576)."""
    grey = pixels.astype(np.float32) @ _LUMA if pixels.shape[3] == 3 else pixels[..., 0].astype(np.float32)
    small = [Image.fromarray(picture).resize((_SIDE, _SIDE), Image.Resampling.BOX) for picture in grey]
    return np.stack([np.asarray(picture, np.float32).reshape(-1) for picture in small])


def _thinned(data: PreparedData, spec: ColumnSpec, rows: Rows) -> npt.NDArray[np.float32]:
    """Series by the values at 96 places of their real length, sounds by their loudness there; (n, 96 × features)."""
    found = []
    for begin in range(0, len(rows), _BLOCK):
        values = np.asarray(data.encode(spec.name, rows[begin : begin + _BLOCK]), np.float32)
        if spec.kind == "audio":
            found.append(_loudness(values.reshape(len(values), -1)))
        else:
            places = np.linspace(0, values.shape[1] - 1, min(_STEPS, values.shape[1])).round().astype(np.int64)
            found.append(values[:, places].reshape(len(values), -1))
    return np.concatenate(found) if found else np.zeros((0, 1), np.float32)


def _loudness(waves: Array) -> npt.NDArray[np.float32]:
    """Signed extremes of 4 × 96 pieces of each wave: the outline that one sees of it."""
    pieces = np.array_split(waves, 2 * _STEPS, axis=1)
    outline = [edge for piece in pieces if piece.shape[1] for edge in (piece.min(axis=1), piece.max(axis=1))]
    return np.stack(outline, axis=1).astype(np.float32)


def _alike(rows: Rows, forms: npt.NDArray[np.float32]) -> list[tuple[int, int]]:
    """Pairs whose standardized forms lie much closer together than those of neighbours usually do.

    Args:
        rows: (n,) row numbers.
        forms: (n, values), one description a row.
    """
    centred = forms - forms.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1)
    real = length > 1e-3
    rows, centred = rows[real], centred[real] / length[real, None]
    if len(rows) < 2:
        return []
    close: list[tuple[int, int, float]] = []
    nearest = np.full(len(rows), np.inf, np.float32)
    for begin in range(0, len(rows), _BLOCK):
        distance = 1.0 - centred[begin : begin + _BLOCK] @ centred.T
        for place in range(len(distance)):
            distance[place, begin + place] = np.inf
        nearest[begin : begin + _BLOCK] = distance.min(axis=1)
        for one, other in np.argwhere(distance < _LEAST_DISTANCE).tolist():
            if begin + one < other:
                close.append((begin + one, other, float(distance[one, other])))
    # What is usual is said by those that have no copy; where most have one, by the farther half.
    usual = float(np.quantile(nearest, 0.75))
    limit = min(_LEAST_DISTANCE, _BELOW_USUAL * usual)
    return [(int(rows[one]), int(rows[other])) for one, other, apart in close if apart <= limit]


def _alike_texts(rows: Rows, texts: Sequence[str]) -> list[tuple[int, int]]:
    from sklearn.feature_extraction.text import HashingVectorizer

    plain = [" ".join(_WORDS.findall(text.casefold())) for text in texts]
    known = np.array([len(text) >= 12 for text in plain])
    if int(known.sum()) < 2:
        return []
    rows = rows[known]
    pieces = HashingVectorizer(analyzer="char_wb", ngram_range=(5, 5), n_features=1 << 18, alternate_sign=False)
    table = pieces.transform([text for text, real in zip(plain, known, strict=True) if real]).tocsr()
    found: list[tuple[int, int]] = []
    for begin in range(0, table.shape[0], _BLOCK):
        alike = (table[begin : begin + _BLOCK] @ table.T).tocoo()
        chosen = alike.data >= _ALIKE_TEXT
        for one, other in zip((alike.row[chosen] + begin).tolist(), alike.col[chosen].tolist(), strict=True):
            if one < other:
                found.append((int(rows[one]), int(rows[other])))
    return found
