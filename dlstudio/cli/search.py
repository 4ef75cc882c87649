"""``dlstudio search``: trials of settings in a process of its own, followed in the terminal."""

from __future__ import annotations

import difflib
from argparse import ArgumentParser, Namespace
from pathlib import Path

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.cli.amounts import count
from dlstudio.cli.command import DONE, INTERRUPTED, PROBLEMS, Command, CommandError
from dlstudio.cli.following_search import follow_search, results_lines
from dlstudio.cli.opening import add_project_argument, project_folder, shown
from dlstudio.cli.own_code import add_code_argument, code_permission
from dlstudio.cli.printing import console, escape, print_json
from dlstudio.cli.train import refuse_broken
from dlstudio.graph.saving import load_project
from dlstudio.search.folder import Plan, SearchFolder, create_search, list_searches
from dlstudio.search.launching import launch_search
from dlstudio.search.ranges import RangeError, parse_range, range_texts
from dlstudio.search.settings import faults
from dlstudio.search.taking import take_trial
from dlstudio.search.trials import Results

_DETAILS = """\
examples:
  dlstudio search wine --range training.learning_rate=1e-4..1e-1:log --trials 20
  dlstudio search wine --range graph.nodes.dense_1.settings.units=16..128:16 --range training.optimizer=SGD,Adam
  dlstudio search photos --range graph.nodes.stage_1.settings.repeat=1..4 \\
                         --range graph.nodes.stage_1.type=block.Residual,block.Plain
  dlstudio search wine --resume            goes on with the last search, also after a crash
  dlstudio search wine --results           shows what the last search has found
  dlstudio search wine --take 7 my-best    makes a project of a trial

A range is NAME=LOW..HIGH, NAME=LOW..HIGH:log, NAME=LOW..HIGH:STEP or NAME=A,B,C; names are those of 'dlstudio train
--set'. Trials are judged by the validation split, never by the test split. Each is a run of the project: one that runs
out of memory or crashes is marked failed, and the search goes on. Ctrl+C stops with what there is.
"""


def _add_arguments(parser: ArgumentParser) -> None:
    add_project_argument(parser)
    parser.add_argument("--range", action="append", default=[], dest="ranges", metavar="NAME=VALUES")
    parser.add_argument("--trials", type=count, metavar="N", help="how many trials in all (default 20)")
    parser.add_argument("--side-by-side", type=count, metavar="N", help="how many train at once (default 1)")
    parser.add_argument("--goal", default="", metavar="VALUE", help="what is to get better, such as val_accuracy")
    parser.add_argument("--epochs", type=count, metavar="N", help="passes over the training split in each trial")
    parser.add_argument("--no-pruning", action="store_true", help="train every trial to its end")
    parser.add_argument("--memory", type=float, metavar="GB", help="memory that one trial may take")
    parser.add_argument("--seed", type=int, default=7, help="of the proposals (default 7)")
    parser.add_argument("--device", metavar="DEVICE", help="auto, cpu, gpu:0 ...")
    parser.add_argument(
        "--resume", nargs="?", const="", metavar="SEARCH", help="go on with a search (default: the last)"
    )
    parser.add_argument("--results", nargs="?", const="", metavar="SEARCH", help="show what a search has found")
    parser.add_argument(
        "--take", nargs=2, metavar=("TRIAL", "DIR"), help="make a project of a trial of the last search"
    )
    add_code_argument(parser)


def _run(arguments: Namespace) -> int:
    folder = project_folder(arguments.project)
    if arguments.take:
        return _take(folder, arguments)
    if arguments.results is not None:
        search = find_search(folder, arguments.results)
        return _show(search, search.results(), arguments.json)
    search = _to_go_on_with(folder, arguments) if arguments.resume is not None else _made(folder, arguments)
    if not arguments.json:
        console().print(f"{search.title}: {escape(str(search.path))}")
    results = follow_search(search, launch_search, as_json=arguments.json)
    status = _show(search, results, arguments.json, trials=not arguments.json)
    if results.status == "stopped":
        if not arguments.json:
            console().print(f"Go on with: dlstudio search {shown(folder)} --resume {search.name}")
        return INTERRUPTED
    return status


def _made(folder: Path, arguments: Namespace) -> SearchFolder:
    project = load_project(arguments.project)
    catalogue = load_catalogue()
    try:
        ranges = tuple(parse_range(each) for each in arguments.ranges)
    except RangeError as error:
        raise CommandError(str(error)) from None
    said = faults(project, ranges, catalogue)
    if said:
        raise CommandError(" ".join(said))
    if arguments.goal and not arguments.goal.startswith("val_"):
        raise CommandError(
            f"--goal takes a value of the validation split, such as val_loss, and not '{arguments.goal}'."
        )
    if arguments.memory is not None and arguments.memory <= 0:
        raise CommandError("--memory takes gigabytes above 0.")
    refuse_broken(project)
    permission = code_permission(arguments, folder, project.graph)
    plan = Plan(
        ranges,
        trials=arguments.trials or 20,
        side_by_side=arguments.side_by_side or 1,
        goal=arguments.goal,
        pruning=not arguments.no_pruning,
        seed=arguments.seed,
        memory_gb=arguments.memory,
        device=arguments.device,
        epochs=arguments.epochs,
        code=tuple(sorted(permission.digests)) if permission else (),
    )
    return create_search(folder, project, plan)


def _to_go_on_with(folder: Path, arguments: Namespace) -> SearchFolder:
    if arguments.ranges:
        raise CommandError("--range cannot be used with --resume: a search goes on with the ranges it began with.")
    search = find_search(folder, arguments.resume)
    plan = search.plan()
    trials = arguments.trials or plan.trials
    done = sum(each.ended for each in search.results().trials)
    if done >= trials:
        raise CommandError(f"{search.title} has done all its {done} trials. Give it more with --trials {done * 2}.")
    if search.lives():
        return search  # it is followed as it runs
    search.amend(trials=trials, side_by_side=arguments.side_by_side or plan.side_by_side)
    return search


def find_search(folder: Path, name: str) -> SearchFolder:
    """The search of that name, the last one for an empty name; ``7`` means ``0007``.

    Raises:
        CommandError: There is none.
    """
    searches = list_searches(folder)
    for search in reversed(searches):
        if not name or search.name == name or (name.isdigit() and int(search.name) == int(name)):
            return search
    names = [each.name for each in searches]
    close = difflib.get_close_matches(name, names, 1) or names[-8:]
    known = f"There is: {', '.join(close)}." if names else f"Begin one: dlstudio search {shown(folder)} --range ..."
    raise CommandError(f"{folder} has no search{f' {name}' if name else ' yet'}. {known}")


def _take(folder: Path, arguments: Namespace) -> int:
    number, target = arguments.take
    if not number.isdigit():
        raise CommandError(f"--take needs the number of a trial, not '{number}'.")
    search = find_search(folder, arguments.resume or arguments.results or "")
    project = take_trial(search, int(number), Path(target))
    if arguments.json:
        print_json({"project": target, "name": project.name, "search": search.name, "trial": int(number)})
    else:
        out = console()
        out.print(f"{escape(project.name)} lies in {escape(target)}, its run with it.")
        out.print(f"Look at it: dlstudio {escape(shown(Path(target)))}")
    return DONE


def _show(search: SearchFolder, results: Results, as_json: bool, *, trials: bool = True) -> int:
    if as_json:
        value = results.as_json() if trials else {}
        best = results.best
        front = [each.number for each in results.front()]
        entries = {"event": results.status, "search": search.name, "best": best.as_json() if best else None}
        print_json({**value, **entries, "importance": dict(results.importance), "front": front})
    else:
        out = console()
        for each in results_lines(results, range_texts(search.plan().ranges)):
            out.print(each)
        if results.best:
            folder = escape(shown(search.project_folder))
            out.print(f"Make a project of one: dlstudio search {folder} --take {results.best.number} DIR")
    return PROBLEMS if results.status == "failed" or (not results.live and not results.best) else DONE


COMMAND = Command("search", "Search over a project's settings.", _DETAILS, _add_arguments, _run)
