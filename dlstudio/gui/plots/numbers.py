"""How numbers are written for people: counts, percentages, metrics, durations and rates, each with its unit."""

from __future__ import annotations

import math

_THIN = "\u202f"  # narrow no-break space: groups digits without a line break between them

_WORDS = {
    "map_50": "mAP@.5",
    "map_50_95": "mAP@[.5:.95]",
    "mae": "mean absolute error",
    "mase": "MASE",
    "mse": "mean squared error",
    "cer": "character error rate",
    "wer": "word error rate",
    "pr_auc": "PR-AUC",
    "roc_auc": "ROC-AUC",
    "eer": "equal error rate",
    "tar_at_far_1": "accepted at 1 % false accepts",
}
_PARTS = {
    **{
        "map": "mAP",
        "iou": "IoU",
        "r2": "R²",
        "f1": "F1",
        "auc": "AUC",
        "rmse": "RMSE",
        "bleu": "BLEU",
        "chrf": "chrF",
        "dice": "Dice",
    }
}
_SHARES = (
    "accuracy",
    "precision",
    "recall",
    "f1",
    "auc",
    "dice",
    "mean_dice",
    "mean_iou",
    "sensitivity",
    "specificity",
    "map_50",
    "box_iou",
    "exact_match",
    "span_exact",
    "exact",
    "eer",
    "tar_at_far_1",
    "rank_1",
)


def count(value: float) -> str:
    """``60000`` as ``60 000``."""
    return f"{int(value):,}".replace(",", _THIN)


def counted(value: int, noun: str, plural: str = "") -> str:
    """``1 row``, ``2 rows``, ``0 classes``."""
    return f"{count(value)} {noun if value == 1 else plural or noun + 's'}"


def percent(share: float, digits: int = 1) -> str:
    """A share of 1 as ``98.4 %``; never rounds up to 100 or down to 0 where it is not."""
    if not math.isfinite(share):
        return "–"
    text = f"{100 * share:.{digits}f}"
    if share < 1 and float(text) >= 100:
        text = f"{math.floor(10**digits * 100 * share) / 10**digits:.{digits}f}"
        if float(text) >= 100:
            text = "99.9"
    return f"{text} %"


def is_share(metric: str) -> bool:
    """Whether a metric is a share of 1, better written as a percentage."""
    name = metric.removeprefix("val_").removeprefix("macro_").removeprefix("macro ")
    return any(name == share or name.endswith("_" + share) or name.startswith(share) for share in _SHARES)


def metric(name: str, value: float | None) -> str:
    """The value of a metric: accuracies as percentages, others with four digits that matter."""
    if value is None or not math.isfinite(value):
        return "–" if value is None else str(value)
    return percent(value) if is_share(name) else number(value)


def difference(name: str, value: float) -> str:
    """A difference of two values of a metric: ``2.3 points`` of a percentage, others as numbers."""
    return f"{100 * value:.1f} points" if is_share(name) else number(value)


def number(value: float) -> str:
    """Four digits that matter, plain where that is short: ``0.0521``, ``48.25``, ``2 013``, ``1.2e-07``."""
    if not math.isfinite(value):
        return str(value)
    size = abs(value)
    if size >= 1e7 or (0 < size < 1e-4):
        return f"{value:.2g}"
    if size >= 1000:
        return f"{value:,.0f}".replace(",", _THIN)
    return f"{value:.4g}"


def metric_title(name: str) -> str:
    """``val_accuracy`` as ``validation accuracy``, ``mae`` as ``mean absolute error``."""
    for prefix, words in (("val_", "validation"), ("test_", "test")):
        if name.startswith(prefix):
            return f"{words} {metric_title(name[len(prefix) :])}"
    return _WORDS.get(name) or " ".join(_PARTS.get(part, part) for part in name.split("_"))


def sentence_case(text: str) -> str:
    """The same words with a capital at the beginning, and all others as they are: ``Macro F1``."""
    return text[:1].upper() + text[1:]


def duration(seconds: float) -> str:
    """``42 s``, ``1 min 42 s``, ``2 h 5 min``."""
    if not math.isfinite(seconds):
        return "–"
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def rate(per_second: float, noun: str = "samples") -> str:
    """``4 120 samples/s``."""
    if not math.isfinite(per_second):
        return f"– {noun}/s"
    return f"{count(per_second) if per_second >= 10 else f'{per_second:.1f}'} {noun}/s"
