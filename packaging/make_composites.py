"""Makes ``sample_data/drawings-on-photos``: drawings placed on photographs, so that their boxes are known.

    python packaging/make_composites.py FOLDER

The pictures are composites, not photographs of anything. Drawings and photographs of one part are in no other part. The
same command makes the same pictures.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

HOME = Path(__file__).resolve().parent.parent / "sample_data"
CLASSES = ("bicycle", "house", "star")
PARTS = {"train": (400, 0, 70), "val": (40, 70, 80), "test": (60, 80, 100)}
"""Pictures of each part, and from which to which drawing of each class it uses."""

SIDE, LEAST, MOST = 128, 26, 52
_ROOM = 0.05  # of overlap that two drawings may have


def made(folder: Path, seed: int = 11) -> None:
    """Writes pictures, text files of boxes in the form of YOLO, and the names of the classes."""
    drawings = drawings_of(CLASSES)
    rng = np.random.default_rng(seed)
    for part, (count, first, last) in PARTS.items():
        photos = photos_of(part)
        for kind in ("images", "labels"):
            (folder / kind / part).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            pixels = ground_of(photos[int(rng.integers(len(photos)))], SIDE)
            boxes: list[tuple[int, int, int, int, int]] = []
            for _ in range(int(rng.integers(0, 6))):
                label = int(rng.integers(len(CLASSES)))
                drawing = drawings[CLASSES[label]][int(rng.integers(first, last))]
                pixels = _placed(pixels, drawing, label, boxes, rng)
            name = f"{part}{number:03d}"
            Image.fromarray(pixels.round().astype(np.uint8)).save(folder / "images" / part / f"{name}.jpg", quality=85)
            lines = [_line(box) for box in boxes]
            (folder / "labels" / part / f"{name}.txt").write_text("".join(lines), encoding="utf-8")
    names = "".join(f"  {index}: {name}\n" for index, name in enumerate(CLASSES))
    text = f"train: images/train\nval: images/val\ntest: images/test\nnames:\n{names}"
    (folder / "data.yaml").write_text(text, encoding="utf-8")


def drawings_of(classes: Sequence[str]) -> dict[str, np.ndarray]:
    """The drawings of some things, (100, 28, 28) uint8 each; white is ink."""
    content = np.load(HOME / "drawings" / "drawings.npz", allow_pickle=False)
    return {name: content["x"][content["y"] == name] for name in classes}


def photos_of(part: str) -> list[Path]:
    """The photographs of ``train``, ``val`` or ``test``; none is in two of them."""
    home = HOME / "fruit-photos" / "fruit-photos" / ("test" if part == "test" else "train")
    photos = sorted(home.rglob("*.jpg"))
    return photos if part == "test" else [p for n, p in enumerate(photos) if (n % 5 == 0) == (part == "val")]


def ground_of(photo: Path, side: int) -> np.ndarray:
    """A photograph as a ground to draw on, (side, side, 3) float32 from 0 to 255."""
    return np.asarray(Image.open(photo).convert("RGB").resize((side, side)), np.float32)


def ink_of(drawing: np.ndarray) -> np.ndarray:
    """What was drawn, without the empty edges."""
    rows, columns = np.nonzero(drawing > 40)
    return drawing[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def ink_colour(ground: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Light on a dark ground, dark on a light one: (3,) from 0 to 255."""
    return rng.integers(200, 256, 3) if float(ground.mean()) < 128 else rng.integers(0, 50, 3)


def _placed(
    pixels: np.ndarray,
    drawing: np.ndarray,
    label: int,
    boxes: list[tuple[int, int, int, int, int]],
    rng: np.random.Generator,
) -> np.ndarray:
    """The picture with a drawing more, in a colour far from the ground; its box is appended. Unchanged without room."""
    ink = ink_of(drawing)
    scale = int(rng.integers(LEAST, MOST)) / max(ink.shape)
    size = (max(4, round(ink.shape[1] * scale)), max(4, round(ink.shape[0] * scale)))
    scaled = Image.fromarray(ink).resize(size, Image.Resampling.BILINEAR).filter(ImageFilter.MaxFilter(3))
    cover = np.asarray(scaled, np.float32)[..., None] / 255
    height, width = cover.shape[:2]
    for _ in range(20):
        left, top = int(rng.integers(0, SIDE - width)), int(rng.integers(0, SIDE - height))
        box = (left, top, left + width, top + height)
        if all(_shared(box, other[1:]) <= _ROOM for other in boxes):
            break
    else:
        return pixels
    ground = pixels[top : top + height, left : left + width]
    colour = ink_colour(ground, rng)
    found = pixels.copy()
    cover = np.minimum(cover * 1.3, 1.0)
    found[top : top + height, left : left + width] = ground * (1 - cover) + colour * cover
    boxes.append((label, *box))
    return found


def _shared(some: tuple[int, ...], other: tuple[int, ...]) -> float:
    """Area that two boxes share, against the smaller of them."""
    wide = min(some[2], other[2]) - max(some[0], other[0])
    tall = min(some[3], other[3]) - max(some[1], other[1])
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (some, other)]
    return max(wide, 0) * max(tall, 0) / min(areas)


def _line(box: tuple[int, int, int, int, int]) -> str:
    label, left, top, right, bottom = box
    values = ((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)
    return f"{label} {' '.join(f'{value / SIDE:.6g}' for value in values)}\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Makes drawings on photographs with known boxes.")
    parser.add_argument("folder", type=Path)
    made(parser.parse_args().folder)
