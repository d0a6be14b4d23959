"""From one value of a row to the next, one factor at a time, in a fixed order (ARCHITECTURE.md: the factors)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from mappings.values.money import ORE, ZERO, micro
from sync.core.bridge.sheets import Line, Sheet


class Change(NamedTuple):
    """What one factor made of a row, SEK, with the factor's value before and after as a person reads it."""

    factor: str
    amount_sek: Decimal
    before: str
    after: str


@dataclass(frozen=True)
class _Terms:
    """A row's factors, numbers only; `rate` is SEK per unit."""

    quantity: Decimal
    price: Decimal
    vat_share: Decimal
    kept: Decimal
    rate: Decimal

    @property
    def unit(self) -> Decimal:
        """Net ex VAT of one piece in the sheet's currency."""
        return self.price * self.vat_share * self.kept

    @property
    def sek(self) -> Decimal:
        """What the row comes to, unrounded."""
        return self.quantity * self.unit * self.rate


def changes(before: Sheet, old: Line | None, after: Sheet, new: Line | None) -> list[Change]:
    """Return what took a row from its old value to its new one; the amounts add up to new less old exactly.

    A row that appeared or went is a change of quantity. What the factors leave is rounding, V7, and X3 (not
    explained) when it is more than two öre of either currency.
    """
    if old is None or new is None:
        amount = (new.value_sek if new else ZERO) - (old.value_sek if old else ZERO)
        return [Change("V1", amount, _number(old.quantity if old else ZERO), _number(new.quantity if new else ZERO))]
    found = [change for change in _factors(before, old, after, new) if change.amount_sek]
    rest = new.value_sek - old.value_sek - sum((change.amount_sek for change in found), ZERO)
    if rest:
        within = 2 * ORE * max(Decimal(1), before.rate_sek, after.rate_sek)
        found.append(Change("V7" if abs(rest) <= within else "X3", rest, *_sums(old, new)))
    return found


def _factors(before: Sheet, old: Line, after: Sheet, new: Line) -> Iterator[Change]:
    start, end = _terms(before, old), _terms(after, new)
    if micro(start.rate) == micro(end.rate) and abs(end.quantity * end.unit * (end.rate - start.rate)) < ORE:
        # We send a rate with six decimals: what that takes away is rounding.
        end = replace(end, rate=start.rate)
    if before.currency == after.currency and _same_net(start, end):
        amount = start.quantity * start.unit * (end.rate - start.rate)
        yield Change("V6", micro(amount), _number(start.rate), _number(end.rate))
        return
    now = start
    for factor, then, said in _steps(before, old, after, new, start, end):
        yield Change(factor, micro(then.sek) - micro(now.sek), *said)
        now = then


def _steps(
    before: Sheet, old: Line, after: Sheet, new: Line, start: _Terms, end: _Terms
) -> Iterator[tuple[str, _Terms, tuple[str, str]]]:
    """Yield the row as each factor leaves it, from the old terms to the new ones."""
    price, vat_share, rate = start.price, start.vat_share, start.rate
    yield "V1", _Terms(end.quantity, price, vat_share, start.kept, rate), _said(start.quantity, end.quantity)
    price = _read_again(price, vat_share / end.vat_share, end.price)
    vat_share = end.vat_share
    yield "V2", _Terms(end.quantity, price, vat_share, start.kept, rate), _said(start.vat_share, vat_share)
    if before.currency != after.currency:
        price, rate = _read_again(price, rate / end.rate, end.price), end.rate
        currencies = (before.currency, after.currency)
        yield "V3", _Terms(end.quantity, price, vat_share, start.kept, rate), currencies
    yield "V4", _Terms(end.quantity, end.price, vat_share, start.kept, rate), _said(price, end.price)
    discounts = (old.discount, new.discount)
    yield "V5", _Terms(end.quantity, end.price, vat_share, end.kept, rate), discounts
    yield "V6", end, _said(rate, end.rate)


def _read_again(price: Decimal, factor: Decimal, seen: Decimal) -> Decimal:
    """A number that was converted is read in the new basis, which changes nothing; one that was not stands as it is."""
    converted = price * factor
    return converted if abs(seen - converted) < abs(seen - price) else price


def _same_net(start: _Terms, end: _Terms) -> bool:
    """The same was agreed: price, discount and VAT only say it in another way, within the öre of the row."""
    return start.quantity == end.quantity and abs(start.quantity * (start.unit - end.unit)) < ORE


def _terms(sheet: Sheet, line: Line) -> _Terms:
    return _Terms(line.quantity or ZERO, line.price or ZERO, line.vat_share, line.kept, sheet.rate_sek)


def _said(before: Decimal, after: Decimal) -> tuple[str, str]:
    return _number(before), _number(after)


def _sums(old: Line, new: Line) -> tuple[str, str]:
    return _number(old.value_sek), _number(new.value_sek)


def _number(value: Decimal | None) -> str:
    return f"{micro(value or ZERO).normalize():f}"
