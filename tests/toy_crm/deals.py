"""A toy sale as finance counts it. SEK ex VAT: the toy sells in no other currency."""

from decimal import Decimal

from mappings.values.money import micro
from sync.core.bridge.measures import Deal, DealRow
from sync.core.types import Payload
from sync.core.values import day, number, sold

SEK = Decimal(1)


def toy_deal(sale: Payload) -> Deal:
    """Read a sale: a row's price is what one piece was sold for."""
    return Deal(
        title=str(sale["title"]),
        customer_id=str(sale["buyer"]["id"]),
        customer_name=str(sale["buyer"]["name"]),
        seller=str(sale["seller"]),
        state=sale["state"],
        day=day(sale["day"]),
        currency="SEK",
        rate_sek=SEK,
        rows=tuple(_row(row) for row in sale["rows"]),
    )


def _row(row: Payload) -> DealRow:
    price, listed = number(row, "price"), number(row, "listed")
    pieces = sold(number(row, "pieces"), max(price, listed), SEK)
    return DealRow(
        article=str(row["thing"]["number"]),
        text=str(row["thing"]["name"]),
        quantity=pieces,
        list_price=listed,
        price=price,
        gross_sek=micro(pieces * listed),
        discount_sek=micro(pieces * listed) - micro(pieces * price),
        net_sek=micro(pieces * price),
        row_id=str(row["id"]),
        discount_given=listed != price,
    )
