"""The views of the Inspect workspace, in the order in which they are listed. One that is added here is shown wherever
the inspector of its name fits; its module is loaded when it is first looked at, since some bring pyqtgraph along.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from dlstudio.gui.studio import Studio


@dataclass(frozen=True)
class View:
    """One view.

    Attributes:
        title: Its name for people.
        module: Its module in this package.
        widget: The class in it, made of the studio; it has ``turn_to(subject)``.
        opens_samples: Whether a sample can be clicked in it, to be shown at the right.
    """

    title: str
    module: str
    widget: str
    opens_samples: bool = True

    def make(self, studio: Studio) -> Any:
        """A fresh widget."""
        return getattr(import_module(f"{__package__}.{self.module}"), self.widget)(studio)


VIEWS: dict[str, View] = {
    "gallery": View("Predictions", "predictions", "Predictions"),
    "listen": View("Listen", "sound_view", "SoundView", opens_samples=False),
    "frames": View("Frames", "frames_view", "FramesView", opens_samples=False),
    "confusion": View("Confusion matrix", "confusion_view", "ConfusionView"),
    "classes": View("Metrics per class", "metrics_table", "MetricsTable", opens_samples=False),
    "confused": View("Most confused pairs", "confused_view", "ConfusedView"),
    "thresholds": View("ROC and precision-recall", "threshold_view", "ThresholdView", opens_samples=False),
    "calibration": View("Calibration", "calibration_view", "CalibrationView", opens_samples=False),
    "importance": View("Importance of columns", "importance_view", "ImportanceView", opens_samples=False),
    "words": View("Weight of each word", "words_view", "WordsView", opens_samples=False),
    "scatter": View("Truth and prediction", "scatter_view", "ScatterView"),
    "masks": View("Masks", "masks_view", "MasksView", opens_samples=False),
    "mask-classes": View("Overlap per class", "metrics_table", "MaskMetricsTable", opens_samples=False),
    "boxes": View("Boxes", "boxes_view", "BoxesView", opens_samples=False),
    "box-curves": View("Precision and recall of boxes", "box_curves_view", "BoxCurvesView", opens_samples=False),
    "box-classes": View("Precision per class", "metrics_table", "BoxMetricsTable", opens_samples=False),
    "reconstructions": View("Reconstructions", "reconstructions_view", "ReconstructionsView", opens_samples=False),
    "errors": View("Errors and anomalies", "errors_view", "ErrorsView", opens_samples=False),
    "codes": View("Map of the codes", "codes_view", "CodesView", opens_samples=False),
    "made": View("Made samples", "made_view", "MadeView", opens_samples=False),
    "growth": View("Growth while training", "growth_view", "GrowthView", opens_samples=False),
    "forecast": View("Forecast", "forecast_view", "ForecastView", opens_samples=False),
    "answers": View("Answers", "answers_view", "AnswersView", opens_samples=False),
    "entities": View("Entities", "entities_view", "EntitiesView", opens_samples=False),
    "entity-types": View("Metrics per type", "types_table", "TypesTable", opens_samples=False),
    "translations": View("Translations", "translations_view", "TranslationsView", opens_samples=False),
    "generation": View("Write a text", "generation_view", "GenerationView", opens_samples=False),
    "surprise": View("Probability of each token", "surprise_view", "SurpriseView", opens_samples=False),
    "neighbours": View("Nearest samples", "neighbours_view", "NeighboursView", opens_samples=False),
    "distances": View("Distances of pairs", "distances_view", "DistancesView", opens_samples=False),
    "hidden-words": View("Hidden words", "hidden_words_view", "HiddenWordsView", opens_samples=False),
    "try": View("Try your own", "try_own", "TryOwn", opens_samples=False),
}
"""By the name of the inspector that each shows; ``try`` needs none."""
