"""Groups that the names of files tell: sub-folders, patients, scenes, tiles of one picture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dlstudio.data.table import Rows

_PATIENT = re.compile(r"(?<![a-z])(sub|subj|subject|patient|pat|person)[-_ ]?([a-z]*\d+)")


def numbered(names: Sequence[str]) -> Rows:
    """Group numbers for group names, in the order in which they come."""
    known: dict[str, int] = {}
    return np.array([known.setdefault(name, len(known)) for name in names], np.int64)


def name_groups(path: Path, images: Sequence[Path]) -> Rows | None:
    """Patients (``sub-03``, ``patient12``), sub-folders, or what stands before the last number of the names.

    None where all differ, or there are few kinds.

    Args:
        path: The folder of the source.
        images: One file a row.
    """
    patients = [_PATIENT.findall(each.relative_to(path).as_posix().lower()) for each in images]
    if all(patients):
        names = ["-".join(found[0]) for found in patients]
        if 3 <= len(set(names)) < len(names):
            return numbered(names)
    for names in (
        [each.parent.relative_to(path).as_posix() for each in images],
        [re.sub(r"[-_. ]?[a-z]*\d+$", "", each.stem.lower()) for each in images],
    ):
        kinds = len(set(names))
        if 3 <= kinds <= len(images) / 2:
            return numbered(names)
    return None
