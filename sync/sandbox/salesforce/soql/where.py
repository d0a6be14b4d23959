"""Keeps the records that a WHERE names: each comparison goes by its field's type (FACTS.md 3.3, 3.7)."""

import operator
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Protocol

from sync.clock import STOCKHOLM
from sync.sandbox.salesforce.data.ids import long_id
from sync.sandbox.salesforce.data.schema import NUMBERS, SalesforceField
from sync.sandbox.salesforce.data.values import read_stamp, stamp
from sync.sandbox.salesforce.errors import SalesforceError
from sync.sandbox.salesforce.soql.paths import Reader
from sync.sandbox.salesforce.soql.tree import Condition, Expression, Not, Order, Select, Test, Value
from sync.sandbox.tables import Row

Keeps = Callable[[Row], bool]
SemiJoin = Callable[[Select], list[Any]]

_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_KINDS = {"boolean": {"boolean"}, "date": {"date", "dates"}, "datetime": {"datetime", "dates"}}


class Compared(Protocol):
    """Finds what an expression means on the rows that a condition or an order is about."""

    def compared(self, path: Expression) -> tuple[SalesforceField, Reader]:
        """Return the expression's field and how it is read off a row; raises SalesforceError."""
        ...


def compiled(condition: Condition, paths: Compared, join: SemiJoin, today: date) -> Keeps:
    """Return whether a record is kept, as a function of the record; raises SalesforceError beforehand."""
    if isinstance(condition, Not):
        inner = compiled(condition.inner, paths, join, today)
        return lambda row: not inner(row)
    if isinstance(condition, Test):
        return _Test(condition, paths, join, today).keeps()
    parts = [compiled(part, paths, join, today) for part in condition.parts]
    if condition.word == "AND":
        return lambda row: all(part(row) for part in parts)
    return lambda row: any(part(row) for part in parts)


def sorted_rows(orders: Iterable[Order], paths: Compared, rows: list[Row]) -> list[Row]:
    """Return rows in the order asked for; nulls come first unless a key says otherwise."""
    for order in reversed(tuple(orders)):
        _, read = paths.compared(order.path)
        empty = [row for row in rows if read(row) is None]
        filled = [row for row in rows if read(row) is not None]
        filled.sort(key=_key(read), reverse=order.backwards)
        rows = filled + empty if order.nulls_last else empty + filled
    return rows


class _Test:
    def __init__(self, test: Test, paths: Compared, join: SemiJoin, today: date) -> None:
        self._test, self._join, self._today = test, join, today
        self._field, self._read = paths.compared(test.path)

    def keeps(self) -> Keeps:
        """Return the comparison as a function of a record."""
        operator_, read = self._test.operator, self._read
        if operator_ == "LIKE":
            return self._like()
        if operator_ in ("IN", "NOT IN"):
            wanted = self._wanted()
            inside = operator_ == "IN"
            return lambda row: (_folded(read(row)) in wanted) == inside
        value = self._test.values[0]
        if value.kind == "dates":
            return self._spanned(value)
        operand = self._operand(value)
        if operator_ in ("=", "!="):
            same = operator_ == "="
            return lambda row: (_folded(read(row)) == operand) == same
        if operand is None or self._field.type == "boolean":
            raise self._wrong_operator()
        return self._ordered(_SIGNS[operator_], operand)

    def _ordered(self, compare: Callable[[Any, Any], bool], operand: Any) -> Keeps:
        read = self._read

        def keeps(row: Row) -> bool:
            found = _folded(read(row))
            return found is not None and compare(found, operand)

        return keeps

    def _wanted(self) -> frozenset[Any]:
        if self._test.inner is not None:
            return frozenset(_folded(value) for value in self._join(self._test.inner) if value is not None)
        return frozenset(self._operand(value) for value in self._test.values)

    def _like(self) -> Keeps:
        value, read = self._test.values[0], self._read
        if value.kind != "string" or self._field.type in (*NUMBERS, "boolean", "date", "datetime"):
            raise self._wrong_operator()
        pattern = _pattern(value.text)

        def keeps(row: Row) -> bool:
            found = read(row)
            return found is not None and pattern.fullmatch(str(found)) is not None

        return keeps

    def _spanned(self, value: Value) -> Keeps:
        """Compare with a span of days; a date-time is compared with its midnights in the org's time zone."""
        if value.kind not in _KINDS.get(self._field.type, ()):
            raise self._wrong_type()
        first, last = _span(value.text, self._today)
        edges: tuple[str, str] = (first.isoformat(), last.isoformat())
        if self._field.type == "datetime":
            edges = (_midnight(first), _last_second(last))
        low, high, read = *edges, self._read
        tests: dict[str, Callable[[str], bool]] = {
            "=": lambda found: low <= found <= high,
            "!=": lambda found: not low <= found <= high,
            "<": lambda found: found < low,
            "<=": lambda found: found <= high,
            ">": lambda found: found > high,
            ">=": lambda found: found >= low,
        }
        test, nulls = tests[self._test.operator], self._test.operator == "!="

        def keeps(row: Row) -> bool:
            found = read(row)
            return nulls if found is None else test(found)

        return keeps

    def _operand(self, value: Value) -> Any:
        """Return a literal as the field's values are compared; refuses one of another type."""
        kind = self._field.type
        if value.kind == "null":
            return None
        if kind in ("id", "reference"):
            return self._identity(value)
        wanted = {"number"} if kind in NUMBERS else _KINDS.get(kind, {"string"})
        if value.kind not in wanted:
            raise self._wrong_type()
        if value.kind == "datetime":
            return _folded(read_stamp(value.text)) or self._refuse_moment(value)
        if value.kind == "number":
            return value.number
        if value.kind == "boolean":
            return value.text == "TRUE"
        return _folded(value.text)

    def _identity(self, value: Value) -> str:
        if value.kind != "string":
            raise self._wrong_type()
        try:
            return str(_folded(long_id(value.text)))
        except SalesforceError:
            says = f"invalid ID field: {value.text}"
            raise SalesforceError(400, "INVALID_QUERY_FILTER_OPERATOR", says) from None

    def _refuse_moment(self, value: Value) -> Any:
        raise SalesforceError(400, "MALFORMED_QUERY", f"Invalid datetime: {value.text}")

    def _wrong_type(self) -> SalesforceError:
        field = self._field
        quoted = "should be enclosed in quotes" if _quoted(field) else "should not be enclosed in quotes"
        says = f"value of filter criterion for field '{field.name}' must be of type {_type(field)} and {quoted}"
        return SalesforceError(400, "INVALID_FIELD", says)

    def _wrong_operator(self) -> SalesforceError:
        says = f"invalid operator on {self._field.type} field: {self._test.operator}"
        return SalesforceError(400, "INVALID_QUERY_FILTER_OPERATOR", says)


def _quoted(field: SalesforceField) -> bool:
    return field.type not in (*NUMBERS, *_KINDS)


def _type(field: SalesforceField) -> str:
    return {"datetime": "dateTime", "currency": "double", "percent": "double"}.get(field.type, field.type)


def _key(read: Reader) -> Reader:
    return lambda row: _folded(read(row))


def _folded(value: Any) -> Any:
    """Return a value as it is compared: text without regard to case, numbers as Decimal."""
    if isinstance(value, str):
        return value.casefold()
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return value


def _pattern(text: str) -> re.Pattern[str]:
    parts: Iterable[str] = re.findall(r"\\.|.", text, re.DOTALL)
    made = "".join({"%": ".*", "_": "."}.get(part, re.escape(part[-1])) for part in parts)
    return re.compile(made, re.IGNORECASE | re.DOTALL)


def _span(word: str, today: date) -> tuple[date, date]:
    name, _, count = word.partition(":")
    days = timedelta(days=int(count or 1))
    one = timedelta(days=1)
    first_of_month = today.replace(day=1)
    spans = {
        "TODAY": (today, today),
        "YESTERDAY": (today - one, today - one),
        "TOMORROW": (today + one, today + one),
        "LAST_N_DAYS": (today - days, today),
        "NEXT_N_DAYS": (today + one, today + days),
        "THIS_MONTH": (first_of_month, (first_of_month + timedelta(days=32)).replace(day=1) - one),
        "THIS_YEAR": (today.replace(month=1, day=1), today.replace(month=12, day=31)),
    }
    return spans[name]


def _midnight(day: date) -> str:
    return stamp(datetime.combine(day, time(), STOCKHOLM))


def _last_second(day: date) -> str:
    return stamp(datetime.combine(day + timedelta(days=1), time(), STOCKHOLM) - timedelta(seconds=1))
