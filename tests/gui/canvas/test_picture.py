"""Pictures of the drawing and the figure as PNG, SVG and PDF, whatever the window shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.export.figure import architecture_figure
from dlstudio.gui import theme
from dlstudio.gui.canvas.picture import Picture, PictureError, PictureOptions
from dlstudio.gui.figure_picture import FigurePicture
from dlstudio.gui.workspaces.design.picture_dialog import PictureDialog
from tests.gui.canvas.conftest import MakeHands
from tests.gui.canvas.stand_in import Facts, StandInStudio, conv_graph


def picture(studio: StandInStudio, **options: object) -> Picture:
    return Picture(studio, PictureOptions(**options))  # type: ignore[arg-type]


def texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>\s*([^<]*?)\s*</text>", svg)


def test_that_a_png_has_the_scale_that_was_chosen(qapp: object, tmp_path: Path) -> None:
    studio = StandInStudio(conv_graph())
    sizes = []
    for scale in (1.0, 3.0):
        picture(studio, scale=scale).save(tmp_path / "network.png")
        sizes.append(QImage(str(tmp_path / "network.png")).size())
    assert abs(sizes[1].width() - 3 * sizes[0].width()) <= 2
    assert [path.name for path in tmp_path.iterdir()] == ["network.png"]


def test_that_text_stays_text_in_an_svg(qapp: object, tmp_path: Path) -> None:
    picture(StandInStudio(conv_graph())).save(tmp_path / "network.svg")
    found = texts((tmp_path / "network.svg").read_text())
    assert found.count("Conv2D") == 3
    assert "MaxPooling2D" in found


def test_that_a_pdf_is_one_page_as_large_as_the_drawing_with_its_text(qapp: object, tmp_path: Path) -> None:
    drawn = picture(StandInStudio(conv_graph()))
    drawn.save(tmp_path / "network.pdf")
    content = (tmp_path / "network.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") == 1
    assert b"/ToUnicode" in content, "text can be searched and copied"
    box = re.search(rb"/MediaBox \[([^\]]*)\]", content)
    assert box is not None
    width, height = (float(part) for part in box[1].split()[2:])
    assert (width, height) == pytest.approx((drawn.size.width() * 0.75, drawn.size.height() * 0.75), abs=1.5)


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_that_what_the_window_shows_does_not_change_the_picture(canvas: MakeHands, tmp_path: Path, ending: str) -> None:
    hands = canvas(conv_graph())
    picture(hands.studio, colours="dark").save(tmp_path / f"before.{ending}")
    hands.studio.select(["conv_1"])
    hands.view.canvas_scene.hover(hands.view.canvas_scene.nodes["conv_2"])
    hands.view.set_zoom(0.1)
    other = "light" if theme.theme_name() == "dark" else "dark"
    was = theme.theme_choice()
    theme.set_theme(other)
    try:
        picture(hands.studio, colours="dark").save(tmp_path / f"after.{ending}")
    finally:
        theme.set_theme(was)
    assert (tmp_path / f"before.{ending}").read_bytes() == (tmp_path / f"after.{ending}").read_bytes()


def test_that_each_choice_of_colours_has_its_ground(qapp: object) -> None:
    studio, before = StandInStudio(conv_graph()), theme.theme_name()
    corners = {c: picture(studio, colours=c).image(0.5).pixelColor(1, 1) for c in ("light", "dark", "transparent")}
    assert corners["transparent"].alpha() == 0
    assert corners["light"].lightness() > 240
    assert corners["dark"].lightness() < 60
    assert theme.theme_name() == before


def test_that_only_the_selection_is_drawn_where_that_is_chosen(qapp: object, tmp_path: Path) -> None:
    picture(StandInStudio(conv_graph()), only=("conv_1", "pool_1")).save(tmp_path / "part.svg")
    found = texts((tmp_path / "part.svg").read_text())
    assert "MaxPooling2D" in found
    assert "Dense" not in found


def test_that_what_cannot_be_written_is_said_and_leaves_what_was_there(qapp: object, tmp_path: Path) -> None:
    drawn = picture(StandInStudio(conv_graph()))
    with pytest.raises(PictureError, match=r"\.png, \.svg or \.pdf"):
        drawn.save(tmp_path / "network.bmp")
    with pytest.raises(PictureError, match="nowhere"):
        drawn.save(tmp_path / "nowhere" / "network.pdf")
    (tmp_path / "there.png").mkdir()
    with pytest.raises(PictureError, match="could not be written"):
        drawn.save(tmp_path / "there.png")
    assert [path.name for path in tmp_path.iterdir()] == ["there.png"]


def test_that_a_figure_is_written_in_each_format(qapp: object, tmp_path: Path) -> None:
    svg = architecture_figure(conv_graph(), load_catalogue(), {})
    figure = FigurePicture(svg)
    for ending in ("svg", "pdf", "png"):
        figure.save(tmp_path / f"figure.{ending}")
    assert (tmp_path / "figure.svg").read_text() == svg
    assert b"/ToUnicode" in (tmp_path / "figure.pdf").read_bytes()
    assert QImage(str(tmp_path / "figure.png")).size() == QSize(*(2 * s for s in figure.size.toSize().toTuple()))
    with pytest.raises(PictureError, match="End its name with"):
        figure.save(tmp_path / "figure.gif")


@pytest.fixture
def dialog(qtbot: object, tmp_path: Path) -> PictureDialog:
    studio = StandInStudio(conv_graph())
    studio.facts_by_node = {name: Facts({"outputs": (26, 26, 32)}, 320) for name in studio.graph.nodes}
    made = PictureDialog(studio, "figure", tmp_path)  # type: ignore[arg-type]
    qtbot.addWidget(made)  # type: ignore[attr-defined]
    made.questions.copy_to = lambda name, _: tmp_path / name  # type: ignore[method-assign]
    made.show()
    return made


def choose(dialog: PictureDialog, chooser: str, value: object) -> None:
    box = getattr(dialog, chooser)
    box.setCurrentIndex(box.findData(value))
    dialog.refresh()


def test_that_the_dialog_shows_what_it_saves(dialog: PictureDialog, tmp_path: Path) -> None:
    assert not dialog.preview.pixmap().isNull()
    choose(dialog, "format", ".svg")
    dialog.heading.setText("A small network")
    dialog.refresh()
    dialog.save.click()
    (saved,) = tmp_path.glob("*.svg")
    assert "A small network" in saved.read_text()


def test_that_the_dialog_follows_the_kind_and_the_colours(dialog: PictureDialog) -> None:
    figure = dialog.preview.pixmap().toImage()
    choose(dialog, "kind", "drawing")
    assert not dialog.heading.isVisible()
    drawing = dialog.preview.pixmap().toImage()
    assert figure != drawing
    choose(dialog, "colours", "dark")
    assert dialog.preview.pixmap().toImage().pixelColor(3, 3) != QColor("white")


def test_that_the_dialog_says_why_nothing_was_saved(dialog: PictureDialog, tmp_path: Path) -> None:
    dialog.questions.copy_to = lambda name, _: tmp_path / "nowhere" / name  # type: ignore[method-assign]
    dialog.save.click()
    assert "could not be written" in dialog.facts.text()
    assert dialog.isVisible()
