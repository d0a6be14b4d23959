"""Amounts: Decimal in, Decimal out; the rules of discounts and rates (ARCHITECTURE.md: the mapping)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from mappings.values.characters import seen

ORE = Decimal("0.01")
MICRO = Decimal("0.000001")
HUNDRED = Decimal(100)
ZERO = Decimal(0)
# No amount, price or quantity of a sale; the store keeps eighteen digits before the point.
LARGEST = Decimal("1e15")
# No row of a sale: Fortnox takes prices of twelve digits (fortnox/FACTS.md 5.1).
LARGEST_ROW = Decimal("1e12")

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
# A decimal comma, and the minus of typesetters.
_AS_IN_A_NUMBER = str.maketrans({",": ".", "−": "-"})


def decimal(value: object) -> Decimal | None:
    """Read a number as providers write it: int, Decimal, numeric text; None for anything else.

    Fortnox sends numbers as text and text as numbers (fortnox/FACTS.md 5.2); a binary float never gets this far.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, Decimal | int):
        number = Decimal(value)
    elif isinstance(value, str):
        written = "".join(seen(value).split()).translate(_AS_IN_A_NUMBER)
        if not _NUMBER.fullmatch(written):
            return None
        number = Decimal(written)
    else:
        return None
    return number if number.is_finite() and abs(number) < LARGEST else None


def too_large(quantity: Decimal, price: Decimal) -> bool:
    """Return whether quantity and price make no row of a sale: a barcode in the wrong field does."""
    return abs(quantity) * abs(price) >= LARGEST_ROW


def ore(amount: Decimal) -> Decimal:
    """Round half up to two decimals, away from zero for negatives."""
    return amount.quantize(ORE, ROUND_HALF_UP)


def micro(amount: Decimal) -> Decimal:
    """Round to the six decimals that the store keeps."""
    return amount.quantize(MICRO, ROUND_HALF_UP)


def shared(total: Decimal, parts: Sequence[Decimal]) -> list[Decimal]:
    """Share out a rounded total in whole öre, each share nearest its part, so that the shares are the whole.

    `total` has two decimals; it is the sum of the parts but for rounding. The öre left over go where rounding down
    took most; a part that is nothing gets nothing, unless all are.
    """
    shares = [part.quantize(ORE, ROUND_FLOOR) for part in parts]
    left = int((total - sum(shares, ZERO)) / ORE)
    most = sorted(range(len(parts)), key=lambda index: (parts[index] == 0, shares[index] - parts[index]))
    step = ORE if left > 0 else -ORE
    for turn in range(abs(left)):
        shares[most[turn % len(most)]] += step
    return shares


Rest = tuple[str, Sequence[str], Sequence[str]]
"""A figure of a line that is the rest of others: its name, those it is made from, those taken off."""

SOLD: Rest = ("discount", ("gross",), ("net",))


def adding_up(figures: Mapping[str, Any], rests: Iterable[Rest]) -> dict[str, Any]:
    """Return a line with its figures in öre so that they add up as they are shown: each rest takes the öre.

    A figure that is not the rest of the others to the last decimal is rounded by itself: no sum is made to look right.
    """
    shown = dict(figures)
    for name, plus, minus in rests:
        if not all(isinstance(figures.get(one), Decimal) for one in (name, *plus, *minus)):
            continue
        is_rest = figures[name] == _rest(figures, plus, minus)
        shown |= {one: ore(shown[one]) for one in (*plus, *minus)}
        shown[name] = _rest(shown, plus, minus) if is_rest else ore(figures[name])
    return shown


def _rest(figures: Mapping[str, Any], plus: Sequence[str], minus: Sequence[str]) -> Decimal:
    return sum((figures[one] for one in plus), ZERO) - sum((figures[one] for one in minus), ZERO)


def before_discount(list_price: Decimal, price: Decimal) -> Decimal:
    """Return the price that a discount was taken from: the list price, whatever it leaves, even less than nothing.

    A price above its list price, or without one, is a price of its own.
    """
    if list_price > 0:
        return max(list_price, price)
    return list_price if list_price <= price <= 0 else price


@dataclass(frozen=True)
class PricedRow:
    """A row as Fortnox takes it: unit price before discount, discount, and how it is meant."""

    price: Decimal
    discount: Decimal
    discount_type: str


def priced_row(quantity: Decimal, list_price: Decimal, net_price: Decimal) -> PricedRow:
    """Return list price and discount so that Fortnox's row net is the CRM's row net.

    A percentage of two decimals when that reaches the net to the öre, all of it where nothing is left; else the
    amount off the whole row.
    A price at or above the list price, or of another sign, goes as it is without discount: no invoice shows a discount
    that nobody gave, whatever two decimals of price and quantity make of the row (`misses` tells).
    """
    if list_price == 0 or not 0 <= net_price / list_price < 1:
        return PricedRow(net_price, ZERO, "PERCENT")
    percent = ((1 - net_price / list_price) * HUNDRED).quantize(ORE, ROUND_HALF_UP)
    gross = ore(quantity) * ore(list_price)
    wanted = ore(quantity * net_price)
    if ore(gross * (1 - percent / HUNDRED)) == wanted:
        return PricedRow(list_price, short(percent), "PERCENT")
    if wanted == 0:
        return PricedRow(list_price, HUNDRED, "PERCENT")
    off = ore(gross) - wanted
    return PricedRow(list_price, off, "AMOUNT") if off * gross > 0 else PricedRow(net_price, ZERO, "PERCENT")


def misses(quantity: Decimal, net_price: Decimal, row: PricedRow) -> Decimal:
    """Return what Fortnox's row would be less what was agreed: two decimals of price and quantity cannot say all."""
    return row_net(quantity, row.price, row.discount, row.discount_type) - ore(quantity * net_price)


def short(number: Decimal) -> Decimal:
    """Return a number as a person writes it: 20, not 20.00 and not 2E+1."""
    whole = number.to_integral_value()
    return whole if whole == number else number.normalize()


def row_net(quantity: Decimal, price: Decimal, discount: Decimal, discount_type: str) -> Decimal:
    """Return what Fortnox makes of a row: all have two decimals, half up (fortnox/FACTS.md 5.1, 8)."""
    gross = ore(quantity) * ore(price)
    if discount_type == "AMOUNT":
        return ore(gross - discount)
    return ore(gross * (1 - discount / HUNDRED))


def sek_rate(foreign_per_master: Decimal) -> Decimal:
    """Return SEK per unit from Upsales's rate, which is foreign units per SEK (upsales/FACTS.md 1.9), six decimals."""
    return (1 / foreign_per_master).quantize(MICRO, ROUND_HALF_UP)
