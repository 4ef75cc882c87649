from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from dlstudio.catalogue.node_types import Catalogue, NodeType, ObjectType, Setting
from dlstudio.gui.editors.choosing import editor_for
from dlstudio.gui.editors.form import SettingForm
from dlstudio.gui.editors.objects import snake

CATALOGUE = Catalogue(
    {
        "keras.layers.LSTM": NodeType(
            "keras.layers.LSTM",
            "LSTM",
            "recurrent",
            settings=(Setting("units", "integer", required=True, suggested=64, minimum=1),),
        ),
        "keras.layers.Dense": NodeType(
            "keras.layers.Dense",
            "Dense",
            "core",
            settings=(Setting("units", "integer", required=True, suggested=64, minimum=1),),
        ),
    },
    {
        o.id: o
        for o in (
            ObjectType("keras.initializers.GlorotUniform", "GlorotUniform", "initializer"),
            ObjectType(
                "keras.initializers.RandomNormal",
                "RandomNormal",
                "initializer",
                settings=(Setting("stddev", "number", 0.05),),
            ),
            ObjectType("keras.regularizers.L2", "L2", "regularizer", settings=(Setting("l2", "number", 0.01),)),
        )
    },
    {"activation": ("relu", "tanh"), "initializer": ("glorot_uniform", "random_normal")},
)


@pytest.fixture
def make(qtbot):
    def build(setting, value):
        editor = editor_for(setting, CATALOGUE)
        qtbot.addWidget(editor)
        editor.set_value(value)
        editor.seen = []
        editor.valueChanged.connect(editor.seen.append)
        editor.show()
        return editor

    return build


def type_over(qtbot, widget, text):
    target = widget.focusProxy() or widget
    target = target.lineEdit() if hasattr(target, "lineEdit") else target
    target.selectAll()
    if text:
        qtbot.keyClicks(target, text)
    else:
        qtbot.keyClick(target, Qt.Key.Key_Delete)


def test_that_typing_an_integer_emits_every_legal_value(qtbot, make):
    editor = make(Setting("units", "integer", minimum=1), 5)
    type_over(qtbot, editor, "12")
    assert editor.seen == [1, 12]


def test_that_a_number_out_of_bounds_changes_nothing_and_is_marked(qtbot, make):
    editor = make(Setting("rate", "number", 0.5, minimum=0, maximum=1), 0.5)
    type_over(qtbot, editor, "7")
    qtbot.keyClick(editor.field, Qt.Key.Key_Return)
    assert editor.value() == 0.5
    assert editor.seen == []
    assert editor.field.property("problem")
    assert "from 0 to 1" in editor.field.lineEdit().toolTip()


def test_that_an_emptied_optional_number_is_none(qtbot, make):
    editor = make(Setting("seed", "integer", optional=True), 5)
    type_over(qtbot, editor, "")
    assert editor.seen == [None]


def test_that_an_emptied_number_that_may_not_be_none_comes_back(qtbot, make):
    editor = make(Setting("units", "integer"), 5)
    type_over(qtbot, editor, "")
    qtbot.keyClick(editor.field, Qt.Key.Key_Return)
    assert editor.field.lineEdit().text() == "5"
    assert editor.seen == []


@pytest.mark.parametrize(
    ("start", "key", "wanted"),
    [
        (0.05, Qt.Key.Key_Up, 0.06),
        (0.01, Qt.Key.Key_Down, 0.009),
        (0.09, Qt.Key.Key_Up, 0.1),
        (1e-7, Qt.Key.Key_Up, 2e-7),
    ],
)
def test_that_arrow_keys_step_a_rate_by_its_leading_digit(qtbot, make, start, key, wanted):
    editor = make(Setting("learning_rate", "number", 0.01), start)
    qtbot.keyClick(editor.field, key)
    assert editor.seen == [pytest.approx(wanted)]


@pytest.mark.parametrize(
    ("setting", "text", "wanted"),
    [
        (Setting("kernel_size", "integers", required=True, suggested=3, length=2), "5", 5),
        (Setting("kernel_size", "integers", required=True, suggested=3, length=2), "5 × 7", [5, 7]),
        (Setting("strides", "integers", [1, 1], length=2), "2", [2, 2]),
        (Setting("strides", "integers", [1, 1], length=2), "2x3", [2, 3]),
        (Setting("axis", "integers", -1), "1", 1),
        (Setting("target_shape", "integers", required=True, suggested=[-1]), "10", [10]),
        (Setting("factor", "numbers", required=True, suggested=0.2, length=2), "-0.1 to 0.3", [-0.1, 0.3]),
        (Setting("factor", "numbers", required=True, suggested=0.2, length=2), "0.2 to 0.2", [0.2, 0.2]),
        (Setting("factor", "numbers", required=True, suggested=0.2, length=2), "0.3", 0.3),
        (Setting("cropping", "pairs", [[0, 0], [0, 0]], length=2), "(1, 2) × (3, 4)", [[1, 2], [3, 4]]),
        (Setting("pad_width", "pairs", required=True, suggested=[[0, 0]]), "(0, 0) (1, 2)", [[0, 0], [1, 2]]),
        (Setting("factor", "numbers", 0.1, length=2), "0.25", 0.25),
    ],
)
def test_that_a_row_of_numbers_is_read_as_typed(qtbot, make, setting, text, wanted):
    editor = make(setting, None)
    editor.line.setText("")
    qtbot.keyClicks(editor.line, text)
    assert editor.value() == wanted


def test_that_one_value_shows_for_all_places(qtbot, make):
    assert make(Setting("kernel_size", "integers", length=2), 3).line.text() == "3 × 3"
    factor = Setting("factor", "numbers", required=True, suggested=0.2, length=2)
    assert make(factor, 0.1).line.text() == "0.1"  # Keras means from -0.1 to 0.1
    assert make(factor, [0.1, 0.3]).line.text() == "0.1 to 0.3"


def test_that_a_row_of_the_wrong_length_changes_nothing(qtbot, make):
    editor = make(Setting("strides", "integers", [1, 1], length=2), [1, 1])
    type_over(qtbot, editor, "1 2 3")
    assert editor.value() == [1, 2]


def test_that_showing_an_equal_value_keeps_what_is_being_typed(qtbot, make):
    editor = make(Setting("rate", "number", 0.5), 0.5)
    type_over(qtbot, editor, "0.")
    editor.set_value(0.0)
    assert editor.field.lineEdit().text() == "0."


def test_that_a_switch_flips_by_the_space_bar(qtbot, make):
    editor = make(Setting("use_bias", "flag", True), True)
    qtbot.keyClick(editor.switch, Qt.Key.Key_Space)
    assert editor.seen == [False]


def test_that_wrong_json_is_said_with_its_place(qtbot, make):
    editor = make(Setting("arguments", "json"), {"a": 1})
    editor.text.selectAll()
    qtbot.keyClicks(editor.text, '{"a": ]')
    assert editor.seen == []
    assert "line 1" in editor.problem.text()


def test_that_a_json_value_without_meaning_is_refused(qtbot, make):
    editor = make(Setting("arguments", "json"), 1)
    editor.text.selectAll()
    qtbot.keyClicks(editor.text, "NaN")
    assert editor.seen == []


def test_that_an_unknown_choice_is_kept_and_shown(qtbot, make):
    editor = make(Setting("activation", "activation", optional=True), "my_own")
    assert editor.value() == "my_own"
    assert editor.combo.currentText() == "my_own"


def choose(editor, title):
    index = editor.combo.findText(title)
    editor.combo.setCurrentIndex(index)
    editor.combo.activated.emit(index)


def test_that_an_initializer_without_settings_is_stored_by_name(make):
    editor = make(Setting("kernel_initializer", "initializer", "zeros"), "random_normal")
    choose(editor, "GlorotUniform")
    assert editor.seen == ["glorot_uniform"]


def test_that_a_setting_of_an_initializer_makes_it_an_object(qtbot, make):
    editor = make(Setting("kernel_initializer", "initializer", "random_normal"), "random_normal")
    nested = editor.below.findChild(SettingForm)
    type_over(qtbot, nested.editor("stddev"), "0.2")
    assert editor.seen[-1] == {"type": "keras.initializers.RandomNormal", "settings": {"stddev": 0.2}}


def test_that_a_regularizer_comes_with_its_settings_form(qtbot, make):
    editor = make(Setting("kernel_regularizer", "regularizer", optional=True), None)
    choose(editor, "L2")
    assert editor.seen == [{"type": "keras.regularizers.L2", "settings": {}}]
    assert not editor.below.isHidden()
    choose(editor, "none")
    assert editor.seen[-1] is None
    assert editor.below.isHidden()


def test_that_the_layer_of_a_wrapper_is_chosen_and_set(qtbot, make):
    suggested = {"type": "keras.layers.LSTM", "settings": {"units": 64}}
    editor = make(Setting("layer", "layer", required=True, suggested=suggested), suggested)
    assert editor.combo.itemText(0) == "LSTM"
    choose(editor, "Dense")
    assert editor.seen == [{"type": "keras.layers.Dense", "settings": {"units": 64}}]
    type_over(qtbot, editor.below.findChild(SettingForm).editor("units"), "9")
    assert editor.seen[-1] == {"type": "keras.layers.Dense", "settings": {"units": 9}}


def test_that_layers_are_added_and_removed(qtbot, make):
    cells = [{"type": "keras.layers.LSTM", "settings": {"units": 8}}]
    editor = make(Setting("cells", "layers", required=True, suggested=cells), cells)
    qtbot.mouseClick(editor.add, Qt.MouseButton.LeftButton)
    assert editor.seen[-1] == cells * 2
    editor._removed(0)
    assert editor.seen[-1] == cells


@pytest.fixture
def form(qtbot):
    settings = (
        Setting("units", "integer", required=True, suggested=64, minimum=1),
        Setting("rate", "number", 0.5, minimum=0, maximum=1),
        Setting("seed", "integer", optional=True, advanced=True),
    )
    form = SettingForm(settings, {"units": 10}, catalogue=CATALOGUE)
    form.seen = []
    form.changed.connect(lambda name, value: form.seen.append((name, value)))
    qtbot.addWidget(form)
    form.show()
    return form


def test_that_the_way_back_to_the_default_shows_where_the_value_differs(qtbot, form):
    assert form.reset_button("units").isVisible()
    assert not form.reset_button("rate").isVisible()
    qtbot.mouseClick(form.reset_button("units"), Qt.MouseButton.LeftButton)
    assert form.seen == [("units", 64)]
    assert not form.reset_button("units").isVisible()


def test_that_more_settings_unfold(qtbot, form):
    assert form.names() == ("units", "rate")
    assert "1 more setting" in form.more.text()
    qtbot.mouseClick(form.more, Qt.MouseButton.LeftButton)
    type_over(qtbot, form.editor("seed"), "3")
    assert form.seen == [("seed", 3)]


def test_that_mixed_values_say_so_until_one_is_given(qtbot, form):
    form.set_values({"units": 10}, mixed={"units"})
    assert form.editor("units").field.lineEdit().placeholderText() == "mixed"
    type_over(qtbot, form.editor("units"), "7")
    assert form.seen == [("units", 7)]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("GlorotUniform", "glorot_uniform"),
        ("L2", "l2"),
        ("L1L2", "l1_l2"),
        ("HeNormal", "he_normal"),
        ("OrthogonalInitializer", "orthogonal_initializer"),
    ],
)
def test_that_a_class_name_becomes_the_name_keras_takes(name, wanted):
    assert snake(name) == wanted
