"""The registry of inspectors and what each of them is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.results import Result
from dlstudio.inspection.trained import Predicted, TrainedModel
from dlstudio.plugins import modules
from dlstudio.tasks.task import Task
from dlstudio.training.targets import Target


@dataclass(frozen=True)
class InspectionContext:
    """What an inspector looks at.

    Attributes:
        model: The trained model with its data.
        split: ``train``, ``validation`` or ``test``.
        target: The Output in question.
        options: JSON values that the inspector understands.
    """

    model: TrainedModel
    split: str
    target: Target
    options: Mapping[str, Any]

    @property
    def predicted(self) -> Predicted:
        """Truth, predictions and losses of the split."""
        return self.model.predict_rows(self.split, self.target)


class Inspector(Protocol):
    """A module under ``inspectors`` or of the entry-point group ``dlstudio.inspectors``.

    A module may also have ``READS``, kinds of columns: it is offered only where an Input has one of them.
    """

    NAME: str
    TITLE: str
    RANK: float

    def fits(self, task: Task, column: ColumnSpec) -> bool:
        """Whether it has something to say about such a target."""
        ...

    def inspect(self, context: InspectionContext) -> Result:
        """Looks."""
        ...


def inspectors() -> dict[str, Inspector]:
    """All inspectors by name."""
    found = modules("dlstudio.inspection.inspectors", "dlstudio.inspectors")
    return {name: cast(Inspector, module) for name, module in found.items()}


def find_inspector(name: str) -> Inspector:
    """The inspector of that name.

    Raises:
        InspectionError: There is none.
    """
    known = inspectors()
    if name not in known:
        raise InspectionError(f"There is no inspector '{name}'. There are: {', '.join(sorted(known))}.")
    return known[name]


def fitting_inspectors(target: Target, kinds: Iterable[str] = ()) -> list[Inspector]:
    """Those that fit a target, in the order in which they are offered.

    Args:
        target: The Output in question.
        kinds: The kinds of the columns that the network reads; a module with ``READS`` fits where it names one of them.
    """
    read = set(kinds)
    found = [
        each
        for each in inspectors().values()
        if each.fits(target.task, target.column) and (not hasattr(each, "READS") or read.intersection(each.READS))
    ]
    return sorted(found, key=lambda each: (each.RANK, each.NAME))
