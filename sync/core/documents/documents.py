"""Decides what may be done with a document that exists, and what keeps a new one from being made."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from mappings import Problem
from mappings.checks.drafts import refused_by_books
from mappings.compile import canonical
from mappings.kinds import DOCUMENT_KINDS, DocumentKind
from mappings.values.money import decimal
from sync.core.documents.rows import is_half_done
from sync.core.identity import digest
from sync.core.types import CompanyFacts, Link, Payload
from sync.core.values import meaning

# Marks a digest of a whole document; those that older stores hold were made of the fields that we send alone.
_WHOLE = "2"
# What changes the rows, beside the rows themselves, or what they come to.
_REACH_ROWS = frozenset({"CustomerNumber", "Currency", "CurrencyRate", "CurrencyUnit", "VATIncluded"})


def problems_of(kind: DocumentKind, fields: Payload, facts: CompanyFacts) -> list[Problem]:
    """Return what the company's own registers refuse: currency, financial year, locked period."""
    return refused_by_books(kind, fields, facts.currencies, facts.years, facts.locked_until)


def changes(before: Payload, after: Payload) -> dict[str, Any]:
    """Return the fields of a new draft that differ from the one last sent; rows count as one field.

    With another customer everything is said again: Fortnox would fill in the rest from that customer's card.
    """
    changed = {name: value for name, value in after.items() if not same(before.get(name), value)}
    if "CustomerNumber" in changed:
        changed |= {name: value for name, value in after.items() if value is not None}
    return changed


def same(one: Any, other: Any) -> bool:
    """Return whether two of our own drafts or payloads are equal; numbers count by their value."""
    return canonical(one) == canonical(other)


def is_effective(invoice: Payload) -> bool:
    """Return whether an invoice is in effect: neither cancelled nor credited."""
    return invoice.get("Cancelled") is not True and str(invoice.get("CreditInvoiceReference") or "0") == "0"


def is_void(invoice: Payload, credited_by: Sequence[Payload]) -> bool:
    """Return whether nothing of an invoice is in effect: it is cancelled, or booked credits take all of it back.

    Only then may a further document be made for its deal (ARCHITECTURE.md: a generation).
    """
    if invoice.get("Cancelled") is True:
        return True
    taken = [one for one in credited_by if one.get("Booked") is True and one.get("Cancelled") is not True]
    given = sum((abs(decimal(one.get("Total")) or Decimal(0)) for one in taken), Decimal(0))
    return bool(taken) and given == (decimal(invoice.get("Total")) or Decimal(0))


def effective_or_last(invoices: Sequence[Payload]) -> tuple[Payload, ...]:
    """Return the invoices of one name that are in effect; when none is, the newest alone."""
    return tuple(filter(is_effective, invoices)) or tuple(invoices[-1:])


def obstacle(link: Link, invoice: Payload | None, changed: Payload, begun: Payload | None = None) -> Problem | None:
    """Return why a changed deal must not change its document: booked, cancelled, or edited by an accountant.

    A document is edited when a field that a person may change differs from Fortnox's answer to our last send or, for
    one adopted unseen, from our draft. Edited rows stand in the way only of changes that reach rows. A document that
    already says all that the deal says is no obstacle. `begun` is what an earlier attempt may have written in part.
    """
    params = {"number": link.target_id, "fields": ", ".join(sorted(changed))}
    if invoice is None:
        return None
    if invoice.get("Booked") is True:
        return Problem("document_booked", params=params)
    if invoice.get("Cancelled") is True:
        return Problem("document_cancelled", params=params)
    kind = DOCUMENT_KINDS[link.target_kind]
    head, rows = _edited(kind, link, invoice)
    if rows and begun is not None and is_half_done(kind, invoice, begun):
        rows = False
    if not head and not (rows and {kind.rows, *_REACH_ROWS} & changed.keys()):
        return None
    agrees = matches(kind, invoice, changed) and not differing_fields(kind, invoice, {**(link.draft or {}), **changed})
    return None if agrees else Problem("both_changed", params=params)


def _edited(kind: DocumentKind, link: Link, invoice: Payload) -> tuple[bool, bool]:
    """Return whether a document's head, and whether its rows, differ from what they were after our last send."""
    draft, known = link.draft or {}, link.answer_digest
    if known.startswith(f"{_WHOLE}:"):
        head, rows = (
            one != other for one, other in zip(_parts(known), _parts(whole_digest(kind, invoice)), strict=True)
        )
        return head, rows
    differs = _old_digest(invoice, draft) != known if known else not matches(kind, invoice, draft)
    return differs, differs


def whole_digest(kind: DocumentKind, invoice: Payload) -> str:
    """Return a digest of all that a person may change of a document: an accountant's edit changes it.

    Its head and its rows are told apart, as "2:head:rows".
    """
    head = {name: meaning(kind.name, name, invoice.get(name)) for name in kind.compared}
    rows = [
        {name: meaning(kind.row, name, row.get(name)) for name in kind.compared_of_rows}
        for row in invoice.get(kind.rows) or ()
    ]
    return f"{_WHOLE}:{digest(head)}:{digest(rows)}"


def digest_after(link: Link, sent: Payload, answer: Payload) -> str:
    """Return the digest to keep after a send: rows that were not sent keep theirs, so that an edit of them shows."""
    kind = DOCUMENT_KINDS[link.target_kind]
    made = whole_digest(kind, answer)
    if kind.rows in sent or not link.answer_digest.startswith(f"{_WHOLE}:"):
        return made
    return ":".join((_WHOLE, _parts(made)[0], _parts(link.answer_digest)[1]))


def _parts(known: str) -> list[str]:
    return known.split(":")[1:]


def matches(kind: DocumentKind, invoice: Payload, wanted: Payload) -> bool:
    """Return whether a document's fields already mean what we would write into them."""
    return all(
        _projected(kind, name, invoice.get(name), value) == _projected(kind, name, value, value)
        for name, value in wanted.items()
    )


def disagreement(kind: DocumentKind, number: str, invoice: Payload, draft: Payload) -> Problem | None:
    """Return the question to a person about an adopted document whose fields differ from its deal's, None for none.

    Booking the document is no answer: it may be somebody's own, and nobody has said that it is the deal's.
    """
    fields = differing_fields(kind, invoice, draft)
    if not fields:
        return None
    code = "booked_otherwise" if invoice.get("Booked") is True else "adopted_otherwise"
    return Problem(code, params={"number": number, "fields": ", ".join(fields)})


def differing_fields(kind: DocumentKind, invoice: Payload, draft: Payload) -> tuple[str, ...]:
    """Return the names of a draft's fields that a document has otherwise; a cancelled document has none otherwise."""
    if invoice.get("Cancelled") is True:
        return ()
    wanted = {name: value for name, value in draft.items() if value is not None}
    return tuple(sorted(name for name, value in wanted.items() if not matches(kind, invoice, {name: value})))


def _projected(kind: DocumentKind, name: str, value: Any, wanted: Any) -> Any:
    """Return what a value means, of rows only the fields that we want to say."""
    if name != kind.rows or not isinstance(wanted, list):
        return meaning(kind.name, name, value)
    names = sorted({field for row in wanted for field in row})
    rows = value if isinstance(value, list) else ()
    return [{field: meaning(kind.row, field, row.get(field)) for field in names} for row in rows]


def _old_digest(invoice: Payload, draft: Payload) -> str:
    """Return the digest that stores held before whole documents were compared; until the next send it is all we have.

    It is of the fields that we send, and takes any text that reads as a number for that number.
    """
    return digest({name: _old_projection(invoice.get(name), wanted) for name, wanted in draft.items()})


def _old_projection(value: Any, wanted: Any) -> Any:
    if isinstance(wanted, list) and isinstance(value, list):
        names = sorted({name for row in wanted for name in row})
        return [{name: _plain(row.get(name)) for name in names} for row in value if isinstance(row, Mapping)]
    return _plain(value)


def _plain(value: Any) -> Any:
    number = decimal(value)
    return value if number is None else number
