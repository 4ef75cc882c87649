"""The shipped templates: listed, looked up by name, ranked for given data and fitted to it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from functools import cache

from dlstudio.data.texts.masked_settings import TARGET, masked_text
from dlstudio.data.texts.next_word_settings import next_word_text
from dlstudio.graph.columns import BOTH, ColumnSpec
from dlstudio.graph.project import DataSettings, Project
from dlstudio.places import RESOURCES
from dlstudio.templates.columns import chosen_columns, columns_text, joined_categories, second_input
from dlstudio.templates.template import Template, TemplateError

__all__ = ["TemplateError", "find_template", "fit_template", "list_templates", "suited_templates"]


@cache
def _all() -> tuple[Template, ...]:
    files = sorted((RESOURCES / "templates").glob("*.json"))
    templates = [Template.from_json(json.loads(file.read_text(encoding="utf-8"))) for file in files]
    return tuple(sorted(templates, key=lambda template: template.rank))


def list_templates() -> list[Template]:
    """All shipped templates, simplest first."""
    return list(_all())


def find_template(name: str) -> Template:
    """The template of that name.

    Raises:
        TemplateError: There is none; the sentence names what there is.
    """
    names = [template.name for template in _all()]
    if name in names:
        return _all()[names.index(name)]
    close = difflib.get_close_matches(name, names, 1)
    meant = f" Did you mean '{close[0]}'?" if close else ""
    raise TemplateError(f"There is no template named '{name}'.{meant} There are: {', '.join(names)}.")


def suited_templates(specs: Mapping[str, ColumnSpec], data: DataSettings) -> list[Template]:
    """The templates that can read this data, the most fitting first.

    Args:
        specs: The encoded form of the columns, by name.
        data: The same columns' settings; ``role`` says which are inputs and which the target.
    """
    ranked: list[tuple[bool, int, int, Template]] = []
    for template in _all():
        chosen = chosen_columns(template, data, specs)
        if chosen:
            # A network made for this kind of column comes before one that can read it too; what gives back its input
            # comes last where something else may be learnt.
            source, target = chosen
            again = source.name == target.name and data.columns.get(source.name, {}).get("role") != BOTH
            ranked.append((again, template.inputs.index(source.kind), template.rank, template))
        elif (TARGET in template.targets and masked_text(data)) or (
            "tokens" in template.targets and next_word_text(data)
        ):
            ranked.append((False, len(template.inputs), template.rank, template))  # its columns are made of the text
    return [template for *_, template in sorted(ranked, key=lambda entry: entry[:3])]


def fit_template(
    name: str,
    data: DataSettings,
    specs: Mapping[str, ColumnSpec],
    project_name: str,
    *,
    samples: int | None = None,
) -> Project:
    """A project with the template's network and recipe, fitted to the data: shapes, classes, vocabulary, depth.

    Args:
        name: Name of the template.
        data: The project's data section, taken over as it is.
        specs: The encoded form of the columns, by name.
        project_name: Name of the new project.
        samples: Samples in the training split, where it is known: few need more epochs and smaller batches.

    Raises:
        TemplateError: There is no such template, or the data lacks a column that it needs.
    """
    template = find_template(name)
    chosen = chosen_columns(template, data, specs)
    if chosen is None:
        raise TemplateError(_why_not(template, data, specs))
    source, target = chosen
    # Lists of templates are shown by the window and need neither tasks nor numpy.
    from dlstudio.templates.fitting import fit

    categories = joined_categories(data, specs, source.name)
    second = second_input(data, specs, source, target) if template.reads_two else None
    return fit(template, data, source, target, project_name, samples=samples, categories=categories, second=second)


def _why_not(template: Template, data: DataSettings, specs: Mapping[str, ColumnSpec]) -> str:
    wanted = " or ".join(template.inputs)
    learned = " or ".join(template.targets)
    number = "two columns" if template.reads_two else "a column"
    suited = [each.name for each in suited_templates(specs, data)]
    advice = (
        f"Templates that suit: {', '.join(suited)}."
        if suited
        else "No template suits it yet: set the types of its columns, one of them category or number to be the target."
    )
    return (
        f"The template '{template.name}' needs {number} of the type {wanted} to read and another of the type {learned} "
        f"to learn; this data has {columns_text(data, specs)}. {advice}"
    )
