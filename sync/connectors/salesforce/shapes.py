"""Writes the SOQL for each object: it asks for the fields that the mapping reads, and no other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

# Paths that start with this are worked out by Kvitt and asked of nobody.
OWN = "kvitt."
SYSTEM = ("Id", "IsDeleted", "SystemModstamp")
# Kvitt's names of the kinds, in the order they are read: deals after what they refer to.
SOBJECTS = {"account": "Account", "product2": "Product2", "opportunity": "Opportunity"}
LINES, LINE, PARENT = "OpportunityLineItems", "OpportunityLineItem", "OpportunityId"
# Without these nobody can say what was sold, to whom, or whether it was.
NEEDED = frozenset({"IsWon", "IsClosed", "CloseDate", "AccountId"})
NEEDED_OF_LINES = frozenset({"Quantity", "UnitPrice", "Discount", "TotalPrice", "Product2Id"})


@dataclass(frozen=True)
class Shape:
    """One kind of record: its object, the paths read of it, and of the rows below it.

    `needed` (and `needed_rows`) must be readable: without them amounts would be wrong. Others may be missing in an
    org. `written` are the fields of its write-back.
    """

    sobject: str
    reads: tuple[str, ...]
    needed: frozenset[str] = frozenset()
    rows: str = ""
    row_sobject: str = ""
    row_parent: str = ""
    row_reads: tuple[str, ...] = ()
    needed_rows: frozenset[str] = frozenset()
    written: tuple[str, ...] = ()

    def asked(self, missing: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
        """Return the paths to select of the record itself; `missing` are unreadable fields by object."""
        return _asked((*SYSTEM, *self.reads), missing.get(self.sobject, frozenset()))

    def asked_rows(self, missing: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
        """Return the paths to select of its rows."""
        return _asked(("Id", *self.row_reads), missing.get(self.row_sobject, frozenset()))


def shapes(
    reads: Mapping[str, Iterable[str]],
    lines: Iterable[str],
    written: Mapping[str, Iterable[str]],
    routed: Iterable[str] = (),
) -> dict[str, Shape]:
    """Return the shapes of the three kinds from what is read (paths by kind, and of a deal's lines) and written.

    `routed` are the paths that tell a deal's company: without them none would be sent.
    """
    found = {
        kind: Shape(sobject, tuple(sorted(reads[kind])), written=tuple(written.get(kind, ())))
        for kind, sobject in SOBJECTS.items()
    }
    deal = found["opportunity"]
    found["opportunity"] = replace(
        deal,
        reads=tuple(sorted({*deal.reads, *NEEDED, "CurrencyIsoCode"})),
        needed=NEEDED | {_first(path) for path in routed},
        rows=LINES,
        row_sobject=LINE,
        row_parent=PARENT,
        row_reads=tuple(sorted({*lines, *NEEDED_OF_LINES})),
        needed_rows=NEEDED_OF_LINES,
    )
    return found


def fields_wanted(shapes: Iterable[Shape]) -> dict[str, frozenset[str]]:
    """Return the objects whose fields must be known, each with the fields that are read or written there."""
    found: dict[str, set[str]] = {}
    for shape in shapes:
        found.setdefault(shape.sobject, set()).update((*shape.reads, *shape.written))
        if shape.row_sobject:
            found.setdefault(shape.row_sobject, set()).update(shape.row_reads)
    asked = {name: _asked(paths, frozenset()) for name, paths in found.items()}
    return {name: frozenset(_first(path) for path in paths) for name, paths in asked.items()}


def select(shape: Shape, missing: Mapping[str, frozenset[str]], where: str) -> str:
    """Return the query for whole records with their rows, oldest change first; `where` may be empty."""
    parts = list(shape.asked(missing))
    if shape.rows:
        inner = ", ".join(shape.asked_rows(missing))
        parts.append(f"(SELECT {inner} FROM {shape.rows} ORDER BY SortOrder, Id)")  # noqa: S608 - SOQL of our own words
    condition = f" WHERE {where}" if where else ""
    return f"SELECT {', '.join(parts)} FROM {shape.sobject}{condition} ORDER BY SystemModstamp, Id"  # noqa: S608


def changed_rows(shape: Shape, since: datetime) -> str:
    """Return the query for the parents of rows that changed: a row's edit need not touch its parent (FACTS.md 8.2)."""
    return (
        f"SELECT {shape.row_parent} FROM {shape.row_sobject} WHERE {after(since)} "  # noqa: S608
        "ORDER BY SystemModstamp, Id"
    )


def fields_of(sobject: str, fields: Iterable[str], ids: Sequence[str]) -> str:
    """Return the query for some fields of records by id."""
    names = ", ".join(dict.fromkeys(("Id", *fields)))
    return f"SELECT {names} FROM {sobject} WHERE {among(ids)}"  # noqa: S608


def won_by_month(sobject: str, several_currencies: bool) -> str:
    """Return the query for how many are won, and for how much, by month (and currency) of their close date."""
    own = ", CurrencyIsoCode" if several_currencies else ""
    months = "CALENDAR_YEAR(CloseDate)", "CALENDAR_MONTH(CloseDate)"
    return (
        f"SELECT {months[0]} year, {months[1]} month{own}, COUNT(Id) deals, SUM(Amount) amount FROM {sobject} "  # noqa: S608
        f"WHERE IsWon = true AND IsClosed = true GROUP BY {', '.join(months)}{own}"
    )


def after(moment: datetime) -> str:
    """Return the condition for what was touched since a moment; datetime literals are unquoted (FACTS.md 3.3)."""
    return f"SystemModstamp >= {moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def among(ids: Sequence[str]) -> str:
    """Return the condition for some ids."""
    return f"Id IN ({', '.join(quoted(each) for each in ids)})"


def quoted(text: str) -> str:
    """Return a text literal: backslash and quote are escaped (FACTS.md 3.3)."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def plain(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record without the wire's `attributes`, its parents too."""
    return {
        name: plain(value) if isinstance(value, Mapping) else value
        for name, value in record.items()
        if name != "attributes"
    }


def _asked(paths: Iterable[str], missing: frozenset[str]) -> tuple[str, ...]:
    wanted = (path for path in paths if not path.startswith(OWN) and _first(path) not in missing)
    return tuple(dict.fromkeys(wanted))


def _first(path: str) -> str:
    return path.split(".", 1)[0]
