"""Which node types match what was typed, the best first."""

from __future__ import annotations

from collections.abc import Sequence

from dlstudio.catalogue.node_types import Catalogue, NodeType


def matching_types(catalogue: Catalogue, text: str) -> Sequence[NodeType]:
    """The usable types that match, best first; all of them for an empty text."""
    try:
        from dlstudio.catalogue.search import search
    except ImportError:
        return _plain_search(catalogue, text)
    return [node_type for node_type in search(catalogue, text) if not node_type.unusable]


def _plain_search(catalogue: Catalogue, text: str) -> list[NodeType]:
    words = text.lower().split()
    found = [t for t in catalogue if not t.unusable and all(w in f"{t.name} {t.summary}".lower() for w in words)]
    return sorted(found, key=lambda t: not t.name.lower().startswith(words[0]) if words else False)
