"""Reads one CSV file of a world and remembers what is wrong with it, by line and column."""

import re
import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from sync.clock import stockholm_date
from sync.sandbox.worlds.csv_text import read_csv_text
from sync.sandbox.worlds.errors import WorldError

MOST_PROBLEMS = 20
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")
_NUMBER_WITH_COMMA = re.compile(r"[+-]?[0-9]+([ \u00a0\u202f][0-9]{3})*(,[0-9]*)?")
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})([ T][0-9:.]+(Z|[+-][0-9:]+)?)?")
_CENT = Decimal("0.01")
# No price, quantity or discount of a sale, and no day of one.
_LARGEST = Decimal(10) ** 12
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)


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
class CsvLine:
    """One row of a CSV file with its cells by column name; cells are trimmed."""

    number: int
    cells: dict[str, str]
    problems: Problems
    decimal_comma: bool = False

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

        What a binary number made of it (9.80000019 of 9.80) is left out; a third decimal that is meant is a problem.
        """
        exact = self._number(column)
        if abs(exact) >= _LARGEST:
            says = f"{self.text(column)} is no amount of a sale; write one of at most twelve digits."
            self.problems.add(self.number, column, says)
            return Decimal(0)
        rounded = exact.quantize(_CENT)
        if not _is_binary_noise(exact, rounded):
            says = f"{self.text(column)} has more than two decimals; round it to two."
            self.problems.add(self.number, column, says)
        return rounded + 0

    def day(self, column: str) -> date:
        """Return the date a cell begins with; a time with a zone is the Stockholm date of that moment."""
        found = _DATE.fullmatch(self.text(column))
        try:
            zoned = found is not None and found[3] is not None
            day = stockholm_date(datetime.fromisoformat(found[0])) if found and zoned else _date_of(found)
        except (ValueError, OverflowError):
            says = f"{self.text(column)!r} is not a date; write it as YYYY-MM-DD."
            self.problems.add(self.number, column, says)
            return _FIRST_DAY
        if not _FIRST_DAY <= day <= _LAST_DAY:
            says = f"{day} is no day of a sale; write one from {_FIRST_DAY} to {_LAST_DAY}."
            self.problems.add(self.number, column, says)
            return _FIRST_DAY
        return day

    def _number(self, column: str) -> Decimal:
        cell = self.text(column)
        if self.decimal_comma and _NUMBER_WITH_COMMA.fullmatch(cell):
            return Decimal("".join(cell.split()).replace(",", "."))
        if not self.decimal_comma and _NUMBER.fullmatch(cell):
            return Decimal(cell)
        example = "12,50" if self.decimal_comma else "12.50"
        self.problems.add(self.number, column, f"{cell!r} is not a number; write it as {example}.")
        return Decimal(0)


def _date_of(found: re.Match[str] | None) -> date:
    return date.fromisoformat(found[1] if found else "")


def _is_binary_noise(exact: Decimal, rounded: Decimal) -> bool:
    """Return whether a number is a two-decimal one, or what a binary number of single or double precision shows of it.

    The nearest binary number, written with as many decimals as the cell has, is then the cell.
    """
    if abs(exact - rounded) < Decimal("1e-9"):
        return True
    (single,) = struct.unpack("f", struct.pack("f", rounded))
    return Decimal(single).quantize(exact) == exact


def read_lines(path: Path, columns: tuple[str, ...], say: Callable[[str], None]) -> tuple[list[CsvLine], Problems]:
    """Return the rows of a CSV file that has at least these columns, and where to report problems.

    A first line has the column names; other columns may be there too. What is unusual about the file is said.
    """
    problems = Problems(path.name)
    text = read_csv_text(path, columns)
    header_at, header = text.rows[0]
    names = [name.strip().lower() for name in header]
    _refuse_header(path.name, header_at, names, columns)
    lines = [_line(number, names, row, problems, text.decimal_comma) for number, row in text.rows[1:]]
    if not lines:
        raise WorldError([f"{path.name} has no rows below its first line; export the data again."])
    told = text.told(path.name)
    if told:
        say(told)
    return lines, problems


def _refuse_header(file: str, line: int, names: list[str], columns: tuple[str, ...]) -> None:
    """Raise what is wrong with the names of the columns: one that is missing, or one that two columns have."""
    missing = [column for column in columns if column not in names]
    twice = [name for name, times in Counter(names).items() if name and times > 1]
    found = [f"{file}, line {line}: the column {column} is missing; add it to the first line." for column in missing]
    found += [f"{file}, line {line}: the column {name} is there twice; remove one of them." for name in twice]
    if found:
        raise WorldError(found)


def _line(number: int, names: list[str], row: list[str], problems: Problems, decimal_comma: bool) -> CsvLine:
    if len(row) != len(names):
        says = f"the row has {len(row)} cells, the first line {len(names)}; quote texts that hold commas."
        problems.add(number, names[min(len(row), len(names)) - 1], says)
    padded = row + [""] * (len(names) - len(row))
    cells = {name: cell.strip() for name, cell in zip(names, padded, strict=False)}
    return CsvLine(number, cells, problems, decimal_comma)
