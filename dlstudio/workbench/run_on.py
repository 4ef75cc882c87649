"""Where the window trains a project: chosen by a person for a project folder, and kept per user.

An address is nothing that a network learns from, and a project may be given to others: so it stands in the preferences,
not in ``project.json``. What was typed for one kind of place is kept while another is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from dlstudio.training.sites.site import LOCAL, USUAL_COMMAND, Cluster, Site, SiteError, lacking, read_machine
from dlstudio.workbench.preferences import Preferences

HERE, CLUSTER, MACHINE = "here", "cluster", "machine"
KINDS = {HERE: "this computer", CLUSTER: "a Ray cluster", MACHINE: "over SSH"}
_NAME = "run_on"
_MOST_KEPT = 50


@dataclass(frozen=True)
class RunOn:
    """What is chosen, also where it does not make a site yet.

    Attributes:
        kind: One of :data:`KINDS`.
        address, workers: Of the cluster; see :class:`dlstudio.training.sites.site.Cluster`.
        machine: ``USER@HOST`` or ``USER@HOST:FOLDER``.
        command: How DL Studio is started on that machine.
    """

    kind: str = HERE
    address: str = LOCAL
    workers: int = 2
    machine: str = ""
    command: str = USUAL_COMMAND

    def site(self) -> Site | None:
        """The site; None for this computer.

        Raises:
            SiteError: It cannot be used as it stands; the message says why.
        """
        site: Site | None = None
        if self.kind == CLUSTER:
            site = Cluster(self.address, self.workers)
        elif self.kind == MACHINE and not self.machine:
            raise SiteError("Say on which machine: USER@HOST, as ssh takes it.")
        elif self.kind == MACHINE:
            site = read_machine(self.machine, self.command)
        sentence = lacking(site)
        if sentence:
            raise SiteError(sentence)
        return site

    @property
    def problem(self) -> str:
        """What keeps it from being used, or empty."""
        try:
            self.site()
        except SiteError as error:
            return str(error)
        return ""


def remembered(preferences: Preferences, folder: Path | None) -> RunOn:
    """What was chosen last for the project in a folder; this computer where nothing was, or nothing readable."""
    value = preferences.get(_NAME, {}).get(str(folder))
    if not isinstance(value, Mapping):
        return RunOn()
    usual = asdict(RunOn())
    known = {each.name for each in fields(RunOn)}
    told = {name: given for name, given in value.items() if name in known and type(given) is type(usual[name])}
    found = RunOn(**{**usual, **told})
    return found if found.kind in KINDS else RunOn()


def keep(preferences: Preferences, folder: Path | None, chosen: RunOn) -> None:
    """Remembers it for the project in a folder."""
    table: dict[str, Any] = dict(preferences.get(_NAME, {}))
    table.pop(str(folder), None)
    table[str(folder)] = asdict(chosen)
    preferences.set(_NAME, dict(list(table.items())[-_MOST_KEPT:]))
