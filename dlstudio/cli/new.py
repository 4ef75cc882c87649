"""``dlstudio new``: a project from a template, fitted to data."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from dlstudio.cli.amounts import count
from dlstudio.cli.command import DONE, Command
from dlstudio.cli.making import Made, make_project
from dlstudio.cli.printing import console, escape, print_json
from dlstudio.cli.reading import told_reading
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import INPUT, OUTPUT

_DETAILS = """\
examples:
  dlstudio new digits --template cnn                       on the template's own sample data
  dlstudio new leaves --template resnet-small --data ~/leaves   a folder of images, a sub-folder a class
  dlstudio new reviews --template bilstm-text --data reviews.csv --target rating
  dlstudio new parts --template autoencoder --data photos --normal label=fine   find what is not fine
  dlstudio new imdb --template cnn-text --data hf://stanfordnlp/imdb    fetched from the Hugging Face hub
  dlstudio new few --template lstm-text --data movie-snippets --labelled 50   as if few had labels
  dlstudio new arrays --template mlp --data arrays.npz     x_train, y_train, x_test, y_test

'dlstudio templates' lists the templates.
"""


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="the new project's folder")
    parser.add_argument("--template", required=True, metavar="NAME", help="which network to begin with")
    parser.add_argument(
        "--data", metavar="PATH", help="a file, a folder, the name of a shipped data set, or hf://owner/name of the hub"
    )
    parser.add_argument("--target", metavar="COLUMN", help="the column to learn, where the guess is another one")
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        type=_option,
        metavar="NAME=VALUE",
        help="what to do about a fault in the data, such as ragged=skip",
    )
    parser.add_argument(
        "--normal",
        action="append",
        default=[],
        type=_normal,
        metavar="COLUMN=CLASS",
        help="for an autoencoder: learn only samples of this class, others being anomalies; may be given repeatedly",
    )
    parser.add_argument(
        "--read-as",
        metavar="FORMAT",
        help="take the data for this format, as image-folder, where the guess is wrong",
    )
    parser.add_argument(
        "--labelled",
        type=count,
        metavar="N",
        help="learn only N training samples of each class (or in all, where there are no classes)",
    )
    parser.add_argument("--name", metavar="NAME", help="the project's name (default: the folder's)")


def _option(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise ArgumentTypeError(f"NAME=VALUE is needed, such as ragged=skip, not '{text}'")
    return name, value


def _normal(text: str) -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not (column and equals and value):
        raise ArgumentTypeError(f"COLUMN=CLASS is needed, such as label=fine, not '{text}'")
    return column, value


def _run(arguments: Namespace) -> int:
    with told_reading(quiet=arguments.json):
        made = make_project(
            arguments.folder,
            arguments.template,
            arguments.data,
            name=arguments.name,
            target=arguments.target,
            options=dict(arguments.option),
            normal=arguments.normal,
            read_as=arguments.read_as,
            labelled=arguments.labelled,
        )
    if arguments.json:
        print_json(
            {
                "project": str(made.folder),
                "name": made.project.name,
                "template": arguments.template,
                "layers": len(made.project.graph),
                "columns": [_column(made, node) for node in (INPUT, OUTPUT)],
                "rows": {part: len(rows) for part, rows in made.prepared.rows.items()},
                "warnings": [issue.message for issue in made.prepared.issues],
            }
        )
        return DONE
    print_made(made, arguments.template)
    console().print(f"Train it: dlstudio train {escape(str(made.folder))}")
    return DONE


def print_made(made: Made, template: str) -> None:
    """Tells what was made, and of which data."""
    out = console()
    out.print(f"Made [bold]{escape(made.project.name)}[/] in {escape(str(made.folder))} from the template {template}:")
    target = _spec(made, OUTPUT)
    read = [made.prepared.specs[node.settings["column"]] for node in made.project.graph.of_type(INPUT)]
    if target.kind == "span":  # a token id is more than a word there
        for source in read:
            out.print(f"  reads   {escape(source.name)}: text of up to {source.shape[0]} tokens")
    else:
        out.print(f"  reads   {escape(read[0].name)}: {_described(read[0])}")
    out.print(f"  learns  {escape(target.name)}: {escape(_described(target))}")
    rows = ", ".join(f"{len(rows):,} {part}" for part, rows in made.prepared.rows.items())
    out.print(f"  samples {rows}")
    for issue in made.prepared.issues:
        word = "note   " if issue.severity == "info" else "[yellow]warning[/]"
        out.print(f"  {word} {escape(issue.message)}")


def _spec(made: Made, node_type: str) -> ColumnSpec:
    node = made.project.graph.of_type(node_type)[0]
    return made.prepared.specs[node.settings["column"]]


def _column(made: Made, node_type: str) -> dict[str, object]:
    return {"node": made.project.graph.of_type(node_type)[0].id, **_spec(made, node_type).as_json()}


def _described(spec: ColumnSpec) -> str:
    shape = "×".join(map(str, spec.shape))
    match spec.kind:
        case "volume":
            return f"volumes of {shape}"
        case "image":
            return f"images of {shape}"
        case "text":
            return f"text of up to {spec.shape[0]} tokens, {spec.vocabulary_size:,} words known"
        case "span":
            return f"a span of words, among the first {spec.places} of a passage"
        case "tokens":
            return f"the next of {spec.vocabulary_size:,} tokens at each of {shape} places"
        case "translation":
            return f"translations of up to {spec.shape[0]} tokens, {spec.vocabulary_size:,} known"
        case "hidden":
            return f"the hidden ones of {spec.vocabulary_size:,} words at {shape} places"
        case "series":
            return f"series of {spec.shape[0]} steps × {spec.shape[1]} values"
        case "video":
            return f"clips of {spec.shape[0]} frames of {'×'.join(map(str, spec.shape[1:]))}"
        case "audio":
            return f"sounds of {spec.shape[0] / spec.rate:g} s, {spec.rate:,.0f} samples a second"
        case "transcript":
            return f"transcripts of up to {spec.shape[0]} characters, {len(spec.classes) - 2} different ones"
        case "forecast":
            return f"its next {spec.shape[0]} steps, with an 80 % band"
        case "category":
            names = ", ".join(spec.classes[:6])
            return f"{len(spec.classes)} classes ({names}{', ...' if len(spec.classes) > 6 else ''})"
        case "boxes":
            names = ", ".join(spec.classes[:6])
            more = ", ..." if len(spec.classes) > 6 else ""
            kinds = f"{len(spec.classes)} class{'es' if len(spec.classes) != 1 else ''}"
            return f"boxes in images of {'×'.join(map(str, spec.size))}, {kinds} ({names}{more})"
        case "mask":
            names = ", ".join(spec.classes[:6])
            more = ", ..." if len(spec.classes) > 6 else ""
            place = "voxel" if len(spec.shape) == 3 else "pixel"
            return f"masks of {shape}, {len(spec.classes)} classes a {place} ({names}{more})"
        case _:
            return f"{shape} number{'s' if spec.shape != (1,) else ''}"


COMMAND = Command("new", "Make a project from a template, fitted to data.", _DETAILS, _add_arguments, _run)
