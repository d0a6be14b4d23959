"""Read-only access to a published copy: opening it, asking a named query, and what every question is limited to.

The questions themselves are functions of the modules beside this one; the SQL of each is in the file of its name in
`queries`. Amounts come back as Decimal, times as naive UTC on the sync's own clock (see schema.sql).
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from sync.store.statements import named_queries

LARGEST_PAGE = 500
Row = TypeVar("Row")


class ReaderError(Exception):
    """A published copy cannot be read, or a question does not fit it."""


@dataclass(frozen=True)
class Scope:
    """What a question is about: one Fortnox company or all (None), days from `since` to `till` or all (None)."""

    company: str | None = None
    since: date | None = None
    till: date | None = None

    @classmethod
    def of(cls, company: str | None, month: str | None) -> "Scope":
        """Return the scope of a company and a month "2026-03"; None means all."""
        if month is None:
            return cls(company)
        year, number = int(month[:4]), int(month[5:7])
        last = calendar.monthrange(year, number)[1]
        return cls(company, date(year, number, 1), date(year, number, last))

    def days(self) -> dict[str, Any]:
        """Return the parameters of a query that filters by company and day."""
        return {"company": self.company, "since": self.since, "till": self.till}


@dataclass(frozen=True)
class Paging:
    """Which rows of a long answer: at most 500 at a time."""

    limit: int = 100
    skip: int = 0

    def parameters(self) -> dict[str, int]:
        """Return the limit and the offset as query parameters, within bounds."""
        return {"limit": max(1, min(self.limit, LARGEST_PAGE)), "skip": max(0, self.skip)}


class Reader:
    """One published copy, open for reading only and without access to anything outside it."""

    def __init__(self, path: Path) -> None:
        try:
            self._connection = duckdb.connect(
                str(path),
                read_only=True,
                config={"enable_external_access": False, "lock_configuration": True},
            )
        except duckdb.Error as error:
            raise ReaderError(f"The published copy {path.name} cannot be opened: {error}") from error
        self.path = path

    def close(self) -> None:
        """Let go of the copy."""
        self._connection.close()

    def rows(self, shape: type[Row], name: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """Return the answer to a named query as instances of a dataclass whose fields are its columns."""
        with self._connection.cursor() as cursor:
            try:
                cursor.execute(QUERIES[name], dict(parameters or {}))
            except duckdb.Error as error:
                raise ReaderError(f"The question {name!r} cannot be answered: {error}") from error
            _check_columns(shape, name, [column[0] for column in cursor.description or []])
            return [shape(*values) for values in cursor.fetchall()]

    def one(self, shape: type[Row], name: str, parameters: Mapping[str, Any] | None = None) -> Row:
        """Return the only row of a query that always has one."""
        return self.rows(shape, name, parameters)[0]

    def first(self, shape: type[Row], name: str, parameters: Mapping[str, Any] | None = None) -> Row | None:
        """Return the first row, or None when nothing was found."""
        return next(iter(self.rows(shape, name, parameters)), None)


def _check_columns(shape: type[Any], name: str, columns: list[str]) -> None:
    wanted = [field.name for field in fields(shape)]
    if wanted != columns:
        raise ReaderError(f"The question {name!r} answers with {columns}, not with {wanted}.")


QUERIES = named_queries("reader/queries")
