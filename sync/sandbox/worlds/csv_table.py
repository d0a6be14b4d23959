"""Reads one CSV file of a world and remembers what is wrong with it, by line and column."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from sync.sandbox.worlds.errors import WorldError

MOST_PROBLEMS = 20
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?")
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})([ T][\d:.]+(Z|[+-][\d:]+)?)?")
_CENT = Decimal("0.01")


class Problems:
    """The problems of one file, up to twenty; `raise_any` ends the reading when there are some."""

    def __init__(self, file: str) -> None:
        self._file, self._found = file, list[str]()

    def add(self, line: int, column: str, says: str) -> None:
        """Remember one problem of a line and column."""
        self._found.append(f"{self._file}, line {line}, column {column}: {says}")
        if len(self._found) == MOST_PROBLEMS:
            self._found.append(f"{self._file} may have more problems; correct these first.")
            self.raise_any()

    def raise_any(self) -> None:
        """Raise what was found."""
        if self._found:
            raise WorldError(self._found)


@dataclass(frozen=True)
class Line:
    """One row of a CSV file with its cells by column name; cells are trimmed."""

    number: int
    cells: dict[str, str]
    problems: Problems

    def text(self, column: str) -> str:
        """Return a cell, "" where the file has no such column."""
        return self.cells.get(column, "")

    def needed(self, column: str) -> str:
        """Return a cell that must not be empty."""
        found = self.text(column)
        if not found:
            self.problems.add(self.number, column, "the cell is empty; fill it in or remove the row.")
        return found

    def hundredths(self, column: str) -> Decimal:
        """Return the two-decimal number that a cell means.

        Single-precision noise (9.80000019) is left out; a third decimal that is meant is a problem.
        """
        exact = self._number(column)
        rounded = exact.quantize(_CENT)
        noise = abs(exact) * Decimal("1.2e-7") + Decimal("1e-9")
        if abs(exact - rounded) > noise:
            says = f"{self.text(column)} has more than two decimals; round it to two."
            self.problems.add(self.number, column, says)
        return rounded + 0

    def day(self, column: str) -> date:
        """Return the date a cell begins with."""
        found = _DATE.fullmatch(self.text(column))
        try:
            return date.fromisoformat(found[1] if found else "")
        except ValueError:
            says = f"{self.text(column)!r} is not a date; write it as YYYY-MM-DD."
            self.problems.add(self.number, column, says)
            return date.min

    def _number(self, column: str) -> Decimal:
        cell = self.text(column)
        if _NUMBER.fullmatch(cell):
            return Decimal(cell)
        self.problems.add(self.number, column, f"{cell!r} is not a number; write it as 12.50.")
        return Decimal(0)


def read_lines(path: Path, columns: tuple[str, ...]) -> tuple[list[Line], Problems]:
    """Return the rows of a CSV file that has at least these columns, and where to report problems.

    UTF-8, comma or semicolon, a first line with the column names; other columns may be there too.
    """
    problems = Problems(path.name)
    cells = _records(path)
    header_at, header = next(cells, (0, []))
    names = [name.strip().lower() for name in header]
    missing = [column for column in columns if column not in names]
    if missing:
        lacks = f"{path.name}, line {header_at}: the column {missing[0]} is missing; add it to the first line."
        also = [lacks.replace(missing[0], column) for column in missing[1:]]
        raise WorldError([lacks, *also])
    lines = [_line(number, names, row, problems) for number, row in cells]
    if not lines:
        raise WorldError([f"{path.name} has no rows below its first line; export the data again."])
    return lines, problems


def _line(number: int, names: list[str], row: list[str], problems: Problems) -> Line:
    if len(row) != len(names):
        says = f"the row has {len(row)} cells, the first line {len(names)}; quote texts that hold commas."
        problems.add(number, names[min(len(row), len(names)) - 1], says)
    padded = row + [""] * (len(names) - len(row))
    cells = {name: cell.strip() for name, cell in zip(names, padded, strict=False)}
    return Line(number, cells, problems)


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield (line it starts on, cells) of every row that is not blank."""
    content = _decoded(path)
    if not content.strip():
        raise WorldError([f"{path.name} is empty; export the data again."])
    first = content.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(content), delimiter=";" if ";" in first and "," not in first else ",")
    start = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield start, row
            start = reader.line_num + 1
    except csv.Error as error:
        raise WorldError([f"{path.name}, line {start}: not readable as CSV ({error}); save it again."]) from error


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        says = f"{path.name}, line {line}, character {column}: not UTF-8 text; save the file as UTF-8."
        raise WorldError([says]) from error
