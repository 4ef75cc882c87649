"""What another machine needs to train a run: the project without its old runs, its data, and the run's own folder."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import tarfile
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, cast

from dlstudio.data.hugging_face.hub_address import is_hub_address
from dlstudio.data.opening import source_path
from dlstudio.data.table import DataError
from dlstudio.graph.project import DataSettings
from dlstudio.training.runs.run_folder import RUNS, RunFolder
from dlstudio.training.sites.frames import CHUNK, PieceReader, PieceWriter
from dlstudio.training.sites.site import SITE, SiteError

SENT = "sent-data"
"""Where data goes that does not lie in the project's folder."""

_LEFT_OUT = {RUNS, "searches", "__pycache__", SENT}
_OF_RUN = ("code", "checkpoint")


@dataclass(frozen=True)
class Parcel:
    """Files to send, by the name that they get in the project's folder over there.

    Attributes:
        files: Path here by name.
        record: What ``run.json`` is to hold there.
        run: The run's name.
    """

    files: dict[str, Path]
    record: dict[str, Any]
    run: str

    def listing(self) -> dict[str, tuple[int, int]]:
        """Bytes of each file, and the second at which it was changed, by name; those that are gone are left out."""
        found = {}
        for name, path in self.files.items():
            with contextlib.suppress(OSError):
                status = path.stat()
                found[name] = (status.st_size, int(status.st_mtime))
        return found


def make_parcel(run: RunFolder, *, checkpoint: bool) -> Parcel:
    """What a run needs.

    Args:
        run: Its folder.
        checkpoint: Whether the checkpoints go along, to go on from them.

    Raises:
        SiteError: The data is not there.
    """
    home = run.project_folder
    files = {name: path for name, path in _below(home, "") if name.partition("/")[0] not in _LEFT_OUT}
    record = {key: value for key, value in run.record().items() if key not in (SITE, "project_folder")}
    project = dict(record["project"])
    settings = DataSettings.from_json(project.get("data", {}))
    if settings.source:
        settings, data = _data(settings, home)
        files |= data
        project["data"] = settings.as_json()
    for folder in _OF_RUN:
        if folder != "checkpoint" or checkpoint:
            files |= dict(_below(run.path / folder, f"{RUNS}/{run.name}/{folder}/"))
    return Parcel(files, {**record, "project": project}, run.name)


def _data(settings: DataSettings, home: Path) -> tuple[DataSettings, dict[str, Path]]:
    try:
        source = source_path(settings, home)
    except DataError as error:
        raise SiteError(str(error)) from None
    inside = not is_hub_address(settings.source) and source.resolve().is_relative_to(home.resolve())
    relative = source.resolve().relative_to(home.resolve()).as_posix() if inside else ""
    if inside and relative.partition("/")[0] not in _LEFT_OUT:
        return replace(settings, source=relative), {}
    files = {f"{SENT}/{source.name}": source} if source.is_file() else dict(_below(source, f"{SENT}/{source.name}/"))
    beside = str(settings.options.get("labels") or "")
    if beside.startswith("../") and (source / beside).is_file():
        files[f"{SENT}/{Path(beside).name}"] = source / beside
    return replace(settings, source=f"{SENT}/{source.name}"), files


def _below(folder: Path, prefix: str) -> Iterator[tuple[str, Path]]:
    """All files below a folder by their names with a prefix; nothing hidden, and nothing behind a link to a folder."""
    if not folder.is_dir():
        return
    for entry in sorted(os.scandir(folder), key=lambda each: each.name):
        if entry.name.startswith(".") or (not prefix and entry.name in _LEFT_OUT):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _below(Path(entry.path), f"{prefix}{entry.name}/")
        elif entry.is_file():
            yield prefix + entry.name, Path(entry.path)


def missing(listing: Mapping[str, Any], folder: Path) -> list[str]:
    """The names in a listing of files that are not in a folder as they are listed."""
    found = []
    for name, told in listing.items():
        try:
            status = (folder / name).stat()
        except (OSError, ValueError):
            found.append(name)
        else:
            if [status.st_size, int(status.st_mtime)] != list(told):
                found.append(name)
    return found


def send(parcel: Parcel, wanted: Collection[str], pieces: PieceWriter) -> None:
    """Writes a parcel as a tar archive, the run's record last: a run without one is none.

    Args:
        parcel: What is there to send.
        wanted: Names of the files that the other end does not have.
        pieces: Where it is written.

    Raises:
        SiteError: A file cannot be read.
        OSError: The connection has ended.
    """
    with tarfile.open(mode="w|", fileobj=cast(Any, pieces), bufsize=CHUNK) as archive:
        for name, path in parcel.files.items():
            if name not in wanted:
                continue
            try:
                stream = path.open("rb")
            except OSError as error:
                raise SiteError(f"{path} cannot be sent: {(error.strerror or str(error)).lower()}.") from None
            with stream:
                status = os.fstat(stream.fileno())
                _add(archive, name, (status.st_size, int(status.st_mtime)), stream)
        content = json.dumps(parcel.record, indent=1, ensure_ascii=False).encode()
        _add(archive, f"{RUNS}/{parcel.run}/run.json", (len(content), int(time.time())), io.BytesIO(content))
    pieces.end()


def _add(archive: tarfile.TarFile, name: str, told: tuple[int, int], stream: Any) -> None:
    member = tarfile.TarInfo(name)
    (member.size, member.mtime), member.mode = told, 0o644
    archive.addfile(member, stream)


def unpack(pieces: PieceReader, folder: Path) -> None:
    """Writes the files of a parcel into a folder; what has the same name there is replaced.

    Raises:
        OSError: The disk is full, or nothing can be written there.
        tarfile.TarError: It is no parcel.
    """
    home = folder.resolve()
    with tarfile.open(mode="r|", fileobj=cast(Any, pieces)) as archive:
        for member in archive:
            name = PurePosixPath(member.name)
            content = archive.extractfile(member) if member.isfile() else None
            target = home / name
            inside = target.parent.resolve().is_relative_to(home)  # no link that is there leads out
            if content is None or name.is_absolute() or ".." in name.parts or not inside:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            with target.open("xb") as file:
                shutil.copyfileobj(content, file)
            os.utime(target, (member.mtime, member.mtime))
    pieces.skip()
