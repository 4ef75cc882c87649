"""The sites on which a run can be computed, as values: how they are written, and what cannot be one.

Which site a run is computed on stands in its ``run.json``. But a run may come from somebody else, and to go on with it
must not send one's data to wherever that file says. So only sites are used that a person has named here: they are kept
per user, outside of every project. Standard library only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any

from dlstudio.atomic import write_atomically
from dlstudio.graph.saving import parse_json
from dlstudio.places import config_folder
from dlstudio.training.runs.worked_folder import RunError

SITE = "site"
LOCAL = "local"
HERE = "here"
MOST_WORKERS = 1024
USUAL_COMMAND = "dlstudio"
_FILE_NAME = "sites.json"
_MOST_KEPT = 100
_ADDRESS = re.compile(r"(ray://)?[A-Za-z0-9_](?:[A-Za-z0-9_.-]*)(:\d{1,5})|\[[0-9A-Fa-f:]+\]:\d{1,5}")
_HOST = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.+-]*@)?(?:[A-Za-z0-9_][A-Za-z0-9_.-]*|\[[0-9A-Fa-f:]+\])")


class SiteError(RunError):
    """A site that cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Cluster:
    """The workers of a Ray cluster.

    Attributes:
        address: ``local`` starts Ray on this computer, ``auto`` is the cluster that this computer belongs to; else
            ``host:port``, or ``ray://host:port`` for Ray's client.
        workers: How many processes share each batch.
    """

    address: str = LOCAL
    workers: int = 2

    def __post_init__(self) -> None:
        if self.address not in (LOCAL, "auto") and not _ADDRESS.fullmatch(self.address):
            raise SiteError(
                f"'{_short(self.address)}' is no address of a Ray cluster. Give local, auto, HOST:PORT or "
                "ray://HOST:PORT."
            )
        if isinstance(self.workers, bool) or not isinstance(self.workers, int) or not 1 <= self.workers <= MOST_WORKERS:
            raise SiteError(f"A cluster trains with 1 to {MOST_WORKERS} workers, not {_short(self.workers)}.")

    def __str__(self) -> str:
        where = "Ray on this computer" if self.address == LOCAL else f"the Ray cluster {self.address}"
        return f"{self.workers} {'worker' if self.workers == 1 else 'workers'} of {where}"

    @property
    def key(self) -> str:
        """What it is known by, however many workers it is asked for."""
        return f"cluster {self.address}"

    def as_json(self) -> dict[str, Any]:
        return {"kind": "cluster", **asdict(self)}


@dataclass(frozen=True)
class Machine:
    """Another machine that is reached by ``ssh``.

    Attributes:
        host: ``name`` or ``user@name``, as ``ssh`` takes it; ports and keys are the business of ``~/.ssh/config``.
        folder: Where the project goes on that machine, from the home folder on; empty for one that is made.
        command: How DL Studio is started there.
    """

    host: str
    folder: str = ""
    command: str = USUAL_COMMAND

    def __post_init__(self) -> None:
        if not isinstance(self.host, str) or not _HOST.fullmatch(self.host):
            raise SiteError(f"'{_short(self.host)}' is no name of a machine. Give it as ssh takes it: USER@HOST.")
        for what, text in (("folder", self.folder), ("command", self.command)):
            if not isinstance(text, str) or len(text) > 1000 or any(ord(each) < 32 for each in text):
                raise SiteError(f"The {what} on {self.host} has to be one line of text.")
        if not self.command.strip():
            raise SiteError(f"Say how DL Studio is started on {self.host}; usually that is '{USUAL_COMMAND}'.")

    def __str__(self) -> str:
        return f"{self.host}:{self.folder}" if self.folder else self.host

    @property
    def key(self) -> str:
        """What it is known by. The command belongs to it: it is run there."""
        return f"ssh {self.host} {self.command}"

    def as_json(self) -> dict[str, Any]:
        return {"kind": "ssh", **asdict(self)}


Site = Cluster | Machine


def read_machine(text: str, command: str = USUAL_COMMAND) -> Machine:
    """A machine as it is typed: ``USER@HOST`` or ``USER@HOST:FOLDER``.

    Raises:
        SiteError: It is none.
    """
    found = re.match(r"((?:[^:\[\]]*@)?\[[^\]]*\]|[^:]*)(?::(.*))?$", text.strip(), re.DOTALL)
    host, folder = (found[1], found[2] or "") if found else (text, "")
    return Machine(host, folder, command)


def read_site(value: Any) -> Site | None:
    """A site as it stands in JSON; None for this computer.

    Raises:
        SiteError: It is none.
    """
    if value is None:
        return None
    if isinstance(value, Mapping) and value.get("kind") == "cluster":
        return Cluster(str(value.get("address", LOCAL)), value.get("workers", 2))
    if isinstance(value, Mapping) and value.get("kind") == "ssh":
        return Machine(value.get("host", ""), value.get("folder", ""), value.get("command", USUAL_COMMAND))
    raise SiteError("The run says where it is computed in a way that this version does not know.")


def site_record(site: Site | None) -> dict[str, Any]:
    """What goes into ``run.json`` of a run that is computed there; empty for this computer."""
    return {SITE: site.as_json()} if site else {}


def backend_at(site: Site | None, wanted: str | None = None) -> str | None:
    """The backend of a run that is computed there: a cluster trains with JAX; elsewhere the wanted one."""
    return "jax" if isinstance(site, Cluster) else wanted


def site_of(record: Mapping[str, Any]) -> Site | None:
    """Where a run is computed, by what its ``run.json`` holds; None for this computer.

    Raises:
        SiteError: It says nothing that makes sense.
    """
    return read_site(record.get(SITE))


def lacking(site: Site | None) -> str:
    """What has to be installed on this computer to use a site, as a sentence; empty where nothing is missing."""
    if not isinstance(site, Cluster):
        return ""
    missing = [name for name in ("ray", "jax") if find_spec(name) is None]
    if "ray" in missing or (missing and site.address == LOCAL):
        names = " and ".join({"ray": "Ray", "jax": "JAX"}[name] for name in missing)
        return (
            f"A cluster is reached with Ray and trains with JAX; {names} {'is' if len(missing) == 1 else 'are'} not "
            f"installed here. Install with: pip install 'dlstudio[ray]'"
        )
    return ""


def remember(site: Site | None) -> None:
    """Notes that a person has named this site.

    Raises:
        OSError: It could not be written.
    """
    if site is None or is_known(site):
        return
    kept = [*_known(), site.key][-_MOST_KEPT:]
    config_folder().mkdir(parents=True, exist_ok=True)
    write_atomically(config_folder() / _FILE_NAME, json.dumps(kept, indent=1).encode())


def is_known(site: Site) -> bool:
    """Whether a person has named this site here."""
    return site.key in _known()


def refuse_unknown(record: Mapping[str, Any], name: str) -> None:
    """Makes sure that a run is computed where a person has said.

    Args:
        record: What its ``run.json`` holds.
        name: The run's.

    Raises:
        SiteError: It names another site, or what the site needs is not installed.
    """
    site = site_of(record)
    if site is None:
        return
    if not is_known(site):
        option = f"--on {site}" if isinstance(site, Machine) else f"--cluster {site.address} --workers {site.workers}"
        raise SiteError(
            f"Run {name} says that it is computed on {site}, which nobody has chosen here. If that is right, say so "
            f"with: {option}"
        )
    sentence = lacking(site)
    if sentence:
        raise SiteError(sentence)


def _known() -> list[str]:
    try:
        value = parse_json((config_folder() / _FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _short(value: object) -> str:
    return str(value)[:60]
