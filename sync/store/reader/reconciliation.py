"""What the reconciliation asks: won against booked per month and company, and the rows behind each figure."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sync.store.reader.published import Paging, Reader, Scope


@dataclass(frozen=True)
class Month:
    """Won and booked of a month in a company ('' = routed to none); SEK ex VAT, differences are booked less won.

    difference = causes + moved + unexplained. `moved` is the CRM value of what was won in one month and booked
    in another; over all months it is 0.
    """

    month: str
    company: str
    deals: int
    gross: Decimal
    discount: Decimal
    net: Decimal
    documents: int
    booked: Decimal
    difference: Decimal
    causes: Decimal
    moved: Decimal
    unexplained: Decimal


@dataclass(frozen=True)
class WonDealRow:
    """A deal behind the won figure, with its documents, their booked net in any month, and its causes."""

    system: str
    kind: str
    deal_id: str
    title: str
    customer_name: str
    seller: str
    company: str
    day: date
    gross_sek: Decimal
    discount_sek: Decimal
    net_sek: Decimal
    documents: str
    booked: Decimal
    booked_days: str
    causes: str
    total: int


@dataclass(frozen=True)
class BookedDocument:
    """A document behind the booked figure, with its deals and its causes."""

    company: str
    kind: str
    number: str
    customer_name: str
    day: date
    state: str
    voucher: str
    net_sek: Decimal
    total: Decimal
    currency: str
    deals: str
    causes: str
    total_rows: int


def months(reader: Reader, scope: Scope) -> list[Month]:
    """Return won against booked per month and company, newest first."""
    return reader.rows(Month, "reconciliation_months", scope.days())


def won_deals(reader: Reader, scope: Scope, paging: Paging) -> list[WonDealRow]:
    """Return the deals won on the scope's days, largest difference first; company '' means routed to none."""
    return reader.rows(WonDealRow, "won_deals", {**scope.days(), **paging.parameters()})


def booked_documents(reader: Reader, scope: Scope, today: date, paging: Paging) -> list[BookedDocument]:
    """Return the booked documents dated on the scope's days, largest first."""
    return reader.rows(BookedDocument, "booked_documents", {**scope.days(), "today": today, **paging.parameters()})
