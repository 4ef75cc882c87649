"""Finds the comments of a script that say what its code does not: columns, tasks, shared weights, bypassed nodes."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_REMARK = re.compile(r"(?:^| · )(input|output|node)(?:: (.*))?$")
_BYPASSED = re.compile(r"(?:^| · )bypassed: (.*)$")
UNFED = "lacks an input"


@dataclass(frozen=True)
class Remark:
    """What the comment of a statement says.

    Attributes:
        input, output, node: The values given, or None where the comment has no such remark.
        bypassed: The call that stands in the comment, or None.
        unfed: The layer is made but lacks an input.
    """

    input: Mapping[str, Any] | None = None
    output: Mapping[str, Any] | None = None
    node: Mapping[str, Any] = field(default_factory=dict)
    bypassed: ast.expr | None = None
    unfed: bool = False


NOTHING = Remark()


def remarks_in(text: str) -> dict[int, Remark]:
    """The remarks of a script, by line counted from 1; comments that are none are left out."""
    found: dict[int, Remark] = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and not token.line[: token.start[1]].isspace():
                said = parse_remark(token.string.lstrip("#").strip())
                if said is not NOTHING:
                    found[token.start[0]] = said
    except (tokenize.TokenError, SyntaxError):
        return found
    return found


def parse_remark(comment: str) -> Remark:
    """What one comment says; :data:`NOTHING` where it is no remark."""
    said = _REMARK.search(comment)
    values = _values(said[2]) if said else None
    if said and values is not None:
        if said[1] == "input":
            return Remark(input=values)
        if said[1] == "output":
            return Remark(output=values)
        return Remark(node=values, unfed=UNFED in comment)
    bypassed = _BYPASSED.search(comment)
    if bypassed:
        try:
            call = ast.parse(bypassed[1], mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return NOTHING
        before = _REMARK.search(comment[: bypassed.start()])
        node = _values(before[2]) if before and before[1] == "node" else None
        return Remark(node=node or {}, bypassed=call)
    return Remark(unfed=True) if UNFED in comment else NOTHING


def _values(text: str | None) -> dict[str, Any] | None:
    if not text:
        return {}
    try:
        call = ast.parse(f"dict({text})", mode="eval").body
        if not isinstance(call, ast.Call) or call.args:
            return None
        return {each.arg: as_json(ast.literal_eval(each.value)) for each in call.keywords if each.arg}
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return None


def as_json(value: Any) -> Any:
    """A literal as a JSON value: tuples become lists."""
    if isinstance(value, list | tuple):
        return [as_json(each) for each in value]
    if isinstance(value, dict):
        return {str(key): as_json(each) for key, each in value.items()}
    return value
