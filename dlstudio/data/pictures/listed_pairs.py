"""Pairs of samples that a source lists, to be told apart as same or different: the protocol of a verification."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class ListedPairs:
    """Pairs of rows.

    Attributes:
        first, second: Row numbers, or places in some rows, int64 (pairs,).
        same: Whether both are of one class as the list says, bool (pairs,).
    """

    first: npt.NDArray[np.int64]
    second: npt.NDArray[np.int64]
    same: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.first)

    def among(self, rows: npt.NDArray[np.int64]) -> ListedPairs:
        """The pairs of which both are among some rows, as places in these."""
        order = np.argsort(rows, kind="stable")
        ordered = np.asarray(rows, np.int64)[order]

        def places(of: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
            found = np.minimum(np.searchsorted(ordered, of), max(len(ordered) - 1, 0))
            there = ordered[found] == of if len(ordered) else np.zeros(len(of), bool)
            return np.where(there, order[found] if len(ordered) else 0, -1)

        first, second = places(self.first), places(self.second)
        kept = (first >= 0) & (second >= 0)
        return ListedPairs(first[kept], second[kept], self.same[kept])
