"""The arithmetic of an order (FACTS.md 2.3: it held for every recorded one).

All sums are exact; only divisions (by the currency rate, by twelve) are rounded, to a double's 17 digits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from typing import Any

from sync.sandbox.upsales.coerce import plain

Row = dict[str, Any]

_EXACT = Context(prec=60)
_DOUBLE = Context(prec=17)


@dataclass(frozen=True)
class RowFigures:
    """One order row: net value, cost, and whether its product recurs."""

    value: Decimal
    cost: Decimal
    recurring: bool


def row_figures(row: Row, product: Row | None) -> RowFigures:
    """Return the figures of a row; the row's own purchase cost goes before the product's."""
    cost = row["purchaseCost"]
    if cost is None:
        cost = product["purchaseCost"] if product else 0
    with localcontext(_EXACT):
        quantity = Decimal(row["quantity"] or 0)
        value = quantity * Decimal(row["price"] or 0)
        return RowFigures(value, quantity * Decimal(cost or 0), bool(product and product["isRecurring"]))


def row_margin(figures: RowFigures, rate: Decimal, in_master: bool) -> Row:
    """Return the contribution margin of a row and its twin in the order's currency."""
    with localcontext(_EXACT):
        margin = figures.value - figures.cost
        return {
            "contributionMargin": plain(_divided(margin, rate) if in_master else margin),
            "contributionMarginLocalCurrency": plain(margin),
        }


def order_figures(order: Row, rows: list[RowFigures], in_master: bool) -> Row:
    """Return every computed sum of an order: plain, weighted by probability, and in the master currency."""
    rate, share = Decimal(order["currencyRate"] or 1), Decimal(order["probability"] or 0) / 100
    interval = Decimal(order["recurringInterval"] or 12)
    with localcontext(_EXACT):
        value = sum((row.value for row in rows), Decimal(0))
        recurring = sum((row.value for row in rows if row.recurring), Decimal(0))
        cost = sum((row.cost for row in rows), Decimal(0))
        annual = recurring if interval == 12 else _divided(recurring * 12, interval)
        figures = dict(_margins(value - cost, rate, share, in_master))
        figures["purchaseCost"] = cost
        for name, amount in (
            ("annualValue", annual),
            ("monthlyValue", _divided(annual, Decimal(12))),
            ("value", value),
            ("oneOffValue", value - recurring),
        ):
            figures.update(_twins(name, amount, rate, share))
        return {name: plain(amount) for name, amount in figures.items()}


def _twins(name: str, amount: Decimal, rate: Decimal, share: Decimal) -> Iterator[tuple[str, Decimal]]:
    weighted = f"weighted{name[0].upper()}{name[1:]}"
    yield name, amount
    yield f"{name}InMasterCurrency", _divided(amount, rate)
    yield weighted, amount * share
    yield f"{weighted}InMasterCurrency", _divided(amount * share, rate)


def _margins(margin: Decimal, rate: Decimal, share: Decimal, in_master: bool) -> Iterator[tuple[str, Decimal]]:
    own = _divided(margin, rate) if in_master else margin
    yield "contributionMargin", own
    yield "weightedContributionMargin", own * share
    yield "contributionMarginLocalCurrency", margin
    yield "weightedContributionMarginLocalCurrency", margin * share


def _divided(amount: Decimal, by: Decimal) -> Decimal:
    return amount if by == 1 else _DOUBLE.divide(amount, by)


COMPUTED = tuple(order_figures({"currencyRate": 1, "probability": 0, "recurringInterval": 12}, [], True))
"""The names of an order's computed sums."""
