"""Answers as the engine's inspection process would send them, made from small invented predictions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tests.gui.workspaces.fake_studio import FakeStudio

DIGITS = [str(i) for i in range(10)]
TOPICS = ["positive", "negative"]


def install(studio: FakeStudio, kind: str = "digits") -> None:
    """Lets the studio answer like a run on ``digits``, ``text``, ``numbers`` or ``regression``."""
    classes = TOPICS if kind == "text" else DIGITS if kind == "digits" else ["Adelie", "Gentoo", "Chinstrap"]
    samples = 400
    rng = np.random.default_rng(3)
    truth = rng.integers(0, len(classes), samples)
    wrong = rng.random(samples) < 0.12
    labels = np.where(wrong, (truth + rng.integers(1, len(classes), samples)) % len(classes), truth)
    inputs = {
        "digits": {"name": "images", "column": "image", "kind": "image", "shape": [28, 28, 1]},
        "text": {"name": "sentence", "column": "text", "kind": "text", "shape": [40]},
    }.get(kind, {"name": "features", "column": "features", "kind": "number", "shape": [3]})

    def item(place: int) -> dict[str, Any]:
        confidence = 0.55 + 0.44 * ((place * 37) % 100) / 100
        scores = {classes[labels[place]]: confidence, classes[truth[place]]: 0.3}
        return {
            "row": 1000 + place,
            "place": place,
            "truth": classes[truth[place]],
            "prediction": classes[labels[place]],
            "correct": bool(truth[place] == labels[place]),
            "confidence": confidence,
            "loss": 3.0 - place / samples,
            "scores": scores,
            "text": "" if kind == "digits" else "A slow but moving film whose last half hour makes up for all of it.",
            "file": f"test/{classes[truth[place]]}/{place:05d}.png" if kind == "digits" else "",
            "array": f"sample-{place}" if kind == "digits" else None,
        }

    def gallery(options: Mapping[str, Any]) -> dict[str, Any]:
        places = [
            place
            for place in range(samples)
            if options.get("truth", classes[truth[place]]) == classes[truth[place]]
            and options.get("prediction", classes[labels[place]]) == classes[labels[place]]
            and not (options.get("wrong") and truth[place] == labels[place])
        ]
        if str(options.get("sort", "")).startswith("-"):
            places.sort(key=lambda place: (truth[place] == labels[place], place))
        offset = options.get("offset", 0)
        page = places[offset : offset + options.get("limit", 60)]
        arrays = {f"sample-{place}": digit(int(truth[place]), place) for place in page} if kind == "digits" else {}
        shown = {"digits": "image", "text": "text"}.get(kind, "number")
        return {
            "kind": "gallery",
            "title": "Predictions",
            "sample_kind": shown,
            "items": [item(place) for place in page],
            "total": len(places),
            "offset": offset,
            "of": samples,
            "classes": classes,
            "arrays": arrays,
        }

    def regression(options: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "kind": "gallery",
            "sample_kind": "number",
            "total": 400,
            "of": 400,
            "classes": [],
            "items": [
                {"row": place, "place": place, "truth": 21.5, "prediction": 19.25, "correct": None, "confidence": None}
                | {"loss": 5.06, "scores": {}, "text": "alcohol 12.8, ash 2.4", "file": "", "array": None}
                for place in range(
                    options.get("offset", 0), options.get("offset", 0) + min(options.get("limit", 60), 60)
                )
            ],
        }

    def inspect(payload: Mapping[str, Any]) -> dict[str, Any]:
        name, options = payload["inspector"], payload["options"]
        if name == "list":
            task = "regression" if kind == "regression" else "classification"
            found = ["gallery", "scatter"] if kind == "regression" else ["gallery", "confusion", "classes"]
            return {
                "inspectors": [{"name": each, "title": each} for each in found],
                "outputs": [{"name": "answer", "column": "label", "task": task, "classes": classes}],
                "splits": {"train": 3200, "validation": samples, "test": samples},
                "inputs": [inputs],
                "epoch": 3,
            }
        if name == "gallery":
            return regression(options) if kind == "regression" else gallery(options)
        if name == "confusion":
            values = np.zeros((len(classes), len(classes)), int)
            np.add.at(values, (truth, labels), 1)
            return {"rows": classes, "columns": classes, "values": values.tolist()}
        if name == "classes":
            columns = [("class", "text"), ("samples", "count"), ("predicted", "count")]
            columns += [("precision", "share"), ("recall", "share"), ("F1", "share")]
            rows: list[list[Any]] = []
            for index, each in enumerate(classes):
                recall = float((labels[truth == index] == index).mean())
                precision = float((truth[labels == index] == index).mean())
                f1 = 2 * recall * precision / (recall + precision)
                rows.append([each, int((truth == index).sum()), int((labels == index).sum()), precision, recall, f1])
            means = [float(np.mean([row[i] for row in rows])) for i in (3, 4, 5)]
            rows.append(["mean", samples, samples, *means])
            return {"columns": [{"name": n, "kind": k} for n, k in columns], "rows": rows}
        x = rng.normal(20, 5, samples).astype(np.float32)
        y = (x + rng.normal(0, 1.5, samples)).astype(np.float32)
        return {"x_label": "price, truth", "arrays": {"x": x, "y": y, "rows": np.arange(samples)}}

    def evaluate(payload: Mapping[str, Any]) -> dict[str, Any]:
        if kind == "regression":
            return {
                "metrics": {"mae": 1.21, "r2": 0.91, "loss": 2.2},
                "baseline": {"mae": 4.02, "r2": 0.0},
                "baseline_title": "always the mean",
            }
        return {
            "metrics": {"loss": 0.31, "accuracy": 0.984},
            "baseline": {"accuracy": 0.101},
            "baseline_title": "always the commonest class",
            "samples": samples,
        }

    def predict(payload: Mapping[str, Any]) -> dict[str, Any]:
        if kind == "regression":
            return {"value": 21.375}
        scores = dict.fromkeys(classes, 0.02)
        return {"label": classes[-1], "confidence": 0.93, "scores": {**scores, classes[-1]: 0.93}}

    studio.answers |= {"inspect": inspect, "evaluate": evaluate, "predict": predict}


def digit(number: int, seed: int) -> np.ndarray:
    """A 28 × 28 picture with as many bars as the number says."""
    pixels = np.zeros((28, 28, 1), np.uint8)
    for bar in range(number + 1):
        pixels[4 + 2 * bar : 5 + 2 * bar, 6 : 16 + seed % 8] = 230
    return pixels


def tagged(place: int) -> dict[str, Any]:
    """A sentence with an entity that is found, one that is missed and one that is none."""
    truth = [("ORG", 0, 2, "right"), ("LOC", 4, 5, "missed")]
    given = [("ORG", 0, 2, "right"), ("PER", 3, 4, "false alarm")]
    return {
        "row": place,
        "place": place,
        "tokens": ["Acme", "Bank", "of", "Old", "Delaware", "."],
        "truth": [{"type": t, "start": s, "end": e, "verdict": v, "confidence": None} for t, s, e, v in truth],
        "predicted": [{"type": t, "start": s, "end": e, "verdict": v, "confidence": 0.9} for t, s, e, v in given],
        "loss": 0.5,
        "where": f"line {place + 1}",
    }


def install_tagger(studio: FakeStudio, sentences: int = 40) -> None:
    """Lets the studio answer like a run that tags texts."""

    def inspect(payload: Mapping[str, Any]) -> dict[str, Any]:
        options = payload["options"]
        if payload["inspector"] == "list":
            return {
                "inspectors": [{"name": "entities", "title": "Entities"}, {"name": "entity-types", "title": "Types"}],
                "outputs": [{"name": "tags", "column": "tags", "task": "tagging", "classes": []}],
                "splits": {"test": sentences},
                "inputs": [{"name": "text", "column": "text", "kind": "text", "shape": [64]}],
                "epoch": 3,
            }
        if payload["inspector"] == "entity-types":
            columns = [("type", "text"), ("true", "count"), ("F1", "share")]
            rows = [["ORG", 40, 1.0], ["all", 80, 0.5]]
            return {"columns": [{"name": n, "kind": k} for n, k in columns], "rows": rows}
        total = 0 if options.get("type") == "PER" and options.get("mistakes") == "missed" else sentences
        offset = options["offset"]
        return {
            "items": [tagged(place) for place in range(offset, min(offset + options["limit"], total))],
            "total": total,
            "offset": offset,
            "of": sentences,
            "types": ["LOC", "ORG", "PER"],
            "counts": {"right": 40, "missed": 40, "false alarm": 40},
        }

    def predict(payload: Mapping[str, Any]) -> dict[str, Any]:
        entity = {"type": "ORG", "text": "Acme Bank", "start": 0, "end": 2, "confidence": 0.9}
        words = str(payload["value"]).split()
        return {"value": "Acme Bank (ORG)", "tokens": words, "tags": [], "confidence": [], "entities": [entity]}

    def evaluate(payload: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "metrics": {"loss": 0.1, "entity_f1": 0.84, "token_accuracy": 0.99},
            "baseline": {"entity_f1": 0.8},
            "baseline_title": "logistic regression on each word and its neighbours",
        }

    studio.answers |= {"inspect": inspect, "evaluate": evaluate, "predict": predict}


READ_WORDS = ["May", "Moss", "saw", "12", "birds", "."]


def answered(place: int) -> dict[str, Any]:
    """A question whose answer is found, but for its first word; every fourth is beyond what is read."""
    truth = [{"type": "answer", "start": 2, "end": 4, "verdict": "wrong bounds", "confidence": None}]
    return {
        "row": place,
        "place": place,
        "question": f"How many birds, number {place}?",
        "tokens": READ_WORDS,
        "truth": [] if place % 4 == 3 else truth,
        "predicted": [{"type": "answer", "start": 3, "end": 4, "verdict": "wrong bounds", "confidence": 0.4}],
        "answer": "12",
        "truths": ["saw 12"],
        "score": 0.4,
        "f1": 2 / 3,
        "exact": False,
        "loss": 1.5,
        "array": f"scores-{place}",
        "where": f"data[0].paragraphs[{place}].qas[0]",
    }


def install_reader(studio: FakeStudio, questions: int = 20) -> None:
    """Lets the studio answer like a run that finds answers in passages."""

    def inspect(payload: Mapping[str, Any]) -> dict[str, Any]:
        options = payload["options"]
        if payload["inspector"] == "list":
            return {
                "inspectors": [{"name": "answers", "title": "Answers"}],
                "outputs": [{"name": "answer", "column": "answer", "task": "span", "classes": []}],
                "splits": {"test": questions},
                "inputs": [
                    {"name": name, "column": name, "kind": "text", "shape": [64]} for name in ("passage", "question")
                ],
                "epoch": 3,
            }
        total = 0 if options.get("show") == "right" else questions
        offset = options["offset"]
        places = range(offset, min(offset + options["limit"], total))
        scores = np.array([[0.1, 0], [0, 0], [0.2, 0.1], [0.6, 0.8], [0.1, 0.1], [0, 0]], np.float32)
        return {
            "items": [answered(place) for place in places],
            "total": total,
            "offset": offset,
            "of": questions,
            "counts": {"partly right": questions},
            "metrics": {"f1": 2 / 3, "exact_match": 0.0},
            "arrays": {f"scores-{place}": scores for place in places},
        }

    def predict(payload: Mapping[str, Any]) -> dict[str, Any]:
        words = str(payload["value"]["passage"]).split()
        best = {"text": words[1], "score": 0.5, "start": 0, "end": 4, "first": 1, "last": 1}
        return {
            "value": words[1],
            "score": 0.5,
            "start": 0,
            "end": 4,
            "first": 1,
            "last": 1,
            "tokens": words,
            "start_scores": [1 / len(words)] * len(words),
            "end_scores": [1 / len(words)] * len(words),
            "answers": [best],
        }

    def evaluate(payload: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "metrics": {"f1": 0.36, "exact_match": 0.25, "loss": 2.8, "span_exact": 0.2},
            "baseline": {"f1": 0.19, "exact_match": 0.11},
            "baseline_title": "sliding window over the passage: most words in common with the question",
        }

    studio.answers |= {"inspect": inspect, "evaluate": evaluate, "predict": predict}


def translated(place: int) -> dict[str, Any]:
    """A sentence with its translations; every third is right."""
    return {
        "row": 100 + place,
        "source": f"The cat sees {place} birds.",
        "truth": f"Le chat voit {place} oiseaux.",
        "written": f"Le chat voit {place} {'oiseaux' if place % 3 == 0 else 'chiens'}.",
        "score": 100.0 if place % 3 == 0 else 60.0,
        "loss": 0.5,
        "where": f"line {place + 1}",
    }


def install_translator(studio: FakeStudio, sentences: int = 70, layers: int = 2) -> None:
    """Lets the studio answer like a run that translates, with so many layers of attention."""

    def inspect(payload: Mapping[str, Any]) -> dict[str, Any]:
        options = payload["options"]
        if payload["inspector"] == "list":
            inputs = (("en", "en", 16), ("fr_so_far", "fr so far", 20))
            return {
                "inspectors": [{"name": "translations", "title": "Translations"}],
                "outputs": [{"name": "fr", "column": "fr", "task": "translation", "classes": []}],
                "splits": {"test": sentences},
                "inputs": [{"name": n, "column": c, "kind": "text", "shape": [length]} for n, c, length in inputs],
                "epoch": 3,
            }
        if payload["inspector"] == "gallery":  # asked for before the views are listed
            return {"items": [], "total": 0, "offset": 0, "sample_kind": "text"}
        if "row" not in options and "text" not in options:
            places = range(options["offset"], min(options["offset"] + options["limit"], sentences))
            languages = {"languages": ["en", "fr"], "total": sentences, "exact": 24}
            return {"items": [translated(place) for place in places], **languages}
        sources = {"source": options.get("text", "The cat."), "truth": "" if "text" in options else "Le chat."}
        texts = [" ".join(["Le chat", *["noir"] * extra]) + "." for extra in range(options["beam"])]
        weights = np.stack([np.full((3, 2), 0.5), np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]])])[:layers]
        return {
            **sources,
            "candidates": [{"text": t, "confidence": 0.9 / (i + 1), "ended": True} for i, t in enumerate(texts)],
            "read": [" The", " cat"],
            "written": [" Le", " chat", "■"],
            "layers": ["decoder/repeat_1/cross_attention", "decoder/repeat_2/cross_attention"][:layers],
            "arrays": {"weights": weights.astype(np.float32)},
        }

    def predict(payload: Mapping[str, Any]) -> dict[str, Any]:
        texts = [f"traduit : {payload['value']}", "autrement"]
        candidates = [{"value": text, "confidence": 0.8 - 0.3 * n} for n, text in enumerate(texts)]
        return {**candidates[0], "candidates": candidates}

    def evaluate(payload: Mapping[str, Any]) -> dict[str, Any]:
        copied = {"bleu": 0.2, "chrf": 12.0, "exact": 0.0}
        return {
            "metrics": {"bleu": 18.25, "chrf": 41.5, "exact": 0.125, "loss": 2.0, "accuracy": 0.6},
            "baseline": copied,
            "baselines": [{"name": "simplest", "title": "the source itself", "metrics": copied}],
        }

    studio.answers |= {"inspect": inspect, "evaluate": evaluate, "predict": predict}
