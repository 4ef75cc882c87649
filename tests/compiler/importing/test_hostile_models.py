"""Files of strangers: whatever they hold, the answer is a sentence, quickly, in little memory, and nothing is run."""

from __future__ import annotations

import base64
import json
import marshal
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from dlstudio.compiler.importing.archive import open_archive
from dlstudio.compiler.importing.failures import ModelImportError
from dlstudio.compiler.importing.imported import import_model
from dlstudio.compiler.importing.process import import_into

from .crafted import Change, layer, members, packed, saved, small_model, with_config, with_weights


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return saved(small_model(), tmp_path / "model.keras")


def refusal(path: Path) -> str:
    with pytest.raises(ModelImportError) as raised:
        import_model(path)
    return str(raised.value)


def test_that_an_honest_file_is_imported(file: Path) -> None:
    assert set(import_model(file).graph.nodes) == {"values", "hidden", "drop", "logits", "output"}


# The zip


def test_that_names_which_lead_out_of_the_archive_are_refused(file: Path) -> None:
    packed(file, {**members(file), "../../evil.txt": b"x"})
    assert "'../../evil.txt', which no Keras model has" in refusal(file)


@pytest.mark.parametrize("name", ["/etc/passwd", "code.py", "weights.pkl", "assets/../x", "config.json/"])
def test_that_other_members_are_refused(file: Path, name: str) -> None:
    packed(file, {**members(file), name: b"x"})
    assert "which no Keras model has" in refusal(file)


def test_that_a_text_which_unpacks_to_a_hundred_times_its_size_is_refused(file: Path) -> None:
    bomb = b'{"a": "' + b" " * 10_000_000 + b'"}'
    packed(file, {**members(file), "config.json": bomb}, zipfile.ZIP_DEFLATED)
    assert "times its size" in refusal(file)


def test_that_a_text_of_more_than_16_mb_is_refused(file: Path) -> None:
    packed(file, {**members(file), "config.json": b" " * (17 * 2**20)})
    assert "16 MB is the most" in refusal(file)


def test_that_an_announced_size_of_many_gigabytes_is_refused_unread(file: Path) -> None:
    content = bytearray(file.read_bytes())
    place = content.rfind(b"PK\x01\x02", 0, content.rfind(b"model.weights.h5"))
    struct.pack_into("<I", content, place + 24, 0xFFFFFFF0)  # the size after unpacking, in the directory
    file.write_bytes(content)
    began = time.monotonic()
    said = refusal(file)
    assert "damaged" in said or "GB" in said
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("part", [0.02, 0.5, 0.97])
def test_that_a_file_which_was_not_copied_whole_is_refused(file: Path, part: float) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * part)])
    assert "not copied whole" in refusal(file)


def test_that_a_changed_byte_is_noticed(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[content.find(b'"layers"') + 40] ^= 0xFF
    file.write_bytes(content)
    assert "damaged" in refusal(file) or "cannot be read" in refusal(file)


def test_that_nesting_without_end_is_refused(file: Path) -> None:
    packed(file, {**members(file), "config.json": b"[" * 100_000 + b"]" * 100_000})
    assert "levels deep" in refusal(file)


@pytest.mark.parametrize("text", [b'{"a": NaN}', b'{"a": 1, "a": 2}', b'{"a": 1e999}', b"\xff\xfe", b"[]"])
def test_that_a_configuration_which_is_no_strict_json_is_refused(file: Path, text: bytes) -> None:
    packed(file, {**members(file), "config.json": text})
    assert refusal(file)


# Other formats


def test_that_other_formats_are_refused_with_what_to_do(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "old.h5", "w") as old:
        old.attrs["model_config"] = "{}"
    (tmp_path / "model.pkl").write_bytes(b"\x80\x04.")
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").write_bytes(b"")
    for name in ("old.h5", "model.pkl", "saved"):
        with pytest.raises(ModelImportError, match=r"save it from Keras 3 with model.save\('model.keras'\)"):
            open_archive(tmp_path / name)


# The configuration


def test_that_code_in_a_lambda_is_named_and_never_run(file: Path, tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    code = base64.b64encode(marshal.dumps(compile(f"open({str(proof)!r}, 'w')", "x", "exec"))).decode()
    made = {"class_name": "__lambda__", "config": {"code": code, "defaults": None, "closure": None}}

    def change(config: dict[str, Any]) -> None:
        entry = layer(config, "drop")
        entry.update(class_name="Lambda", config={"name": "drop", "function": made})

    said = refusal(with_config(file, change))
    assert "'drop' is a Lambda" in said and "code" in said
    assert not proof.exists()


def own_class(config: dict[str, Any]) -> None:
    layer(config, "drop").update(module="somebody.layers", class_name="Mish", registered_name="somebody>Mish")


def own_model(config: dict[str, Any]) -> None:
    config.update(module="somebody.models", class_name="MyModel", registered_name="MyModel", config={"units": 3})


def own_function(config: dict[str, Any]) -> None:
    value = {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"}
    layer(config, "hidden")["config"]["activation"] = value


def own_initializer(config: dict[str, Any]) -> None:
    value = {"module": "keras.src.utils.file_utils", "class_name": "get_file", "config": {"origin": "http://x"}}
    layer(config, "hidden")["config"]["kernel_initializer"] = value


def saved_model_layer(config: dict[str, Any]) -> None:
    layer(config, "drop").update(class_name="TFSMLayer", config={"name": "drop", "filepath": "/etc"})


def huge_units(config: dict[str, Any]) -> None:
    layer(config, "hidden")["config"]["units"] = 10**10


def many_units(config: dict[str, Any]) -> None:
    layer(config, "hidden")["config"]["units"] = 10**7


def units_of_text(config: dict[str, Any]) -> None:
    layer(config, "hidden")["config"]["units"] = "__import__('os')"


def from_nowhere(config: dict[str, Any]) -> None:
    entry = layer(config, "drop")["inbound_nodes"][0]["args"][0]
    entry["config"]["keras_history"] = ["nobody", 0, 0]


def circle(config: dict[str, Any]) -> None:
    entry = layer(config, "hidden")["inbound_nodes"][0]["args"][0]
    entry["config"]["keras_history"] = ["logits", 0, 0]


def no_layers(config: dict[str, Any]) -> None:
    config["config"]["layers"] = "all of them"


def nested_deep(config: dict[str, Any]) -> None:
    for _ in range(8):
        inner = json.loads(json.dumps(config))
        entry = layer(config, "drop")
        entry.update(inner | {"name": "drop", "inbound_nodes": entry["inbound_nodes"]})
        entry["config"]["name"] = "drop"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (own_class, "'drop' is a class of somebody's own (Mish of somebody.layers)"),
        (own_model, "MyModel of somebody.models"),
        (own_function, "'hidden' (Dense)"),
        (own_initializer, "'hidden' (Dense)"),
        (saved_model_layer, "'drop' is a TFSMLayer"),
        (huge_units, "hidden"),
        (many_units, "would need"),
        (units_of_text, "'units' has to be a whole number"),
        (from_nowhere, "'drop'"),
        (circle, "circle"),
        (no_layers, "no list of layers"),
        (nested_deep, ""),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_that_what_cannot_be_drawn_is_named(file: Path, change: Change, words: str) -> None:
    began = time.monotonic()
    assert words in refusal(with_config(file, change))
    assert time.monotonic() - began < 30


# The weights


def external_link(weights: h5py.File) -> None:
    del weights["layers/dense/vars/0"]
    weights["layers/dense/vars/0"] = h5py.ExternalLink("/etc/passwd", "/0")


def soft_link(weights: h5py.File) -> None:
    del weights["layers/dense/vars/0"]
    weights["layers/dense/vars/0"] = h5py.SoftLink("/layers/dense_1/vars/0")


def linked_group(weights: h5py.File) -> None:
    del weights["layers/dense"]
    weights["layers/dense"] = h5py.ExternalLink("other.h5", "/")


def virtual(weights: h5py.File) -> None:
    del weights["layers/dense/vars/0"]
    layout = h5py.VirtualLayout((6, 5), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (6, 5))
    weights["layers/dense/vars"].create_virtual_dataset("0", layout)


def outside(weights: h5py.File) -> None:
    del weights["layers/dense/vars/0"]
    weights["layers/dense/vars"].create_dataset("0", (6, 5), "f4", external=[("/etc/passwd", 0, 120)])


def shape_bomb(weights: h5py.File) -> None:
    del weights["layers/dense/vars/0"]
    weights["layers/dense/vars"].create_dataset("0", (2**20, 2**20), "f4", chunks=(1024, 1024), compression="gzip")


def other_shape(weights: h5py.File) -> None:
    del weights["layers/dense/vars/0"]
    weights["layers/dense/vars/0"] = np.zeros((2, 2), "f4")


def texts(weights: h5py.File) -> None:
    del weights["layers/dense/vars/0"]
    weights["layers/dense/vars/0"] = np.array([b"text"] * 30).reshape(6, 5)


def gone(weights: h5py.File) -> None:
    del weights["layers/dense"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (external_link, "point elsewhere"),
        (soft_link, "point elsewhere"),
        (linked_group, "point elsewhere"),
        (virtual, "lie in another file"),
        (outside, "lie in another file"),
        (shape_bomb, "announced as 1,099,511,627,776 numbers"),
        (other_shape, "do not fit the layer 'hidden'"),
        (texts, "are no numbers"),
        (gone, "'hidden'"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_that_weights_which_are_none_are_refused(file: Path, change: Callable[[h5py.File], None], words: str) -> None:
    assert words in refusal(with_weights(file, change))


def test_that_weights_which_are_no_hdf5_are_refused(file: Path) -> None:
    packed(file, {**members(file), "model.weights.h5": b"\x80\x04pickle" * 100})
    assert "weights in the file cannot be read" in refusal(file)


# The process


def test_that_the_importing_process_ends_with_a_sentence_and_leaves_nothing(file: Path, tmp_path: Path) -> None:
    with_config(file, own_class)
    with pytest.raises(ModelImportError, match="somebody's own"):
        import_into(file, tmp_path / "project")
    assert not (tmp_path / "project").exists()


def test_that_the_importing_process_refuses_bad_archives_within_seconds(file: Path, tmp_path: Path) -> None:
    packed(file, {**members(file), "../x": b""})
    began = time.monotonic()
    with pytest.raises(ModelImportError, match="no Keras model has"):
        import_into(file, tmp_path / "project")
    assert time.monotonic() - began < 15


def test_that_an_import_which_takes_too_long_is_given_up(file: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelImportError, match="given up"):
        import_into(file, tmp_path / "project", seconds=0.01)
