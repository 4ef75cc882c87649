"""What ``dlstudio predict`` says of a generator: pictures made of whole numbers, and verdicts on pictures of files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlstudio.cli.command import DONE, CommandError
from dlstudio.cli.printing import console, escape, print_json
from dlstudio.cli.values import read_inputs

if TYPE_CHECKING:
    from dlstudio.inspection.trained import TrainedModel


def print_made(trained: TrainedModel, words: Sequence[str], folder: Path | None, *, as_json: bool) -> int:
    """Makes a picture of each word that is a whole number, and has the discriminator judge each that names a file.

    Args:
        trained: The network.
        words: As they were typed.
        folder: Where pictures are saved as ``<number>.png``, or None.
        as_json: Print for programs; the pictures are in it as nested lists.

    Raises:
        CommandError: A word is neither, or the folder cannot be written.
    """
    from dlstudio.inspection.making import maker

    spec = maker(trained).target.column
    inputs: list[tuple[str, Any]] = []
    for word in words:
        inputs += [(word, int(word))] if word.isdigit() else read_inputs([word], [spec])
    answers: list[dict[str, Any]] = [{"input": name, "output": trained.predict_value(value)} for name, value in inputs]
    for answer in answers:
        if folder is not None and "made" in answer["output"]:
            answer["file"] = str(_saved(answer["output"]["made"], folder / f"{answer['input']}.png"))
    if as_json:
        print_json(answers)
        return DONE
    for answer in answers:
        said = answer["output"]
        words_said = (
            f"made{' as ' + escape(answer['file']) if 'file' in answer else ''}, looks real by {said['realness']:.1%}"
            if "made" in said
            else f"[bold]{said['label']}[/] {said['confidence']:.1%}"
        )
        console().print(f"{escape(str(answer['input']))}  {words_said}", soft_wrap=True)
    return DONE


def _saved(picture: Any, file: Path) -> Path:
    import numpy as np
    from PIL import Image

    shades = np.clip(np.asarray(picture) * 255 + 0.5, 0, 255).astype(np.uint8)
    if shades.shape[-1] not in (1, 3):
        raise CommandError(f"Pictures of {shades.shape[-1]} bands cannot be saved as PNG. Take them from --json.")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(shades[..., 0] if shades.shape[-1] == 1 else shades).save(file)
    except OSError as error:
        raise CommandError(f"{file} cannot be saved: {error.strerror or error}.") from None
    return file
