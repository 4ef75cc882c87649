"""Ranges of settings: what a trial may choose from. Standard library only."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dlstudio.graph.setting_paths import full_path, full_value

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_INTERVAL = re.compile(rf"({_NUMBER})\.\.({_NUMBER})(?::(log|{_NUMBER}))?")
EXAMPLE = (
    "training.learning_rate=1e-4..1e-1:log, graph.nodes.dense.settings.units=16..128 or training.optimizer=SGD,Adam"
)


class RangeError(ValueError):
    """A range that cannot be searched; the message is a sentence for the user."""


@dataclass(frozen=True)
class Range:
    """What one setting may be: an interval of numbers, or one of some choices.

    Attributes:
        path: Of the setting in ``project.json``, in full.
        low, high: Ends of the interval, both included; whole numbers where both are ``int``.
        log: Whether each order of magnitude is as likely as another.
        step: Distance of the values that come into question, or None for any.
        choices: JSON values, in place of an interval.
    """

    path: str
    low: float = 0
    high: float = 0
    log: bool = False
    step: float | None = None
    choices: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        said = self._fault()
        if said:
            raise RangeError(f"The range of {self.path} {said}")

    @property
    def whole(self) -> bool:
        """Whether it is an interval of whole numbers."""
        return not self.choices and isinstance(self.low, int) and isinstance(self.high, int)

    @property
    def ends(self) -> tuple[Any, ...]:
        """The values that show whether all of it can be set: both ends, or every choice."""
        return self.choices or (self.low, self.high)

    def holds(self, value: Any) -> bool:
        """Whether a trial may choose this value."""
        if self.choices:
            return any(_same(value, each) for each in self.choices)
        if isinstance(value, bool) or not isinstance(value, int | float) or not self.low <= value <= self.high:
            return False
        if self.whole and not isinstance(value, int):
            return False
        steps = (value - self.low) / self.step if self.step else 0.0
        return math.isclose(steps, round(steps), abs_tol=1e-9)

    def text(self) -> str:
        """As it is typed: ``16..128:log``."""
        if self.choices:
            plain = all(isinstance(each, str) and "," not in each and each for each in self.choices)
            return ",".join(map(str, self.choices)) if plain else json.dumps(list(self.choices))
        more = ":log" if self.log else f":{self.step:g}" if self.step else ""
        return f"{_shown(self.low)}..{_shown(self.high)}{more}"

    def as_json(self) -> dict[str, Any]:
        if self.choices:
            return {"path": self.path, "choices": list(self.choices)}
        value: dict[str, Any] = {"path": self.path, "low": self.low, "high": self.high}
        if self.log:
            value["log"] = True
        if self.step:
            value["step"] = self.step
        return value

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Range:
        """Raises:
        RangeError: It is none.
        """
        try:
            if "choices" in value:
                return Range(str(value["path"]), choices=tuple(value["choices"]))
            step = value.get("step")
            return Range(str(value["path"]), value["low"], value["high"], bool(value.get("log", False)), step)
        except (KeyError, TypeError) as error:
            raise RangeError(f"{json.dumps(value)[:120]} is no range ({error}).") from None

    def _fault(self) -> str:
        if self.choices:
            texts = [json.dumps(each, sort_keys=True) for each in self.choices]
            return "needs two different choices or more." if len(set(texts)) < len(texts) or len(texts) < 2 else ""
        for number in (self.low, self.high):
            if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
                return f"needs two numbers, not {json.dumps(number)}."
        if self.low >= self.high:
            return f"has to go up: {_shown(self.low)} is not below {_shown(self.high)}."
        if self.log and self.low <= 0:
            return f"cannot be logarithmic from {_shown(self.low)}: begin above 0."
        if self.step is None:
            return ""
        if self.log:
            return "can have a step or be logarithmic, not both."
        if not 0 < self.step <= self.high - self.low or (self.whole and not isinstance(self.step, int)):
            return f"cannot go in steps of {_shown(self.step)}."
        return ""


def parse_range(text: str) -> Range:
    """The range that ``PATH=LOW..HIGH``, ``PATH=LOW..HIGH:log``, ``PATH=LOW..HIGH:STEP`` or ``PATH=A,B,C`` means.

    Choices that hold commas themselves are written as a JSON list: ``[[3, 3], [5, 5]]``.

    Raises:
        RangeError: It means none.
    """
    path, equals, values = text.partition("=")
    if not equals or not path.strip() or not values.strip():
        raise RangeError(f"A range is NAME=VALUES, such as {EXAMPLE}, and not '{text}'.")
    return range_of(path.strip(), values.strip())


def range_of(path: str, text: str) -> Range:
    """The same from the setting's path and the text behind the equals sign.

    Raises:
        RangeError: The text means no range.
    """
    path = full_path(path)
    interval = _INTERVAL.fullmatch(text.replace(" ", ""))
    if interval:
        low, high, more = _number(interval[1]), _number(interval[2]), interval[3]
        if isinstance(low, float) != isinstance(high, float):  # 0..0.5
            low, high = float(low), float(high)
        return Range(path, low, high, more == "log", None if more in (None, "log") else _number(more))
    if ".." in text and not text.startswith("["):
        raise RangeError(f"The range {text} of {path} is written LOW..HIGH, LOW..HIGH:log or LOW..HIGH:STEP.")
    choices = tuple(full_value(path, each) for each in _choices(path, text))
    if not choices:
        raise RangeError(f"{path} needs a range, such as 16..128, 1e-4..1e-1:log or relu,gelu.")
    return Range(path, choices=choices)


def range_texts(ranges: Sequence[Range]) -> str:
    """Several ranges in one line, for people."""
    return "  ".join(f"{each.path}={each.text()}" for each in ranges)


def _choices(path: str, text: str) -> list[Any]:
    if text.startswith("["):
        try:
            value = json.loads(text)
        except ValueError:
            raise RangeError(f"The choices of {path} are no JSON list: {text[:80]}") from None
        return value if isinstance(value, list) else [value]
    return [_value(each.strip()) for each in text.split(",") if each.strip()]


def _value(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=str)
    except ValueError:
        return text


def _number(text: str) -> float:
    number = float(text)
    return int(text) if re.fullmatch(r"[+-]?\d+", text) else number


def _shown(number: float) -> str:
    return str(number) if isinstance(number, int) else f"{number:g}"


def _same(one: Any, other: Any) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
