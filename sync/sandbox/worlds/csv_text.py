"""How a CSV file is written: its encoding, what stands between its cells, its decimal mark. Detected, and said.

Swedish Excel writes Windows-1252 or, as "Unicode text", UTF-16; semicolons or tabs; decimal commas.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sync.sandbox.worlds.errors import WorldError

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_ENCODINGS = {"utf-16": "UTF-16", "cp1252": "Windows-1252"}
_WITH_COMMA = re.compile(r"[+-]?\d[\d \u00a0\u202f]*,\d+")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class CsvText:
    """The rows of a file that are not blank, each with the line it starts on, and how they are written."""

    rows: tuple[tuple[int, list[str]], ...]
    encoding: str
    delimiter: str
    decimal_comma: bool

    def told(self, file: str) -> str:
        """Return a sentence about what is not as usual, "" for UTF-8, commas and decimal points."""
        unusual = [_ENCODINGS[self.encoding]] if self.encoding in _ENCODINGS else []
        unusual += [f"{_DELIMITERS[self.delimiter]} between the cells"] if self.delimiter != "," else []
        unusual += ["decimal commas"] if self.decimal_comma else []
        return f"{file} is read as it seems to be written: {', '.join(unusual)}." if unusual else ""


def read_csv_text(path: Path, columns: tuple[str, ...]) -> CsvText:
    """Return a file's rows, the first of which has as many of the columns as can be. Raises WorldError."""
    content, encoding = _decoded(path)
    if not content.strip():
        raise WorldError([f"{path.name} is empty; export the data again."])
    header = next(line for line in content.split("\n") if line.strip())
    delimiter = max(_DELIMITERS, key=lambda one: len({*columns} & {*_names(header, one)}))
    rows = tuple(_rows(path, content, delimiter))
    comma = delimiter != "," and any(_WITH_COMMA.fullmatch(cell.strip()) for _, row in rows for cell in row)
    return CsvText(rows, encoding, delimiter, comma)


def _names(header: str, delimiter: str) -> list[str]:
    return [name.strip().lower() for name in next(csv.reader([header], delimiter=delimiter), [])]


def _rows(path: Path, content: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line it starts on, cells) of every row that is not blank."""
    reader = csv.reader(io.StringIO(content), delimiter=delimiter)
    start = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield start, row
            start = reader.line_num + 1
    except csv.Error as error:
        raise WorldError([f"{path.name}, line {start}: not readable as CSV ({error}); save it again."]) from error


def _decoded(path: Path) -> tuple[str, str]:
    """Return a file's text and its encoding. What is UTF-8 but for a few bytes is damaged, and not another's."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WorldError([f"{path} cannot be read ({error.strerror}); let this user read it."]) from error
    tried = ("utf-16",) if data.startswith(_UTF_16) else ("utf-8-sig", "cp1252")
    for encoding in tried:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "cp1252" or not _has_signs_of_utf_8(data):
            return text, encoding
    raise WorldError([_undecodable(path, data)])


def _has_signs_of_utf_8(data: bytes) -> bool:
    return any(sign > "\x7f" and sign != "\ufffd" for sign in data.decode("utf-8-sig", "replace"))


def _undecodable(path: Path, data: bytes) -> str:
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        return f"{path.name}, line {line}, character {column}: not UTF-8 text; save the file as UTF-8."
    return f"{path.name} is no text; save the file as UTF-8."
