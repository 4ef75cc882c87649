"""A folder of images: one sub-folder a class, also below train, validation and test; or a CSV that names each file."""

from __future__ import annotations

from pathlib import Path

from dlstudio.data.listing import find_named, has_images, images_in
from dlstudio.data.pictures import class_folders
from dlstudio.data.pictures.class_folders import Sort
from dlstudio.data.pictures.sizes import guess_image
from dlstudio.data.table import Files, Table
from dlstudio.graph.project import DataSettings

NAME = "image-folder"
TITLE = "Folder of images"

IMAGES = Sort("image", Files, has_images, images_in, find_named, guess_image)


def matches(path: Path) -> bool:
    """Whether a folder holds images, directly or below."""
    return path.is_dir() and has_images(path, path, deep=True)


def guess(path: Path) -> DataSettings:
    """Size, channels, classes and split of the images.

    Raises:
        DataError: There are neither class folders nor a table of labels.
    """
    return class_folders.guess(IMAGES, path, NAME)


def read(settings: DataSettings, source: Path) -> Table:
    """One row an image.

    Raises:
        DataError: The folder is not there, or holds no images.
    """
    return class_folders.read(IMAGES, settings, source)
