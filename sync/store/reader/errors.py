"""What the page of errors asks: issues, what waits for a person, one operation whole, what is resolved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sync.store.reader.published import Paging, Reader, Scope
from sync.store.reader.records import Key


@dataclass(frozen=True)
class Issue:
    """Records that wait for the same reason: company, class, code and field; `amount_sek` is the net of their deals.

    `for_crm`: what waits is to be written to the CRM.
    """

    company: str
    company_title: str
    error_class: str
    code: str
    field: str
    records: int
    waiting: int
    amount_sek: Decimal | None
    first_seen_at: datetime
    last_seen_at: datetime
    for_crm: bool


@dataclass(frozen=True)
class Waiting:
    """An operation that did not end well, or whose answer nobody has accepted; `version` is how often it has moved."""

    operation_no: int
    version: int
    state: str
    action: str
    company: str | None
    source_system: str
    source_kind: str
    source_id: str
    target_kind: str
    target_id: str
    subject_title: str
    amount_sek: Decimal | None
    error_class: str
    code: str
    field: str
    error_sentence: str
    problems: str
    attempt: int
    not_before: datetime | None
    created_at: datetime
    updated_at: datetime
    total: int


@dataclass(frozen=True)
class Whole:
    """One operation with everything that a form needs; payloads are JSON text, '' for none."""

    operation_no: int
    version: int
    state: str
    result: str
    action: str
    company: str | None
    company_title: str
    source_system: str
    source_kind: str
    source_id: str
    target_kind: str
    target_id: str
    subject_title: str
    amount_sek: Decimal | None
    error_class: str
    error_code: str
    error_sentence: str
    problems: str
    payload: str
    edited: str
    attempt: int
    fingerprint: str
    booked: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class ResolvedOperation:
    """An operation that once failed and has ended; `who` is the person who had a part in it, else ''."""

    operation_no: int
    state: str
    result: str
    action: str
    company: str | None
    source_system: str
    source_kind: str
    source_id: str
    target_kind: str
    target_id: str
    subject_title: str
    amount_sek: Decimal | None
    who: str
    reason: str
    updated_at: datetime
    total: int


@dataclass(frozen=True)
class ShownEdit:
    """A person's edit of one field, holding or ended; values are JSON text."""

    company: str
    target_kind: str
    path: str
    content: str
    before_content: str
    actor: str
    reason: str
    made_at: datetime
    ended_at: datetime | None
    ended_why: str


@dataclass(frozen=True)
class ShownChange:
    """A field that was answered otherwise than it was sent; `row_no` counts from 1."""

    operation_no: int
    field: str
    row_no: int | None
    sent: str
    answered: str
    seen_at: datetime
    accepted_at: datetime | None
    accepted_by: str
    accepted_reason: str


@dataclass(frozen=True)
class OpenTotals:
    """What waits for a person or a system, and how many solved themselves in the last seven days."""

    records: int
    amount_sek: Decimal
    solved: int


@dataclass(frozen=True)
class Numbers:
    """What a company's registers hold: currencies, years as (from, to), last locked day, numbers in use."""

    currencies: list[str]
    starts: list[date]
    ends: list[date]
    locked_until: date | None
    customers: list[str]
    articles: list[str]


@dataclass(frozen=True)
class Candidate:
    """A customer in Fortnox that a record may be."""

    number: str
    name: str
    organisation_number: str
    city: str


@dataclass(frozen=True)
class QueueFilter:
    """Which of what waits: a class, a code, a field, or all (None)."""

    error_class: str | None = None
    code: str | None = None
    field: str | None = None

    def parameters(self) -> dict[str, str | None]:
        """Return the filter as query parameters."""
        return {"class": self.error_class, "code": self.code, "field": self.field}


def issues(reader: Reader, scope: Scope) -> list[Issue]:
    """Return what waits, grouped by company, class, code and field; most money first."""
    return reader.rows(Issue, "issues", {"company": scope.company})


def waiting(reader: Reader, scope: Scope, chosen: QueueFilter, paging: Paging) -> list[Waiting]:
    """Return what waits, one by one: for a person first, then by money."""
    return reader.rows(Waiting, "waiting", {"company": scope.company, **chosen.parameters(), **paging.parameters()})


def whole(reader: Reader, scope: Scope, number: int) -> Whole | None:
    """Return one operation with its payloads, or None when it is not there or not the company's."""
    return reader.first(Whole, "whole_operation", {"company": scope.company, "number": number})


def resolved(reader: Reader, scope: Scope, paging: Paging) -> list[ResolvedOperation]:
    """Return operations that failed once and have ended since, newest first."""
    return reader.rows(ResolvedOperation, "resolved", {"company": scope.company, **paging.parameters()})


def open_totals(reader: Reader, scope: Scope, now: datetime) -> OpenTotals:
    """Return how much is open, and how much solved itself in the week before `now` (naive UTC)."""
    return reader.one(OpenTotals, "open_totals", {"company": scope.company, "now": now})


def edits(reader: Reader, scope: Scope, keys: Sequence[Key]) -> list[ShownEdit]:
    """Return people's edits of what some records become, newest first."""
    parameters = {
        "company": scope.company,
        "systems": [key.system for key in keys],
        "kinds": [key.kind for key in keys],
        "ids": [key.record_id for key in keys],
    }
    return reader.rows(ShownEdit, "edits", parameters)


def silent_changes(reader: Reader, scope: Scope, numbers: Sequence[int]) -> list[ShownChange]:
    """Return what some operations were answered otherwise than they were sent."""
    return reader.rows(ShownChange, "silent_changes", {"company": scope.company, "numbers": list(numbers)})


def candidates(reader: Reader, scope: Scope, company: str, numbers: Sequence[str]) -> list[Candidate]:
    """Return some of a company's customers with what tells them apart, as last read."""
    parameters = {"company": scope.company, "of_company": company, "numbers": list(numbers)}
    return reader.rows(Candidate, "candidates", parameters)


def numbers(reader: Reader, scope: Scope, company: str) -> Numbers:
    """Return what a company's registers hold, as last read: what a form checks against."""
    return reader.one(Numbers, "register_numbers", {"company": scope.company, "of_company": company})
