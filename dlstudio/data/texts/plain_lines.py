"""Lines of a text file from a stranger: bounded in size, decoded or refused with the place of the first bad byte."""

from __future__ import annotations

from pathlib import Path

from dlstudio.data.table import DataError

MOST_BYTES = 1 << 30
LONGEST_LINE = 4 << 20
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read_lines(path: Path, longest: int = LONGEST_LINE) -> list[str]:
    """All lines without their ends; a mark at the beginning says whether it is UTF-16, else it is UTF-8.

    Args:
        path: The file.
        longest: Characters of a line, beyond which the file is refused.

    Raises:
        DataError: It is too large, no text, or in another encoding; the sentence names file and line.
    """
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise DataError(
                f"{path.name} has {size / 2**30:.1f} GiB; {MOST_BYTES >> 30} GiB is the most that is read as one file. "
                "Split it."
            )
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DataError(
            f"{path.name} is not in UTF-8: line {line} has the byte 0x{content[error.start]:02X}. Save it as UTF-8."
        ) from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise DataError(f"{path.name} is no text: line {line} holds a zero byte.")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line_text in enumerate(lines, 1):
        if len(line_text) > longest:
            raise DataError(
                f"Line {number} of {path.name} has {len(line_text):,} characters; {longest:,} are the most. Is it a "
                "file of this kind?"
            )
    return lines


def head_lines(path: Path, bytes_read: int = 1 << 16) -> list[str]:
    """The first lines of a file as far as they can be read, the last of them left out where it may be cut."""
    try:
        with path.open("rb") as file:
            content = file.read(bytes_read)
    except OSError:
        return []
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    text = content.decode(encoding, errors="replace")
    lines = text.splitlines()
    return lines[:-1] if len(content) == bytes_read else lines
