"""Puts a deal's stations on its way to a booked invoice into one shape (ARCHITECTURE.md: the factors).

A sheet is one such station: the deal now (x0) or as it was sent (x1), the payload as mapped (x2) and as sent (x3),
the invoice as it was made (x4) and as it is now (x5).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mappings.kinds import DocumentKind
from mappings.values.money import HUNDRED, ZERO, before_discount, decimal, micro
from sync.core.bridge.measures import Deal, DealRow, Document, DocumentRow
from sync.core.types import Payload


@dataclass(frozen=True)
class Line:
    """One row of a sheet: quantity × price × vat_share × kept, in the sheet's currency and ex VAT.

    `price` is the number as it stands, before discount, None where nothing is said; `vat_share` takes VAT out of it;
    `kept` is what the discount leaves; `value_sek` is what the row came to there, rounded as that system rounds.
    `discount` is in words, '' where none is given.
    """

    article: str
    text: str
    quantity: Decimal | None
    price: Decimal | None
    kept: Decimal
    value_sek: Decimal
    vat_share: Decimal = Decimal(1)
    row_id: str = ""
    discount: str = ""


@dataclass(frozen=True)
class Sheet:
    """The rows at one station, with their currency and its rate in SEK per unit."""

    currency: str
    rate_sek: Decimal
    lines: tuple[Line, ...]


def of_deal(deal: Deal) -> Sheet:
    """Return the CRM's sheet: prices ex VAT, values with six decimals."""
    return Sheet(deal.currency, deal.rate_sek, tuple(map(of_row, deal.rows)))


def of_document(document: Document) -> Sheet:
    """Return an invoice's sheet; the values are the rows' shares of its SEK."""
    return Sheet(document.currency, document.rate_sek, tuple(_invoiced(row) for row in document.rows))


def of_payload(kind: DocumentKind, payload: Payload, before: Sheet) -> Sheet:
    """Return the sheet of what we send; what it leaves out is as it was before, Fortnox fills it in afterwards."""
    unit = decimal(payload.get("CurrencyUnit")) or Decimal(1)
    rate = decimal(payload.get("CurrencyRate"))
    rate_sek = before.rate_sek if rate is None else rate / unit
    rows = payload.get(kind.rows) or ()
    earlier = dict(enumerate(before.lines))
    lines = tuple(_sent(kind, row, earlier.get(place), rate_sek) for place, row in enumerate(rows))
    return Sheet(str(payload.get("Currency") or before.currency), rate_sek, lines)


def of_row(row: DealRow) -> Line:
    """Return a row of a deal as the CRM's sheet has it."""
    before = before_discount(row.list_price, row.price)
    kept = row.price / before if before else Decimal(1)
    said = _percent((1 - kept) * HUNDRED) if row.discount_given else ""
    return Line(row.article, row.text, row.quantity, before, kept, row.net_sek, row_id=row.row_id, discount=said)


def _invoiced(row: DocumentRow) -> Line:
    kept = _kept(row.quantity * row.stated_price, row.discount, row.discount_type)
    said = _discount(row.discount, row.discount_type)
    return Line(row.article, row.text, row.quantity, row.stated_price, kept, row.net_sek, row.vat_share, discount=said)


def _sent(kind: DocumentKind, row: Mapping[str, Any], earlier: Line | None, rate_sek: Decimal) -> Line:
    quantity, price = decimal(row.get(kind.quantity)), decimal(row.get("Price"))
    if earlier is not None:
        quantity = earlier.quantity if quantity is None else quantity
        price = earlier.price if price is None else price
    given, way = decimal(row.get("Discount")), str(row.get("DiscountType") or "PERCENT")
    discount = given or ZERO
    gross = (quantity or ZERO) * (price or ZERO)
    kept = _kept(gross, discount, way)
    return Line(
        str(row.get("ArticleNumber") or ""),
        str(row.get("Description") or ""),
        quantity,
        price,
        kept,
        micro(gross * kept * rate_sek),
        discount="" if given is None else _discount(discount, way),
    )


def _kept(gross: Decimal, discount: Decimal, kind: str) -> Decimal:
    """Return the share of the price that is left after a discount."""
    if kind == "AMOUNT":
        return (gross - discount) / gross if gross else Decimal(1)
    return 1 - discount / HUNDRED


def _discount(discount: Decimal, kind: str) -> str:
    return f"{micro(discount).normalize():f}" if kind == "AMOUNT" and discount else _percent(discount)


def _percent(percent: Decimal) -> str:
    return f"{micro(percent).normalize():f} %"
