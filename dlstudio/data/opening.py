"""Opens a source: finds its format, guesses settings for it, and reads it as a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TypeVar, cast

from dlstudio.data.hugging_face.hub import fetch, local_copy
from dlstudio.data.hugging_face.hub_address import is_hub_address, read_address
from dlstudio.data.listing import is_shown
from dlstudio.data.table import DataError, Table, listed
from dlstudio.data.texts.masked_settings import is_masked
from dlstudio.data.texts.masking import masked_table
from dlstudio.data.texts.next_word_settings import tells_next_words
from dlstudio.data.texts.text_rows import next_word_table
from dlstudio.graph.project import DataSettings
from dlstudio.plugins import modules

T = TypeVar("T")


def formats() -> dict[str, ModuleType]:
    """The format modules by name.

    Each has ``NAME``, ``TITLE``, ``matches(path) -> bool``, ``guess(path) -> DataSettings`` and
    ``read(settings, source) -> Table``. One that recognizes a special form of what another reads has a lower
    ``RANK`` (which is 1 where none is given) and is asked before it.
    """
    found = modules("dlstudio.data.formats", "dlstudio.data_formats")
    return dict(sorted(found.items(), key=lambda entry: getattr(entry[1], "RANK", 1)))


def guess_settings(source: Path | str) -> DataSettings:
    """Settings that suit what lies there: format, columns with types and roles, split.

    Args:
        source: A path, or the address of a data set of the hub, which is fetched; the settings name its commit.

    Raises:
        DataError: Nothing is there, or nothing that a format can read.
    """
    if isinstance(source, str) and is_hub_address(source):
        folder, address = fetch(read_address(source))
        return replace(guess_settings(folder), source=str(address))
    path = Path(source).expanduser()
    path = path if path.is_absolute() else Path.cwd() / path
    if not path.exists():
        raise DataError(f"There is no file or folder {path}.")
    for module in formats().values():
        if module.matches(path):
            return _guarded(partial(_guess, module, path))
    if path.is_dir():
        only = _only_file(path, list(formats().values()))
        if only is not None:
            return guess_settings(only)
    known = "; ".join(module.TITLE for module in formats().values())
    raise DataError(f"{path.name} is nothing that can be read. What can be: {known}.")


def formats_of(settings: DataSettings, root: Path) -> list[tuple[str, str]]:
    """Names and titles of the formats that can read a source, the one that it would be taken for first.

    Raises:
        DataError: The source is not there.
    """
    source = source_path(settings, root)
    return [(name, module.TITLE) for name, module in formats().items() if module.matches(source)]


def guess_as(settings: DataSettings, root: Path, name: str) -> DataSettings:
    """Settings that suit the same source, taken for another format.

    Raises:
        DataError: The source is not there, or that format cannot read it.
    """
    source, module = source_path(settings, root), formats().get(name)
    if module is None or not module.matches(source):
        fitting = ", ".join(each for each, _ in formats_of(settings, root))
        raise DataError(f"{source.name} cannot be read as '{name}'. What fits: {fitting or 'nothing'}.")
    return replace(_guarded(partial(_guess, module, source)), source=settings.source)


def adopt_options(settings: DataSettings) -> DataSettings:
    """The same settings, where the format keeps what some options say at a column: its function ``adopt`` says how.

    Raises:
        DataError: An option makes no sense.
    """
    module = formats().get(settings.format)
    adopt = getattr(module, "adopt", None)
    return settings if adopt is None else cast(DataSettings, adopt(settings))


def source_path(settings: DataSettings, root: Path) -> Path:
    """The absolute path of the source; a relative one is relative to ``root``, one on the hub is fetched.

    Raises:
        DataError: There is no source, or nothing lies there.
    """
    if not settings.source:
        raise DataError("The project has no data yet. Choose a file or folder.")
    if "\0" in settings.source:
        raise DataError("The source of the data is not the name of a file.")
    if is_hub_address(settings.source):
        path = local_copy(read_address(settings.source))
    else:
        path = root / Path(settings.source).expanduser()
    if not path.exists():
        raise DataError(f"The data is not there: {path}. Put it back, or choose another source.")
    module = formats().get(settings.format)
    if path.is_dir() and module is not None and not module.matches(path):
        return _only_file(path, [module]) or path
    return path


def open_table(settings: DataSettings, root: Path) -> Table:
    """Reads all samples.

    Args:
        settings: The project's data settings.
        root: The project folder, to which a relative source is relative.

    Raises:
        DataError: The source is not there or cannot be read.
    """
    source = source_path(settings, root)
    module = formats().get(settings.format)
    if module is None:
        raise DataError(f"There is no data format '{settings.format}'. Known are: {', '.join(sorted(formats()))}.")
    return _guarded(partial(_read, module, settings, source))


def _guess(module: ModuleType, path: Path) -> DataSettings:
    found: DataSettings = module.guess(path)
    return found


def _read(module: ModuleType, settings: DataSettings, source: Path) -> Table:
    table: Table = module.read(settings, source)
    if is_masked(settings):
        return masked_table(table, settings)
    return next_word_table(table, settings) if tells_next_words(settings) else table


def _guarded(work: Callable[[], T]) -> T:
    try:
        return work()
    except MemoryError as error:
        raise DataError("The data does not fit into memory. Use a part of it.") from error
    except OSError as error:
        raise DataError(f"The data cannot be read: {error}.") from error


def _only_file(folder: Path, among: list[ModuleType]) -> Path | None:
    """The only thing in a folder that a format can read, whatever notes lie beside it; None where there is none.

    Raises:
        DataError: There are several, so that the choice would be a gamble.
    """
    found = [
        each
        for each in sorted(folder.iterdir())
        if is_shown(each.name) and any(module.matches(each) for module in among)
    ]
    if len(found) > 1:
        raise DataError(
            f"{folder.name} holds several things that can be read, and one has to be chosen: "
            f"{listed([each.name for each in found], len(found))}."
        )
    return found[0] if found else None


def relative_source(source: Path | str, folder: Path) -> str:
    """How a project in ``folder`` names its data: relative where it lies inside, else absolute; an address as it is."""
    if isinstance(source, str) and is_hub_address(source):
        return source
    source = Path(source)
    absolute, home = source.resolve(), folder.resolve()
    return absolute.relative_to(home).as_posix() if absolute.is_relative_to(home) else str(absolute)
