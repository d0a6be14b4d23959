"""What a document must come to, worked out apart from Kvitt and from the played Fortnox: rules of VAT and plain sums.

The kind of VAT of a sale: what is said outright; else none outside the EU, reverse charge for an EU company with a
VAT number, Swedish VAT for other EU customers and at home. VAT is rounded half up for each rate of a document.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

ORE = Decimal("0.01")
EU = frozenset({"DE", "FR", "FI", "DK", "NL"})
FREE = frozenset({"EXPORT", "EUREVERSEDVAT", "SEREVERSEDVAT"})
# By rate at home; abroad by the kind of VAT, whatever the rate.
ACCOUNTS = {25: 3001, 12: 3002, 6: 3003, 0: 3004}
ABROAD = {"EUVAT": 3106, "EUREVERSEDVAT": 3108, "EXPORT": 3105}


@dataclass(frozen=True)
class Sold:
    """One row of a deal: what, how many, at which list price, at which discount in percent; the article's VAT rate."""

    article: str
    rate: int
    quantity: Decimal
    list_price: Decimal
    percent: Decimal = Decimal(0)

    @property
    def net(self) -> Decimal:
        """Return what the row is sold for, to the öre."""
        return ore(self.quantity * self.list_price * (100 - self.percent) / 100)


@dataclass(frozen=True)
class Due:
    """What a document comes to: net, VAT by rate, and (article, account, net) of each row in order."""

    net: Decimal
    vat: dict[int, Decimal]
    rows: tuple[tuple[str, int, Decimal], ...]


def ore(amount: Decimal) -> Decimal:
    """Round half up to two decimals."""
    return amount.quantize(ORE, ROUND_HALF_UP)


def kind_of_vat(country: str, vat_number: str, explicit: str) -> str:
    """Return the kind of VAT that a customer has."""
    if explicit:
        return explicit
    if country == "SE":
        return "SEVAT"
    if country in EU:
        return "EUREVERSEDVAT" if vat_number else "EUVAT"
    return "EXPORT"


def due(sold: Iterable[Sold], kind: str) -> Due:
    """Return what a document of these rows must come to for a customer of this kind of VAT."""
    rows = tuple((one.article, ABROAD.get(kind) or ACCOUNTS[one.rate], one.net) for one in sold)
    by_rate: dict[int, Decimal] = defaultdict(Decimal)
    for one in sold:
        by_rate[0 if kind in FREE else one.rate] += one.net
    vat = {rate: ore(total * rate / 100) for rate, total in by_rate.items()}
    return Due(sum((net for _, _, net in rows), Decimal(0)), vat, rows)


def said(invoice: dict[str, Any]) -> Due:
    """Return what a document in Fortnox says, its VAT by rate worked out from the rates on its rows."""
    by_rate: dict[int, Decimal] = defaultdict(Decimal)
    for row in invoice["InvoiceRows"]:
        by_rate[int(row["VAT"])] += Decimal(row["TotalExcludingVAT"])
    vat = {rate: ore(total * rate / 100) for rate, total in by_rate.items()}
    assert Decimal(invoice["TotalVAT"]) == sum(vat.values()), "no fee with a VAT of its own was added"
    rows = tuple(
        (str(row["ArticleNumber"]), int(row["AccountNumber"]), Decimal(row["TotalExcludingVAT"]))
        for row in invoice["InvoiceRows"]
    )
    return Due(Decimal(invoice["Net"]), vat, rows)
