"""Fetches the files of data of a data set on the Hugging Face hub into a folder of the cache, by ``huggingface_hub``.

Only tables, pictures, sounds and texts are fetched: no loading scripts, nothing pickled, no archives. A copy belongs to
one commit and never changes, so a project that names a commit reads the same on every machine, and without a network
once it was fetched. ``HF_ENDPOINT`` may name another server, ``HF_HUB_OFFLINE=1`` forbids to ask one.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from dlstudio.atomic import write_atomically
from dlstudio.data.hugging_face.hub_address import HubAddress
from dlstudio.data.hugging_face.hub_layout import CARD, form_of, layout, read_card
from dlstudio.data.pictures.images import IMAGE_SUFFIXES
from dlstudio.data.progress import report
from dlstudio.data.sound.sounds import SOUND_SUFFIXES
from dlstudio.data.table import DataError
from dlstudio.places import cache_folder

T = TypeVar("T")

MOST_BYTES = 4 << 30
MOST_FILES = 100_000
_MEDIA = IMAGE_SUFFIXES | SOUND_SUFFIXES
_TEXTS = frozenset({".txt", ".conll", ".xml"})
_DONE = ".complete.json"  # hidden, so that it is no file of the data
_PATIENCE = 20.0  # seconds for an answer


def local_copy(address: HubAddress) -> Path:
    """The folder of a data set; it is fetched where it is not here yet.

    Raises:
        DataError: It cannot be fetched.
    """
    return fetch(address)[0]


def fetch(address: HubAddress) -> tuple[Path, HubAddress]:
    """The folder with the files of data, and the address with the commit that they are of.

    Raises:
        DataError: There is no network, no such data set, or it is too large; the sentence says what to do.
    """
    if address.is_fixed and _is_complete(_home(address)):
        return _home(address), address
    try:
        files, commit = _asked(address, partial(_listing, address))
    except DataError:
        known = _remembered(address)
        if known is None:
            raise
        return _home(known), known  # the copy of the last time, where nobody answers now
    fixed = address.at(commit)
    home = _home(fixed)
    if not _is_complete(home):
        _fetch_files(fixed, files, home)
    _remember(address, commit)
    return home, fixed


def size_in_words(count: int) -> str:
    """``12.3 MB``: powers of ten, as browsers tell sizes."""
    for unit, of in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= of:
            return f"{count / of:.1f} {unit}"
    return f"{count} bytes"


def _home(address: HubAddress) -> Path:
    """Its last name is the data set's, which is what sentences call it."""
    name = address.repository.rpartition("/")[2]
    return cache_folder() / "hub" / address.revision / (address.config or "-") / name


def _is_complete(home: Path) -> bool:
    return (home / _DONE).is_file()


def _listing(address: HubAddress) -> tuple[dict[str, int], str]:
    """The sizes of all files in bytes, and the commit."""
    found = _api().dataset_info(
        address.repository, revision=address.revision or None, files_metadata=True, timeout=_PATIENCE
    )
    sizes = {each.rfilename: int(each.size or 0) for each in found.siblings or () if _is_inside(each.rfilename)}
    return sizes, str(found.sha)


def _fetch_files(address: HubAddress, sizes: Mapping[str, int], home: Path) -> None:
    if CARD in sizes and sizes[CARD] <= 16 << 20:
        _fetch_file(address, CARD, home, lambda _: None)
    names = _files_of_data(address, list(sizes), _card(home))
    total = sum(sizes[name] for name in names)
    if total > MOST_BYTES or len(names) > MOST_FILES:
        raise DataError(
            f"{address.title} has {size_in_words(total)} in {len(names):,} files; {size_in_words(MOST_BYTES)} and "
            f"{MOST_FILES:,} files are the most that is fetched. Choose a smaller configuration "
            f"(hf://{address.repository}/CONFIGURATION), or fetch a part yourself and open its folder."
        )
    home.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(home).free < total + (256 << 20):
        raise DataError(f"{address.title} has {size_in_words(total)}, for which there is no room in {cache_folder()}.")
    what = f"Fetching {address.title} ({size_in_words(total)})"
    done = 0

    def told(count: int) -> None:
        nonlocal done
        done += count
        report(what, min(done, total - 1), total)

    report(what, 0, max(total, 1))
    for name in names:
        before = done
        _fetch_file(address, name, home, told)
        done = before + sizes[name]
        got = (home / name).stat().st_size
        if sizes[name] and got != sizes[name]:
            (home / name).unlink()
            raise DataError(
                f"{name} of {address.title} came with {got:,} bytes where it has {sizes[name]:,}. Try again."
            )
    report(what, max(total, 1), max(total, 1))
    write_atomically(home / _DONE, json.dumps({"address": str(address), "files": names}, indent=1).encode())


def _files_of_data(address: HubAddress, names: list[str], card: Mapping[str, Any]) -> list[str]:
    """What is fetched of a repository: the tables of the configuration, or else all pictures, sounds and texts.

    Raises:
        DataError: There is nothing of that kind.
    """
    media = [name for name in names if PurePosixPath(name).suffix.lower() in _MEDIA]
    if media and "configs" not in card:
        return sorted({*media, *(name for name in names if form_of(name) or _is_text(name))})
    try:
        tables = {name for files in layout(card, names, address.config).files.values() for name in files}
    except DataError as error:
        texts = sorted(name for name in names if _is_text(name))
        if texts and not any(form_of(name) for name in names):
            return texts
        raise DataError(
            f"{address.title} cannot be opened. {error} Of many data sets the hub keeps a copy as Parquet: try "
            f"hf://{address.repository}{'/' + address.config if address.config else ''}@refs/convert/parquet."
        ) from None
    return sorted({*tables, *media})


def _is_text(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix.lower() in _TEXTS and not path.name.lower().startswith(("license", "readme", "requirements"))


def _is_inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and "\\" not in name and ".." not in parts and "\0" not in name


def _card(home: Path) -> dict[str, Any]:
    file = home / CARD
    return read_card(file.read_text(encoding="utf-8-sig", errors="replace")) if file.is_file() else {}


def _fetch_file(address: HubAddress, name: str, home: Path, told: Callable[[int], None]) -> None:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.utils import tqdm  # type: ignore[attr-defined]

    class Told(tqdm):
        """Counts what has come; shows nothing itself."""

        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **{**options, "disable": True})  # type: ignore[no-untyped-call]
            told(int(options.get("initial") or 0))

        def update(self, n: float | None = 1) -> None:
            told(int(n or 0))

    def work() -> str:
        return str(
            hf_hub_download(
                address.repository,
                name,
                repo_type="dataset",
                revision=address.revision,
                local_dir=home,
                endpoint=_endpoint(),
                tqdm_class=Told,
            )
        )

    _asked(address, work)


def _asked(address: HubAddress, work: Callable[[], T]) -> T:
    """What the hub answers, its errors as sentences."""
    from huggingface_hub import errors

    try:
        return work()
    except errors.GatedRepoError:
        raise DataError(
            f"{address.repository} is given only to who has agreed to its terms on its page of the hub. Agree there, "
            "log in with 'hf auth login', and try again."
        ) from None
    except errors.RepositoryNotFoundError:
        raise DataError(
            f"There is no data set {address.repository} on the hub, or it is private. Look at how it is written; of a "
            "private one, log in with 'hf auth login'."
        ) from None
    except errors.RevisionNotFoundError:
        raise DataError(f"{address.repository} has no revision '{address.revision}'.") from None
    except errors.HfHubHTTPError as error:
        status = getattr(error.response, "status_code", "")
        raise DataError(f"The hub refuses {address.repository} (HTTP {status}). Try again later.") from None
    except (errors.HTTPError, OSError, ValueError) as error:  # type: ignore[attr-defined]
        said = (str(error).splitlines() or [type(error).__name__])[0][:160].rstrip(".")
        raise DataError(
            f"{address.title} cannot be fetched: the hub does not answer ({said}). Connect to the network and try "
            "again, or open a folder or file that is here."
        ) from None


def _api() -> Any:
    from huggingface_hub import HfApi

    return HfApi(endpoint=_endpoint())


def _endpoint() -> str | None:
    return os.environ.get("HF_ENDPOINT") or None


def _note(address: HubAddress) -> Path:
    digest = hashlib.sha256(str(address).encode()).hexdigest()[:24]
    return cache_folder() / "hub" / "commits" / f"{digest}.txt"


def _remember(address: HubAddress, commit: str) -> None:
    note = _note(address)
    note.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(note, commit.encode())


def _remembered(address: HubAddress) -> HubAddress | None:
    note = _note(address)
    fixed = address.at(note.read_text(encoding="utf-8").strip()) if note.is_file() else None
    return fixed if fixed is not None and fixed.is_fixed and _is_complete(_home(fixed)) else None
