"""The sums of a document (FACTS.md 8): rows, VAT per rate, fees, öresavrundning. Pure functions.

Identity: Total = Net + Freight + AdministrationFee + TotalVAT + RoundOff. The documentation's invoice 203:
10 x 159, freight 95 at 25 % gives Net 1590, TotalVAT 421.25, RoundOff -0.25, Total 2106.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sync.sandbox.fortnox.fields import half_up

ZERO = Decimal(0)


@dataclass(frozen=True)
class RowSum:
    """One row's money: `gross` before and `total` after discount, both in the row's own VAT view."""

    gross: Decimal
    total: Decimal
    vat: Decimal
    cost: Decimal = ZERO


@dataclass(frozen=True)
class Sums:
    """A document's money in its own currency, two decimals."""

    gross: Decimal
    net: Decimal
    freight_vat: Decimal
    fee_vat: Decimal
    total_vat: Decimal
    round_off: Decimal
    total: Decimal
    contribution: Decimal
    contribution_percent: Decimal


def row_sum(
    *,
    quantity: Decimal,
    price: Decimal,
    discount: Decimal,
    is_percent: bool,
    vat: Decimal,
    cost: Decimal = ZERO,
    amount_per_unit: bool = False,
) -> RowSum:
    """Return a row's money; the row total is rounded half up to two decimals."""
    gross = quantity * price
    amount = discount * quantity if amount_per_unit else discount
    off = gross * discount / 100 if is_percent else amount
    return RowSum(half_up(gross), half_up(gross - off) if gross else gross, vat, half_up(cost * quantity))


def sums(
    rows: Iterable[RowSum],
    *,
    freight: Decimal,
    fee: Decimal,
    fee_rate: Decimal,
    vat_included: bool,
    to_whole: bool,
) -> Sums:
    """Return a document's sums: row totals added per VAT rate, each rate's VAT rounded half up."""
    given = list(rows)
    net, vat = _net_and_vat([(row.total, row.vat) for row in given], vat_included=vat_included)
    gross, _ = _net_and_vat([(row.gross, row.vat) for row in given], vat_included=vat_included)
    freight_vat = half_up(freight * fee_rate / 100)
    fee_vat = half_up(fee * fee_rate / 100)
    total_vat = vat + freight_vat + fee_vat
    exact = net + freight + fee + total_vat
    total = exact.quantize(Decimal(1), ROUND_HALF_UP) if to_whole else exact
    contribution = net - sum((row.cost for row in given), ZERO)
    percent = half_up(contribution * 100 / net) if net else ZERO
    return Sums(gross, net, freight_vat, fee_vat, total_vat, total - exact, total, contribution, percent)


def without_vat(amount: Decimal, vat: Decimal, *, vat_included: bool) -> Decimal:
    """Return an amount excluding VAT, two decimals."""
    return half_up(amount * 100 / (100 + vat)) if vat_included else half_up(amount)


def in_sek(amount: Decimal, rate: Decimal, unit: Decimal) -> Decimal:
    """Return a document amount in SEK; `rate` is SEK per `unit` units of the currency (FACTS.md 8)."""
    return half_up(amount * rate / unit)


def _net_and_vat(amounts: list[tuple[Decimal, Decimal]], *, vat_included: bool) -> tuple[Decimal, Decimal]:
    by_rate: dict[Decimal, Decimal] = {}
    for amount, rate in amounts:
        by_rate[rate] = by_rate.get(rate, ZERO) + amount
    given = sum(by_rate.values(), ZERO)
    if vat_included:
        vat = sum((half_up(total * rate / (100 + rate)) for rate, total in by_rate.items()), ZERO)
        return given - vat, vat
    return given, sum((half_up(total * rate / 100) for rate, total in by_rate.items()), ZERO)
