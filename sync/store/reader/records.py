"""What the record page asks: search, one record with everything linked to it, and its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sync.core.bridge.measures import overpaid
from sync.core.values import amount_in, organisation_number_in
from sync.store.reader.published import Paging, Reader, Scope


@dataclass(frozen=True)
class Key:
    """The only way to name a record: its system, its kind there and its id."""

    system: str
    kind: str
    record_id: str


@dataclass(frozen=True)
class SearchHit:
    """A search hit, and by what it was found."""

    system: str
    kind: str
    record_id: str
    title: str
    customer_name: str
    company: str | None
    day: date | None
    amount_sek: Decimal | None
    state: str
    found_by: str
    total: int


@dataclass(frozen=True)
class ShownRecord:
    """The newest version of a record; `payload` is JSON text."""

    system: str
    kind: str
    record_id: str
    company: str | None
    system_title: str
    version: int
    payload: str
    first_seen_at: datetime
    changed_at: datetime
    modified_at: datetime | None
    deleted_at: datetime | None


@dataclass(frozen=True)
class ShownDeal:
    """A deal as the reconciliation reads it; *_sek are SEK ex VAT."""

    system: str
    kind: str
    deal_id: str
    company: str | None
    title: str
    customer_id: str
    customer_name: str
    seller: str
    state: str
    day: date | None
    currency: str
    rate_sek: Decimal
    gross_sek: Decimal
    discount_sek: Decimal
    net_sek: Decimal
    version: int


@dataclass(frozen=True)
class ShownDealRow:
    """A row of a deal; prices in the deal's currency."""

    row_no: int
    article: str
    text: str
    quantity: Decimal
    list_price: Decimal
    price: Decimal
    gross_sek: Decimal
    discount_sek: Decimal
    net_sek: Decimal


@dataclass(frozen=True)
class ShownDocument:
    """A document; `total`, `balance` and `paid` are incl. VAT in its currency."""

    company: str
    kind: str
    number: str
    customer_number: str
    customer_name: str
    day: date
    due_day: date | None
    paid_day: date | None
    state: str
    booked: bool
    cancelled: bool
    credit: bool
    credited_by: str
    credits: str
    reference: str
    voucher: str
    ocr: str
    currency: str
    rate_sek: Decimal
    net_sek: Decimal
    total: Decimal
    balance: Decimal
    paid: Decimal
    first_seen_booked_at: datetime | None
    version: int

    @property
    def overpaid(self) -> Decimal:
        """Return what was paid beyond the total, positive, in its currency."""
        return overpaid(self.total, self.balance, self.currency) if self.booked and not self.cancelled else Decimal(0)


@dataclass(frozen=True)
class ShownDocumentRow:
    """A row of a document; the price is ex VAT in the document's currency."""

    row_no: int
    article: str
    text: str
    quantity: Decimal
    price: Decimal
    discount: Decimal
    discount_type: str
    net_sek: Decimal


@dataclass(frozen=True)
class Payment:
    """A payment of a document."""

    number: str
    day: date
    amount_sek: Decimal
    currency: str
    booked: bool
    source: str


@dataclass(frozen=True)
class ShownLink:
    """Source and target are the same thing, and the rung that said so."""

    source_system: str
    source_kind: str
    source_id: str
    company: str
    target_kind: str
    target_id: str
    generation: int
    origin: str
    rung: str
    reference: str
    linked_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class RecordCause:
    """A step of the bridge that concerns the record (SEK ex VAT, signed); side "draft" is not counted yet."""

    cause: str
    origin: str
    side: str
    document_kind: str
    number: str
    deal_id: str
    deal_row: int
    document_row: int
    amount_sek: Decimal
    why: str


@dataclass(frozen=True)
class ShownDecision:
    """What was decided about a source record: what becomes of it in a company, '' where it is routed nowhere."""

    system: str
    kind: str
    record_id: str
    company: str
    target_kind: str
    outcome: str
    code: str
    correlation_id: str
    reason: str
    decided_at: datetime


def search(reader: Reader, scope: Scope, words: str, today: date, paging: Paging) -> list[SearchHit]:
    """Return hits for an id, number, OCR, reference, correlation id, name, organisation number or amount.

    Words are searched in all periods; without words the deals and documents of the scope are listed.
    """
    words = words.strip()
    parameters = {
        **scope.days(),
        "words": words,
        "digits": organisation_number_in(words),
        "amount": amount_in(words),
        "today": today,
        **paging.parameters(),
    }
    return reader.rows(SearchHit, "search_records", parameters)


def record(reader: Reader, scope: Scope, key: Key) -> ShownRecord | None:
    """Return the newest version of a record, or None when it is not there or not the company's."""
    return reader.first(ShownRecord, "record", {"company": scope.company, **_named(key)})


def family(reader: Reader, scope: Scope, key: Key) -> list[Key]:
    """Return the record itself, then what it belongs together with, nearest first: deal, invoices, their credits."""
    return reader.rows(Key, "family", {"company": scope.company, **_named(key)})


def links(reader: Reader, scope: Scope, keys: Sequence[Key]) -> list[ShownLink]:
    """Return the links between records of a family."""
    return reader.rows(ShownLink, "family_links", {"company": scope.company, **_three(keys)})


def deals(reader: Reader, scope: Scope, keys: Sequence[Key]) -> list[ShownDeal]:
    """Return the deals of a family."""
    return reader.rows(ShownDeal, "family_deals", {"company": scope.company, **_three(keys)})


def deal_rows(reader: Reader, scope: Scope, system: str, deal_id: str) -> list[ShownDealRow]:
    """Return the rows of a deal in its order."""
    parameters = {"company": scope.company, "system": system, "record_id": deal_id}
    return reader.rows(ShownDealRow, "deal_rows", parameters)


def documents(reader: Reader, scope: Scope, keys: Sequence[Key], today: date) -> list[ShownDocument]:
    """Return the documents of a family; `today` decides what is overdue."""
    return reader.rows(ShownDocument, "family_documents", {"company": scope.company, "today": today, **_three(keys)})


def document_rows(reader: Reader, scope: Scope, company: str, kind: str, number: str) -> list[ShownDocumentRow]:
    """Return the rows of a document."""
    return reader.rows(ShownDocumentRow, "document_rows", _numbered(scope, company, kind, number))


def payments(reader: Reader, scope: Scope, company: str, kind: str, number: str) -> list[Payment]:
    """Return the payments of a document, oldest first."""
    return reader.rows(Payment, "payments", _numbered(scope, company, kind, number))


def causes(reader: Reader, scope: Scope, keys: Sequence[Key]) -> list[RecordCause]:
    """Return the steps of the bridge that concern a family."""
    return reader.rows(RecordCause, "record_causes", {"company": scope.company, **_three(keys)})


def decisions(reader: Reader, scope: Scope, keys: Sequence[Key]) -> list[ShownDecision]:
    """Return what was decided about the records of a family."""
    return reader.rows(ShownDecision, "decisions", {"company": scope.company, **_three(keys)})


def _named(key: Key) -> dict[str, str]:
    return {"system": key.system, "kind": key.kind, "record_id": key.record_id}


def _numbered(scope: Scope, company: str, kind: str, number: str) -> dict[str, str | None]:
    return {"company": scope.company, "of_company": company, "kind": kind, "number": number}


def _two(keys: Sequence[Key]) -> dict[str, list[str]]:
    return {"systems": [key.system for key in keys], "ids": [key.record_id for key in keys]}


def _three(keys: Sequence[Key]) -> dict[str, list[str]]:
    return {**_two(keys), "kinds": [key.kind for key in keys]}
