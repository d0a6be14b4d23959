"""Follows a deal's rows through every stored state to the invoice: who changed a row (ARCHITECTURE.md: the factors).

Origins: a the deal was edited after it was sent, b our mapping, c an operator, d Fortnox's own defaults and
arithmetic, e an edit in Fortnox, f unknown, since the document was not made by the sync or its making not kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from mappings.kinds import DocumentKind
from mappings.values.money import ZERO, micro
from sync.core.bridge.measures import Deal, DealRow, Document
from sync.core.bridge.sheets import Line, Sheet, of_deal, of_document, of_payload, of_row
from sync.core.bridge.threads import Pairing, Thread, answered, by_likeness, by_place, threads
from sync.core.bridge.valuation import Change, changes
from sync.core.types import Payload

# Hops between our own states: Fortnox rounds what they leave.
_OURS = "bc"


@dataclass(frozen=True)
class History:
    """How a document was made: the deal as it was sent, the payload as mapped and as sent, and Fortnox's answer.

    `created` is None when the answer did not show its rows; payloads hold what all sends together said.
    """

    kind: DocumentKind
    sold: Deal
    mapped: Payload
    sent: Payload
    created: Document | None = None


@dataclass(frozen=True)
class TracedChange:
    """One change of a row: its cause (a factor), SEK, who made it, and what a why-sentence says of it."""

    cause: str
    amount_sek: Decimal
    origin: str
    why: Mapping[str, str]


@dataclass(frozen=True)
class ComparedRow:
    """A row from deal to document; rows count from 1, 0 where a side lacks it. `origin` says where it came in."""

    deal_row: int
    document_row: int
    origin: str
    why: Mapping[str, str]
    changes: tuple[TracedChange, ...] = field(default=())


class Taken(NamedTuple):
    """What a document of several takes of a row of its deal, and the row of its own that takes it, counted from 1."""

    document_row: int
    sold: DealRow


@dataclass(frozen=True)
class _Way:
    """The sheets from deal to document and the hops between them."""

    sheets: tuple[Sheet, ...]
    origins: str
    pairings: tuple[Pairing, ...]


def compared(
    deal: Deal, document: Document, history: History | None, taken: Mapping[int, Taken] | None = None
) -> list[ComparedRow]:
    """Return every row of a deal and its document with the changes that lead from one to the other.

    The amounts of a row that has a deal side add up to its document value less its deal value, exactly. `taken` is the
    deal's side of a document that is one of several, by row of the deal: else that is the whole deal.
    """
    way = _way(deal, document, history)
    if taken is not None and history is None:
        own = {row - 1: one.document_row - 1 for row, one in taken.items()}
        way = replace(way, pairings=(lambda _before, _after: own,))
    found = threads([sheet.lines for sheet in way.sheets], way.pairings)
    if taken is not None:
        found = [one if one[0] is not None and one[0] + 1 in taken else (None, *one[1:]) for one in found]
        way = replace(way, sheets=_cut(way.sheets, found, taken))
    return [_compared(way, thread) for thread in found if thread[0] is not None or thread[-1] is not None]


def paired(deal: Deal, document: Document, history: History | None) -> dict[int, int]:
    """Return which row of a deal each row of its document is; rows count from 1."""
    way = _way(deal, document, history)
    found = threads([sheet.lines for sheet in way.sheets], way.pairings)
    return {last + 1: first + 1 for first, *_, last in found if first is not None and last is not None}


def _cut(sheets: tuple[Sheet, ...], found: list[Thread], taken: Mapping[int, Taken]) -> tuple[Sheet, ...]:
    """Return the sheets of a part: the deal's rows as far as they are taken, later ones as far as they are invoiced.

    What was taken off a row to be invoiced apart is no change of it.
    """
    lines = [list(sheet.lines) for sheet in sheets]
    for row, one in taken.items():
        lines[0][row - 1] = of_row(one.sold)
    for first, *between, last in found:
        if first is None or last is None:
            continue
        for station, place in enumerate(between, 1):
            if place is not None:
                lines[station][place] = _no_more_than(lines[-1][last].quantity, lines[station][place])
    return tuple(replace(sheet, lines=tuple(own)) for sheet, own in zip(sheets, lines, strict=True))


def _no_more_than(quantity: Decimal | None, line: Line) -> Line:
    """Return a line with a quantity at most, at the price that it has."""
    if not quantity or not line.quantity or line.quantity * quantity < 0 or abs(line.quantity) <= abs(quantity):
        return line
    return replace(line, quantity=quantity, value_sek=micro(line.value_sek * quantity / line.quantity))


def _way(deal: Deal, document: Document, history: History | None) -> _Way:
    now, there = of_deal(deal), of_document(document)
    if history is None:
        return _Way((now, there), "f", (by_likeness,))
    sold = of_deal(history.sold)
    mapped = of_payload(history.kind, history.mapped, sold)
    sent = of_payload(history.kind, history.sent, mapped)
    if history.created is None:
        return _Way((now, sold, mapped, sent, there), "abcf", (by_likeness, by_place, by_place, by_likeness))
    created = of_document(history.created)
    return _Way(
        (now, sold, mapped, sent, created, there), "abcde", (by_likeness, by_place, by_place, answered, by_likeness)
    )


def _compared(way: _Way, thread: Thread) -> ComparedRow:
    first, last = thread[0], thread[-1]
    deal_row = 0 if first is None else first + 1
    document_row = 0 if last is None else last + 1
    came_in = next(station for station, place in enumerate(thread) if place is not None)
    why = _about(way, thread, came_in)
    # A row that an earlier station still had, but not the deal of today, was taken out of the deal since.
    origin = way.origins[max(came_in - 1, 0)]
    made = tuple(_causes(way, thread, why)) if deal_row else ()
    return ComparedRow(deal_row, document_row, origin, why, made)


def _about(way: _Way, thread: Thread, station: int) -> dict[str, str]:
    place = thread[station]
    line = way.sheets[station].lines[place or 0]
    row = thread[0] if thread[0] is not None else thread[-1]
    return {"row": str((row or 0) + 1), "article": line.article, "text": line.text, "currency": way.sheets[-1].currency}


def _causes(way: _Way, thread: Thread, about: Mapping[str, str]) -> list[TracedChange]:
    """Return the changes of each hop; what our payload leaves to rounding is stated where Fortnox rounds."""
    found: list[TracedChange] = []
    left_to_round = ZERO
    stations = list(zip(way.sheets, thread, strict=True))
    for origin, ((before, old), (after, new)) in zip(way.origins, pairwise(stations), strict=True):
        made = [] if old is None and new is None else changes(before, _line(before, old), after, _line(after, new))
        if origin in _OURS:
            left_to_round += sum((change.amount_sek for change in made if change.factor == "V7"), ZERO)
            made = [change for change in made if change.factor != "V7"]
        elif left_to_round:
            made, left_to_round = _rounded(made, left_to_round), ZERO
        found += [_cause(change, origin, about) for change in made if change.amount_sek]
    return found


def _rounded(made: list[Change], amount: Decimal) -> list[Change]:
    """Return the changes of a hop with an amount of rounding more."""
    own = next((change for change in made if change.factor == "V7"), Change("V7", ZERO, "", ""))
    rest = [change for change in made if change.factor != "V7"]
    return [*rest, own._replace(amount_sek=own.amount_sek + amount)]


def _cause(change: Change, origin: str, about: Mapping[str, str]) -> TracedChange:
    return TracedChange(
        change.factor, change.amount_sek, origin, {**about, "before": change.before, "after": change.after}
    )


def _line(sheet: Sheet, place: int | None) -> Line | None:
    return None if place is None else sheet.lines[place]
