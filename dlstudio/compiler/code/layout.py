"""Lines of Python within a width, and where each node's stand."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH = 100


class Lines:
    """Collects the lines of one function.

    Attributes:
        written: The lines so far.
        spans: First and last line of each node, counted from 0.
    """

    def __init__(self, indent: str = "    ") -> None:
        self.written: list[str] = []
        self.spans: dict[str, tuple[int, int]] = {}
        self._indent = indent

    def add(self, code: str, comment: str = "", node: str | None = None) -> None:
        """One line that is not broken."""
        self._put([code], comment, node)

    def blank(self) -> None:
        """An empty line, unless there is one already."""
        if self.written and self.written[-1]:
            self.written.append("")

    def call(
        self, before: str, arguments: Sequence[str], after: str, comment: str = "", node: str | None = None
    ) -> None:
        """``before(arguments)after``, broken at the arguments where it is too long for a line."""
        line = f"{before}({', '.join(arguments)}){after}"
        if len(self._indent) + len(line) <= WIDTH or not arguments:
            self._put([line], comment, node)
            return
        inner = "    " + ", ".join(arguments)
        parts = [inner] if len(self._indent) + len(inner) <= WIDTH else [f"    {each}," for each in arguments]
        self._put([f"{before}(", *parts, f"){after}"], comment, node)

    def _put(self, lines: list[str], comment: str, node: str | None) -> None:
        if comment:
            lines[-1] = f"{lines[-1]}  # {comment}" if lines[-1] else f"# {comment}"
        first = len(self.written)
        self.written += [f"{self._indent}{line}" if line else "" for line in lines]
        if node is not None:
            before = self.spans.get(node)
            # A shared layer is made in one line and called in the next; both are its node's.
            self.spans[node] = (before[0] if before and before[1] == first - 1 else first, len(self.written) - 1)
