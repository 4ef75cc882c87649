"""Which requests there are, in which engine process each is answered, and how long it may take."""

from __future__ import annotations

from dataclasses import dataclass

from dlstudio.engine.messages import Lane

LANES: tuple[Lane, ...] = ("data", "shapes", "inspection", "importing")
KERAS_LANES = frozenset({"shapes", "inspection"})
IMPORT_SECONDS = 180.0
"""How long a process may take until it can answer at all; Keras takes 4-10 s, more on a slow disk."""

IDLE_SECONDS = {"data": None, "shapes": None, "inspection": 300.0, "importing": 5.0}
"""After how long without a request a process is ended to give its memory back."""

UNWANTED_SECONDS = {"data": 1.0, "shapes": 20.0, "inspection": 5.0, "importing": 0.5}
"""How long a process goes on with a request that was cancelled or superseded before it is ended: a new one is quick to
start without Keras and slow with it."""


@dataclass(frozen=True)
class RequestKind:
    """One kind of request.

    Attributes:
        lane: The process that answers it.
        seconds: How long it may take before the process is ended and the request reported as failed.
        doing: What a sentence says that took too long or ended the process: ``Reading the data``.
    """

    lane: Lane
    seconds: float
    doing: str


REQUESTS: dict[str, RequestKind] = {
    "guess_data": RequestKind("data", 120, "Looking at the data"),
    "formats_of": RequestKind("data", 120, "Looking at the data"),
    "guess_as": RequestKind("data", 120, "Looking at the data"),
    "describe_data": RequestKind("data", 120, "Reading the data"),
    "examine_data": RequestKind("data", 900, "Examining the data"),
    "doubtful_labels": RequestKind("inspection", 900, "Looking for doubtful labels"),
    "encoded_rows": RequestKind("data", 120, "Reading samples"),
    "augmented": RequestKind("shapes", 60, "Trying the augmentation"),
    "thumbnails": RequestKind("data", 120, "Reading samples"),
    "table_rows": RequestKind("data", 120, "Reading samples"),
    "sound_file": RequestKind("data", 60, "Reading the sound"),
    "clip_file": RequestKind("data", 120, "Reading the clip"),
    "series_rows": RequestKind("data", 120, "Reading samples"),
    "fit_template": RequestKind("data", 120, "Fitting the template to the data"),
    "infer": RequestKind("shapes", 120, "Computing the shapes"),
    "devices": RequestKind("shapes", 120, "Looking for devices"),
    "inspect": RequestKind("inspection", 900, "Inspecting the run"),
    "evaluate": RequestKind("inspection", 3600, "Evaluating the run"),
    "predict": RequestKind("inspection", 300, "Predicting"),
    "start_from": RequestKind("inspection", 900, "Matching the layers"),
    "find_rate": RequestKind("inspection", 600, "Looking for a learning rate"),
    "import_model": RequestKind("importing", 600, "Importing the model"),
}
