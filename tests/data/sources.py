"""Makes small sources of every format."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from tests.data.hub_repository import repository


def write_image(path: Path, value: int, side: int = 8, mode: str = "L") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, (side, side), value if mode == "L" else (value, value // 2, 0)).save(path)


def image_folder(folder: Path, per_class: int = 20) -> Path:
    for index, label in enumerate(("cat", "dog")):
        for number in range(per_class):
            write_image(folder / label / f"{number}.png", 10 + 100 * index + number)
    return folder


def csv_table(folder: Path, rows: int = 40) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "table.csv"
    lines = [f"{n},{n * 0.5},{'red' if n % 3 else 'blue'},{'yes' if n % 2 else 'no'}" for n in range(rows)]
    path.write_text("\n".join(["height,weight,colour,label", *lines]) + "\n", encoding="utf-8")
    return path


def npz_arrays(folder: Path, rows: int = 40) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "arrays.npz"
    x = np.arange(rows * 64, dtype=np.uint8).reshape(rows, 8, 8)
    np.savez(path, x_train=x, y_train=np.arange(rows) % 2, x_test=x[:10], y_test=np.arange(10) % 2)
    return path


def write_sound(path: Path, tone: float = 440.0, seconds: float = 0.2, rate: int = 8000, channels: int = 1) -> None:
    """A sine of some hertz with a little noise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    time = np.arange(int(seconds * rate)) / rate
    wave = 0.5 * np.sin(2 * np.pi * tone * time) + 0.01 * np.random.default_rng(int(tone)).normal(size=len(time))
    soundfile.write(path, np.repeat(wave[:, None], channels, axis=1), rate)


def frames(tone: int, count: int = 6, side: int = 12) -> np.ndarray:
    """(count, side, side, 3) uint8: a square that moves to the right over a ground of one grey."""
    found = np.full((count, side, side, 3), tone, np.uint8)
    for place, frame in enumerate(found):
        frame[3:8, place : place + 5] = 250
    return found


def write_gif(path: Path, clip: np.ndarray, milliseconds: int | list[int] = 100) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    first, *others = [Image.fromarray(frame) for frame in clip]
    first.save(path, save_all=True, append_images=others, duration=milliseconds, loop=0)
    return path


def write_frames(folder: Path, clip: np.ndarray) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for place, frame in enumerate(clip):
        Image.fromarray(frame).save(folder / f"frame_{place:03d}.png")
    return folder


def write_video(path: Path, clip: np.ndarray, rate: int = 10) -> Path:
    av = pytest.importorskip("av")
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=rate)
        stream.height, stream.width = clip.shape[1:3]
        stream.pix_fmt = "yuv420p"
        for frame in clip:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")))
        container.mux(stream.encode())
    return path


def large(count: int = 30, side: int = 32) -> np.ndarray:
    """Frames that grow lighter: frame n is all of 8 × n."""
    return np.stack([np.full((side, side, 3), 8 * place, np.uint8) for place in range(count)])


def clip_folder(folder: Path, per_class: int = 20) -> Path:
    """Squares that move to the right, and the same backwards."""
    for label, step in (("left", -1), ("right", 1)):
        for number in range(per_class):
            write_gif(folder / label / f"{number}.gif", frames(20 + 5 * number)[::step])
    return folder


def sound_folder(folder: Path, per_class: int = 20) -> Path:
    for index, label in enumerate(("hum", "whistle")):
        for number in range(per_class):
            write_sound(folder / label / f"{number}.wav", 200 + 1500 * index + 3 * number)
    return folder


def time_series(folder: Path, rows: int = 120) -> Path:
    """Hours with a season of eight steps and a slow rise."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "series.csv"
    lines = [f"2024-01-{1 + n // 24:02d} {n % 24:02d}:00,{20 + n * 0.05 + 5 * (n % 8)}" for n in range(rows)]
    path.write_text("\n".join(["time,power", *lines]) + "\n", encoding="utf-8")
    return path


def jsonl_table(folder: Path, rows: int = 40) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "table.jsonl"
    lines = [
        json.dumps({"height": n, "weight": n * 0.5, "colour": "red" if n % 3 else "blue", "label": "ny"[n % 2]})
        for n in range(rows)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def parquet_table(folder: Path, rows: int = 40) -> Path:
    import pyarrow
    from pyarrow import parquet

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "table.parquet"
    content = {
        "height": list(range(rows)),
        "weight": [n * 0.5 for n in range(rows)],
        "colour": ["red" if n % 3 else "blue" for n in range(rows)],
        "label": ["ny"[n % 2] for n in range(rows)],
    }
    parquet.write_table(pyarrow.table(content), path, row_group_size=16)
    return path


def text_folder(folder: Path, per_class: int = 20) -> Path:
    for label in ("praise", "blame"):
        (folder / label).mkdir(parents=True, exist_ok=True)
        for number in range(per_class):
            text = f"This is text {number} of those that {label} a film."
            (folder / label / f"{number}.txt").write_text(text, encoding="utf-8")
    return folder


def conll_file(folder: Path, sentences: int = 40) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "tagged.conll"
    path.write_text("\n\n".join(f"Ms. O\nMay B-PER\nhas O\n{n} O" for n in range(sentences)) + "\n", encoding="utf-8")
    return path


def entity_lines(folder: Path, sentences: int = 40) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "tagged.jsonl"
    lines = [{"tokens": ["May", "has", str(n)], "tags": ["B-PER", "O", "O"]} for n in range(sentences)]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


def parallel_text(folder: Path, pairs: int = 40) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    english = [f"the cat sees {n} {'birds' if n % 2 else 'dogs and a bird'}" for n in range(pairs)]
    french = [f"le chat voit {n} {'oiseaux' if n % 2 else 'chiens et un oiseau'}" for n in range(pairs)]
    for language, lines in (("en", english), ("fr", french)):
        (folder / f"news.{language}").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def running_text(folder: Path, sentences: int = 200) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "story.txt"
    path.write_text("".join(f"Day {n}: the cat sat on the mat.\n" for n in range(sentences)), encoding="utf-8")
    return path


def masks(rows: int = 40, side: int = 16) -> np.ndarray:
    """(rows, side, side) uint8: a square of ones that is elsewhere in each."""
    found = np.zeros((rows, side, side), np.uint8)
    for row, mask in enumerate(found):
        mask[2 + row % 5 : 8 + row % 5, 3 + row % 3 : 9 + row % 3] = 1
    return found


def mask_folder(folder: Path) -> Path:
    for row, mask in enumerate(masks()):
        for kind, values in (("images", 20 + 90 * mask + row), ("masks", 255 * mask)):
            (folder / kind).mkdir(parents=True, exist_ok=True)
            Image.fromarray(values.astype(np.uint8)).save(folder / kind / f"cell{row}.png")
    return folder


def scan_folder(folder: Path) -> Path:
    """Forty NIfTI scans of twenty patients with masks in a folder beside them."""
    import nibabel

    found = np.repeat(masks()[:, np.newaxis], 4, axis=1)
    for row, mask in enumerate(found):
        for kind, values in (("images", mask.astype(np.int16) * 300 + row), ("labels", mask)):
            (folder / kind).mkdir(parents=True, exist_ok=True)
            image = nibabel.Nifti1Image(np.ascontiguousarray(values.T).astype(np.int16), np.eye(4))
            nibabel.save(image, folder / kind / f"sub-{row // 2:02d}_scan{row % 2}.nii.gz")
    return folder


def volume_arrays(folder: Path) -> Path:
    """Forty volumes of four slices with masks, of ten patients."""
    path = folder / "volumes.npz"
    found = np.repeat(masks()[:, np.newaxis], 4, axis=1)
    noise = np.random.default_rng(5).integers(0, 20, found.shape)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, images=(found * 90 + noise).astype(np.uint8), masks=found, patient=np.arange(40) // 4)
    return path


def mask_arrays(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "cells.npz"
    noise = np.random.default_rng(5).integers(0, 90, (40, 16, 16))
    np.savez(path, images=(masks() * 90 + noise).astype(np.uint8), masks=masks())
    return path


BOXES = (("cup", (2, 3, 10, 9)), ("cup", (12, 0, 20, 8)), ("pen", (4, 10, 24, 16)))
"""Class and edges of boxes in pictures of 16 × 24 pixels; row n of a source has the first n % 4 of them."""


def boxes_of(row: int) -> list[tuple[str, tuple[int, int, int, int]]]:
    return list(BOXES[: row % 4])


def box_pictures(folder: Path, rows: int) -> list[Path]:
    """Black pictures of 16 × 24 pixels with a white rectangle for each box."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for row in range(rows):
        pixels = np.full((16, 24, 3), 10 + row, np.uint8)
        for _, (left, top, right, bottom) in boxes_of(row):
            pixels[top:bottom, left:right] = 255
        paths.append(folder / f"scene{row}.png")
        Image.fromarray(pixels).save(paths[-1])
    return paths


def boxes_csv(folder: Path, rows: int = 40) -> Path:
    lines = ["image,xmin,ymin,xmax,ymax,label"]
    for row, path in enumerate(box_pictures(folder / "images", rows)):
        lines += [f"images/{path.name},{','.join(map(str, edges))},{label}" for label, edges in boxes_of(row)]
        if not boxes_of(row):
            lines.append(f"images/{path.name},,,,,")
    (folder / "boxes.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def boxes_coco(folder: Path, rows: int = 40) -> Path:
    images, annotations = [], []
    for row, path in enumerate(box_pictures(folder / "images", rows)):
        images.append({"id": 100 + row, "file_name": path.name, "width": 24, "height": 16})
        for label, (left, top, right, bottom) in boxes_of(row):
            annotations.append(
                {
                    "id": len(annotations),
                    "image_id": 100 + row,
                    "category_id": {"cup": 3, "pen": 8}[label],
                    "bbox": [left, top, right - left, bottom - top],
                    "iscrowd": 0,
                }
            )
    categories = [{"id": 3, "name": "cup"}, {"id": 8, "name": "pen"}, {"id": 9, "name": "hat"}]
    content = {"images": images, "annotations": annotations, "categories": categories}
    (folder / "annotations.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def boxes_voc(folder: Path, rows: int = 40) -> Path:
    (folder / "Annotations").mkdir(parents=True, exist_ok=True)
    for row, path in enumerate(box_pictures(folder / "JPEGImages", rows)):
        objects = "".join(
            f"<object><name>{label}</name><bndbox><xmin>{left + 1}</xmin><ymin>{top + 1}</ymin><xmax>{right}</xmax>"
            f"<ymax>{bottom}</ymax></bndbox></object>"
            for label, (left, top, right, bottom) in boxes_of(row)
        )
        size = "<size><width>24</width><height>16</height><depth>3</depth></size>"
        (folder / "Annotations" / f"{path.stem}.xml").write_text(
            f"<annotation><filename>{path.name}</filename>{size}{objects}</annotation>", encoding="utf-8"
        )
    return folder


def boxes_yolo(folder: Path, rows: int = 40) -> Path:
    (folder / "labels").mkdir(parents=True, exist_ok=True)
    for row, path in enumerate(box_pictures(folder / "images", rows)):
        lines = [
            f"{('cup', 'pen').index(label)} {(left + right) / 48} {(top + bottom) / 32} {(right - left) / 24} "
            f"{(bottom - top) / 16}"
            for label, (left, top, right, bottom) in boxes_of(row)
        ]
        if lines:
            (folder / "labels" / f"{path.stem}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "data.yaml").write_text("nc: 2\nnames: [cup, pen]\n", encoding="utf-8")
    return folder


def squad_file(folder: Path, passages: int = 20) -> Path:
    """Two questions about each passage; the answer to the second is the number."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "questions.json"
    paragraphs = []
    for number in range(passages):
        context = f"May Moss saw {number} birds in Rome."
        asked = [("Who saw birds?", "May Moss"), ("How many birds did May see?", str(number))]
        qas = [
            {
                "id": f"{number}-{place}",
                "question": question,
                "answers": [{"text": answer, "answer_start": context.index(answer)}],
            }
            for place, (question, answer) in enumerate(asked)
        ]
        paragraphs.append({"context": context, "qas": qas})
    tree = {"version": "1.1", "data": [{"title": "Birds", "paragraphs": paragraphs}]}
    path.write_text(json.dumps(tree), encoding="utf-8")
    return path


def image_pairs(folder: Path, people: int = 14, each: int = 4) -> Path:
    """Pictures of people, a folder each; pairs of six of them in a list, a pair of one and a pair of two a line."""
    for person in range(people):
        for number in range(each):
            write_image(folder / f"person{person:02d}" / f"{number}.png", 15 * person + number)
    lines = ["first,second,same"]
    for person in range(6):
        other = (person + 1) % 6
        lines.append(f"person{person:02d}/0.png,person{person:02d}/1.png,1")
        lines.append(f"person{person:02d}/2.png,person{other:02d}/3.png,0")
    (folder / "pairs.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


MAKERS: dict[str, Callable[[Path], Path]] = {
    "image-folder": image_folder,
    "csv": csv_table,
    "npz": npz_arrays,
    "clip-folder": clip_folder,
    "sound-folder": sound_folder,
    "time-series": time_series,
    "jsonl": jsonl_table,
    "parquet": parquet_table,
    "text-folder": text_folder,
    "conll": conll_file,
    "running-text": running_text,
    "parallel-text": parallel_text,
    "mask-folder": mask_folder,
    "mask-arrays": mask_arrays,
    "volume-arrays": volume_arrays,
    "scan-folder": scan_folder,
    "entity-jsonl": entity_lines,
    "boxes-csv": boxes_csv,
    "boxes-coco": boxes_coco,
    "boxes-voc": boxes_voc,
    "boxes-yolo": boxes_yolo,
    "squad": squad_file,
    "hub-folder": repository,
    "image-pairs": image_pairs,
}
