"""Where a run is to be computed, as options of a command: here, on a Ray cluster, or on another machine."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from dlstudio.cli.amounts import count
from dlstudio.cli.command import CommandError
from dlstudio.training.computing.backends import AUTO
from dlstudio.training.runs.run_folder import RunFolder
from dlstudio.training.sites.site import (
    HERE,
    SITE,
    USUAL_COMMAND,
    Cluster,
    Site,
    lacking,
    read_machine,
    remember,
)

WORKERS = 2
OPTIONS = ("cluster", "workers", "on", "remote_command")


def add_site_arguments(parser: ArgumentParser) -> None:
    """Declares the options."""
    group = parser.add_argument_group("elsewhere")
    group.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="train with the workers of a Ray cluster: HOST:PORT, ray://HOST:PORT, auto, or local for this computer",
    )
    group.add_argument(
        "--workers", type=count, metavar="N", help=f"how many workers share each batch (usually {WORKERS})"
    )
    group.add_argument(
        "--on",
        metavar="USER@HOST[:FOLDER]",
        help="train on another machine by ssh, in that folder of it; 'here' for a run that was elsewhere",
    )
    group.add_argument(
        "--remote-command",
        metavar="COMMAND",
        help=f"with --on: how DL Studio is started on that machine, if not by '{USUAL_COMMAND}'",
    )


def named_site(arguments: Namespace) -> Site | None:
    """The site that the options name, noted as one that a person has chosen; None for this computer.

    Raises:
        CommandError: The options do not fit together, or the site needs what is not installed.
        SiteError: It is none.
    """
    if arguments.cluster and arguments.on:
        raise CommandError("--cluster and --on name two places to train; choose one.")
    if arguments.workers and not arguments.cluster:
        raise CommandError("--workers is about a cluster: name it with --cluster, for instance --cluster local.")
    if arguments.remote_command and (not arguments.on or arguments.on == HERE):
        raise CommandError("--remote-command is about another machine: name it with --on USER@HOST.")
    site: Site | None = None
    if arguments.cluster:
        site = Cluster(arguments.cluster, arguments.workers or WORKERS)
        if arguments.backend not in (None, AUTO, "jax"):
            raise CommandError("A cluster trains with JAX: leave --backend out.")
    elif arguments.on and arguments.on != HERE:
        site = read_machine(arguments.on, arguments.remote_command or USUAL_COMMAND)
    sentence = lacking(site)
    if sentence:
        raise CommandError(sentence)
    remember(site)
    return site


def names_site(arguments: Namespace) -> bool:
    """Whether any of the options is given."""
    return any(getattr(arguments, name) for name in OPTIONS)


def move(run: RunFolder, site: Site | None) -> None:
    """Has a run go on at another site than it began.

    Raises:
        CommandError: It cannot go on there.
    """
    began = str(run.record().get("backend", "jax"))
    if isinstance(site, Cluster) and began != "jax":
        raise CommandError(f"Run {run.name} began with the backend {began}, and a cluster trains with JAX. Train anew.")
    run.amend(**{SITE: site.as_json() if site else None})
