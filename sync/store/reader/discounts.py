"""Reads rows of won deals beside the invoice rows they became, for the Discounts page."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sync.store.reader.published import Paging, Reader, Scope


@dataclass(frozen=True)
class Choice:
    """Something that the rows can be filtered by: kind is seller, product or cause."""

    kind: str
    name: str


@dataclass(frozen=True)
class Filters:
    """Which rows to show: '' takes all; `size` is the least difference in SEK, None for all rows."""

    seller: str = ""
    product: str = ""
    cause: str = ""
    size: Decimal | None = None


@dataclass(frozen=True)
class Totals:
    """Both sides of a seller's rows, or of everyone's. SEK ex VAT.

    Fortnox's figures are of the `compared` rows, those that have invoice rows; `agree` of them are equal as far as they
    are invoiced, but for an öre of rounding. `waiting_sek` is the net of what is not invoiced: net - waiting +
    difference = document net.
    """

    seller: str
    everyone: bool
    rows: int
    compared: int
    agree: int
    gross_sek: Decimal
    discount_sek: Decimal
    net_sek: Decimal
    waiting_sek: Decimal
    document_discount_sek: Decimal
    document_net_sek: Decimal
    difference_sek: Decimal


@dataclass(frozen=True)
class DiscountRow:
    """A row of a deal and the invoice row it became, None where there is none yet.

    Where it is invoiced in parts, `number` names all their documents, by commas, and their figures are added up; what
    differs from part to part is None, and the difference is that of what is invoiced. Prices are in the deal's or the
    document's currency; `causes` are codes with origins, as "V5.d", by spaces.
    """

    company: str
    deal_system: str
    deal_kind: str
    deal_id: str
    deal_row: int
    title: str
    customer_name: str
    seller: str
    day: date | None
    currency: str
    article: str
    text: str
    quantity: Decimal
    list_price: Decimal
    gross_sek: Decimal
    discount_sek: Decimal
    discount_percent: Decimal | None
    net_sek: Decimal
    number: str
    booked_day: date | None
    document_quantity: Decimal | None
    document_price: Decimal | None
    document_discount: Decimal | None
    document_discount_type: str | None
    document_currency: str
    document_net_sek: Decimal | None
    difference_sek: Decimal | None
    causes: str
    total: int


def totals(reader: Reader, scope: Scope) -> list[Totals]:
    """Return everyone's totals first, then each seller's, largest difference first."""
    return reader.rows(Totals, "discount_totals", scope.days())


def choices(reader: Reader, scope: Scope) -> list[Choice]:
    """Return what the rows of the scope can be filtered by."""
    return reader.rows(Choice, "discount_choices", scope.days())


def rows(reader: Reader, scope: Scope, filters: Filters, paging: Paging) -> list[DiscountRow]:
    """Return the rows that the filters let through, largest difference first."""
    return reader.rows(DiscountRow, "discount_rows", {**scope.days(), **vars(filters), **paging.parameters()})
