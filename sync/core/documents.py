"""What may be done with a document that exists, and what stands in the way of one that does not."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from mappings import Problem
from mappings.compile import canonical
from mappings.money import decimal
from mappings.validate import refused_by_books
from sync.core.identity import digest
from sync.core.types import CompanyFacts, Link, Operation, Payload


def problems_of(fields: Payload, facts: CompanyFacts) -> list[Problem]:
    """Return what the company's own registers refuse: currency, financial year, locked period."""
    return refused_by_books(fields, facts.currencies, facts.years, facts.locked_until)


def changes(before: Payload, after: Payload) -> dict[str, Any]:
    """Return the fields of a new draft that differ from the one last sent; rows count as one field."""
    return {name: value for name, value in after.items() if not same(before.get(name), value)}


def same(one: Any, other: Any) -> bool:
    """Return whether two values are equal as numbers and texts, whatever their form."""
    return canonical(one) == canonical(other)


def lives(invoice: Payload) -> bool:
    """Return whether an invoice counts: not cancelled and not credited."""
    return invoice.get("Cancelled") is not True and str(invoice.get("CreditInvoiceReference") or "0") == "0"


def spent(invoice: Payload, credited_by: Sequence[Payload]) -> bool:
    """Return whether nothing of an invoice counts any more: cancelled, or credited in full by booked credits.

    Only then may a further document be made for its deal (decisions.md 20).
    """
    if invoice.get("Cancelled") is True:
        return True
    taken = [one for one in credited_by if one.get("Booked") is True and one.get("Cancelled") is not True]
    given = sum((abs(decimal(one.get("Total")) or Decimal(0)) for one in taken), Decimal(0))
    return bool(taken) and given == (decimal(invoice.get("Total")) or Decimal(0))


def that_count(invoices: Sequence[Payload]) -> tuple[Payload, ...]:
    """Return the invoices that count among those of one name; the newest when none does."""
    return tuple(filter(lives, invoices)) or tuple(invoices[-1:])


def obstacle(link: Link, invoice: Payload | None, changed: Payload) -> Problem | None:
    """Return why a changed deal must not change its document: booked, cancelled, or edited by an accountant.

    Edited means: it no longer says what Fortnox answered to our last send, or (adopted unseen) what we wanted; what
    says already all that the deal says now needs no change.
    """
    params = {"number": link.target_id, "fields": ", ".join(sorted(changed))}
    if invoice is None:
        return None
    if invoice.get("Booked") is True:
        return Problem("document_booked", params=params)
    if invoice.get("Cancelled") is True:
        return Problem("document_cancelled", params=params)
    draft = link.draft or {}
    expected = link.answer_digest or projection_digest(draft, draft)
    if projection_digest(invoice, draft) == expected:
        return None
    agrees = says(invoice, changed) and not otherwise(invoice, {**draft, **changed})
    return None if agrees else Problem("both_changed", params=params)


def says(invoice: Payload, wanted: Payload) -> bool:
    """Return whether a document already says what we would write."""
    return projection_digest(invoice, wanted) == projection_digest(wanted, wanted)


def disagreement(number: str, invoice: Payload, draft: Payload, waiting: Sequence[Operation]) -> Problem | None:
    """Return what a person must answer about an adopted document that says otherwise than its deal, None for nothing.

    Who books a draft while that is asked (`waiting` are the deal's open operations) has answered: it holds as it is.
    """
    fields = otherwise(invoice, draft)
    booked = invoice.get("Booked") is True
    if not fields or (booked and any(one.error_code == "adopted_otherwise" for one in waiting)):
        return None
    code = "booked_otherwise" if booked else "adopted_otherwise"
    return Problem(code, params={"number": number, "fields": ", ".join(fields)})


def otherwise(invoice: Payload, draft: Payload) -> tuple[str, ...]:
    """Return the fields of a draft in which a document does not say what its deal does; none of a cancelled one."""
    if invoice.get("Cancelled") is True:
        return ()
    wanted = {name: value for name, value in draft.items() if value is not None}
    return tuple(sorted(name for name, value in wanted.items() if not says(invoice, {name: value})))


def projection_digest(invoice: Payload, draft: Payload) -> str:
    """Return a digest of the document's values in the fields we send: an accountant's edit changes it."""
    return digest({name: _project(invoice.get(name), wanted) for name, wanted in draft.items()})


def _project(value: Any, wanted: Any) -> Any:
    if isinstance(wanted, list) and isinstance(value, list):
        names = sorted({name for row in wanted for name in row})
        return [{name: _plain(row.get(name)) for name in names} for row in value if isinstance(row, Mapping)]
    return _plain(value)


def _plain(value: Any) -> Any:
    """Numbers arrive as text and text as numbers (Fortnox sheet 5.2): compare what they mean."""
    number = decimal(value)
    return value if number is None else number
