"""``dlstudio demo``: handwritten digits from shipped data to predictions."""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Container, Sequence
from pathlib import Path

from dlstudio.cli.amounts import count
from dlstudio.cli.command import DONE, Command, CommandError
from dlstudio.cli.display import NO_DISPLAY, has_display
from dlstudio.cli.following import train_and_follow
from dlstudio.cli.making import make_project
from dlstudio.cli.new import print_made
from dlstudio.cli.printing import console, escape, print_json
from dlstudio.cli.progress import display, value_text
from dlstudio.cli.train import report
from dlstudio.graph.saving import load_project
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import RunFolder, create_run

TEMPLATE, DATA, NAME = "cnn", "digits", "Handwritten digits"
SHOWN_PREDICTIONS = 8
HARDEST = 2

_DETAILS = """\
With a display it opens the window on the demo project and starts training there. With --headless it trains in the
terminal and shows the accuracy and a few predictions: about a minute on two cores.
"""


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--headless", action="store_true", help="train in the terminal, without a window")
    parser.add_argument("--epochs", type=count, metavar="N", help="instead of the recipe's")
    parser.add_argument("--dir", type=Path, metavar="DIR", help="where the demo project goes")


def _run(arguments: Namespace) -> int:
    folder = arguments.dir or demo_folder()
    if not arguments.headless and not has_display():
        raise CommandError(NO_DISPLAY)
    if (folder / "project.json").exists():
        project = load_project(folder)
    else:
        made = make_project(folder, TEMPLATE, DATA, name=NAME)
        project = made.project
        if not arguments.json:
            print_made(made, TEMPLATE)
    if not arguments.headless:
        return int(arguments.open_window(folder, train=True))
    begin = time.monotonic()
    run = create_run(folder, project, epochs=arguments.epochs)
    end = train_and_follow(run, display(arguments.json))
    status = report(run, end, arguments.json)
    if status == DONE and isinstance(end, ev.Finished):
        _show(run, arguments.json, time.monotonic() - begin)
    return status


def demo_folder() -> Path:
    """Where the demo project lives: the user's data folder."""
    home = Path.home()
    if sys.platform == "win32":
        data = Path(os.environ.get("LOCALAPPDATA", home))
    elif sys.platform == "darwin":
        data = home / "Library" / "Application Support"
    else:
        data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return data / "dlstudio" / "demo"


def _show(run: RunFolder, as_json: bool, seconds: float) -> None:
    from dlstudio.cli.native_output import hidden_native_output

    with hidden_native_output():
        from dlstudio.inspection.evaluation import evaluate
        from dlstudio.inspection.loading import load_trained

        metrics = evaluate(run, "test")["metrics"]
        trained = load_trained(run)
        predicted = trained.predict_rows("test")
        classes = predicted.target.column.classes
        truth = predicted.truth.astype(int).tolist()
        wrong = {place for place, label in enumerate(truth) if predicted.entry(place)["label"] != classes[label]}
        places = _telling(truth, predicted.losses.tolist(), wrong)
        answers = [(classes[truth[place]], predicted.entry(place)) for place in places]
    if as_json:
        print_json({"run": run.name, "split": "test", "metrics": metrics})
        return
    out = console()
    out.print(f"\nTest accuracy [bold green]{value_text(metrics['accuracy'])}[/] after {seconds:.0f} s.")
    out.print(f"A few digits of the test split, the {HARDEST} hardest among them:")
    for truth, answer in answers:
        mark = "[green]right[/]" if answer["label"] == truth else "[red]wrong[/]"
        out.print(f"  a {truth} read as [bold]{answer['label']}[/], {answer['confidence']:.1%} sure: {mark}")
    out.print(
        f"\nThe project is in {escape(str(run.project_folder))}. Open it: dlstudio {escape(str(run.project_folder))}"
    )


def _telling(truth: Sequence[int], losses: Sequence[float], wrong: Container[int]) -> list[int]:
    """Places of one sample of each class, and of those that were hardest, mistakes before all, in their order."""
    places = range(len(truth))
    hardest = sorted(places, key=lambda place: (place not in wrong, -losses[place]))[:HARDEST]
    first = {label: place for place, label in reversed(list(enumerate(truth))) if place not in hardest}
    return sorted({*hardest, *list(dict(sorted(first.items())).values())[:SHOWN_PREDICTIONS]})


COMMAND = Command("demo", "Train a shipped sample and show its predictions.", _DETAILS, _add_arguments, _run)
