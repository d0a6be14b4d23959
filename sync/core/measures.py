"""The measures of the reconciliation, from the systems' own records (mission.md D2, D3). SEK ex VAT."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from mappings.money import ZERO, decimal, micro, ore
from sync.core.types import Payload
from sync.core.values import day as _day
from sync.core.values import number as _number

DealState = Literal["open", "won", "won_elsewhere", "lost"]
DocumentState = Literal["draft", "booked", "sent", "part_paid", "paid", "cancelled", "credited"]


@dataclass(frozen=True)
class DealRow:
    """One row of a deal; quantity and prices in the deal's currency, the rest SEK, six decimals."""

    article: str
    text: str
    quantity: Decimal
    list_price: Decimal
    price: Decimal
    gross_sek: Decimal
    discount_sek: Decimal
    net_sek: Decimal


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
"""How a CRM's record of a deal is read; each CRM has its own (sync/core/deals)."""


@dataclass(frozen=True)
class DocumentRow:
    """One invoice row; price and discount in document currency, ex VAT."""

    article: str
    text: str
    quantity: Decimal
    price: Decimal
    discount: Decimal
    discount_type: str
    net_sek: Decimal


@dataclass(frozen=True)
class Document:
    """A Fortnox invoice as finance counts it."""

    number: str
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
    total: Decimal
    balance: Decimal
    rows: tuple[DocumentRow, ...]

    @property
    def paid(self) -> Decimal:
        """What has been paid of a booked document, in its currency; may exceed the total."""
        return self.total - self.balance if self.booked and not self.cancelled else ZERO


def fortnox_document(invoice: Payload) -> Document:
    """Read a whole Fortnox invoice (sheet 7.4, 7.7); Net leaves freight and fee out, both are added (M6)."""
    unit = decimal(invoice.get("CurrencyUnit")) or Decimal(1)
    rate_sek = (decimal(invoice.get("CurrencyRate")) or Decimal(1)) / unit
    net = sum((_number(invoice, name) for name in ("Net", "Freight", "AdministrationFee")), ZERO)
    return Document(
        number=str(invoice["DocumentNumber"]),
        customer_number=str(invoice.get("CustomerNumber") or ""),
        customer_name=str(invoice.get("CustomerName") or ""),
        day=_day(invoice.get("InvoiceDate")) or date.min,
        due_day=_day(invoice.get("DueDate")),
        paid_day=_day(invoice.get("FinalPayDate")),
        state=document_state(invoice),
        booked=invoice.get("Booked") is True,
        cancelled=invoice.get("Cancelled") is True,
        credit=is_credit(invoice),
        credited_by=_reference_number(invoice.get("CreditInvoiceReference")) if not is_credit(invoice) else "",
        credits=_reference_number(invoice.get("InvoiceReference")) if is_credit(invoice) else "",
        reference=str(invoice.get("ExternalInvoiceReference1") or ""),
        voucher=_voucher(invoice),
        ocr=str(invoice.get("OCR") or ""),
        currency=str(invoice.get("Currency") or "SEK"),
        rate_sek=rate_sek,
        net_sek=ore(net * rate_sek),
        total=_number(invoice, "Total"),
        balance=_number(invoice, "Balance"),
        rows=tuple(_document_row(row, rate_sek) for row in invoice.get("InvoiceRows") or ()),
    )


def document_state(invoice: Payload) -> DocumentState:
    """Return the state that is stored; overdue is a matter of the date and is not stored (sheet 7.7)."""
    if invoice.get("Cancelled") is True:
        return "cancelled"
    if invoice.get("Booked") is not True:
        return "draft"
    if not is_credit(invoice) and _reference_number(invoice.get("CreditInvoiceReference")):
        return "credited"
    total, balance = _number(invoice, "Total"), _number(invoice, "Balance")
    if balance == 0:
        return "paid"
    if abs(balance) < abs(total):
        return "part_paid"
    return "sent" if invoice.get("Sent") is True else "booked"


def is_credit(invoice: Payload) -> bool:
    """Return whether the document is a credit invoice: `Credit` is the text "true" (sheet 5.2, trap 21)."""
    return str(invoice.get("Credit")).lower() == "true"


def overdue(state: DocumentState, balance: Decimal, due_day: date | None, today: date) -> bool:
    """Return whether a document should have been paid by now, by Stockholm date."""
    return state in {"booked", "sent", "part_paid"} and balance > 0 and due_day is not None and due_day < today


def _document_row(row: Payload, rate_sek: Decimal) -> DocumentRow:
    net = decimal(row.get("TotalExcludingVAT"))
    price = decimal(row.get("PriceExcludingVAT"))
    return DocumentRow(
        article=str(row.get("ArticleNumber") or ""),
        text=str(row.get("Description") or ""),
        quantity=_number(row, "DeliveredQuantity"),
        price=_number(row, "Price") if price is None else price,
        discount=_number(row, "Discount"),
        discount_type=str(row.get("DiscountType") or "PERCENT"),
        net_sek=micro((_number(row, "Total") if net is None else net) * rate_sek),
    )


def _voucher(invoice: Payload) -> str:
    number = invoice.get("VoucherNumber")
    return f"{invoice.get('VoucherSeries') or ''}{number}" if number else ""


def _reference_number(value: Any) -> str:
    """Return a document number, '' for none: Fortnox writes none as "0" or 0 (sheet 5.2)."""
    return "" if value in {None, "", "0", 0} else str(value)
