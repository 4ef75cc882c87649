"""Boxes of the four formats: the same scenes give the same arrays, and what is broken is said with file and place."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dlstudio.data.doctor.quick import data_problems
from dlstudio.data.encoders.boxes import usual_strides
from dlstudio.data.encoders.registry import READS
from dlstudio.data.opening import guess_settings
from dlstudio.data.pictures.class_colours import class_colours
from dlstudio.data.pictures.images import load
from dlstudio.data.pictures.placing import placing
from dlstudio.data.preparing import PreparedData, prepare
from dlstudio.data.summary import summarize, thumbnails
from dlstudio.data.table import DataError
from dlstudio.graph.project import DataSettings
from tests.data.sources import MAKERS, box_pictures, boxes_of

FORMATS = ("boxes-csv", "boxes-coco", "boxes-voc", "boxes-yolo")


def opened(source: Path, **changes: object) -> PreparedData:
    settings = guess_settings(source)
    columns = {name: {**column, **changes} for name, column in settings.columns.items()}
    return prepare(replace(settings, columns=columns), source.parent)


def rows_of(data: PreparedData) -> dict[str, np.ndarray]:
    """Encoded boxes by the picture's name."""
    names = [data.table.place(row).rpartition("/")[2] for row in range(data.table.rows)]
    return dict(zip(names, data.encode("boxes", np.arange(data.table.rows)), strict=True))


@pytest.mark.parametrize("name", FORMATS)
def test_that_every_format_gives_the_same_boxes_in_the_pixels_of_the_encoded_picture(name: str, tmp_path: Path) -> None:
    data = opened(MAKERS[name](tmp_path / "data"), size=[32, 48])
    assert data.settings.format == name
    assert data.specs["boxes"].classes == ("cup", "pen")
    assert data.specs["boxes"].shape == (3, 5)
    assert data.specs["boxes"].size == data.specs["image"].shape[:2] == (32, 48)
    found = rows_of(data)
    assert len(found) == 40
    for row in range(40):
        wanted = [[("cup", "pen").index(label), *(2 * edge for edge in edges)] for label, edges in boxes_of(row)]
        got = found[f"scene{row}.png"]
        assert got[: len(wanted)] == pytest.approx(np.array(wanted).reshape(-1, 5), abs=1e-4)
        assert (got[len(wanted) :] == -1).all()


@pytest.mark.parametrize("name", FORMATS)
def test_that_images_and_boxes_get_one_size_and_no_issue(name: str, tmp_path: Path) -> None:
    source = MAKERS[name](tmp_path / "data")
    settings = guess_settings(source)
    assert settings.columns["image"]["size"] == settings.columns["boxes"]["size"]
    assert [side % 32 for side in settings.columns["boxes"]["size"]] == [0, 0]
    data = prepare(settings, tmp_path)
    assert data.issues == []
    assert [p.message for p in data_problems(settings, data) if p.severity == "error"] == []
    shown = {data.table.place(row)[-10:]: data.raw("boxes", row) for row in range(data.table.rows)}
    assert [shown[f"scene1{n}.png"[-10:]] for n in (1, 2, 3)] == ["2 cup, 1 pen", "no box", "1 cup"]


def test_that_encoders_are_read_back_from_json(tmp_path: Path) -> None:
    data = opened(MAKERS["boxes-csv"](tmp_path / "data"), size=[32, 64], fit="pad")
    encoder = data.encoders["boxes"]
    again = READS["boxes"](json.loads(json.dumps(encoder.as_json())))
    assert again.spec == encoder.spec
    raw = data.table.columns["boxes"]
    assert (again.encode(raw) == data.encode("boxes", np.arange(data.table.rows))).all()


@pytest.mark.parametrize("fit", ["stretch", "crop", "pad"])
@pytest.mark.parametrize("size", [(16, 24), (32, 24), (21, 60), (8, 40)])
def test_that_a_box_stays_around_its_object_however_the_picture_is_fitted(
    fit: str, size: tuple[int, int], tmp_path: Path
) -> None:
    height, width = 48, 64
    pixels = np.zeros((height, width, 3), np.uint8)
    box = (20, 12, 44, 36)
    pixels[box[1] : box[3], box[0] : box[2]] = 255
    Image.fromarray(pixels).save(tmp_path / "a.png")
    where = placing((height, width), size, fit)  # type: ignore[arg-type]
    seen = load(tmp_path / "a.png", size, 1, fit)[..., 0] > 127  # type: ignore[arg-type]
    rows, columns = np.nonzero(seen)
    wanted = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    assert where.into([box])[0] == pytest.approx(wanted, abs=1.0)
    uncut = where.into([box])[0]
    if (uncut > 0).all() and (uncut[2:] < [size[1], size[0]]).all():
        assert where.back(where.into([box]))[0] == pytest.approx(box, abs=1e-6)


def test_that_pictures_of_differing_sizes_scale_their_boxes_each_for_itself(tmp_path: Path) -> None:
    for name, (height, width) in {"a": (40, 80), "b": (160, 80), "c": (64, 64)}.items():
        Image.new("RGB", (width, height)).save(tmp_path / f"{name}.png")
    lines = ["image,xmin,ymin,xmax,ymax,label", "a.png,0,0,80,40,all", "b.png,0,0,80,160,all", "c.png,32,32,64,64,all"]
    (tmp_path / "boxes.csv").write_text("\n".join(lines), encoding="utf-8")
    data = opened(tmp_path)
    assert data.settings.columns["boxes"]["fit"] == "pad"
    side = data.specs["boxes"].size[0]
    found = data.encode("boxes", np.arange(3))[:, 0, 1:] / side
    assert found[0] == pytest.approx([0, 0.25, 1, 0.75], abs=0.02)
    assert found[1] == pytest.approx([0.25, 0, 0.75, 1], abs=0.02)
    assert found[2] == pytest.approx([0.5, 0.5, 1, 1], abs=0.02)


def test_that_grids_divide_the_picture_evenly_and_other_sizes_are_refused(tmp_path: Path) -> None:
    assert usual_strides((192, 256)) == (8, 16, 32)
    assert usual_strides((48, 64)) == (4, 8, 16)
    assert usual_strides((28, 28)) == (1, 2, 4)
    with pytest.raises(DataError, match="multiples of 4"):
        _prepared(MAKERS["boxes-csv"](tmp_path), size=[30, 30])


def _prepared(source: Path, **changes: object) -> PreparedData:
    settings = guess_settings(source)
    columns = {name: {**column, **changes} for name, column in settings.columns.items()}
    return prepare(replace(settings, columns=columns), source.parent, ("image", "boxes"))


def test_that_a_row_keeps_its_largest_boxes_where_it_has_more_than_it_may(tmp_path: Path) -> None:
    data = _prepared(MAKERS["boxes-csv"](tmp_path), most=1)
    assert data.specs["boxes"].shape == (1, 5)
    kept = rows_of(data)["scene3.png"][0]
    assert kept[0] == 1  # the pen has the most area


def test_that_boxes_which_lie_apart_from_their_images_are_told_with_a_fix(tmp_path: Path) -> None:
    settings = guess_settings(MAKERS["boxes-csv"](tmp_path))
    settings = replace(settings, columns={**settings.columns, "image": {**settings.columns["image"], "fit": "pad"}})
    data = prepare(settings, tmp_path)
    (problem,) = [each for each in data_problems(settings, data) if "lie apart" in each.message]
    assert problem.severity == "error"
    assert problem.fix is not None
    mended = DataSettings.from_json(problem.fix.edits[0]["value"])
    assert mended.columns["boxes"]["fit"] == "pad"
    assert not [each for each in data_problems(mended, prepare(mended, tmp_path)) if "lie apart" in each.message]


def test_that_the_data_page_shows_how_many_boxes_there_are_and_draws_them(tmp_path: Path) -> None:
    settings = guess_settings(MAKERS["boxes-coco"](tmp_path))
    summary = summarize(settings, tmp_path)
    (column,) = [each for each in summary.columns if each.name == "boxes"]
    counts, sides = column.spreads
    assert sum(counts.counts) == 40
    assert (counts.low, counts.high) == (0, 3)
    assert "50 cup, 10 pen" in counts.note
    assert sum(sides.counts) == 60
    row = 3
    shown = thumbnails(settings, tmp_path, "image", [row], 256)[row]
    label, *edges = prepare(settings, tmp_path).encode("boxes", np.array([row]))[0, 0]
    left, top = (round(float(edge)) for edge in edges[:2])
    assert shown[top, left + 1].tolist() == list(class_colours(("cup", "pen"))[int(label)])


def test_that_only_the_classes_that_are_named_are_learnt(tmp_path: Path) -> None:
    data = _prepared(MAKERS["boxes-coco"](tmp_path), classes=["pen"])
    counts = {name: int((boxes[:, 0] >= 0).sum()) for name, boxes in rows_of(data).items()}
    assert (counts["scene2.png"], counts["scene3.png"]) == (0, 1)


def test_that_boxes_beyond_the_edge_are_cut_and_those_outside_left_out_with_a_word(tmp_path: Path) -> None:
    box_pictures(tmp_path, 2)
    lines = ["file,x1,y1,x2,y2,class", "scene0.png,-5,2,9,99,a", "scene1.png,30,2,40,9,a", "scene1.png,9,9,3,12,a"]
    (tmp_path / "table.csv").write_text("\n".join(lines), encoding="utf-8")
    data = opened(tmp_path, size=[16, 24])
    assert data.encode("boxes", np.array([0]))[0, 0].tolist() == [0, 0, 2, 9, 16]
    assert (data.encode("boxes", np.array([1])) == -1).all()
    (issue,) = [each for each in data.issues if each.kind == "outside"]
    assert issue.count == 2
    assert "line 3" in issue.message


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("filename,width,height,class,xmin,ymin,xmax,ymax", "scene0.png,24,16,cup,2,3,10,9"),
        ("image_path;x;y;w;h;label", "scene0.png;2;3;8;6;cup"),
        ("image,x_min,y_min,x_max,y_max,category", "scene0.png,0.083333,0.1875,0.416667,0.5625,cup"),
        ("", "scene0.png,2,3,10,9,cup"),
    ],
)
def test_that_tables_are_known_by_their_columns(header: str, line: str, tmp_path: Path) -> None:
    box_pictures(tmp_path, 1)
    (tmp_path / "t.csv").write_text("\n".join([header, line] if header else [line] * 2), encoding="utf-8")
    data = opened(tmp_path, size=[16, 24])
    assert data.settings.format == "boxes-csv"
    assert data.encode("boxes", np.array([0]))[0, 0] == pytest.approx([0, 2, 3, 10, 9], abs=1e-3)


def test_that_parts_come_from_columns_folders_and_lists(tmp_path: Path) -> None:
    table = tmp_path / "csv"
    box_pictures(table, 3)
    lines = [f"scene{n}.png,1,1,5,5,a,{part}" for n, part in enumerate(("train", "val", "test"))]
    (table / "t.csv").write_text("\n".join(["image,xmin,ymin,xmax,ymax,label,split", *lines]), encoding="utf-8")
    assert {part: len(rows) for part, rows in opened(table).rows.items()} == {"train": 1, "validation": 1, "test": 1}

    coco = tmp_path / "coco"
    for part, count in (("train", 12), ("valid", 4), ("test", 8)):
        made = MAKERS["boxes-coco"](coco / part, count)  # type: ignore[call-arg]
        (made / "annotations.json").rename(made / "_annotations.coco.json")
    found = opened(coco)
    assert {part: len(rows) for part, rows in found.rows.items()} == {"train": 12, "validation": 4, "test": 8}
    assert found.specs["boxes"].classes == ("cup", "pen")

    yolo = tmp_path / "yolo"
    for part, count in (("train", 12), ("val", 4)):
        MAKERS["boxes-yolo"](yolo / part, count)  # type: ignore[call-arg]
    (yolo / "train" / "data.yaml").rename(yolo / "data.yaml")
    parts = opened(yolo).rows
    assert len(parts["validation"]) == 4
    assert len(parts["train"]) + len(parts["test"]) == 12

    voc = MAKERS["boxes-voc"](tmp_path / "voc", 12)  # type: ignore[call-arg]
    (voc / "ImageSets" / "Main").mkdir(parents=True)
    for part, rows in (("train", range(8)), ("val", range(8, 10)), ("test", range(10, 12))):
        (voc / "ImageSets" / "Main" / f"{part}.txt").write_text("\n".join(f"scene{n}" for n in rows))
    assert {part: len(rows) for part, rows in opened(voc).rows.items()} == {"train": 8, "validation": 2, "test": 2}


def test_that_a_picture_of_another_size_than_its_boxes_are_for_is_not_used(tmp_path: Path) -> None:
    source = MAKERS["boxes-coco"](tmp_path)
    Image.new("RGB", (240, 160)).save(source / "images" / "scene3.png")
    (issue,) = opened(source).issues
    assert "24×16 pixels, but it has 240×160" in issue.message


def coco_with(change: Callable[[dict], None]) -> Callable[[Path], None]:  # type: ignore[type-arg]
    def spoil(folder: Path) -> None:
        content = json.loads((folder / "annotations.json").read_text())
        change(content)
        (folder / "annotations.json").write_text(json.dumps(content))

    return spoil


def text_with(pattern: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    """Changes the first file of a pattern that has the old bytes."""

    def spoil(folder: Path) -> None:
        file = next(each for each in sorted(folder.rglob(pattern)) if old in each.read_bytes())
        file.write_bytes(file.read_bytes().replace(old, new, 1))

    return spoil


def cut(pattern: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        file = sorted(folder.rglob(pattern))[-1]
        file.write_bytes(file.read_bytes()[: file.stat().st_size * 2 // 3])

    return spoil


def renamed(folder: Path) -> None:
    for path in [*folder.rglob("scene*.png")]:
        path.rename(path.with_name("other" + path.name))


def not_images(folder: Path) -> None:
    for path in folder.rglob("scene*.png"):
        path.write_bytes(b"no picture")


def grown(pattern: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        file = sorted(folder.rglob(pattern))[0]
        with file.open("r+b") as opened_file:
            opened_file.truncate(600 << 20)

    return spoil


BROKEN = {
    "coco cut off": ("boxes-coco", cut("*.json"), "annotations.json .*cut off.*line 1, column"),
    "coco latin-1": ("boxes-coco", text_with("*.json", b"pen", b"p\xe9n"), "annotations.json is no UTF-8"),
    "coco no list": ("boxes-coco", coco_with(lambda c: c.update(images={})), "annotations.json has no list 'images'"),
    "coco no box": (
        "boxes-coco",
        coco_with(lambda c: c["annotations"][4].pop("bbox")),
        r"annotations\[4\] has the bbox",
    ),
    "coco text box": (
        "boxes-coco",
        coco_with(lambda c: c["annotations"][2].update(bbox=[1, 2, "x", 4])),
        r"annotations\[2\]",
    ),
    "coco unknown picture": (
        "boxes-coco",
        coco_with(lambda c: c["annotations"][3].update(image_id=7)),
        r"annotations\[3\] belongs to the picture 7",
    ),
    "coco unknown class": (
        "boxes-coco",
        coco_with(lambda c: c["annotations"][3].update(category_id=77)),
        "category 77",
    ),
    "coco same id": ("boxes-coco", coco_with(lambda c: c["images"][3].update(id=100)), r"images\[3\] has the id 100"),
    "coco other names": ("boxes-coco", renamed, "None of the pictures"),
    "coco huge": ("boxes-coco", grown("*.json"), "600 MiB; 512 MiB are the most"),
    "voc cut off": ("boxes-voc", cut("*.xml"), r"scene9.xml is no complete XML \(line 1"),
    "voc latin-1": ("boxes-voc", text_with("*.xml", b"cup", b"c\xfcp"), r"scene1.xml is no UTF-8"),
    "voc no class": (
        "boxes-voc",
        text_with("*.xml", b"<name>cup</name>", b""),
        "scene1.xml, object 1: there is no <name>",
    ),
    "voc no edge": (
        "boxes-voc",
        text_with("*.xml", b"<ymax>9</ymax>", b"<ymax>nine</ymax>"),
        "scene1.xml, object 1: <ymax>",
    ),
    "voc entities": (
        "boxes-voc",
        text_with("scene1.xml", b"<annotation>", b'<!DOCTYPE a [<!ENTITY b "c">]><annotation>'),
        "scene1.xml declares entities",
    ),
    "voc other names": ("boxes-voc", renamed, "has the name of a picture"),
    "voc huge": ("boxes-voc", grown("*.xml"), "600 MiB; 4 MiB are the most"),
    "yolo cut off": ("boxes-yolo", cut("*.txt"), "line [123]: there are [1234] values"),
    "yolo latin-1": ("boxes-yolo", text_with("*.txt", b"0.", b"\xb2."), r"scene1.txt is no UTF-8"),
    "yolo word": ("boxes-yolo", text_with("scene3.txt", b"\n0 ", b"\ncup "), "scene3.txt, line 2: .*no number"),
    "yolo pixels": ("boxes-yolo", text_with("scene1.txt", b"0 0.25", b"0 120"), "scene1.txt, line 1: .*not pixels"),
    "yolo half a class": ("boxes-yolo", text_with("scene1.txt", b"0 0.25", b"0.5 0.25"), "line 1: the class is 0.5"),
    "yolo no name": ("boxes-yolo", text_with("data.yaml", b"[cup, pen]", b"[cup]"), "class 1, but only 1 classes"),
    "yolo yaml": ("boxes-yolo", text_with("data.yaml", b"[cup, pen]", b"[cup, "), "data.yaml is no YAML"),
    "yolo other names": ("boxes-yolo", renamed, "No text file in .* has the name of a picture"),
    "yolo huge": ("boxes-yolo", grown("scene1.txt"), "600 MiB; 4 MiB are the most"),
    "csv word": ("boxes-csv", text_with("*.csv", b",10,9,cup", b",ten,9,cup"), "boxes.csv, line 3: 'ten' in 'xmax'"),
    "csv no edge": ("boxes-csv", text_with("*.csv", b",10,9,cup", b",,9,cup"), "boxes.csv, line 3: '' in 'xmax'"),
    "csv no class": (
        "boxes-csv",
        text_with("*.csv", b",10,9,cup", b",10,9,"),
        "boxes.csv, line 3: the box has no class",
    ),
    "csv no file": ("boxes-csv", text_with("*.csv", b"images/scene1.png", b""), "boxes.csv, line 3: no file"),
    "csv other names": ("boxes-csv", renamed, "None of the pictures"),
    "csv no column": ("boxes-csv", text_with("*.csv", b"ymax", b"much"), "boxes.csv has no column 'ymax'"),
    "csv no picture": ("boxes-csv", not_images, "None of the pictures"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_that_broken_annotations_are_said_with_file_and_place(case: str, tmp_path: Path) -> None:
    name, spoil, sentence = BROKEN[case]
    source = MAKERS[name](tmp_path / "data")
    spoil(source)
    with pytest.raises(DataError, match=sentence) as caught:
        settings = guess_settings(source)
        if settings.format == name:
            prepare(settings, tmp_path)
        else:
            raise DataError(f"it is read as {settings.format}")
    assert len(str(caught.value)) < 500


def test_that_a_table_cut_off_within_a_line_stops_training_and_names_the_line(tmp_path: Path) -> None:
    source = MAKERS["boxes-csv"](tmp_path)
    text = (source / "boxes.csv").read_text()
    (source / "boxes.csv").write_text(text[: text.index("scene39") + 9])
    (issue,) = [each for each in opened(source).issues if each.kind == "ragged"]
    assert issue.severity == "error"
    assert "line" in issue.message
