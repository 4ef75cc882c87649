"""What is wrong with a project, where, and the edits that would mend it. Values only; they cross process boundaries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Fix:
    """A clickable remedy: what the link says, and the edits it makes (see :func:`dlstudio.graph.edits.apply_edits`)."""

    label: str
    edits: tuple[Mapping[str, Any], ...]

    def as_json(self) -> dict[str, Any]:
        return {"label": self.label, "edits": [dict(edit) for edit in self.edits]}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Fix:
        return Fix(value["label"], tuple(value["edits"]))


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        message: One plain sentence or two: what is wrong, what was expected, what came. No markup.
        node: Id of the node it belongs to, or None where it concerns the project, its data or its training.
        fix: What mends it best, or None; the first of :attr:`fixes`.
        severity: An ``error`` stops training; a ``warning`` does not.
        path: Ids of the block uses that lead from the project's graph to the graph of ``node``, outermost first.
        fixes: Every remedy offered, the best first. Given one of ``fix`` and ``fixes``, the other follows.
    """

    message: str
    node: str | None = None
    fix: Fix | None = None
    severity: Severity = "error"
    path: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()

    def __post_init__(self) -> None:
        if self.fix is None and self.fixes:
            object.__setattr__(self, "fix", self.fixes[0])
        elif self.fix is not None and self.fix not in self.fixes:
            object.__setattr__(self, "fixes", (self.fix, *self.fixes))

    def as_json(self) -> dict[str, Any]:
        return {
            "node": self.node,
            "message": self.message,
            "fix": self.fix.as_json() if self.fix else None,
            "fixes": [fix.as_json() for fix in self.fixes],
            "severity": self.severity,
            **({"path": list(self.path)} if self.path else {}),
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Problem:
        fix = value.get("fix")
        return Problem(
            value["message"],
            value.get("node"),
            Fix.from_json(fix) if fix else None,
            value.get("severity", "error"),
            tuple(value.get("path", ())),
            tuple(Fix.from_json(each) for each in value.get("fixes", ())),
        )
