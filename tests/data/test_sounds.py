"""Folders and tables of sounds: what is recognised, how it is encoded, and what broken files say."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from dlstudio.data.opening import guess_settings
from dlstudio.data.preparing import PreparedData, prepare
from dlstudio.data.sound.sounds import SoundError, load, resampled
from dlstudio.data.table import DataError
from tests.data.sources import sound_folder, write_sound


def opened(path: Path) -> PreparedData:
    return prepare(guess_settings(path), path.parent)


def table(folder: Path, name: str, lines: list[str], encoding: str = "utf-8") -> None:
    (folder / name).write_text("\n".join(lines) + "\n", encoding=encoding)


def speech(folder: Path, rows: int = 12, header: str = "file,transcript,speaker") -> Path:
    words = ("one two", "three", "four five six")
    lines = [header]
    for row in range(rows):
        write_sound(folder / "wavs" / f"{row}.wav", 200 + 50 * row, 0.3)
        lines.append(f"wavs/{row}.wav,{words[row % 3]},voice {row % 4}")
    table(folder, "metadata.csv", lines)
    return folder


def test_that_a_folder_a_class_becomes_sounds_and_labels(tmp_path: Path) -> None:
    data = opened(sound_folder(tmp_path / "sounds"))
    sound, label = data.specs["sound"], data.specs["label"]
    assert (sound.kind, sound.shape, sound.rate) == ("audio", (1600, 1), 8000.0)
    assert label.classes == ("hum", "whistle")
    encoded = data.encode("sound", data.rows["train"])
    assert encoded.dtype == np.float32
    assert 0.4 < float(np.abs(encoded).max()) <= 1.0


def test_that_other_rates_channels_and_lengths_are_brought_to_one(tmp_path: Path) -> None:
    for number in range(6):
        write_sound(tmp_path / "a" / f"{number}.wav", 300, 0.5, rate=8000)
        write_sound(tmp_path / "b" / f"{number}.flac", 300, 0.2, rate=44_100, channels=2)
    data = opened(tmp_path)
    assert data.specs["sound"].rate == 16_000 or data.specs["sound"].rate == 8000
    short = next(row for row in data.used_rows() if data.table.columns["label"].shown(int(row)) == "b")
    wave = data.encode("sound", np.array([short]))[0, :, 0]
    rate = int(data.specs["sound"].rate)
    spectrum = np.abs(np.fft.rfft(wave[: rate // 5]))
    assert abs(int(spectrum.argmax()) * 5 - 300) <= 5, "the tone keeps its height"
    assert float(np.abs(wave[rate // 5 + 10 :]).max()) == 0.0, "silence fills it up"


def test_that_resampling_there_and_back_keeps_a_tone() -> None:
    time = np.arange(4000) / 8000
    wave = np.sin(2 * np.pi * 440 * time).astype(np.float32)
    back = resampled(resampled(wave, 8000, 22_050), 22_050, 8000)
    assert len(back) == len(wave)
    assert float(np.abs(back - wave)[200:-200].max()) < 0.02


def test_that_train_and_test_folders_make_the_split(tmp_path: Path) -> None:
    for part, count in (("train", 20), ("test", 5)):
        for label in ("a", "b"):
            for number in range(count):
                write_sound(tmp_path / part / label / f"{number}.ogg", 200, 0.3)
    data = opened(tmp_path)
    assert len(data.rows["test"]) == 10
    assert data.settings.split["by"] == "folder"


def test_that_a_table_of_transcripts_is_split_by_speaker(tmp_path: Path) -> None:
    data = opened(speech(tmp_path))
    assert data.specs["transcript"].kind == "transcript"
    assert data.settings.columns["transcript"]["role"] == "target"
    speaker = data.table.columns["speaker"]
    by_part = {part: {speaker.shown(int(row)) for row in rows} for part, rows in data.rows.items()}
    assert all(by_part.values())
    assert not by_part["train"] & by_part["test"]
    assert not by_part["train"] & by_part["validation"]


def test_that_the_form_of_common_voice_is_read(tmp_path: Path) -> None:
    for part, count in (("train", 8), ("dev", 2), ("test", 3)):
        lines = ["client_id\tpath\tsentence\tup_votes\tage"]
        for row in range(count):
            write_sound(tmp_path / "clips" / f"{part}_{row}.flac", 300, 0.3)
            lines.append(f"{part}{row % 2}\t{part}_{row}.flac\tEin Käse, Nummer {row}!\t2\t")
        table(tmp_path, f"{part}.tsv", lines)
    data = opened(tmp_path)
    assert {part: len(rows) for part, rows in data.rows.items()} == {"train": 8, "validation": 2, "test": 3}
    assert data.specs["path"].kind == "audio"
    assert "ä" in data.specs["sentence"].classes
    assert "," not in data.specs["sentence"].classes


def test_that_the_form_of_ljspeech_is_read(tmp_path: Path) -> None:
    lines = []
    for row in range(12):
        write_sound(tmp_path / "wavs" / f"LJ001-{row:04}.wav", 300, 0.3, rate=22_050)
        lines.append(
            f"LJ001-{row:04}|In 18{row:02}{', so' * (row % 3)}|in eighteen {'x' * (row + 1)}{', so' * (row % 3)}"
        )
    table(tmp_path, "metadata.csv", lines)
    data = opened(tmp_path)
    kinds = {name: spec.kind for name, spec in data.specs.items()}
    target = next(name for name, column in data.settings.columns.items() if column.get("role") == "target")
    assert "audio" in kinds.values()
    assert kinds[target] == "transcript"
    assert "1" not in data.specs[target].classes, "the cleaned text is taken, not the original"
    assert not data.issues


def test_that_text_files_beside_the_sounds_are_transcripts(tmp_path: Path) -> None:
    for row in range(12):
        write_sound(tmp_path / f"{row}.wav", 300, 0.3)
        (tmp_path / f"{row}.txt").write_text(f"word {'ab'[row % 2]}\n", encoding="utf-8")
    data = opened(tmp_path)
    assert data.specs["transcript"].classes[2:] == (" ", "a", "b", "d", "o", "r", "w")


def test_that_waveforms_with_lengths_in_an_archive_are_sounds(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    wave = random.integers(-9000, 9000, (30, 4000)).astype(np.int16)
    np.savez(tmp_path / "a.npz", x=wave, y=np.arange(30) % 3, length=np.full(30, 2500), rate=np.array(8000))
    data = opened(tmp_path / "a.npz")
    assert (data.specs["x"].kind, data.specs["x"].shape, data.specs["x"].rate) == ("audio", (4000, 1), 8000.0)
    encoded = data.encode("x", np.arange(3))
    assert float(np.abs(encoded[:, 2500:]).max()) == 0.0
    assert float(np.abs(encoded[:, :2500]).max()) > 0.2


def test_that_characters_outside_of_the_training_split_are_unknown(tmp_path: Path) -> None:
    lines = ["file,transcript,split"]
    for row in range(9):
        write_sound(tmp_path / f"{row}.wav", 300, 0.3)
        lines.append(f"{row}.wav,{'abc' if row < 6 else 'abz'},{('train', 'validation', 'test')[row // 3]}")
    table(tmp_path, "t.csv", lines)
    data = opened(tmp_path)
    assert data.specs["transcript"].classes == ("", "\ufffd", "a", "b", "c")
    assert data.encode("transcript", data.rows["test"])[0, :3].tolist() == [2, 3, 1]


# Broken files


def issue_about(data: PreparedData, kind: str) -> str:
    return next(issue.message for issue in data.issues if issue.kind == kind)


def test_that_broken_sounds_are_named_with_their_reason(tmp_path: Path) -> None:
    folder = sound_folder(tmp_path / "sounds", 8)
    whole = (folder / "hum" / "0.wav").read_bytes()
    (folder / "hum" / "0.wav").write_bytes(whole[:20])  # its header is cut
    (folder / "hum" / "1.wav").write_bytes(b"this is no sound at all" * 20)
    (folder / "whistle" / "2.wav").write_bytes(b"")
    soundfile.write(folder / "whistle" / "3.flac", np.zeros(800), 8000)
    flac = (folder / "whistle" / "3.flac").read_bytes()
    (folder / "whistle" / "3.flac").write_bytes(flac[: len(flac) // 2])
    said = issue_about(opened(folder), "unreadable")
    for name in ("hum/0.wav", "hum/1.wav"):
        assert name in said
    assert said.startswith(("3 sounds", "4 sounds"))
    assert "not a sound" in said


def test_that_a_wav_of_absurd_rate_is_refused(tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav", 300, 0.2)
    content = bytearray((tmp_path / "a.wav").read_bytes())
    content[24:28] = struct.pack("<I", 2_000_000_000)
    (tmp_path / "a.wav").write_bytes(bytes(content))
    with pytest.raises(SoundError, match=r"make no sense|not a sound"):
        load(tmp_path / "a.wav", 8000, 8000)


def test_that_a_header_that_promises_gigabytes_takes_no_memory(tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav", 300, 0.2)
    content = bytearray((tmp_path / "a.wav").read_bytes())
    content[40:44] = struct.pack("<I", 0xFFFFFFF0)
    (tmp_path / "a.wav").write_bytes(bytes(content))
    try:
        assert len(load(tmp_path / "a.wav", 8000, 8000)) <= 8000
    except SoundError as fault:
        assert str(fault)


def test_that_a_column_of_absurd_length_is_refused(tmp_path: Path) -> None:
    settings = guess_settings(sound_folder(tmp_path / "sounds", 3))
    columns = {**settings.columns, "sound": {**settings.columns["sound"], "rate": 300_000, "seconds": 3600}}
    from dataclasses import replace

    with pytest.raises(DataError, match="fewer seconds"):
        prepare(replace(settings, columns=columns), tmp_path, ["sound", "label"])


def test_that_files_which_a_table_names_wrongly_are_told_with_their_lines(tmp_path: Path) -> None:
    folder = speech(tmp_path)
    text = (folder / "metadata.csv").read_text().replace("wavs/7.wav", "wavs/77.wav")
    (folder / "metadata.csv").write_text(text)
    said = issue_about(opened(folder), "unreadable")
    assert "line 9" in said
    assert "no such file" in said


def test_that_a_table_without_words_says_what_is_missing(tmp_path: Path) -> None:
    lines = ["file"]
    for row in range(5):
        write_sound(tmp_path / f"{row}.wav", 300, 0.3)
        lines.append(f"{row}.wav")
    table(tmp_path, "files.csv", lines)
    with pytest.raises(DataError, match=r"files\.csv names the sounds, but no column says"):
        guess_settings(tmp_path)


def test_that_tables_with_different_columns_are_named(tmp_path: Path) -> None:
    for part, column in (("train", "sentence"), ("test", "words")):
        lines = [f"path,{column}"]
        for row in range(4):
            write_sound(tmp_path / f"{part}{row}.wav", 300, 0.3)
            lines.append(f"{part}{row}.wav,hello there {row}")
        table(tmp_path, f"{part}.csv", lines)
    with pytest.raises(DataError, match=r"test\.csv has no column 'sentence'"):
        opened(tmp_path)


def test_that_sounds_without_any_label_say_what_to_do(tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav", 300, 0.3)
    with pytest.raises(DataError, match="one sub-folder a class"):
        guess_settings(tmp_path)


def test_that_an_empty_transcript_and_a_wrong_encoding_are_issues(tmp_path: Path) -> None:
    for row in range(12):
        write_sound(tmp_path / f"{row}.wav", 300, 0.3)
        (tmp_path / f"{row}.txt").write_bytes("größer".encode("latin-1") if row == 3 else f"word {row}".encode())
    data = opened(tmp_path)
    assert "3.txt" in issue_about(data, "encoding")
    assert "UTF-8" in issue_about(data, "encoding")
    assert "3.wav" in issue_about(data, "empty")


def test_that_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    write_sound(tmp_path / "secret" / "x.wav", 300, 0.3)
    folder = sound_folder(tmp_path / "sounds", 4)
    (folder / "leak").symlink_to(tmp_path / "secret")
    data = opened(folder)
    assert "leak" not in data.specs["label"].classes
