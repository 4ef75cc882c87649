"""The set-up scripts: pins without hosts, instant the second time, from any folder."""

from __future__ import annotations

import os
import re
import subprocess
import time
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PINS = dict(
    re.fullmatch(r"([A-Za-z0-9_.-]+)==(\S+)", line).groups()  # type: ignore[union-attr]
    for line in (ROOT / "packaging/constraints.txt").read_text().splitlines()
    if line and not line.startswith("#")
)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_that_every_dependency_is_pinned_inside_its_range() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pins = {normal(name): Version(version) for name, version in PINS.items()}
    for line in (*project["dependencies"], *project["optional-dependencies"]["test"]):
        requirement = Requirement(line)
        assert pins[normal(requirement.name)] in requirement.specifier, line


@pytest.mark.parametrize("script", ["run", "test", "setup.bash"])
def test_that_the_scripts_are_sound_bash(script: str) -> None:
    subprocess.run(["bash", "-n", ROOT / "packaging" / script], check=True)


@pytest.mark.parametrize("library", ["libGL.so.1", "libxcb-cursor.so.0"])
def test_that_a_missing_library_of_qt_is_named_with_its_package(library: str, tmp_path: Path) -> None:
    listing = [
        f"\t{line.split()[1]} (libc6,x86-64) => /lib/x"
        for line in (ROOT / "packaging/qt-libraries.txt").read_text().splitlines()
        if not line.startswith("#") and library not in line
    ]
    fake = tmp_path / "ldconfig"
    fake.write_text("#!/bin/sh\ncat <<'E'\n" + "\n".join(listing) + "\nE\n")
    fake.chmod(0o755)
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")
    (tmp_path / "id").chmod(0o755)
    (tmp_path / "apt-get").write_text("#!/bin/sh\n")
    (tmp_path / "apt-get").chmod(0o755)
    done = subprocess.run(
        ["bash", "-c", f"source '{ROOT}/packaging/setup.bash'; ensure_qt_libraries window"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    package = library.lower().replace(".so.", "")
    assert done.returncode == 1
    assert package in done.stderr
    assert "sudo apt-get install" in done.stderr


@pytest.mark.skipif(not (ROOT / ".venv/.ready").exists(), reason="needs the environment that packaging/test makes")
def test_that_the_second_start_is_at_once_and_works_from_any_folder(tmp_path: Path) -> None:
    (tmp_path / "random.py").write_text("raise SystemExit('the folder one stands in was imported')")
    began = time.monotonic()
    done = subprocess.run(
        [ROOT / "packaging/run", "--version"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("DL Studio 0.")
    assert "set-up" not in done.stderr
    assert time.monotonic() - began < 20  # an install takes longer; a start takes a fraction of a second
