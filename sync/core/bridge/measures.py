"""The measures of the reconciliation, from the systems' own records (ARCHITECTURE.md: the measures). SEK ex VAT."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from mappings.kinds import NUMBER, DocumentKind
from mappings.values.money import HUNDRED, ZERO, decimal, ore, shared
from sync.core.types import Payload
from sync.core.values import day as _day
from sync.core.values import number as _number

# A krona is the smallest coin: what somebody pays may be this far from what was asked for (öresavrundning).
_NEAREST_KRONA = Decimal("0.50")

DealState = Literal["open", "won", "won_elsewhere", "lost"]
DocumentState = Literal["draft", "booked", "sent", "part_paid", "paid", "cancelled", "part_credited", "credited"]


@dataclass(frozen=True)
class DealRow:
    """One row of a deal; quantity and prices in the deal's currency, the rest SEK, six decimals.

    `row_id` is the CRM's own id of the row, '' where it has none: it tells which row was edited. `discount_given` is
    whether the CRM says anything of a discount: nothing said is not 0 %.
    """

    article: str
    text: str
    quantity: Decimal
    list_price: Decimal
    price: Decimal
    gross_sek: Decimal
    discount_sek: Decimal
    net_sek: Decimal
    row_id: str = ""
    discount_given: bool = True


@dataclass(frozen=True)
class Deal:
    """A deal as finance counts it; `day` is the won date of a won deal, else the expected date."""

    title: str
    customer_id: str
    customer_name: str
    seller: str
    state: DealState
    day: date | None
    currency: str
    rate_sek: Decimal
    rows: tuple[DealRow, ...]

    @property
    def gross_sek(self) -> Decimal:
        """M1: quantity x sales price before discount."""
        return sum((row.gross_sek for row in self.rows), ZERO)

    @property
    def discount_sek(self) -> Decimal:
        """What was taken off, positive."""
        return sum((row.discount_sek for row in self.rows), ZERO)

    @property
    def net_sek(self) -> Decimal:
        """M2 and M3: what was sold for."""
        return sum((row.net_sek for row in self.rows), ZERO)


ReadDeal = Callable[[Payload], Deal]
"""How a CRM's record of a deal is read; each CRM has its own, in its folder (`deals.py`)."""


class DocumentName(NamedTuple):
    """What tells a document from all others of its company: numbers are those of a kind."""

    kind: str
    number: str


NO_DOCUMENT = DocumentName("", "")


@dataclass(frozen=True)
class DocumentRow:
    """One invoice row; `price` is ex VAT and `net` after discount and ex VAT, both in document currency.

    `stated_price` is the number that was keyed in; `vat_share` takes VAT out of it where the document's prices
    include VAT, else it is 1. `net_sek` is this row's share of the document's SEK.
    """

    article: str
    text: str
    quantity: Decimal
    price: Decimal
    stated_price: Decimal
    vat_share: Decimal
    discount: Decimal
    discount_type: str
    net: Decimal
    net_sek: Decimal


@dataclass(frozen=True)
class Document:
    """A document of Fortnox as finance counts it; `revenue` is whether what it says is revenue once it is booked.

    `freight_sek`, `fee_sek`, `rounding_sek` (net less its rows) and the rows' `net_sek` add up to `net_sek`:
    the document's amount is rounded once and shared out. `gap` is what its total is more than its
    parts, in its currency: not 0 where its own sums contradict each other, so that nothing it says can be relied on.
    """

    kind: str
    number: str
    revenue: bool
    customer_number: str
    customer_name: str
    day: date
    due_day: date | None
    paid_day: date | None
    state: DocumentState
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
    freight_sek: Decimal
    fee_sek: Decimal
    rounding_sek: Decimal
    total: Decimal
    balance: Decimal
    invoice_type: str
    not_completed: bool
    rows: tuple[DocumentRow, ...]
    gap: Decimal = ZERO

    @property
    def name(self) -> DocumentName:
        """Return what tells it from all other documents of its company."""
        return DocumentName(self.kind, self.number)

    @property
    def paid(self) -> Decimal:
        """What has been paid of a booked document, in its currency; may exceed the total."""
        return self.total - self.balance if self.booked and not self.cancelled else ZERO

    @property
    def overpaid(self) -> Decimal:
        """What has been paid beyond the total, positive, in the document's currency."""
        counts = self.booked and not self.cancelled
        return overpaid(self.total, self.balance, self.currency) if counts else ZERO


def fortnox_document(kind: DocumentKind, payload: Payload) -> Document:
    """Read a whole document (fortnox/FACTS.md 7.4, 7.7); Net leaves freight and fee out, both are added (M6).

    Freight and fee are ex VAT, also where the rows' prices include it: Fortnox's own sums say so (fortnox/FACTS.md 8).
    """
    rate_sek, credit = _rate_sek(payload), is_credit(payload)
    included = payload.get("VATIncluded") is True
    rows = [_document_row(kind, row, included) for row in payload.get(kind.rows) or ()]
    net, freight, fee = (_number(payload, name) for name in ("Net", "Freight", "AdministrationFee"))
    total = _number(payload, "Total")
    parts = [*(row.net for row in rows), freight, fee, net - sum((row.net for row in rows), ZERO)]
    net_sek = ore((net + freight + fee) * rate_sek)
    *shares, freight_sek, fee_sek, rounding_sek = shared(net_sek, [part * rate_sek for part in parts])
    return Document(
        kind=kind.name,
        number=str(payload[NUMBER]),
        revenue=kind.books,
        customer_number=str(payload.get("CustomerNumber") or ""),
        customer_name=str(payload.get("CustomerName") or ""),
        day=_day(payload.get(kind.day)) or date.min,
        due_day=_day(payload.get("DueDate")),
        paid_day=_day(payload.get("FinalPayDate")),
        state=document_state(payload),
        booked=payload.get("Booked") is True,
        cancelled=payload.get("Cancelled") is True,
        credit=credit,
        credited_by="" if credit else _reference_number(payload.get("CreditInvoiceReference")),
        credits=_reference_number(payload.get("InvoiceReference")) if credit else "",
        reference=str(payload.get(kind.reference) or ""),
        voucher=_voucher(payload),
        ocr=str(payload.get("OCR") or ""),
        currency=_currency(payload),
        rate_sek=rate_sek,
        net_sek=net_sek,
        freight_sek=freight_sek,
        fee_sek=fee_sek,
        rounding_sek=rounding_sek,
        total=total,
        balance=_number(payload, "Balance"),
        invoice_type=str(payload.get("InvoiceType") or "INVOICE"),
        not_completed=payload.get("NotCompleted") is True,
        rows=tuple(replace(row, net_sek=share) for row, share in zip(rows, shares, strict=True)),
        gap=total - net - freight - fee - _number(payload, "TotalVAT") - _number(payload, "RoundOff"),
    )


def document_state(invoice: Payload) -> DocumentState:
    """Return the state that an invoice shows by itself, its credits left out (fortnox/FACTS.md 7.7).

    What is paid in full or more is paid, and so is what is left by somebody who rounded to whole kronor.
    """
    if invoice.get("Cancelled") is True:
        return "cancelled"
    if invoice.get("Booked") is not True:
        return "draft"
    total, balance = _number(invoice, "Total"), _number(invoice, "Balance")
    left, asked = _left(total, balance), abs(total)
    if left <= 0 or (left < asked and left <= _rounded_away(_currency(invoice))):
        return "paid"
    if left < asked:
        return "part_paid"
    return "sent" if invoice.get("Sent") is True else "booked"


def overpaid(total: Decimal, balance: Decimal, currency: str) -> Decimal:
    """Return what was paid beyond the total of a booked document, positive; what rounding to kronor makes is none."""
    beyond = -_left(total, balance)
    return beyond if beyond > _rounded_away(currency) else ZERO


def after_credits(document: Document, own_credits: Iterable[Document]) -> Document:
    """Return a document in the state in which its own credits leave it.

    Booked credits of its whole total leave nothing of it; less leave it partly credited until the rest is paid. A
    credit that is not booked changes nothing: it may still be cancelled. Of a credit that is not read yet the whole
    is assumed, so that nobody hears of a payment that never came.
    """
    found = list(own_credits)
    taken = [each for each in found if each.booked and not each.cancelled]
    unread = bool(document.credited_by) and not found
    if not (taken or unread) or document.credit or not document.booked or document.cancelled:
        return document
    if unread or abs(sum((each.total for each in taken), ZERO)) >= abs(document.total):
        return replace(document, state="credited")
    return document if document.state == "paid" else replace(document, state="part_credited")


def is_credit(invoice: Payload) -> bool:
    """Return whether the document is a credit invoice: `Credit` is the text "true" (fortnox/FACTS.md 5.2)."""
    return str(invoice.get("Credit")).lower() == "true"


def overdue(state: DocumentState, balance: Decimal, due_day: date | None, today: date) -> bool:
    """Return whether a document should have been paid by now, by Stockholm date."""
    open_states = {"booked", "sent", "part_paid", "part_credited"}
    return state in open_states and balance > 0 and due_day is not None and due_day < today


def _document_row(kind: DocumentKind, row: Payload, vat_included: bool) -> DocumentRow:
    net = decimal(row.get("TotalExcludingVAT"))
    price = decimal(row.get("PriceExcludingVAT"))
    stated = _number(row, "Price")
    return DocumentRow(
        article=str(row.get("ArticleNumber") or ""),
        text=str(row.get("Description") or ""),
        quantity=_number(row, kind.quantity),
        price=stated if price is None else price,
        stated_price=stated,
        vat_share=1 / (1 + _number(row, "VAT") / HUNDRED) if vat_included else Decimal(1),
        discount=_number(row, "Discount"),
        discount_type=str(row.get("DiscountType") or "PERCENT"),
        net=_number(row, "Total") if net is None else net,
        net_sek=ZERO,
    )


def _rate_sek(invoice: Payload) -> Decimal:
    """Return SEK for one unit of the currency."""
    return (decimal(invoice.get("CurrencyRate")) or Decimal(1)) / (decimal(invoice.get("CurrencyUnit")) or Decimal(1))


def _left(total: Decimal, balance: Decimal) -> Decimal:
    """Return what is left to settle, whichever way it goes: a credit's total and balance are negative."""
    return -balance if total < 0 else balance


def _rounded_away(currency: str) -> Decimal:
    return _NEAREST_KRONA if currency == "SEK" else ZERO


def _currency(invoice: Payload) -> str:
    return str(invoice.get("Currency") or "SEK")


def _voucher(invoice: Payload) -> str:
    number = invoice.get("VoucherNumber")
    return f"{invoice.get('VoucherSeries') or ''}{number}" if number else ""


def _reference_number(value: Any) -> str:
    """Return a document number, '' for none: Fortnox writes none as "0" or 0 (fortnox/FACTS.md 5.2)."""
    return "" if value in {None, "", "0", 0} else str(value)
