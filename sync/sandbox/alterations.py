"""What the simulated accountant changes by hand in a draft before she books it: one thing, as people do."""

from collections.abc import Callable
from decimal import Decimal

from sync.sandbox.fortnox.fields import half_up
from sync.sandbox.fortnox.wire import Json, as_text, plain

_TENTH = Decimal("0.1")


def alteration(row: Json, chance: float) -> Json:
    """Return the fields that change in a draft: which one is decided by `chance` (0 up to 1).

    A quantity, a price, a discount, freight, or the rate of a foreign currency; nothing where the draft has no rows.
    """
    lines = row["InvoiceRows"]
    if not lines:
        return {}
    ways: list[Callable[[Json], Json]] = [_quantity, _price, _discount, _freight]
    if row["Currency"] != "SEK":
        ways.append(_rate)
    return ways[int(chance * len(ways))](row)


def _first(row: Json, **fields: object) -> Json:
    first, *others = [{"RowId": line["RowId"]} for line in row["InvoiceRows"]]
    return {"InvoiceRows": [{**first, **fields}, *others]}


def _quantity(row: Json) -> Json:
    quantity = Decimal(row["InvoiceRows"][0]["DeliveredQuantity"])
    return _first(row, DeliveredQuantity=as_text(quantity + 1))


def _price(row: Json) -> Json:
    price = Decimal(row["InvoiceRows"][0]["Price"])
    return _first(row, Price=plain(half_up(price * (1 - _TENTH))))


def _discount(row: Json) -> Json:
    return _first(row, Discount=8, DiscountType="PERCENT")


def _freight(_: Json) -> Json:
    return {"Freight": 95}


def _rate(row: Json) -> Json:
    return {"CurrencyRate": plain(half_up(Decimal(row["CurrencyRate"]) * (1 + _TENTH / 5), 4))}
