"""One Fortnox company: its rows, its number series, its clock, and the indexes that keep lists fast."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sync.clock import Clock, stockholm_date
from sync.sandbox.fortnox.errors import FortnoxError, missing_reference, not_found
from sync.sandbox.fortnox.fields import Schema
from sync.sandbox.fortnox.quirks import FortnoxQuirks
from sync.sandbox.fortnox.wire import Json
from sync.sandbox.tables import Tables

META = "_"
API, HAND, ACCOUNTANT = "api", "hand", "accountant"
Listener = Callable[["Tenant", str, Json], None]


class Tenant:
    """The rows of one company; every write of the sandbox goes through `save`.

    A row is the resource's single object without @url, plus `_`: created and modified (UTC, whole seconds)
    and origin (`api`, `hand`, `accountant`). `number` is the database number (the tenant id).
    """

    def __init__(self, number: int, tables: Tables, clock: Clock, quirks: FortnoxQuirks) -> None:
        self.number = number
        self.tables = tables
        self.clock = clock
        self.quirks = quirks
        self.actor = API
        self.listeners: list[Listener] = []
        self.references: dict[str, set[str]] = {}
        self._ordered: dict[str, list[str]] = {}
        for key, row in tables.items("invoices"):
            self._index(key, None, row)

    def now(self) -> datetime:
        """Return the company's time, UTC."""
        return self.clock.now()

    def today(self) -> str:
        """Return today's business date in Sweden."""
        return stockholm_date(self.clock.now()).isoformat()

    def find(self, kind: str, key: str) -> Json | None:
        """Return a row, or None where there is none."""
        return self.tables.get(kind, key)

    def get(self, kind: str, key: str) -> Json:
        """Return a row; raises the 404 of its kind."""
        row = self.tables.get(kind, key)
        if row is None:
            raise not_found(kind)
        return row

    def save(self, kind: str, key: str, row: Json, *, touch: bool = True, at: datetime | None = None) -> Json:
        """Store a row and return it as stored; `touch` moves its `lastmodified`, `at` says to when."""
        old = self.tables.get(kind, key)
        moment = stamp(at or self.now())
        meta = dict(old[META]) if old else {"created": moment, "modified": moment, "origin": self.actor}
        if touch:
            meta["modified"] = moment
        stored = {**row, META: meta}
        self.tables.put(kind, key, stored)
        if old is None:
            self._ordered.pop(kind, None)
        if kind == "invoices":
            self._index(key, old, stored)
        for listener in self.listeners:
            listener(self, kind, stored)
        return stored

    def delete(self, kind: str, key: str) -> None:
        """Remove a row; raises the 404 of its kind."""
        self.get(kind, key)
        self.tables.delete(kind, key)
        self._ordered.pop(kind, None)

    def ordered(self, kind: str, *, by_text: bool = False) -> list[str]:
        """Return all keys of a kind in list order: numeric, or as text for projects and units (FACTS.md 3.2)."""
        keys = self._ordered.get(kind)
        if keys is None:
            found = [key for key, _ in self.tables.items(kind)]
            keys = self._ordered[kind] = sorted(found) if by_text else sorted(found, key=number_order)
        return keys

    def next_number(self, kind: str) -> str:
        """Return the next free number of a series."""
        while True:
            number = str(self.tables.raise_counter(kind))
            if self.find(kind, number) is None and not self.is_spent(kind, number):
                return number

    def is_spent(self, kind: str, number: str) -> bool:
        """Say whether a number was used by a row that has been deleted (FACTS.md 7.1)."""
        return self.find(f"deleted_{kind}", number) is not None

    def spend(self, kind: str, number: str) -> None:
        """Reserve the number of a deleted row for ever."""
        self.tables.put(f"deleted_{kind}", number, {})

    def check_references(self, fields: Json, schema: Schema) -> None:
        """Raise a 400 where a field names a row of a register that does not exist (FACTS.md 9.1)."""
        for name, value in fields.items():
            register = schema[name].refers if name in schema else ""
            if register and value and self.find(register, str(value)) is None:
                raise missing_reference(register)

    def year_of(self, day: str) -> Json:
        """Return the financial year of a date; raises where there is none (FACTS.md 9.2)."""
        for row in self.tables.rows("financialyears"):
            if row["FromDate"] <= day <= row["ToDate"]:
                return row
        raise FortnoxError(self.quirks.no_year_code, f"Räkenskapsår saknas för datumet {day}.")

    def check_open(self, day: str) -> Json:
        """Return the financial year of a date; raises where there is none or where it is locked."""
        locked = (self.find("lockedperiod", "1") or {}).get("EndDate")
        if locked and day <= locked:
            raise FortnoxError(2000401, f"Företaget har låst perioden t.o.m. {locked}.")
        return self.year_of(day)

    def numbers_referring(self, part: str) -> list[str]:
        """Return the invoice numbers whose ExternalInvoiceReference1 contains a text, in any case."""
        wanted = part.lower()
        found = [number for ref, numbers in self.references.items() if wanted in ref for number in numbers]
        return sorted(found, key=number_order)

    def _index(self, key: str, old: Json | None, row: Json) -> None:
        before = str((old or {}).get("ExternalInvoiceReference1") or "").lower()
        after = str(row.get("ExternalInvoiceReference1") or "").lower()
        if before and before != after:
            self.references[before].discard(key)
        if after:
            self.references.setdefault(after, set()).add(key)


def number_order(key: str) -> tuple[int, int, str]:
    """Return a sort key: numbers by value ("0000", "0001", "1", "10"), then everything else by text."""
    return (0, int(key), key) if key.isascii() and key.isdigit() else (1, 0, key)


def stamp(moment: datetime) -> str:
    """Return a UTC moment as stored in `_`, whole seconds, comparable as text."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")[:19]


def as_date(value: Any) -> date:
    """Return a stored date text as a date."""
    return date.fromisoformat(str(value))
