"""What a template is: a network with placeholders, the data it is made for and the recipe that trains it. Values only.

The content is JSON in ``resources/templates/<name>.json``; :mod:`dlstudio.templates.library` reads it and
:mod:`dlstudio.templates.fitting` makes a project of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from dlstudio.graph.columns import RESTORED


class TemplateError(ValueError):
    """A template that does not exist or does not suit the data; the message is a sentence for the user."""


@dataclass(frozen=True)
class Bar:
    """What a fresh project of this template has to reach on shipped data: slightly below the worst of three seeds.

    Attributes:
        data: Name of the shipped data set.
        metric: Name of the task's metric on the test split, such as ``accuracy`` or ``mae``.
        value: The bar itself, in the metric's unit.
        better: ``higher`` or ``lower``.
        options: What to do about faults of the data, such as ``missing=mean``.
    """

    data: str
    metric: str
    value: float
    better: str = "higher"
    options: tuple[str, ...] = ()

    def reached(self, metrics: Mapping[str, float]) -> bool:
        """Whether measured metrics stand at the bar or on its good side."""
        measured = metrics[self.metric]
        return measured >= self.value if self.better == "higher" else measured <= self.value


@dataclass(frozen=True)
class Pretraining:
    """Another template that this one is made to start from, and how the gain of that is measured.

    Attributes:
        template: Name of the template that is trained first; its layers fit.
        data: Name of the shipped data set.
        metric: What is compared on the test split.
        labelled: How many training samples of each class are learnt (in all, where there are no classes).
        epochs: Of the pre-training.
        budget: Epochs of each of the two runs that are compared.
        rate: Share of the learning rate at which layers that begin with given weights learn; what was learnt before is
            soon lost at the full rate of a network that begins with random ones.
    """

    template: str
    data: str
    metric: str
    labelled: int
    epochs: int
    budget: int
    rate: float = 1.0


@dataclass(frozen=True)
class Template:
    """A network drawn once, fitted to the user's data when it is chosen.

    Attributes:
        name: What the command line calls it: ``cnn``.
        title: What people read: ``Convolutional network``.
        summary: One or two plain sentences.
        rank: Order in lists and among the templates that suit some data; lower comes first.
        inputs: Column kinds it can read, the preferred one first.
        targets: Column kinds it can learn.
        sample: Name of the shipped data set it is shown on.
        note: Why the recipe is as it is, in one or two sentences.
        bars: What it has to reach on shipped data.
        content: The JSON value itself: ``nodes``, ``wires``, ``rows``, ``choices``, ``training``.
        reads_two: Whether it needs a second column of the same kind to read, such as a question beside its passage.
        options: How a text is cut for it where the person has not said so, such as ``{"unit": "subwords"}``.
        pretraining: Templates that it is made to start from.
    """

    name: str
    title: str
    summary: str
    rank: int
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    sample: str
    note: str
    bars: tuple[Bar, ...]
    content: Mapping[str, Any]
    reads_two: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    pretraining: tuple[Pretraining, ...] = ()

    @property
    def restores(self) -> bool:
        """Whether it gives back what it reads; one that makes samples of noise reads them too, but does not."""
        return bool(set(self.inputs) & set(self.targets) & set(RESTORED)) and "noise" not in self.content

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Template:
        """Reads the value of one file of ``resources/templates``."""
        bars = tuple(
            Bar(b["data"], b["metric"], b["value"], b.get("better", "higher"), tuple(b.get("options", ())))
            for b in value.get("bars", ())
        )
        return Template(
            value["name"],
            value["title"],
            value["summary"],
            value["rank"],
            tuple(value["inputs"]),
            tuple(value["targets"]),
            value["sample"],
            value["training"]["note"],
            bars,
            MappingProxyType(dict(value)),
            bool(value.get("reads_two")),
            MappingProxyType(dict(value.get("options", {}))),
            tuple(Pretraining(**each) for each in value.get("pretraining", ())),
        )

    def as_json(self) -> dict[str, Any]:
        """What ``dlstudio templates --json`` prints."""
        return {
            "name": self.name,
            "title": self.title,
            "summary": self.summary,
            "inputs": list(self.inputs),
            "targets": list(self.targets),
            "sample": self.sample,
            "note": self.note,
        }
