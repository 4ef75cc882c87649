"""What the address of a data set on the Hugging Face hub says: ``hf://owner/name[/configuration][@revision]``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

SCHEME = "hf://"
EXAMPLE = "hf://owner/name"
_WEB = re.compile(r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/datasets/", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?")
_CONFIG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,120}")
_REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,120}")
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class HubAddress:
    """A data set of the hub.

    Attributes:
        repository: ``owner/name``.
        config: One of its configurations, such as a language; empty for the usual one.
        revision: A branch, a tag or a commit; empty for the newest.
    """

    repository: str
    config: str = ""
    revision: str = ""

    def __str__(self) -> str:
        config = f"/{self.config}" if self.config else ""
        revision = f"@{self.revision}" if self.revision else ""
        return f"{SCHEME}{self.repository}{config}{revision}"

    @property
    def title(self) -> str:
        """What people read: ``owner/name``, with the configuration."""
        return self.repository + (f" ({self.config})" if self.config else "")

    @property
    def is_fixed(self) -> bool:
        """Whether it names one commit, whose files never change."""
        return _COMMIT.fullmatch(self.revision) is not None

    def at(self, commit: str) -> HubAddress:
        """The same at a commit."""
        return replace(self, revision=commit)


def is_hub_address(source: str) -> bool:
    """Whether a source is meant to be on the hub: it begins with ``hf://``, or is the address of a page there."""
    return source.strip().lower().startswith(SCHEME) or _WEB.match(source.strip()) is not None


def read_address(source: str) -> HubAddress:
    """The parts of an address.

    Args:
        source: ``hf://owner/name/config@revision``, also with ``datasets/`` before the owner, or the address of a
            page of the data set as browsers show it.

    Raises:
        DataError: It names no data set.
    """
    found = _parts(source.strip())
    if found is None:
        from dlstudio.data.table import DataError  # which brings numpy along: the window starts without

        raise DataError(
            f"'{source[:100]}' names no data set of the hub. It has to be like {EXAMPLE}, {EXAMPLE}/configuration or "
            f"{EXAMPLE}@revision."
        )
    return found


def _parts(text: str) -> HubAddress | None:
    if _WEB.match(text):
        found = _from_page(unquote(urlsplit(text).path).removeprefix("/datasets/"))
    else:
        path, _, revision = text[len(SCHEME) :].partition("@")
        parts = [part for part in path.removeprefix("datasets/").split("/") if part]
        found = HubAddress("/".join(parts[:2]), "/".join(parts[2:]), revision)
    names = found.repository.split("/")
    fits = (
        len(names) == 2
        and all(_NAME.fullmatch(name) and ".." not in name for name in names)
        and (not found.config or _CONFIG.fullmatch(found.config))
        and (not found.revision or (_REVISION.fullmatch(found.revision) and ".." not in found.revision))
    )
    return found if fits else None


def hub_address(text: str) -> str:
    """What a person means who types an address, or only ``owner/name``; any other text as it is."""
    plain = text.strip()
    short = plain.count("/") == 1 and not plain.startswith(("/", ".", "~")) and not is_hub_address(plain)
    return f"{SCHEME}{plain}" if short else plain


def source_title(source: str) -> str:
    """What to call a source: of an address the data set, of a path its last name."""
    if is_hub_address(source):
        address = _parts(source.strip())
        return address.title if address is not None else source
    return source.rstrip("/").rpartition("/")[2] or source


def _from_page(path: str) -> HubAddress:
    parts = [part for part in path.split("/") if part]
    repository, rest = "/".join(parts[:2]), parts[2:]
    match rest:
        case ["tree" | "blob", *revision] if revision:
            return HubAddress(repository, "", revision[0])
        case ["viewer", config, *_]:
            return HubAddress(repository, config)
        case _:
            return HubAddress(repository)
