"""Which row of a document each row that we send goes on being, so that what belongs to a row stays with it.

Fortnox matches the rows of an update by their place where none has a RowId; with a RowId on any, rows that are not
mentioned are removed and rows without one are new. A row's VAT, account, unit, cost centre and
project come from its article: another article is another row, whose VAT and account must be its own. All RowIds change
with every update, so they are taken from the document as it was just seen.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mappings.kinds import DocumentKind
from sync.core.bridge.threads import by_rungs
from sync.core.types import Payload
from sync.core.values import meaning, same


def identified(kind: DocumentKind, wanted: Payload, there: Payload) -> Payload:
    """Return an update of a document with the RowIds of the rows that go on.

    Where none does, the document's first row is kept for the moment, since rows without any RowId would take the places
    of the old ones with what belongs to those: `superseded` then tells what takes it away. A document never stands
    without rows, and an update that Fortnox refuses has changed nothing.
    """
    old = _rows(kind, there)
    if kind.rows not in wanted or not old:
        return wanted
    rows = _rows(kind, wanted)
    pairs = {} if _is_anothers(kind, wanted, there) else by_rungs(_rungs(kind), rows, old)
    made = [
        {"RowId": old[pairs[place]]["RowId"], **row} if place in pairs else dict(row) for place, row in enumerate(rows)
    ]
    return {**wanted, kind.rows: made if pairs else [{"RowId": old[0]["RowId"]}, *made]}


def superseded(kind: DocumentKind, sent: Payload, answer: Payload) -> Payload | None:
    """Return the update that removes the row that `identified` kept for the moment, None where it kept none."""
    if not _kept_one(_rows(kind, sent)):
        return None
    return {kind.rows: [{"RowId": row["RowId"]} for row in _rows(kind, answer)[1:]]}


def is_half_done(kind: DocumentKind, invoice: Payload, wanted: Payload) -> bool:
    """Return whether a document has our new rows after one that was kept for the moment: we were interrupted."""
    rows, ours = _rows(kind, invoice)[1:], _rows(kind, wanted)
    return kind.rows in wanted and bool(rows) and bool(_said(kind, rows, ours) == _said(kind, ours, ours))


def _rows(kind: DocumentKind, payload: Payload) -> Sequence[Mapping[str, Any]]:
    return payload.get(kind.rows) or ()


def _kept_one(rows: Sequence[Payload]) -> bool:
    return bool(rows) and set(rows[0]) == {"RowId"}


def _is_anothers(kind: DocumentKind, wanted: Payload, there: Payload) -> bool:
    """Another customer may have another kind of VAT, and with it other accounts on every row."""
    number = "CustomerNumber"
    return number in wanted and not same(kind.name, number, wanted[number], there.get(number))


def _said(kind: DocumentKind, rows: Sequence[Payload], wanted: Sequence[Payload]) -> list[Any]:
    names = sorted({name for row in wanted for name in row})
    return [{name: meaning(kind.row, name, row.get(name)) for name in names} for row in rows]


def _about(_place: int, row: Payload) -> object:
    return (row.get("ArticleNumber") or "", "" if row.get("ArticleNumber") else row.get("Description") or "")


def _with(kind: DocumentKind, *names: str) -> Callable[[int, Payload], object]:
    return lambda place, row: (_about(place, row), *(meaning(kind.row, name, row.get(name)) for name in names))


def _rungs(kind: DocumentKind) -> tuple[Callable[[int, Payload], object], ...]:
    by_all, by_price = _with(kind, "Description", "Price", kind.quantity), _with(kind, "Description", "Price")
    return by_all, by_price, _with(kind, "Price"), _about
