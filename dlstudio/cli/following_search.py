"""Launches a search's process and follows its trials until it ends; Ctrl+C asks it to stop."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

from rich.table import Table

from dlstudio.cli.command import CommandError
from dlstudio.cli.following import LOOK_SECONDS, stopping
from dlstudio.cli.printing import console, escape, print_json
from dlstudio.cli.progress import value_text as score_text
from dlstudio.search.folder import SearchFolder
from dlstudio.search.trials import Results, Trial, short_names, value_text

_MARKS = {"finished": "[green]✓[/]", "pruned": "[dim]–[/]", "failed": "[red]✕[/]"}


def follow_search(
    search: SearchFolder, launch: Callable[[SearchFolder], subprocess.Popen[bytes]], *, as_json: bool
) -> Results:
    """Runs a search in its own process, or follows the one that runs it, and tells each trial as it ends.

    Args:
        search: A search that was made, or that is to go on.
        launch: Starts its process.
        as_json: One JSON object a trial.

    Raises:
        CommandError: The process ended without saying why.
        RunError: It could not be started.
    """
    told = {each.number for each in search.results().trials if each.ended}
    with stopping(search) as quiet:
        process = None if search.lives() else launch(search)
        while True:
            # Asked before the reading: what a process wrote before its end is then read in the same round.
            alive = process.poll() is None if process else search.lives()
            results = search.results()
            for trial in results.trials:
                if trial.ended and trial.number not in told:
                    told.add(trial.number)
                    _tell(trial, results, as_json)
            if not alive:
                if results.live or results.status == "interrupted":
                    raise CommandError(
                        f"The process of search {search.name} ended without a word. Go on with it: dlstudio search "
                        f"{search.project_folder} --resume {search.name}"
                    )
                return results
            quiet.wait(LOOK_SECONDS * 3)


def results_lines(results: Results, ranges: str) -> list[str | Table]:
    """What has been found, for people: a table of the best trials, the shares of the settings, the front."""
    names = short_names(dict.fromkeys(path for trial in results.trials for path in trial.values))
    counts = {state: sum(each.state == state for each in results.trials) for state in ("finished", "pruned", "failed")}
    said = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    lines: list[str | Table] = [f"{results.status}: {len(results.trials)} of {results.planned} trials ({said})."]
    if results.message:
        lines.append(f"[yellow]{escape(results.message)}[/]")
    lines.append(f"[dim]{escape(ranges)}[/]")
    table = Table(box=None, pad_edge=False)
    for column in ("trial", results.goal or "score", "parameters", *names.values(), "run"):
        table.add_column(escape(column), justify="left" if column == "run" else "right")
    for trial in results.ranked()[:8]:
        values = [escape(value_text(trial.values.get(path))) for path in names]
        table.add_row(str(trial.number), score_text(trial.score), f"{trial.parameters:,}", *values, trial.run)
    if table.rows:
        lines.append(table)
    if results.importance:
        shares = sorted(results.importance.items(), key=lambda each: -each[1])
        lines.append("Importance: " + "  ".join(f"{escape(names.get(p, p))} {100 * s:.0f} %" for p, s in shares))
    front = results.front()
    if len(front) > 1:
        points = (f"{each.parameters:,} parameters {score_text(each.score)} (trial {each.number})" for each in front)
        lines.append("Best for their size: " + "  ·  ".join(points))
    return lines


def _tell(trial: Trial, results: Results, as_json: bool) -> None:
    if as_json:
        print_json({"event": "trial", **trial.as_json()})
        return
    names = short_names(trial.values)
    values = "  ".join(f"{names[path]} {value_text(value)}" for path, value in trial.values.items())
    score = f"{results.goal} {score_text(trial.score)}" if trial.score is not None else trial.state
    epochs = f"epoch {trial.epoch}/{trial.epochs}  {trial.seconds:.1f} s" if trial.epochs else ""
    mark, width = _MARKS[trial.state], len(str(results.planned))
    why = f"  [dim]{escape(trial.message)}[/]" if trial.message else ""
    console().print(
        f"{mark} trial {trial.number:>{width}}/{results.planned}  {escape(score)}  {escape(values)}  {epochs}{why}"
    )
