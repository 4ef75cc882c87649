"""Opens one image: within bounds, upright, in the channels and size that a column wants. The only user of Pillow."""

from __future__ import annotations

import io
import stat
import struct
import warnings
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

Pixels = npt.NDArray[np.uint8]
Fitting = Literal["crop", "stretch", "pad"]

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm"})
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
MOST_PIXELS = 89_000_000
MOST_BYTES = 256 << 20
DAMAGE = (OSError, SyntaxError, ValueError, EOFError, MemoryError, struct.error)


class ImageError(ValueError):
    """One image that cannot be used; the message says why in a few words, without naming the file."""


def probe(source: Path | bytes) -> tuple[int, int, int]:
    """Height, width and channels (1 or 3) from the header of a file or of its bytes, without decoding it.

    Raises:
        ImageError: The file is no image, or absurdly large.
    """
    with opened(checked_file(source) if isinstance(source, Path) else io.BytesIO(source)) as image:
        width, height = image.size
        try:
            turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        except DAMAGE as error:  # a PNG is read to its end for them
            raise ImageError(f"damaged: {said(error)}") from error
        if turned:
            width, height = height, width
        return height, width, 1 if image.mode in ("1", "L", "I", "I;16", "F", "LA") else 3


def load(source: Path | bytes, size: tuple[int, int], channels: int, fit: Fitting = "crop") -> Pixels:
    """Decodes an image file to (height, width, channels) uint8.

    Raises:
        ImageError: It is no image, damaged, or absurdly large.
    """
    with opened(checked_file(source) if isinstance(source, Path) else io.BytesIO(source)) as image:
        try:
            if fit != "pad":
                image.draft(None, (2 * max(size), 2 * max(size)))  # lets JPEG decode at a fraction of its size
            image.load()
            return fitted(ImageOps.exif_transpose(image), size, channels, fit)
        except DAMAGE as error:
            raise ImageError(f"damaged: {said(error)}") from error


def raw_values(path: Path) -> npt.NDArray[Any]:
    """The values as they are stored, (height, width[, channels]): 16 bits stay, palettes are not looked up.

    Raises:
        ImageError: It is no image, damaged, or absurdly large.
    """
    with opened(checked_file(path)) as image:
        try:
            image.load()
            other = image.mode in ("1", "CMYK", "YCbCr", "LAB", "HSV")
            return np.asarray(image.convert("L" if image.mode == "1" else "RGB") if other else image)
        except DAMAGE as error:
            raise ImageError(f"damaged: {said(error)}") from error


def from_array(array: npt.NDArray[Any], size: tuple[int, int], channels: int, fit: Fitting = "crop") -> Pixels:
    """Brings an array into a column's form.

    Args:
        array: (height, width) or (height, width, 1 | 3 | 4), uint8 or floats in [0, 1].
        size: (height, width) wanted.
        channels: 1 or 3.
        fit: How another ratio of the sides is dealt with.

    Raises:
        ImageError: The array has another shape.
    """
    pixels = array[..., 0] if array.ndim == 3 and array.shape[-1] == 1 else array
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[-1] not in (3, 4)) or 0 in pixels.shape:
        raise ImageError(f"an array of shape {array.shape} is no image")
    if pixels.dtype != np.uint8:
        pixels = np.clip(np.nan_to_num(pixels.astype(np.float32)) * 255 + 0.5, 0, 255).astype(np.uint8)
    return fitted(Image.fromarray(np.ascontiguousarray(pixels)), size, channels, fit)


def fitted(image: Image.Image, size: tuple[int, int], channels: int, fit: Fitting) -> Pixels:
    """The image at ``size`` (height, width): cropped at the sides, stretched, or padded with black."""
    image = _in_mode(image, "L" if channels == 1 else "RGB")
    wanted = (size[1], size[0])
    if image.size != wanted:
        sampling = Image.Resampling.BILINEAR
        if fit == "stretch":
            image = image.resize(wanted, sampling)
        elif fit == "pad":
            image = ImageOps.pad(image, wanted, sampling)
        else:
            image = ImageOps.fit(image, wanted, sampling)
    return np.asarray(image, np.uint8).reshape(*size, channels)


def _in_mode(image: Image.Image, mode: str) -> Image.Image:
    if image.mode == mode:
        return image
    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image, np.float32)
        largest = 65535.0 if image.mode.startswith("I") and values.max(initial=0) > 255 else 255.0
        image = Image.fromarray(np.clip(values * (255.0 / largest), 0, 255).astype(np.uint8))
    elif image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        # What is transparent looks white in a viewer; dropping alpha would show what hides behind it.
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert(mode)


def checked_file(path: Path, most: int = MOST_BYTES) -> Path:
    """The same path, of a file of at most ``most`` bytes.

    Raises:
        ImageError: It is no file, or an empty or absurdly large one.
    """
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise ImageError("there is no such file") from error
    if not stat.S_ISREG(status.st_mode):
        raise ImageError("not a file")
    if status.st_size == 0:
        raise ImageError("an empty file")
    if status.st_size > most:
        raise ImageError(f"larger than {most >> 20:,} MiB")
    return path


def opened(source: Path | io.BytesIO) -> Image.Image:
    """The picture, of which only the header is read yet.

    Raises:
        ImageError: It is no image, or absurdly large.
    """
    try:
        with warnings.catch_warnings():
            # Pillow only warns beyond 89 megapixels; the size is compared below instead.
            warnings.simplefilter("ignore")
            image = Image.open(source, formats=_FORMATS)
    except UnidentifiedImageError as error:
        raise ImageError("not an image") from error
    except Image.DecompressionBombError as error:
        raise ImageError(f"more than {MOST_PIXELS // 1_000_000} megapixels") from error
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, OverflowError) as error:
        raise ImageError(f"damaged: {said(error)}") from error
    if image.width * image.height > MOST_PIXELS:
        image.close()
        raise ImageError(f"more than {MOST_PIXELS // 1_000_000} megapixels")
    return image


def said(error: BaseException) -> str:
    """What an error says, on one line."""
    return " ".join(str(error).split())[:100] or type(error).__name__
