"""Takes Keras' docstrings apart: summary, body, what each argument means, all as plain text without markup."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field
from functools import cache

_SECTION = re.compile(r"^(?P<title>[A-Z][A-Za-z ]{2,40}):\s*$")
_ARGUMENT = re.compile(r"^(?P<name>\*{0,2}[A-Za-z_][\w]*(?:\s*,\s*[A-Za-z_]\w*)*)\s*(?:\([^)]*\))?\s*:\s*(?P<text>.*)$")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(])")
_ABBREVIATION = re.compile(r"(?:e\.g|i\.e|etc|et al|cf|vs|a\.k\.a|Eq|Fig|resp)\.$")


@dataclass(frozen=True)
class Docstring:
    """A docstring in parts.

    Attributes:
        summary: Its first sentence.
        body: The paragraphs before the first section, without examples.
        arguments: What each argument of the ``Args:`` section means, by name.
        call_arguments: The same for ``Call arguments:``.
    """

    summary: str = ""
    body: str = ""
    arguments: dict[str, str] = field(default_factory=dict)
    call_arguments: dict[str, str] = field(default_factory=dict)


@cache
def parse_docstring(thing: object) -> Docstring:
    """The parts of a class' or function's docstring; empty parts where there is none."""
    text = inspect.getdoc(thing) or ""
    sections: dict[str, list[str]] = {"": []}
    current = ""
    for line in _without_code(text).splitlines():
        found = _SECTION.match(line)
        if found:
            current = found["title"]
            sections.setdefault(current, [])
        else:
            sections[current].append(line)
    paragraphs = _paragraphs(sections[""])
    arguments = _arguments(sections.get("Args", []) + sections.get("Arguments", []))
    return Docstring(
        summary=sentences(paragraphs[0])[0] if paragraphs else "",
        body="\n".join(paragraphs[1:]),
        arguments=arguments,
        call_arguments=_arguments(sections.get("Call arguments", [])),
    )


def plain(text: str) -> str:
    """Markup taken off: backticks, links, emphasis, formulas' dollar signs; white space folded."""
    text = re.sub(r"\[([^\]]+)\]\s*\(\s*[^)]*\)", r"\1", text)
    text = re.sub(r"\(([^()]{3,80})\)\[https?:[^\]]*\]", r"\1", text)
    text = re.sub(r"\[([^\[\]]+)\]\([^)]*\)?", r"\1", text)
    text = re.sub(r"https?://\S+", "", text)
    text = text.replace("``", "").replace("`", "").replace("$$", "").replace("**", "")
    text = re.sub(r"(?<=[A-Za-z])\*(?=\s|$)|(?<=\s)\*(?=[A-Za-z])", "", text)
    text = re.sub(r":(?:class|func|meth|math|mod):", "", text)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"(^|(?<=[.:;])\s)-\s(?=[A-Z])", r"\1", text)  # what were the points of a list
    return re.sub(r"\s+([.,;])", r"\1", text).strip()


def sentences(text: str) -> list[str]:
    """The sentences of a plain text; a text without any gives one."""
    found: list[str] = []
    for part in _SENTENCE_END.split(text):
        if found and _ABBREVIATION.search(found[-1]):
            found[-1] += " " + part
        else:
            found.append(part)
    return found


def shortened(text: str, limit: int) -> str:
    """As many whole sentences as fit into ``limit`` characters, and at least the first."""
    kept = ""
    for sentence in sentences(text):
        if kept and len(kept) + 1 + len(sentence) > limit:
            break
        kept = f"{kept} {sentence}".strip()
    return kept


def _without_code(text: str) -> str:
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    text = re.sub(r"\$\$.*?\$\$", "", text, flags=re.DOTALL)
    lines, in_example = [], False
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith((">>>", "...")):
            in_example = True
        elif not stripped:
            in_example = False
        if not in_example:
            lines.append(line)
    return "\n".join(lines)


def _paragraphs(lines: list[str]) -> list[str]:
    found: list[str] = []
    for block in re.split(r"\n\s*\n", "\n".join(lines)):
        text = plain(block)
        if text and not text.endswith(":") and not re.match(r"(Example|Reference|Usage|Note that the)", text):
            found.append(text)
    return found


def _arguments(lines: list[str]) -> dict[str, str]:
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in lines:
        if not line.strip():
            continue
        match = _ARGUMENT.match(line[indent:])
        if match and not line[indent:].startswith(" "):
            current = [match["text"]]
            for name in match["name"].split(","):
                found[name.strip().lstrip("*")] = current
        elif current is not None:
            current.append(line.strip())
    return {name: plain(" ".join(parts)) for name, parts in found.items()}
