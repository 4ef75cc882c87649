"""Makes ``sample_data/moving-drawings``: drawings that move over photographs, so that their motion is known.

    python packaging/make_moving_drawings.py FOLDER

The clips are composites, filmed by nobody. Place, size and turn of a drawing in the middle of a clip are drawn in the
same way for every class, so that the middle frame says nothing about the motion. Drawings and photographs of one part
are in no other part. The same command makes the same clips.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from make_composites import drawings_of, ground_of, ink_colour, ink_of, photos_of
from PIL import Image, ImageFilter

MOTIONS = ("left", "right", "up", "down", "growing", "shrinking", "turning", "still")
THINGS = ("bicycle", "fish", "house", "tree", "umbrella")
"""None of them is round: nobody sees a round thing turn."""

PARTS = {"train": (36, 0, 70), "val": (5, 70, 80), "test": (10, 80, 100)}
"""Clips of each motion in each part, and from which to which drawing of each thing it uses."""

SIDE, FRAMES, MILLISECONDS, COLOURS = 48, 10, 100, 16
_SIZE = (17, 23)  # pixels of the longer side of a drawing in the middle of a clip
_MIDDLE = (17.0, 31.0)  # where its centre is then
_WAY = (14.0, 22.0)  # pixels from the first frame to the last
_GROWTH = (2.0, 2.8)  # times
_TURN = (100.0, 200.0)  # degrees
_TREMOR = 0.4  # pixels, standard deviation of each frame's place: no clip is all still, as none in a hand is


def made(folder: Path, seed: int = 17) -> None:
    """Writes an animated GIF a clip, a folder a motion below a folder a part."""
    drawings = drawings_of(THINGS)
    rng = np.random.default_rng(seed)
    for part, (count, first, last) in PARTS.items():
        photos = photos_of(part)
        for motion in MOTIONS:
            home = folder / part / motion
            home.mkdir(parents=True, exist_ok=True)
            for number in range(count):
                ground = ground_of(photos[int(rng.integers(len(photos)))], SIDE)
                ink = ink_of(drawings[THINGS[int(rng.integers(len(THINGS)))]][int(rng.integers(first, last))])
                _save(_clip(ground, ink, motion, rng), home / f"{motion}{number:02d}.gif")


def _clip(ground: np.ndarray, ink: np.ndarray, motion: str, rng: np.random.Generator) -> list[Image.Image]:
    """The frames of one clip. Every number is drawn whatever the motion, so that no class differs by chance."""
    size = float(rng.integers(*_SIZE)) / max(ink.shape)
    middle = rng.uniform(*_MIDDLE, 2)
    turn = rng.uniform(0, 360)
    way, growth, angle = rng.uniform(*_WAY), rng.uniform(*_GROWTH), rng.uniform(*_TURN)
    sense = 1.0 if rng.random() < 0.5 else -1.0
    colour = ink_colour(ground, rng)
    step = {"left": (-way, 0.0), "right": (way, 0.0), "up": (0.0, -way), "down": (0.0, way)}.get(motion, (0.0, 0.0))
    times = {"growing": growth, "shrinking": 1 / growth}.get(motion, 1.0)
    frames = []
    for time, tremor in zip(np.linspace(-0.5, 0.5, FRAMES), rng.normal(0.0, _TREMOR, (FRAMES, 2)), strict=True):
        x, y = middle + time * np.array(step) + tremor
        cover = _cover(ink, size * times**time, turn + (sense * angle * time if motion == "turning" else 0.0), x, y)
        pixels = ground * (1 - cover) + colour * cover
        frames.append(Image.fromarray(pixels.round().astype(np.uint8)))
    return frames


def _cover(ink: np.ndarray, scale: float, degrees: float, x: float, y: float) -> np.ndarray:
    """How much of each pixel is ink, (side, side, 1) from 0 to 1, with the middle of the drawing at (x, y)."""
    fine = 3  # drawn three times as large, so that steps of parts of a pixel are seen
    turned = np.deg2rad(degrees)
    cosine, sine = np.cos(turned) / (scale * fine), np.sin(turned) / (scale * fine)
    middle_y, middle_x = (side / 2 for side in ink.shape)
    matrix = (
        *(cosine, sine, middle_x - cosine * x * fine - sine * y * fine),
        *(-sine, cosine, middle_y + sine * x * fine - cosine * y * fine),
    )
    large = Image.fromarray(np.pad(ink, 1)).transform(
        (SIDE * fine, SIDE * fine), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR
    )
    thick = large.filter(ImageFilter.MaxFilter(5)).resize((SIDE, SIDE), Image.Resampling.BOX)
    return np.minimum(np.asarray(thick, np.float32)[..., None] / 255 * 1.3, 1.0)


def _save(frames: list[Image.Image], path: Path) -> None:
    """One palette for all frames, so that a GIF repeats only what has changed."""
    strip = Image.new("RGB", (SIDE * len(frames), SIDE))
    for place, frame in enumerate(frames):
        strip.paste(frame, (place * SIDE, 0))
    palette = strip.quantize(COLOURS, Image.Quantize.MEDIANCUT)
    reduced = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    reduced[0].save(path, save_all=True, append_images=reduced[1:], duration=MILLISECONDS, loop=0, optimize=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Makes clips of drawings that move over photographs.")
    parser.add_argument("folder", type=Path)
    made(parser.parse_args().folder)
