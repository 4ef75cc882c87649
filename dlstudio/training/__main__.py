"""The training process: ``python -m dlstudio.training RUN_FOLDER [--resume]``, or ``--spare`` to wait for a run.

What Keras and its backend print goes to the run's ``log.txt``; the run's events are the only thing others read.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from argparse import ArgumentParser
from pathlib import Path

from dlstudio.training.computing.compiled_code import keep_compiled_code
from dlstudio.training.printing import print_into
from dlstudio.training.runs.run_code import run_permission
from dlstudio.training.runs.run_folder import RunError, RunFolder
from dlstudio.training.sites.site import site_of

NICENESS = 10


def main(arguments: list[str] | None = None) -> int:
    """Trains one run; the exit status is 0 where it finished or was stopped, 1 where it failed, 2 for wrong usage."""
    parser = ArgumentParser(prog="python -m dlstudio.training", description="Train a run of DL Studio.")
    parser.add_argument("run", nargs="?", type=Path, help="the run's folder")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--spare", action="store_true", help="import everything, then wait on the input for a run")
    options = parser.parse_args(arguments)
    if options.spare == (options.run is not None):
        parser.error("give either a run folder or --spare")
    _give_way()
    _set_up_backend()
    if options.spare:
        return _wait()
    return _train(RunFolder(options.run.resolve()), options.resume)


def _give_way() -> None:
    """Lets the window go first while all cores compute; alone on the machine this costs nothing.

    Linux weighs whole login sessions against each other (``man 7 sched``, autogroup), and this process began one of its
    own: without a word to the group, the niceness of a process counts only inside it.
    """
    if hasattr(os, "nice"):
        os.nice(max(NICENESS - os.nice(0), 0))  # begun anew for another way to compute, it has given way already
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(NICENESS), encoding="ascii")


def _wait() -> int:
    _warm_up()
    line = sys.stdin.readline()
    if not line.strip():
        return 0  # whoever started this has ended, or needs no run
    order = json.loads(line)
    return _train(RunFolder(Path(order["run"])), bool(order.get("resume")))


def _warm_up() -> None:
    """Imports all that a run needs; where there is no GPU, also takes the backend's first slow steps."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from dlstudio.training import fitting  # noqa: F401 - imported for the time it takes
    from dlstudio.training.computing.devices import list_devices
    from dlstudio.training.warming import warm_up

    if len(list_devices()) == 1:  # else a computation would take hold of a GPU before a device was chosen
        warm_up()


def _settle_way(run: RunFolder, resume: bool) -> None:
    """Begins this program anew, under the same process number, where the way to compute needs other variables."""
    from dlstudio.training.computing.backends import BackendError
    from dlstudio.training.computing.calibration import settled

    try:
        needed = settled(run).environment
    except (BackendError, OSError):
        return  # whoever launched the run has said so
    if any(os.environ.get(name) != value for name, value in needed.items()):
        os.environ.update(needed)
        arguments = [str(run.path), *(["--resume"] if resume else [])]
        os.execv(sys.executable, [sys.executable, "-m", "dlstudio.training", *arguments])


def _set_up_backend() -> None:
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # else JAX takes most of a GPU's memory at once
    keep_compiled_code()


def _train(run: RunFolder, resume: bool) -> int:
    try:
        site_of(run.record())
    except RunError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    print_into(run.log_file)
    site = site_of(run.record())
    if site is not None:
        from dlstudio.training.sites.conducting import conduct

        return conduct(run, site, resume)
    _settle_way(run, resume)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    try:
        from dlstudio.compiler.custom_layers import permitted
        from dlstudio.training.fitting import train
    except Exception as error:
        _could_not_begin(run, error)
        raise
    with permitted(run_permission(run)):
        return train(run, resume)


def _could_not_begin(run: RunFolder, error: Exception) -> None:
    from dlstudio.training.runs.event_log import EventLog
    from dlstudio.training.runs.events import Failed

    log = EventLog(run.events_file)
    log.write(Failed(kind="crash", message=f"Keras could not be imported: {error}. Set DL Studio up again."))
    log.close()


if __name__ == "__main__":
    sys.exit(main())
