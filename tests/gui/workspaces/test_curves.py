"""That curves are drawn in ways that leave the window its time."""

import subprocess
import sys
from unittest.mock import MagicMock

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from dlstudio.gui import theme
from dlstudio.gui.plots.axes import Ticks
from dlstudio.gui.plots.curves import Curve, CurvePlot
from dlstudio.gui.plots.points import CurvePoints

FIRST_CURVE = """
import sys
from PySide6.QtWidgets import QApplication
application = QApplication([])
from tests.gui.workspaces.test_curves import filled, np
from dlstudio.gui.plots.curves import CurvePlot
plot = CurvePlot()
plot.resize(800, 400)
plot.show()
application.processEvents()
known = set(sys.modules)
plot.set_curves({"batch": filled(np.sin(np.arange(5000.0)), faint=True, smooth=True)})
plot.set_smoothing(0.8)
plot._redraw()
print(*sorted(set(sys.modules) - known))
"""


def filled(values: np.ndarray, **looks: bool) -> Curve:
    points = CurvePoints(32)
    places = np.arange(1.0, len(values) + 1)
    points.extend(places, places / 10, places, values)
    return Curve(points, "loss", theme.color("training"), **looks)


@pytest.fixture
def plot(qtbot):
    made = CurvePlot()
    qtbot.addWidget(made)
    made.resize(800, 400)
    made.show()
    return made


def pen_of(plot, curve: Curve, weight: float = 0.0):
    plot.set_smoothing(weight)
    plot.set_curves({"one": curve})
    plot._redraw()
    drawn = plot._drawn["one"]
    return drawn.trend.opts["pen"] if weight else drawn.line.opts["pen"]


def test_that_a_curve_that_exploded_leaves_the_others_their_room(plot):
    calm = {name: filled(np.exp(-np.arange(50) / 10)) for name in ("training", "validation", "run 2")}
    plot.set_curves({**calm, "run 3": filled(np.array([1e31]), dashed=True)})
    plot._redraw()
    assert plot._view.viewRange()[1][1] < 2
    plot.set_log(True)
    plot._redraw()
    assert plot._view.viewRange()[1][1] > 30


def test_that_a_curve_that_exploded_is_seen_alone(plot):
    plot.set_curves({"training": filled(np.array([1.0, 1e31])), "validation": filled(np.array([1e30]))})
    plot._redraw()
    assert plot._view.viewRange()[1][1] > 1e30


def test_that_the_first_curve_of_a_window_imports_nothing():
    found = subprocess.run([sys.executable, "-c", FIRST_CURVE], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []


@pytest.mark.parametrize("weight", [0.0, 0.8])
def test_that_faint_lines_are_opaque_but_nearer_to_the_ground(plot, weight):
    color = pen_of(plot, filled(np.sin(np.arange(5000.0)), faint=True, smooth=True), weight).color()
    ground, full = theme.color("panel"), theme.color("training")
    assert color.alphaF() == 1.0
    assert 1 < theme.contrast(color, ground) < theme.contrast(full, ground)


def test_that_the_grid_is_opaque(plot):
    pen_of(plot, filled(np.arange(50.0)))
    axis, painter = plot._plot.getAxis("left"), MagicMock()
    assert isinstance(axis, Ticks)
    assert axis.grid
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    with QPainter(image) as measuring:
        specs = axis.generateDrawSpecs(measuring)
    assert any(pen.color().alphaF() < 1 for pen, _, _ in specs[1]), "nothing that would let the ground through"
    axis.drawPicture(painter, *specs)
    pens = [call.args[0] for call in painter.setPen.call_args_list]
    assert len(pens) > 3
    assert all(pen.color().alphaF() == 1 for pen in pens)


def test_that_the_grid_lies_behind_the_curves(plot):
    axis = plot._plot.getAxis("left")
    assert axis.grid
    assert axis.zValue() < plot._plot.getViewBox().zValue()


def test_that_a_line_that_goes_up_and_down_all_the_time_has_a_thin_pen(plot):
    random = np.random.default_rng(0)
    steady = np.exp(-np.arange(200) / 50)
    assert pen_of(plot, filled(steady)).widthF() == 2
    assert pen_of(plot, filled(steady + random.normal(0, 0.02, 200))).widthF() == 2
    assert pen_of(plot, filled(steady + random.normal(0, 2.0, 200))).widthF() == 1


def test_that_missing_values_leave_a_short_line_its_wide_pen(plot):
    values = np.exp(-np.arange(50) / 10)
    values[::7] = np.nan
    assert pen_of(plot, filled(values)).widthF() == 2
