"""``dlstudio predict``: what a trained run says to files, sentences or numbers."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlstudio.cli.command import DONE, Command, CommandError
from dlstudio.cli.forecasts import print_forecasts
from dlstudio.cli.generators import print_made
from dlstudio.cli.opening import add_project_argument, add_run_argument, project_folder, trained_run
from dlstudio.cli.own_code import add_code_argument, run_code_permission
from dlstudio.cli.printing import console, escape, print_json
from dlstudio.cli.values import read_inputs
from dlstudio.graph.saving import load_project

if TYPE_CHECKING:
    from dlstudio.inspection.trained import TrainedModel

_DETAILS = """\
an INPUT is, by what the network reads:
  image     an image file, or a folder of them
  sound     a WAV, FLAC or OGG file, or a folder of them
  text      a sentence, or a .csv file with that column
  numbers   a JSON list [5.1, 3.5], a JSON object {"age": 31, "sex": "female"}, or a .csv file with those columns
  volume    a NIfTI or .npy file, or a folder of DICOM slices
  series    a .npy file (steps, values), a .csv file without other columns, or a JSON list of lists
A forecast needs no INPUT: it goes on after the end of its series, or of a newer .csv file with the same columns.
A language model continues each INPUT as a text; a translator translates it.
A generator makes a picture of each whole number (the same of the same one), and judges pictures.
A network with several inputs takes a JSON object with one entry for each, images as paths.

examples:
  dlstudio predict digits a.png b.png
  dlstudio predict reviews "A film to remember" "Two hours I want back"
  dlstudio predict air-passengers
  dlstudio predict english-french "I do not know." --beam 8
  dlstudio predict alice "To be" --length 300 --temperature 0.6
  dlstudio predict my-gan 1 2 3 --pictures made
  dlstudio predict questions '{"passage": "Rain fell in May.", "question": "When did rain fall?"}'
  dlstudio predict passengers '{"sex": "female", "age": 31, "pclass": "1st"}'
"""


def _add_arguments(parser: ArgumentParser) -> None:
    add_project_argument(parser)
    parser.add_argument(
        "inputs", nargs="*", metavar="INPUT", help="what to predict for; nothing to forecast after the end of a series"
    )
    text = parser.add_argument_group("language models")
    text.add_argument("--length", type=int, default=200, metavar="N", help="tokens to write (default 200)")
    text.add_argument(
        "--temperature", type=float, default=0.8, help="0 takes the likeliest, more is bolder (default 0.8)"
    )
    text.add_argument("--top-k", type=int, default=0, metavar="K", help="draw among the K likeliest (default: all)")
    text.add_argument(
        "--top-p", type=float, default=1.0, metavar="P", help="draw among the likeliest of this probability"
    )
    text.add_argument("--seed", type=int, default=1, help="the same seed gives the same text (default 1)")
    translation = parser.add_argument_group("translations")
    translation.add_argument(
        "--beam",
        type=int,
        default=4,
        metavar="N",
        help="beginnings that are followed at a time; 1 is greedy (default 4)",
    )
    made = parser.add_argument_group("generators")
    made.add_argument("--pictures", type=Path, metavar="FOLDER", help="save what is made there, as PNG files")
    add_run_argument(parser)
    add_code_argument(parser)


def _run(arguments: Namespace) -> int:
    load_project(arguments.project)
    run = trained_run(project_folder(arguments.project), arguments.run)
    permission = run_code_permission(arguments, project_folder(arguments.project), run)
    from dlstudio.compiler.custom_layers import permitted
    from dlstudio.inspection.loading import load_trained
    from dlstudio.tasks.informed import Makes, WritesTexts, generates

    with permitted(permission):
        trained = load_trained(run)
    if any(target.column.kind == "forecast" for target in trained.targets):
        return print_forecasts(trained, arguments.inputs, as_json=arguments.json)
    if not arguments.inputs:
        raise CommandError("Name at least one INPUT to predict for; 'dlstudio predict --help' says what it may be.")
    if any(generates(target.task) for target in trained.targets):
        return _written(arguments, trained)
    if any(isinstance(target.task, WritesTexts) for target in trained.targets):
        return _translated(arguments, trained)
    if any(isinstance(target.task, Makes) for target in trained.targets):
        return print_made(trained, arguments.inputs, arguments.pictures, as_json=arguments.json)
    specs = [trained.data.specs[column] for column in trained.inputs.values()]
    inputs = read_inputs(arguments.inputs, specs)
    answers: list[dict[str, Any]] = [{"input": name, "output": trained.predict_value(value)} for name, value in inputs]
    if arguments.json:
        print_json(answers)
        return DONE
    width = min(max(len(str(answer["input"])) for answer in answers), 60)
    for answer in answers:
        console().print(f"{escape(str(answer['input'])[:60]):<{width}}  {_described(answer['output'])}")
    return DONE


def _written(arguments: Namespace, trained: TrainedModel) -> int:
    """A language model continues each INPUT."""
    from dlstudio.inspection.generating import Sampling, continue_text

    sampling = Sampling(arguments.temperature, arguments.top_k, arguments.top_p, arguments.seed)
    answers = []
    for prompt in arguments.inputs:
        text = continue_text(trained, prompt, arguments.length, sampling)
        answers.append({"input": prompt, "output": {"value": text}})
        if not arguments.json:
            console().print(f"[bold]{escape(prompt)}[/]{escape(text)}", soft_wrap=True, highlight=False)
    if arguments.json:
        print_json(answers)
    return DONE


def _translated(arguments: Namespace, trained: TrainedModel) -> int:
    """Each INPUT is a sentence, or a table with a column of them."""
    from dlstudio.inspection.translating import translate, translator

    found = translator(trained)
    inputs = read_inputs(arguments.inputs, [trained.specs[found.column]])
    answers = []
    for name, value in inputs:
        output = translate(trained, value, arguments.beam)
        answers.append({"input": name, "output": output})
        if "unread" in output and not arguments.json:
            console().print(f"[yellow]The last {output['unread']} tokens are not read: the sentence is too long.[/]")
        if not arguments.json:
            console().print(f"{escape(str(name))}  [bold]{escape(str(output['value']))}[/]", soft_wrap=True)
    if arguments.json:
        print_json(answers)
    return DONE


def _described(output: Mapping[str, Any]) -> str:
    if "reconstruction" in output:
        judged = {True: "anomaly", False: "normal"}.get(output.get("anomalous", ""), "")
        limit = f" [dim](threshold {output['threshold']:.6g})[/]" if judged else ""
        return f"[bold]{judged}[/] error {output['error']:.6g}{limit}".replace("[bold][/] ", "")
    if "label" not in output and "value" not in output:  # several Outputs, by their names
        return "  ".join(f"{escape(name)}: {_described(each)}" for name, each in output.items())
    if "nearest" in output:
        near = output["nearest"]
        rest = ", ".join(f"{each['label']} {each['distance']:.3f}" for each in near[1:3])
        said = f"[bold]{escape(str(output['label']))}[/] at a distance of {output['distance']:.3f}"
        return f"{said}  [dim]({escape(rest)})[/]"
    if "label" in output:
        others = sorted(output.get("scores", {}).items(), key=lambda entry: -entry[1])[1:3]
        rest = ", ".join(f"{name} {share:.1%}" for name, share in others)
        return f"[bold]{escape(str(output['label']))}[/] {output['confidence']:.1%}" + (
            f"  [dim]({escape(rest)})[/]" if rest else ""
        )
    value = output["value"]
    if "score" in output:
        return f"[bold]{escape(str(value))}[/] [dim]({output['score']:.1%})[/]"
    return f"[bold]{value:.6g}[/]" if isinstance(value, float) else f"[bold]{escape(str(value))}[/]"


COMMAND = Command("predict", "Predict for files, text or numbers.", _DETAILS, _add_arguments, _run, keras=True)
