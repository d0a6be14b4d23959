"""An Upsales order as finance counts it (FACTS.md 1.9, 2.3). SEK ex VAT."""

from collections.abc import Callable
from decimal import Decimal

from mappings.values.money import HUNDRED, ZERO, before_discount, decimal, micro
from sync.core.bridge.measures import Deal, DealRow, DealState
from sync.core.types import Payload
from sync.core.values import LEAST_RATE, day, number, sold


def reader(won_stage: str) -> Callable[[Payload], Deal]:
    """Return the reader of an account whose won deals stand in `won_stage`."""
    return lambda order: upsales_deal(order, won_stage)


def upsales_deal(order: Payload, won_stage: str) -> Deal:
    """Read an Upsales order: net = quantity x price; a rate is foreign units per SEK (FACTS.md 1.9, 2.3)."""
    rate = decimal(order.get("currencyRate")) or Decimal(1)
    rate_sek = Decimal(1) / rate if rate > LEAST_RATE else Decimal(1)
    client = order.get("client") or {}
    return Deal(
        title=str(order.get("description") or order.get("id")),
        customer_id=str(client.get("id") or ""),
        customer_name=str(client.get("name") or ""),
        seller=str((order.get("user") or {}).get("name") or ""),
        state=_deal_state(order, won_stage),
        day=day(order.get("closeDate") or order.get("date")),
        currency=str(order.get("currency") or "SEK"),
        rate_sek=rate_sek,
        rows=tuple(_deal_row(row, rate_sek) for row in order.get("orderRow") or ()),
    )


def _deal_state(order: Payload, won_stage: str) -> DealState:
    """Stage and probability are two fields: won means the configured stage, at 100 % (FACTS.md 2.3)."""
    probability = decimal(order.get("probability")) or ZERO
    if probability == HUNDRED:
        return "won" if str((order.get("stage") or {}).get("id")) == won_stage else "won_elsewhere"
    return "lost" if probability == 0 else "open"


def _deal_row(row: Payload, rate_sek: Decimal) -> DealRow:
    product = row.get("product") or {}
    price, listed = number(row, "price"), number(row, "listPrice")
    quantity = sold(number(row, "quantity"), max(abs(price), abs(listed)), rate_sek)
    before = before_discount(listed, price)
    return DealRow(
        article=str(product.get("articleNo") or ""),
        text=str(product.get("name") or ""),
        quantity=quantity,
        list_price=listed,
        price=price,
        gross_sek=micro(quantity * before * rate_sek),
        discount_sek=micro(quantity * before * rate_sek) - micro(quantity * price * rate_sek),
        net_sek=micro(quantity * price * rate_sek),
        row_id=str(row.get("id") or ""),
        discount_given=listed != 0,
    )
