"""What the CRM is told about its deals' documents: number, state, dates, payments. Fortnox decides all of it."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mappings import Problem
from mappings.compile import apply_fields
from mappings.spec import FieldRule
from mappings.values.company_numbers import company_of
from mappings.vocabulary import Bad, Tables
from sync.core import classes
from sync.core.bridge.measures import Document, DocumentState, overdue
from sync.core.identity import correlation_id, digest
from sync.core.types import Link, Operation, Payload, RecordKey


@dataclass(frozen=True)
class Fact:
    """A linked document as the CRM should hear of it. `version` is of the Fortnox record."""

    link: Link
    document: Document
    version: int
    last_payment: date | None
    booked_day: date | None
    title: str = ""


def document_view(fact: Fact, today: date) -> Mapping[str, Any]:
    """Return the values a write-back mapping may read. `today` is the Stockholm date: overdue is by date.

    A draft has a number and a state; its dates and amounts are an accountant's to change and are told when booked.
    The fields that a CRM has for the state know "credited" only: what is partly credited is booked.
    """
    document = fact.document
    if document.state == "draft":
        return {"number": document.number, "status": "draft", "fully_paid": False}
    late = overdue(document.state, document.balance, document.due_day, today)
    fully_paid = document.state == "paid" and not document.credit
    return {
        "number": document.number,
        "status": "overdue" if late else _told(document.state),
        "day": document.day.isoformat(),
        "due_day": document.due_day.isoformat() if document.due_day else None,
        "total": document.total,
        "balance": document.balance,
        "paid": document.paid,
        "fully_paid": fully_paid,
        "paid_day": _paid_day(fact, fully_paid),
        "booked_day": fact.booked_day.isoformat() if fact.booked_day else None,
        "currency": document.currency,
        "ocr": document.ocr,
    }


def _told(state: DocumentState) -> str:
    return "booked" if state == "part_credited" else state.replace("_", "-")


def document_write_back(
    fact: Fact, rules: Mapping[str, FieldRule], tables: Tables, today: date, mapping_version: str
) -> Operation | None:
    """Return the write-back that a document's present state asks for, None when the CRM already has it.

    It is held where a rule cannot be followed, as with a value that its table does not have.
    """
    return _operation(fact.link, _made(rules, document_view(fact, today), tables), fact, mapping_version)


def number_fields(links: Sequence[Link], rules: Mapping[str, FieldRule]) -> list[tuple[Link, dict[str, FieldRule]]]:
    """Return each customer link of an installation, oldest first, with the fields that tell its number.

    What a company's numbers have for their own is told by its link. What all companies share is told by one link of an
    account: the one that was told first, else that of the company first by name. No two accounts are told one number
    in one field: it is the first one's.
    """
    told_first = sorted(links, key=lambda link: not link.written_fingerprint)
    owners = _first(told_first, lambda link: (link.company, link.target_id))
    speakers = _first(sorted(told_first, key=lambda link: (not link.written_fingerprint, link.company)), _account)
    sharers = _first((link for link in told_first if speakers[_account(link)] is link), lambda link: link.target_id)
    found = []
    for link in links:
        companies = {link.company} if owners[link.company, link.target_id] is link else set()
        companies |= {""} if sharers.get(link.target_id) is link else set()
        found.append((link, {name: rule for name, rule in rules.items() if company_of(rule) in companies}))
    return found


def _account(link: Link) -> str:
    return link.source.id


def _first(links: Iterable[Link], key: Callable[[Link], Hashable]) -> dict[Hashable, Link]:
    """Return the first link of each key."""
    found: dict[Hashable, Link] = {}
    for link in links:
        found.setdefault(key(link), link)
    return found


def number_write_back(
    link: Link, rules: Mapping[str, FieldRule], tables: Tables, mapping_version: str
) -> Operation | None:
    """Return the write-back of a customer's number to its account, None when the CRM already has it; it may be held."""
    view = {"number": link.target_id, "numbers": {link.company: link.target_id}}
    return _operation(link, _made(rules, view, tables), None, mapping_version)


def _made(rules: Mapping[str, FieldRule], view: Payload, tables: Tables) -> Payload | Problem:
    try:
        return apply_fields(rules, view, tables)
    except Bad as bad:
        return bad.problem


def _operation(link: Link, made: Payload | Problem, fact: Fact | None, mapping_version: str) -> Operation | None:
    stored, values = ((made.as_json(),), None) if isinstance(made, Problem) else ((), made)
    fingerprint = digest(stored or values)
    if not (stored or values) or fingerprint == link.written_fingerprint:
        return None
    return Operation(
        action="write_back",
        company=link.company,
        system=link.source.system,
        target_kind=link.source.kind,
        target_id=link.source.id,
        source=link.source,
        correlation_id=_correlation(link, fact),
        title=fact.title if fact else "",
        payload=values,
        reference=link.target_id,
        fingerprint=fingerprint,
        mapping_version=mapping_version,
        state="review" if stored else "planned",
        problems=stored,
        error_class=classes.of_problems(stored) if stored else "",
        error_code=stored[0]["code"] if stored else "",
    )


def _correlation(link: Link, fact: Fact | None) -> str:
    """The first write-back belongs to the change that made the link, later ones to the change in Fortnox."""
    if fact is None or not link.written_fingerprint:
        return link.correlation_id
    key = RecordKey(f"fortnox:{link.company}", fact.document.kind, fact.document.number)
    return correlation_id(key, fact.version)


def _paid_day(fact: Fact, fully_paid: bool) -> str | None:
    """The final pay date where Fortnox has one, else the last payment's: of a part, or of more than was asked for."""
    day = (fully_paid and fact.document.paid_day) or fact.last_payment
    return day.isoformat() if day else None
