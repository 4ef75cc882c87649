"""Which files of a repository of the Hugging Face hub are its data, by its card (the header of README.md) and names.

The rules are those of the hub: https://huggingface.co/docs/hub/datasets-manual-configuration for what a card says, and
https://huggingface.co/docs/hub/datasets-file-names-and-splits for what names say where it does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dlstudio.data.table import DataError, listed

CARD = "README.md"
FORMS = {
    ".parquet": "Parquet",
    ".csv": "CSV",
    ".tsv": "CSV",
    ".jsonl": "JSON",
    ".json": "JSON",
    ".ndjson": "JSON",
    ".arrow": "Arrow",
}
_NOT_DATA = frozenset({"dataset_infos.json", "dataset_info.json", "dataset_dict.json", "state.json"})
_MOST_CARD = 4 << 20
_SPLIT = re.compile(
    r"(?:^|[^a-z])(train(?:ing)?|test(?:ing)?|eval(?:uation)?|valid(?:ation)?|val|dev)(?:[^a-z]|$)", re.IGNORECASE
)


@dataclass(frozen=True)
class Layout:
    """Where the data of one configuration lies.

    Attributes:
        config: Its name; empty where there is none.
        others: The names of the other ones of which files are there.
        files: Name of a part → its files, as paths in the repository.
        features: As the library ``datasets`` keeps them; what is needed of them: ``ClassLabel`` and ``Image``.
    """

    config: str
    others: tuple[str, ...]
    files: Mapping[str, tuple[str, ...]]
    features: Mapping[str, Mapping[str, Any]]


def form_of(name: str) -> str:
    """``Parquet``, ``CSV``, ``JSON`` or ``Arrow`` of a file's name, packed by gzip or not; empty for any other."""
    plain = name.rpartition("/")[2].lower()
    if plain in _NOT_DATA or plain.startswith((".", "_", "metadata.")):
        return ""
    plain = plain.removesuffix(".gz")
    return next((form for ending, form in FORMS.items() if plain.endswith(ending)), "")


def read_card(text: str) -> dict[str, Any]:
    """The header of a README.md; empty where it has none.

    Raises:
        DataError: It has one that cannot be read.
    """
    import yaml

    if not text.startswith("---"):
        return {}
    header, end, _ = text[3:].partition("\n---")
    if not end:
        return {}
    if len(header) > _MOST_CARD:
        raise DataError(f"The header of {CARD} is larger than {_MOST_CARD >> 20} MB.")
    try:
        value = yaml.safe_load(header)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        said = " ".join(str(error).split())[:160]
        raise DataError(f"The header of {CARD} is no YAML: {said}. Mend it, or take it away.") from None
    return value if isinstance(value, dict) else {}


def tells_of_data(card: Mapping[str, Any]) -> bool:
    """Whether a header is that of a data set's card."""
    return any(key in card for key in ("configs", "dataset_info"))


def layout(card: Mapping[str, Any], names: Sequence[str], wanted: str = "") -> Layout:
    """Where the data lies.

    Args:
        card: From :func:`read_card`.
        names: The paths of all files, with ``/``.
        wanted: The configuration; empty for the one that is marked as default, is called so, or comes first.

    Raises:
        DataError: There is no such configuration, or no file of data.
    """
    tables = sorted(name for name in names if form_of(name))
    declared = [each for each in _entries(card.get("configs")) if "data_files" in each or "data_dir" in each]
    found = {str(each.get("config_name", "default")): _declared(each, tables) for each in declared}
    there = {name: files for name, files in found.items() if files}
    folders = {name.partition("/")[0] for name in tables if "/" in name}
    if wanted and wanted not in (found or folders):
        known = listed(list(found), len(found)) if found else "none"
        raise DataError(f"There is no configuration '{wanted}'. There are: {known}.")
    if found and not (there.get(wanted) if wanted else there):
        name = wanted or next(iter(found))
        raise DataError(
            f"{CARD} names files of the configuration '{name}' that are not there, or in no form that is read "
            f"(Parquet, CSV, JSON, Arrow): {', '.join(_patterns(declared, name)[:5])}."
        )
    if not found:
        by_folder = _config_folders(tables)
        config = wanted or next((name for name in ("default", *by_folder) if name in by_folder), "")
        files = _by_name([name for name in tables if not config or name.startswith(f"{config}/")])
        if not files:
            raise DataError("There is no file of data in a form that is read: Parquet, CSV, JSON lines or Arrow.")
        others = tuple(name for name in by_folder if name != config)
        return Layout(config if others else "", others, files, _features(card, config))
    marked = [str(each.get("config_name", "default")) for each in declared if each.get("default") is True]
    config = wanted or next((name for name in (*marked, "default") if name in there), next(iter(there)))
    return Layout(config, tuple(name for name in there if name != config), there[config], _features(card, config))


def _config_folders(tables: Sequence[str]) -> list[str]:
    """Folders that are configurations: each holds folders of parts, as the hub's own copies in Parquet do."""
    parts = [name.split("/") for name in tables]
    if not all(len(each) > 2 and _SPLIT.search(each[1]) for each in parts):
        return []
    return list(dict.fromkeys(each[0] for each in parts))


def _entries(value: Any) -> list[dict[str, Any]]:
    each = value if isinstance(value, list) else [value]
    return [entry for entry in each if isinstance(entry, dict)]


def _patterns(declared: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    found: list[str] = []
    for each in declared:
        if str(each.get("config_name", "default")) == name:
            for patterns in _by_split(each.get("data_files")).values():
                found += patterns
            found += [str(each["data_dir"])] if "data_dir" in each else []
    return found


def _declared(config: Mapping[str, Any], tables: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The files that a configuration names, by part."""
    home = str(config.get("data_dir") or "").strip("/.")
    inside = [name for name in tables if not home or name.startswith(f"{home}/")]
    parts = _by_split(config.get("data_files"))
    if not parts:
        return _by_name(inside)
    found = {}
    for split, patterns in parts.items():
        wholes = [re.compile(_expression(f"{home}/{pattern}" if home else pattern)) for pattern in patterns]
        files = tuple(name for name in inside if any(whole.fullmatch(name) for whole in wholes))
        if files:
            found[split] = files
    if set(found) == {""}:
        return _by_name(found[""])
    return found


def _by_split(value: Any) -> dict[str, list[str]]:
    """Patterns by part; the part is empty where none is named."""
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
        pairs = [(each.get("split", ""), each.get("path")) for each in value if isinstance(each, dict)]
    else:
        pairs = [("", value)]
    found: dict[str, list[str]] = {}
    for split, paths in pairs:
        for path in paths if isinstance(paths, list) else [paths]:
            if isinstance(path, str) and path:
                found.setdefault(str(split), []).append(path.removeprefix("./"))
    return found


def _expression(pattern: str) -> str:
    """A regular expression of a pattern of paths: ``**/`` is any folders, ``*`` anything but ``/``."""
    found = ""
    for piece in re.split(r"(\*\*/|\*\*|\*|\?)", pattern):
        found += {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(piece, re.escape(piece))
    return found


def _by_name(tables: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Files by the part that their names, or else their folders', say; all are for training where none says one."""
    found: dict[str, list[str]] = {}
    for name in tables:
        folders, _, file = name.rpartition("/")
        said = _SPLIT.search(file) or _SPLIT.search(folders)
        found.setdefault(_usual(said.group(1)) if said else "", []).append(name)
    if set(found) == {""}:
        return {"train": tuple(found[""])}
    return {split: tuple(files) for split, files in found.items() if split}


def _usual(word: str) -> str:
    begin = word.lower()
    return "train" if begin.startswith("tr") else "test" if begin.startswith(("test", "eval")) else "validation"


def _features(card: Mapping[str, Any], config: str) -> dict[str, dict[str, Any]]:
    """The features that ``dataset_info`` tells of, as ``datasets`` would keep them."""
    entries = _entries(card.get("dataset_info"))
    chosen = [each for each in entries if str(each.get("config_name", "default")) == (config or "default")]
    entry = chosen[0] if chosen else entries[0] if len(entries) == 1 else {}
    found: dict[str, dict[str, Any]] = {}
    for feature in _entries(entry.get("features")):
        kind, name = feature.get("dtype"), str(feature.get("name"))
        label = kind.get("class_label") if isinstance(kind, dict) else None
        names = label.get("names") if isinstance(label, dict) else None
        if isinstance(names, dict):
            names = [names[key] for key in sorted(names, key=lambda key: int(key) if str(key).isdigit() else 0)]
        if isinstance(names, list):
            found[name] = {"_type": "ClassLabel", "names": [str(each) for each in names]}
        elif kind in ("image", "audio"):
            found[name] = {"_type": str(kind).capitalize()}
    return found
