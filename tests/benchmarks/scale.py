"""Data far larger than memory should have to hold: 100,000 pictures, and a text of 2 GB.

    python -m tests.benchmarks.scale FOLDER [--pictures 100000] [--megabytes 2000] [--only pictures|text]

makes both in FOLDER from the shipped samples (unless they are there), opens them as a person would, and prints one JSON
object for each: seconds until the project is there the first time and again, megabytes of the largest process, seconds
from *Train* to the first batch with the index in place, and of these the part that a process waits in which Keras is
imported already (the window keeps one); and what the window holds with the project open.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

from dlstudio.graph.saving import load_project
from dlstudio.places import SAMPLE_DATA
from dlstudio.training.runs.run_folder import RunFolder, create_run

WINDOW_SECONDS = 8.0


def make_pictures(folder: Path, count: int) -> Path:
    """Garments with some noise, so that no two files are equal, in ten class folders."""
    with np.load(SAMPLE_DATA / "fashion" / "fashion.npz") as arrays:
        pictures, labels = arrays["x_train"], [str(each) for each in arrays["y_train"]]
    chance = np.random.default_rng(0)
    for number in range(count):
        which = number % len(pictures)
        path = folder / labels[which].replace("/", "-") / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = chance.integers(-8, 9, pictures[which].shape)
        Image.fromarray(np.clip(pictures[which] + noise, 0, 255).astype(np.uint8)).save(path, compress_level=1)
    return folder


def make_text(path: Path, megabytes: int) -> Path:
    """The shipped texts over and over."""
    content = b"".join(each.read_bytes() for each in sorted(SAMPLE_DATA.glob("*/**/*.txt")))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for _ in range(megabytes * 1_000_000 // len(content) + 1):
            file.write(content)
    return path


class Watched:
    """A process and the most memory that it or one of its children ever held."""

    def __init__(self, command: list[str], **more: object) -> None:
        self.process = subprocess.Popen(command, **more)  # type: ignore[call-overload]
        self.peak = 0
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        process = psutil.Process(self.process.pid)
        while self.process.poll() is None:
            for each in _family(process):
                try:
                    self.peak = max(self.peak, each.memory_info().rss)
                except psutil.Error:
                    continue
            time.sleep(0.05)


def _family(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def opened(data: Path, project: Path, template: str) -> tuple[float, float]:
    """Seconds and megabytes of making a project from the data."""
    begin = time.monotonic()
    command = [sys.executable, "-m", "dlstudio", "new", str(project), "--template", template, "--data", str(data)]
    watched = Watched(command, stdout=subprocess.DEVNULL)
    if watched.process.wait():
        raise SystemExit("The data could not be opened.")
    return round(time.monotonic() - begin, 1), round(watched.peak / 1e6)


def first_batch(project: Path) -> dict[str, float]:
    """Seconds from a waiting process' order to the first batch, and its megabytes after the first hundred."""
    run = create_run(project, load_project(project))
    command = [sys.executable, "-m", "dlstudio.training", "--spare"]
    watched = Watched(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(25)  # it imports Keras meanwhile, as the window's spare process does long before anybody trains
    assert watched.process.stdin is not None
    begin = time.monotonic()
    watched.process.stdin.write((json.dumps({"run": str(run.path)}) + "\n").encode())
    watched.process.stdin.flush()
    seconds = 0.0
    for event in _events(run):
        if event.get("event") == "batch":
            seconds = seconds or time.monotonic() - begin
            if event["step"] >= 100:
                break
    watched.process.kill()
    return {"first_batch_s": round(seconds, 1), "training_mb": round(watched.peak / 1e6)}


def _events(run: RunFolder) -> Iterator[dict[str, object]]:
    place = 0
    end = time.monotonic() + 600
    while time.monotonic() < end:
        if run.events_file.exists():
            with run.events_file.open(encoding="utf-8") as file:
                file.seek(place)
                for line in iter(file.readline, ""):
                    if not line.endswith("\n"):
                        break
                    place += len(line.encode())
                    yield json.loads(line)
        time.sleep(0.02)
    raise SystemExit("No batch came within ten minutes.")


def window(project: Path) -> dict[str, float]:
    """Megabytes of the window with the project open, and of its largest child."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    process = subprocess.Popen([sys.executable, "-m", "dlstudio", str(project)], env=environment)
    own = child = 0
    end = time.monotonic() + WINDOW_SECONDS + 20
    while time.monotonic() < end:
        first, *others = _family(psutil.Process(process.pid)) or [None]
        if first is not None:
            own = max(own, first.memory_info().rss)
        data = [
            each for each in others if "dlstudio.engine.child" in " ".join(each.cmdline()) and "data" in each.cmdline()
        ]
        child = max([child, *(each.memory_info().rss for each in data)])
        time.sleep(0.1)
    process.terminate()
    process.wait(30)
    return {"window_mb": round(own / 1e6), "data_child_mb": round(child / 1e6)}


def measured(data: Path, project: Path, template: str) -> dict[str, object]:
    os.environ["DLSTUDIO_CONFIG"] = str(project.parent / f"{project.name}-config")
    first, peak = opened(data, project, template)
    again, _ = opened(data, project.with_name(f"{project.name}-again"), template)
    found: dict[str, object] = {"first_open_s": first, "open_again_s": again, "opening_mb": peak}
    return {**found, **first_batch(project), **window(project)}


def tell(data: Path, found: dict[str, object]) -> None:
    print(json.dumps({"data": data.name, **found}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pictures", type=int, default=100_000)
    parser.add_argument("--megabytes", type=int, default=2000)
    parser.add_argument("--only", choices=("pictures", "text"))
    arguments = parser.parse_args()
    stamp = f"{time.time():.0f}"
    if arguments.only != "text":
        pictures = arguments.folder / f"pictures-{arguments.pictures}"
        if not pictures.exists():
            make_pictures(pictures, arguments.pictures)
        print(
            json.dumps({"data": pictures.name, **measured(pictures, arguments.folder / f"p{stamp}", "cnn")}), flush=True
        )
    if arguments.only != "pictures":
        text = arguments.folder / "text" / f"text-{arguments.megabytes}.txt"
        if not text.exists():
            make_text(text, arguments.megabytes)
        print(
            json.dumps({"data": text.name, **measured(text, arguments.folder / f"t{stamp}", "char-lstm")}), flush=True
        )


if __name__ == "__main__":
    main()
