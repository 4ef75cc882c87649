"""``dlstudio train``: a run in a process of its own, followed in the terminal."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.cli.amounts import count, factor
from dlstudio.cli.changes import changed
from dlstudio.cli.command import DONE, INTERRUPTED, PROBLEMS, Command, CommandError
from dlstudio.cli.following import train_and_follow
from dlstudio.cli.native_output import hidden_native_output
from dlstudio.cli.opening import add_project_argument, find_run, project_folder, shown
from dlstudio.cli.own_code import add_code_argument, code_permission, run_code_permission
from dlstudio.cli.printing import console, escape, print_error, print_json
from dlstudio.cli.progress import display, value_text
from dlstudio.cli.sites import add_site_arguments, move, named_site, names_site
from dlstudio.graph.fine_tuning import by_lora
from dlstudio.graph.initial_weights import with_trainable
from dlstudio.graph.project import LAST, Project
from dlstudio.graph.saving import load_project
from dlstudio.graph.structure import structural_problems
from dlstudio.training.computing.backends import BackendError, chosen
from dlstudio.training.remedies import calmer_record
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.repeating import run_again
from dlstudio.training.runs.run_code import keep_code
from dlstudio.training.runs.run_folder import RunFolder, create_run
from dlstudio.training.runs.run_info import TWIN
from dlstudio.training.sites.site import backend_at, site_of, site_record
from dlstudio.workbench.twin import from_scratch, gain_of

_DETAILS = """\
examples:
  dlstudio train digits --epochs 5
  dlstudio train digits --set training.batch_size=32 --set training.learning_rate=0.01
  dlstudio train digits --set training.optimizer=Adam --set graph.nodes.dense.settings.units=128
  dlstudio train digits --backend jax          computes with JAX in place of TensorFlow, where it is installed
  dlstudio train digits --resume 0003          goes on from the last checkpoint of that run
  dlstudio train digits --again 0003           the same once more, compared with it at the end
  dlstudio train digits --resume 0003 --calmer a run whose loss broke, with a tenth of its rate and clipped gradients
  dlstudio train mine --start-from ../digits   begins with the weights of its last run, wherever layers fit
  dlstudio train mine --start-from resnet.keras --freeze
  dlstudio train mine --start-from mobilenet_v2_weights_no_top.h5 --freeze
  dlstudio train mine --start-from ../gpt --lora 4
  dlstudio train mine --start-from ../gpt --also-from-scratch   two runs, and what the start gains
  dlstudio train digits --cluster local --workers 2   each batch shared by two processes of this computer
  dlstudio train digits --cluster head:6379 --workers 8   by those of a Ray cluster that sees the same folders
  dlstudio train digits --on me@fast-machine   sends the project there by ssh, and fetches what comes of it

--set changes this run only; project.json stays as it is. Ctrl+C stops with a checkpoint. A window that is open on the
project shows the run live. With --json every event is one line, the last one 'finished' or 'failed'; of two runs it is
'compared', with the metrics of both.
"""


def _add_arguments(parser: ArgumentParser) -> None:
    add_project_argument(parser)
    parser.add_argument("--epochs", type=count, metavar="N", help="how many passes over the training split")
    parser.add_argument(
        "--set", action="append", default=[], dest="changes", metavar="NAME=VALUE", help="change a setting for this run"
    )
    parser.add_argument("--resume", metavar="RUN", help="go on with this run")
    parser.add_argument("--again", metavar="RUN", help="repeat this run as it was, and compare")
    parser.add_argument(
        "--calmer",
        action="store_true",
        help="with --resume: a tenth of the learning rate and clipped gradients from here on, for a run that broke",
    )
    parser.add_argument(
        "--start-from",
        metavar="SOURCE",
        help="begin with weights of a run, another project, a .keras or a .h5 file",
    )
    parser.add_argument(
        "--freeze", action="store_true", help="keep the layers that begin with such weights as they are"
    )
    parser.add_argument(
        "--rate", type=factor, metavar="FACTOR", help="let them learn at this share of the rate, as 0.1"
    )
    parser.add_argument(
        "--lora", type=count, metavar="RANK", help="let them learn by LoRA of this rank; those that cannot are kept"
    )
    parser.add_argument(
        "--also-from-scratch",
        action="store_true",
        help="then train the same without such weights, and tell what they gain",
    )
    parser.add_argument("--device", metavar="DEVICE", help="auto, cpu, gpu:0 ..., all; dlstudio devices lists them")
    parser.add_argument(
        "--backend",
        metavar="BACKEND",
        help="what Keras computes with: auto, fastest (measured first), tensorflow, jax, torch",
    )
    add_code_argument(parser)
    add_site_arguments(parser)


def _run(arguments: Namespace) -> int:
    folder = project_folder(arguments.project)
    project = load_project(arguments.project)
    if arguments.again:
        run = _again(arguments, folder)
    elif arguments.resume:
        if arguments.start_from:
            raise CommandError("--start-from cannot be used with --resume: a run goes on with its own weights.")
        if arguments.also_from_scratch:
            raise CommandError("--also-from-scratch begins two runs, so it cannot be used with --resume.")
        if arguments.changes:
            raise CommandError("--set cannot be used with --resume: a run goes on with the settings it began with.")
        run = find_run(folder, arguments.resume)
        run_code_permission(arguments, folder, run)
        if arguments.backend:
            raise CommandError("--backend cannot be used with --resume: a run goes on with the backend it began with.")
        _prepare_to_continue(run, arguments.epochs, arguments.device, calmer=arguments.calmer)
        if names_site(arguments):
            move(run, named_site(arguments))
    else:
        if arguments.calmer:
            raise CommandError("--calmer is about a run that goes on: name it with --resume.")
        project = changed(project, arguments.changes)
        if arguments.start_from:
            project = _started_from(project, folder, arguments)
        elif arguments.freeze or arguments.rate is not None or arguments.lora:
            raise CommandError(
                "--freeze, --rate and --lora are about the layers that --start-from gives weights; name a source."
            )
        if arguments.lora and (arguments.freeze or arguments.rate is not None):
            raise CommandError("--lora says how all layers with given weights learn: leave --freeze and --rate out.")
        if arguments.also_from_scratch and project.weights is None:
            raise CommandError("--also-from-scratch needs weights to compare with; name a source with --start-from.")
        refuse_broken(project)
        site = named_site(arguments)
        if site is None:
            _refuse_missing(arguments.backend or project.training.backend)
        run = _new_run(project, folder, arguments)
    status = _trained(run, project, arguments)
    if arguments.also_from_scratch and status == DONE:
        alone = from_scratch(project, folder)
        twin = _new_run(alone, folder, arguments, {TWIN: run.name})
        status = _trained(twin, alone, arguments)
        if status == DONE:
            _compare(run, twin, arguments.json)
    return status


def _again(arguments: Namespace, folder: Path) -> RunFolder:
    others = "epochs changes resume start_from freeze rate lora also_from_scratch device backend"
    if names_site(arguments) or any(getattr(arguments, name) for name in others.split()):
        raise CommandError("--again repeats a run as it was: leave the other options out.")
    first = find_run(folder, arguments.again)
    run_code_permission(arguments, folder, first)
    return run_again(first)


def _new_run(project: Project, folder: Path, arguments: Namespace, extra: Mapping[str, str] | None = None) -> RunFolder:
    permission = code_permission(arguments, folder, project.graph)
    site = named_site(arguments)
    backend = backend_at(site, arguments.backend)
    more = {**(extra or {}), **site_record(site)}
    run = create_run(folder, project, device=arguments.device, backend=backend, epochs=arguments.epochs, extra=more)
    keep_code(run, project.graph, permission)
    return run


def _trained(run: RunFolder, project: Project, arguments: Namespace) -> int:
    if not arguments.json:
        site = site_of(run.record())
        where = f" on {site}" if site else ""
        console().print(f"Run {run.name} of {escape(project.name)}{escape(where)}: {escape(str(run.path))}")
    end = train_and_follow(run, display(arguments.json), resume=bool(arguments.resume))
    return report(run, end, arguments.json)


def _compare(run: RunFolder, twin: RunFolder, as_json: bool) -> None:
    """Says what the given weights gained over random ones."""
    gain = gain_of(run.info(), twin.info())
    if as_json:
        found = {"event": "compared", "runs": [run.name, twin.name], **(gain.as_json() if gain else {})}
        print_json({**found, "metrics": [dict(each.info().metrics) for each in (run, twin)]})
    elif gain is not None:
        out = console()
        out.print(escape(gain.sentence(lambda _, value: value_text(value), lambda _, value: f"{value:.3g}")))
        folder = escape(shown(run.project_folder))
        out.print(f"Compare them: dlstudio compare {folder} {folder} --runs {run.name} {twin.name}")


def _started_from(project: Project, folder: Path, arguments: Namespace) -> Project:
    """The project as this run begins with it; says which layers have the weights of the source."""
    with hidden_native_output():
        from dlstudio.training.starting import start_from  # brings Keras along

        start = start_from(project, folder, arguments.start_from)
    layers = tuple(match.layer for match in start.matched)
    if not arguments.json:
        out = console()
        out.print(f"{len(layers)} layers begin with the weights of {escape(start.origin)}:")
        for match in start.matched:
            words = f", {match.words:,} words known" if match.words is not None else ""
            out.print(f"  {escape(match.layer)} from {escape(match.source)} ({match.parameters:,} weights{words})")
        if start.fresh:
            out.print(f"  with random weights: {escape(', '.join(start.fresh))}")
    training = project.training
    if arguments.rate is not None:
        training = replace(training, rates={**training.rates, **dict.fromkeys(layers, arguments.rate)})
    graph = with_trainable(project.graph, layers, False) if arguments.freeze else project.graph
    started = replace(project, weights=start.weights, graph=graph, training=training)
    return by_lora(started, layers, arguments.lora) if arguments.lora else started


def refuse_broken(project: Project) -> None:
    """What can be seen without Keras is said at once, before a run is made for nothing."""
    errors = [p for p in structural_problems(project.graph, load_catalogue()) if p.severity == "error"]
    if errors:
        raise CommandError("The network cannot be trained. " + " ".join(problem.message for problem in errors))


def _refuse_missing(backend: str) -> None:
    try:
        chosen(backend)
    except BackendError as error:
        raise CommandError(str(error)) from None


def _prepare_to_continue(run: RunFolder, epochs: int | None, device: str | None, *, calmer: bool) -> None:
    info = run.info()
    if run.lives():
        raise CommandError(f"Run {run.name} is being trained already. A window on the project shows it live.")
    if not run.last_checkpoint.exists() and info.status != "interrupted" and info.failure != "site":
        raise CommandError(f"Run {run.name} has no checkpoint to go on from. Train anew without --resume.")
    if info.last_epoch >= (epochs or info.epochs):
        raise CommandError(
            f"Run {run.name} has done all its {info.last_epoch} epochs. Give it more with --epochs, for instance "
            f"--epochs {info.last_epoch * 2}."
        )
    if info.diverged and not calmer:
        raise CommandError(
            f"Run {run.name} broke, and the same settings would break it again. Go on with --resume {run.name} "
            "--calmer: a tenth of its learning rate and clipped gradients."
        )
    if calmer:
        run.amend(project=calmer_record(run.record()["project"]))
    if epochs or device:
        frozen = run.record()["project"]
        frozen["training"] |= {"epochs": epochs or info.epochs} | ({"device": device} if device else {})
        run.amend(project=frozen)


def report(run: RunFolder, end: ev.Finished | ev.Failed, as_json: bool) -> int:
    """Says how a run ended and returns the exit status; with JSON the events have said it already."""
    if isinstance(end, ev.Failed):
        if as_json:
            print_error(end.message, as_json=False)
            return PROBLEMS
        print_error(f"Run {run.name} failed. {end.message}", as_json=False)
        if run.model_file.exists():
            console().print(f"The best model so far is kept: {escape(str(run.model_file))}")
        return PROBLEMS
    if not as_json:
        _print_end(run, end)
    return INTERRUPTED if end.reason == "stopped" else DONE


def _print_end(run: RunFolder, end: ev.Finished) -> None:
    out = console()
    words = {
        "completed": "Finished",
        "early-stopping": "Finished early, as the validation split got no better",
        "stopped": "Stopped with a checkpoint",
    }
    keeps_last = run.project().training.keep == LAST
    best = f"; the best was epoch {end.best_epoch}" if end.best_epoch and not keeps_last else ""
    out.print(f"{words.get(end.reason, end.reason)} after epoch {end.epoch}, {end.seconds:.0f} s{best}.")
    folder = escape(shown(run.project_folder))
    if end.reason == "stopped":
        out.print(f"Go on with: dlstudio train {folder} --resume {run.name}")
        return
    test = {name: value for name, value in end.metrics.items() if not name.startswith("val_")}
    if test:
        values = "  ".join(f"{name} [bold]{value_text(value)}[/]" for name, value in test.items())
        out.print(f"Test split: {values}")
    out.print(f"Try it: dlstudio predict {folder} INPUT    Look at it: dlstudio {folder}")


COMMAND = Command("train", "Train a project's network.", _DETAILS, _add_arguments, _run)
