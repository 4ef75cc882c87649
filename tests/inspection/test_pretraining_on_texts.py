"""Pre-training on the texts of a table or of tagged sentences: its views work, and what follows starts from it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dlstudio.data.opening import guess_settings
from dlstudio.graph.project import TrainingSettings
from dlstudio.inspection.asking import inspect_run
from dlstudio.inspection.evaluation import evaluate
from dlstudio.templates.making import fit_to_data
from dlstudio.training.runs.run_folder import RunFolder
from dlstudio.training.starting import Start, start_from
from tests.data.sources import conll_file
from tests.inspection.conftest import trained
from tests.inspection.test_masked_words import reviews

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def pretrained(template: str, source: Path, folder: Path) -> RunFolder:
    project, _ = fit_to_data(folder, template, guess_settings(source), "First")
    recipe = TrainingSettings(epochs=1, batch_size=16, optimizer=project.training.optimizer, device="cpu")
    return trained(folder, replace(project, training=recipe))


def started(template: str, source: Path, folder: Path, run: RunFolder) -> Start:
    project, _ = fit_to_data(folder, template, guess_settings(source), "Second")
    return start_from(project, folder, run.path)


def asked(run: RunFolder, inspector: str, **options: Any) -> dict[str, Any]:
    return inspect_run(run.path, inspector, "test", options)[0]


def test_that_a_language_model_of_a_table_writes_and_a_classifier_starts_from_it(tmp_path: Path) -> None:
    source = reviews(tmp_path)
    run = pretrained("char-lstm", source, tmp_path / "first")
    assert "perplexity" in evaluate(run)["metrics"]
    assert asked(run, "generation", prompt="the cat", count=5, seed=5)["tokens"]
    assert asked(run, "surprise")["tokens"]
    start = started("lstm-text", source, tmp_path / "second", run)
    assert [(match.layer, match.source) for match in start.matched] == [("embedding", "embedding"), ("lstm", "lstm")]
    assert start.fresh == ("logits",)
    assert (start.matched[0].words or 0) > 10


@pytest.mark.slow
def test_that_hidden_words_of_tagged_sentences_are_shown_and_a_tagger_starts_from_them(tmp_path: Path) -> None:
    source = conll_file(tmp_path)
    run = pretrained("bert-medium", source, tmp_path / "first")
    assert asked(run, "hidden-words")["tokens"]
    start = started("transformer-tagger", source, tmp_path / "second", run)
    assert all(match.layer == match.source for match in start.matched)
    assert start.fresh == ("logits",)
