"""Fits a template to data for a new project folder: what the command line and the window's engine share."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from dlstudio.data.opening import adopt_options, guess_as, guess_settings, relative_source
from dlstudio.data.preparing import PreparedData, prepare
from dlstudio.data.texts.masked_settings import TARGET, is_masked, with_masked
from dlstudio.data.texts.next_word_settings import tells_next_words, with_next_words
from dlstudio.graph.project import DataSettings, Project
from dlstudio.places import is_sample
from dlstudio.templates.library import find_template, fit_template


def settings_for(
    template: str, source: Path | str, options: Mapping[str, str] | None = None, read_as: str | None = None
) -> DataSettings:
    """What is guessed about data, a text cut as the template wants it, and with the person's options.

    Args:
        template: Name of the template.
        source: What to open: a path, or an address of the hub.
        options: The person's; they count before the template's.
        read_as: Name of the format, where the guess is not what is wanted.

    Raises:
        DataError, TemplateError: As their sentences say.
    """
    settings = guess_settings(source)
    if read_as:
        settings = guess_as(settings, Path.cwd(), read_as)
    texts = any(column.get("type") == "tokens" for column in settings.columns.values())
    wanted = {**(find_template(template).options if texts else {}), **(options or {})}
    if not wanted:
        return settings
    return adopt_options(replace(settings, options={**settings.options, **wanted}))


def fit_to_data(
    folder: Path,
    template: str,
    data: DataSettings,
    name: str,
    accept: Callable[[PreparedData], None] = lambda _: None,
) -> tuple[Project, PreparedData]:
    """A project with a template's network fitted to data, and that data, read. The project is not saved.

    A shipped data set is copied into the folder, so that the project is whole without the studio; data of the user's
    stays where it is and is named by a relative path where it lies inside the folder.

    Args:
        folder: The project folder; it need not exist.
        template: Name of the template.
        data: The data; its source is a path that is there, or an address of the hub.
        name: Name of the project.
        accept: Raises where the data, once read, cannot be used as it is.

    Raises:
        DataError, TemplateError: As their sentences say; a copy that was begun is removed again.
    """
    source: Path | str = data.source
    copy = folder / "data" / Path(source).name
    fresh = [each for each in (folder, copy.parent, copy) if not each.exists()]
    try:
        if is_sample(Path(source)):
            source = _copy(Path(source), copy)
        data = replace(data, source=relative_source(source, folder))
        data = data_for(template, data)
        prepared, project = _fitted(folder, template, data, name, accept)
        if project.data != data:  # other roles or another split, as the template needs them
            prepared, project = _fitted(folder, template, project.data, name, accept)
        return project, prepared
    except BaseException:
        remove(fresh[:1])
        raise


def _fitted(
    folder: Path, template: str, data: DataSettings, name: str, accept: Callable[[PreparedData], None]
) -> tuple[PreparedData, Project]:
    prepared = prepare(data, folder)
    accept(prepared)
    samples = len(prepared.rows.get("train", ()))
    return prepared, fit_template(template, data, prepared.specs, name, samples=samples or None)


def data_for(template: str, data: DataSettings) -> DataSettings:
    """The data as a template reads it: one that tells hidden words gets the columns of a masked text, and a language
    model those of texts to be continued.

    Raises:
        TemplateError: There is no such template.
    """
    found = find_template(template)
    targets = found.targets
    if TARGET in targets and not is_masked(data):
        return with_masked(data) or data
    if "tokens" in targets and not tells_next_words(data):
        return with_next_words(data, found.options.get("unit", "words")) or data
    return data


def remove(paths: list[Path]) -> None:
    """Removes files and folders, those that are there."""
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)
    for notes in source.parent.glob("README*"):  # origin and licence go where the data goes
        shutil.copy2(notes, target.parent / notes.name)
    return target
