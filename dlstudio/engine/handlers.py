"""What each kind of request does, by name: from a payload to a JSON object and arrays. Runs in the engine processes.

The rooms below are imported inside the handlers: the data process must never import Keras.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.project import DataSettings, TrainingSettings, graph_as_json, graph_from_json

if TYPE_CHECKING:
    import numpy as np

    from dlstudio.compiler.inference import Inference

Payload = Mapping[str, Any]
Answer = tuple[Mapping[str, Any], Mapping[str, "np.ndarray"]]
Handler = Callable[[Payload], Answer]


def guess_data(payload: Payload) -> Answer:
    """``{path, root}`` → ``{data}``: the data settings that suit what lies there; a source inside root is relative."""
    from dlstudio.data.opening import guess_settings, relative_source

    data = guess_settings(str(payload["path"]))
    if payload.get("root"):
        data = replace(data, source=relative_source(data.source, Path(payload["root"])))
    return {"data": data.as_json()}, {}


def formats_of(payload: Payload) -> Answer:
    """``{data, root}`` → ``{formats: [[name, title]]}``: what the source can be read as."""
    from dlstudio.data.opening import formats_of as fitting

    return {"formats": fitting(*_data(payload))}, {}


def guess_as(payload: Payload) -> Answer:
    """``{data, root, format}`` → ``{data}``: the settings that suit the same source in another format."""
    from dlstudio.data.opening import guess_as as guess

    return {"data": guess(*_data(payload), str(payload["format"])).as_json()}, {}


def describe_data(payload: Payload) -> Answer:
    """``{data, root}`` → ``{summary, specs}``."""
    from dlstudio.data.preparing import prepare
    from dlstudio.data.summary import summarize

    data, root = _data(payload)
    summary = summarize(data, root)
    specs = prepare(data, root).specs
    return {"summary": summary.as_json(), "specs": {name: spec.as_json() for name, spec in specs.items()}}, {}


def examine_data(payload: Payload) -> Answer:
    """``{data, root}`` → ``{findings}``: what :func:`dlstudio.data.doctor.examination.examine` finds."""
    from dlstudio.data.doctor.examination import examine
    from dlstudio.data.progress import report

    data, root = _data(payload)
    findings = examine(data, root, lambda what, share: report(f"Examining: {what}", round(100 * share), 100))
    return {"findings": [found.as_json() for found in findings]}, {}


def doubtful_labels(payload: Payload) -> Answer:
    """``{run, data, root}`` → ``{findings}``: the labels that a run's model doubts; remedies are made from ``data``."""
    from dlstudio.inspection.asking import trained
    from dlstudio.inspection.doubts import doubtful_labels as doubts

    data, _ = _data(payload)
    run = Path(payload["run"])
    with _code(payload, run):
        return {"findings": [found.as_json() for found in doubts(trained(run), data)]}, {}


def thumbnails(payload: Payload) -> Answer:
    """``{data, root, column, rows, size}`` → ``{rows}`` and a uint8 array (height, width, 3) for each readable row."""
    from dlstudio.data.summary import thumbnails as make

    data, root = _data(payload)
    images = make(data, root, payload["column"], [int(row) for row in payload["rows"]], int(payload.get("size", 96)))
    return {"rows": list(images)}, {str(row): image for row, image in images.items()}


def table_rows(payload: Payload) -> Answer:
    """``{data, root, rows}`` → ``{columns, rows: [[...]]}``: values as text or numbers, images as their file's name."""
    from dlstudio.data.summary import table_rows as read

    data, root = _data(payload)
    columns, rows = read(data, root, [int(row) for row in payload["rows"]])
    return {"columns": columns, "rows": rows}, {}


def sound_file(payload: Payload) -> Answer:
    """``{path, rate}`` → ``{rate, seconds}``, and of the first minute ``wave`` (samples,) and its ``picture``."""
    from dlstudio.data.sound.sounds import SoundError, load
    from dlstudio.data.sound.spectrograms import picture
    from dlstudio.data.table import DataError

    rate = int(payload.get("rate") or 16_000)
    path = Path(payload["path"])
    try:
        wave = load(path, rate, 60 * rate)
    except SoundError as fault:
        raise DataError(f"{path.name} cannot be used as a sound: {fault}.") from None
    return {"rate": rate, "seconds": len(wave) / rate}, {"wave": wave, "picture": picture(wave, rate)}


def clip_file(payload: Payload) -> Answer:
    """``{path, shape}`` → ``{name}`` and ``frames``: a clip as uint8 of the shape (frames, height, width, channels)."""
    from dlstudio.data.encoders.clip import ClipEncoder

    frames, height, width, channels = (int(side) for side in payload["shape"])
    path = Path(payload["path"])
    settings = {"frames": frames, "size": [height, width], "channels": channels}
    return {"name": path.name}, {"frames": ClipEncoder.of_settings("clip", settings).encode_pixels(path)}


def encoded_rows(payload: Payload) -> Answer:
    """``{data, root, column, split, count, first}`` → ``{rows}`` and ``values``: some encoded samples of a split.

    ``values`` is (count, ...) in the column's dtype; ``first`` says from which of the split on, around its end.
    """
    import numpy as np

    from dlstudio.data.preparing import prepare
    from dlstudio.data.table import DataError

    data, root = _data(payload)
    prepared, column = prepare(data, root), str(payload["column"])
    rows = prepared.rows.get(str(payload["split"]), np.zeros(0, np.int64))
    if column not in prepared.specs or not len(rows):
        raise DataError(f"There are no samples of '{column}' to show.")
    count = min(max(int(payload["count"]), 1), 64)
    chosen = rows[(int(payload.get("first", 0)) + np.arange(min(count, len(rows)))) % len(rows)]
    return {"rows": chosen.tolist()}, {"values": np.asarray(prepared.encode(column, chosen))}


def augmented(payload: Payload) -> Answer:
    """``{graph, specs, node, seed, times}`` and ``values`` → ``shown``: what arrives behind a node in training.

    Each sample of ``values`` (n, height, width, channels) goes ``times`` times; ``shown`` is (n, times, height, width,
    1 or 3), uint8. With ``target``, what the Output of the id ``output`` learns of each sample (n, ...), ``target`` (n,
    times, ...) is what it learns behind the node, moved as the image is.
    """
    import numpy as np

    from dlstudio.compiler.preview import PreviewError, in_training
    from dlstudio.training.previewing import moved_before

    specs = {name: ColumnSpec.from_json(spec) for name, spec in payload["specs"].items()}
    values, times = payload["arrays"]["values"], min(max(int(payload["times"]), 1), 32)
    graph, node, seed = graph_from_json(payload["graph"]), str(payload["node"]), int(payload.get("seed", 0))
    samples, target = np.repeat(values, times, axis=0), payload["arrays"].get("target")
    if target is not None:
        targets = {str(payload["output"]): np.repeat(target, times, axis=0)}
        graph, samples, targets = moved_before(graph, specs, node, (samples, targets), seed)
    with _code(payload):
        found = in_training(graph, specs, node, samples, evaluation=_inference().evaluation, seed=seed)
    if found.ndim != 4 or found.shape[3] not in (1, 3):
        raise PreviewError(f"What leaves '{payload['node']}' is no picture.")
    scale = 1.0 if found.max(initial=0) > 2 else 255.0  # behind a layer that gives bytes
    shown = np.clip(np.nan_to_num(found) * scale + 0.5, 0, 255).astype(np.uint8)
    told = {"shown": shown.reshape(len(values), times, *shown.shape[1:])}
    if target is not None:
        told["target"] = targets[str(payload["output"])].reshape(len(values), times, *target.shape[1:])
    return {}, told


def series_rows(payload: Payload) -> Answer:
    """``{data, root, column, rows}`` → ``{rows}`` and a float32 array (time, features) for each row, thinned."""
    from dlstudio.data.series.series_samples import series_samples

    data, root = _data(payload)
    series = series_samples(data, root, payload["column"], [int(row) for row in payload["rows"]])
    return {"rows": list(series)}, {str(row): values for row, values in series.items()}


def fit_template(payload: Payload) -> Answer:
    """``{template, name, folder, data_path | data}`` → ``{project}``: a template fitted to data."""
    from dlstudio.engine.new_project import new_project

    return {"project": new_project(payload).as_json()}, {}


@cache
def _inference() -> Inference:
    from dlstudio.compiler.inference import Inference

    return Inference()


def warm_up_shapes() -> None:
    """Imports the compiler with Keras and makes the memo that all ``infer`` requests share."""
    _inference()


def infer(payload: Payload) -> Answer:
    """``{graph, specs, training, rows, path, code?, hung?}`` → :meth:`InferenceResult.as_json`.

    ``code`` is the permission to run the project's own files; without it none is run. ``hung`` says which of their
    steps never ended (see :func:`dlstudio.compiler.own_steps.hung_before`). ``rows`` are the samples of the training
    split, where known; ``path`` leads into the block looked at.
    """
    from dlstudio.compiler.own_steps import hung_before

    specs = {name: ColumnSpec.from_json(spec) for name, spec in payload["specs"].items()}
    training = payload.get("training")
    with _code(payload), hung_before(payload.get("hung")):
        result = _inference().infer(
            graph_from_json(payload["graph"]),
            specs,
            TrainingSettings.from_json(training) if training else None,
            payload.get("rows"),
            path=tuple(payload.get("path", ())),
        )
    return result.as_json(), {}


def devices(payload: Payload) -> Answer:
    """``{}`` → ``{devices}``."""
    del payload
    from dlstudio.training.computing.devices import list_devices

    return {"devices": [device.as_json() for device in list_devices()]}, {}


def inspect(payload: Payload) -> Answer:
    """``{run, inspector, split, options}`` → the inspector's result; ``run`` is the run's folder."""
    from dlstudio.inspection.asking import inspect_run

    run, split = Path(payload["run"]), payload.get("split", "test")
    with _code(payload, run):
        return inspect_run(run, payload["inspector"], split, payload.get("options") or {})


def predict(payload: Payload) -> Answer:
    """``{run, value}`` → the prediction.

    An image or a series may come as the array ``value``; of several Inputs ``value`` is an object by their names, and
    so are the arrays.
    """
    from dlstudio.inspection.asking import predict_value

    arrays = dict(payload.get("arrays", {}))
    value = arrays.pop("value") if "value" in arrays else payload.get("value")
    if arrays:
        value = {**(value or {}), **arrays}
    with _code(payload, Path(payload["run"])):
        return predict_value(Path(payload["run"]), value), {}


def evaluate(payload: Payload) -> Answer:
    """``{run, split}`` → ``{metrics ...}``."""
    from dlstudio.inspection.evaluation import evaluate as measure
    from dlstudio.training.runs.run_folder import RunFolder

    with _code(payload, Path(payload["run"])):
        return measure(RunFolder(Path(payload["run"])), payload.get("split", "test")), {}


def import_model(payload: Payload) -> Answer:
    """``{path, folder, columns}`` → ``{graph, weights, names, notes, parameters}``; weights go into the folder."""
    from dlstudio.compiler.importing.process import import_here

    imported = import_here(Path(payload["path"]), Path(payload["folder"]), columns=tuple(payload.get("columns") or ()))
    return {"graph": graph_as_json(imported.graph), **imported.as_json()}, {}


def start_from(payload: Payload) -> Answer:
    """``{project, root, source, code?}`` → ``{origin, weights, matched, fresh}``; the weights go into ``root``."""
    from dlstudio.graph.project import Project
    from dlstudio.training.starting import start_from as start

    with _code(payload):
        project = Project.from_json(payload["project"])
        return start(project, Path(payload["root"]), payload["source"]).as_json(), {}


def find_rate(payload: Payload) -> Answer:
    """``{project, root, code?}`` → ``{rates, losses, suggestion}``: a range test on a copy of the network."""
    from dlstudio.data.progress import report
    from dlstudio.graph.project import Project
    from dlstudio.training.rate_finding import find_rate as find

    with _code(payload):
        project = Project.from_json(payload["project"])
        told: Callable[[int, int], None] = lambda done, total: report("Trying rates", done, total)  # noqa: E731
        return find(project, Path(payload["root"]), told=told).as_json(), {}


HANDLERS: dict[str, Handler] = {
    handler.__name__: handler
    for handler in (
        guess_data,
        formats_of,
        guess_as,
        describe_data,
        examine_data,
        doubtful_labels,
        encoded_rows,
        augmented,
        thumbnails,
        table_rows,
        series_rows,
        sound_file,
        clip_file,
        fit_template,
        infer,
        devices,
        inspect,
        predict,
        evaluate,
        import_model,
        start_from,
        find_rate,
    )
}


def _code(payload: Payload, run: Path | None = None) -> AbstractContextManager[None]:
    """Lets the request run the code that came allowed with it: the project's, or the copy in a run."""
    from dlstudio.compiler.custom_layers import permitted
    from dlstudio.graph.custom_code import Permission
    from dlstudio.training.runs.run_code import run_code_folder
    from dlstudio.training.runs.run_folder import RunFolder

    code = payload.get("code")
    permission = Permission.from_json(code) if code else None
    if permission is not None and run is not None:
        permission = replace(permission, folder=run_code_folder(RunFolder(run)))
    return permitted(permission)


def _data(payload: Payload) -> tuple[DataSettings, Path]:
    return DataSettings.from_json(payload["data"]), Path(payload.get("root") or ".")
