"""SOQL's functions of one field: parts of dates, labels, local formats, the user's currency.

Moments are read in UTC, inside `convertTimezone()` in the user's zone. The sandbox's users have Sweden's formats and
the corporate currency, and the fiscal year of its orgs is the calendar year.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Context, Decimal
from typing import Any

from sync.clock import STOCKHOLM
from sync.sandbox.salesforce.data.schema import NUMBERS, SalesforceField

_DOUBLE = Context(prec=15)
_IN_USERS_ZONE, _LABEL, _FORMAT, _CONVERT = "CONVERTTIMEZONE", "TOLABEL", "FORMAT", "CONVERTCURRENCY"
GROUPING = "GROUPING"
"""Says of a key of GROUP BY whether a row is a subtotal over it."""

_PARTS: dict[str, Callable[[datetime], int | str]] = {
    "CALENDAR_YEAR": lambda moment: moment.year,
    "CALENDAR_QUARTER": lambda moment: (moment.month + 2) // 3,
    "CALENDAR_MONTH": lambda moment: moment.month,
    "FISCAL_YEAR": lambda moment: moment.year,
    "FISCAL_QUARTER": lambda moment: (moment.month + 2) // 3,
    "FISCAL_MONTH": lambda moment: moment.month,
    "DAY_IN_YEAR": lambda moment: moment.timetuple().tm_yday,
    "DAY_IN_MONTH": lambda moment: moment.day,
    "DAY_IN_WEEK": lambda moment: moment.isoweekday() % 7 + 1,
    "WEEK_IN_YEAR": lambda moment: (moment.timetuple().tm_yday + 6) // 7,
    "WEEK_IN_MONTH": lambda moment: (moment.day + 6) // 7,
    "DAY_ONLY": lambda moment: moment.date().isoformat(),
    "HOUR_IN_DAY": lambda moment: moment.hour,
}
FUNCTIONS = frozenset({*_PARTS, _IN_USERS_ZONE, _LABEL, _FORMAT, _CONVERT, GROUPING})
SHOWN = frozenset({_LABEL, _FORMAT, _CONVERT})
"""The functions that change how a field is shown; the others ask for something else than the field."""

_TAKES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_PARTS, ("date", "datetime")),
    **dict.fromkeys(("DAY_ONLY", "HOUR_IN_DAY", _IN_USERS_ZONE), ("datetime",)),
    _LABEL: ("picklist",),
    _FORMAT: (*sorted(NUMBERS), "date", "datetime"),
    _CONVERT: ("currency",),
}


@dataclass(frozen=True)
class Money:
    """The currency of a record, its units per unit of the corporate currency, and that currency."""

    code: str
    rate: Decimal
    corporate: str

    def converted(self, amount: Any) -> Decimal:
        """Return an amount in the corporate currency, in the fifteen digits of a double."""
        number = Decimal(amount)
        return number if self.rate == 1 else _DOUBLE.divide(number, self.rate)


def result_field(functions: tuple[str, ...], field: SalesforceField) -> SalesforceField:
    """Return a field as what its functions, the innermost first, make of it; ValueError names one it cannot have."""
    for function in functions:
        if field.type not in _TAKES.get(function, ()):
            raise ValueError(function)
        kind = "string" if function == _FORMAT else "date" if function == "DAY_ONLY" else field.type
        field = replace(field, type="int" if function in _PARTS and function != "DAY_ONLY" else kind, target="")
    if functions and functions[-1] == _IN_USERS_ZONE:
        raise ValueError(_IN_USERS_ZONE)
    return field


def applied(functions: tuple[str, ...], field: SalesforceField, value: Any, money: Money) -> Any:
    """Return a field's stored value after its functions; null stays null."""
    if value is None:
        return None
    zone = STOCKHOLM if _IN_USERS_ZONE in functions else UTC
    for function in functions:
        if function in _PARTS:
            moment = datetime.fromisoformat(value)
            value = _PARTS[function](moment.astimezone(zone) if moment.tzinfo else moment)
        elif function == _CONVERT:
            value, money = money.converted(value), Money(money.corporate, Decimal(1), money.corporate)
        elif function == _FORMAT:
            value = formatted(field, value, money.code)
    return value


def formatted(field: SalesforceField, value: Any, currency: str) -> str:
    """Return a value as Swedish users read it: `1 234,50`, an amount with its currency before it."""
    if field.type == "date":
        return str(value)
    if field.type == "datetime":
        return f"{datetime.fromisoformat(value).astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"
    text = f"{Decimal(value):,.{field.scale}f}".replace(",", "\u00a0").replace(".", ",")
    return f"{currency} {text}" if field.type == "currency" else text
