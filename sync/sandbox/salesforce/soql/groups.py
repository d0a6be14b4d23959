"""GROUP BY and the aggregate functions: rows put in groups, and each group as its SELECT asks."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import combinations
from typing import Any

from sync.sandbox.salesforce.data.org import Org
from sync.sandbox.salesforce.data.schema import SalesforceField
from sync.sandbox.salesforce.data.values import shown
from sync.sandbox.salesforce.errors import SalesforceError
from sync.sandbox.salesforce.soql.functions import GROUPING, SHOWN, applied, result_field
from sync.sandbox.salesforce.soql.paths import Paths, Place, Reader
from sync.sandbox.salesforce.soql.tree import Aggregate, Expression, Path, Select
from sync.sandbox.tables import Row

_INT = SalesforceField("expr", "int", "expr")
_NUMBER = SalesforceField("expr", "double", "expr")
_COUNTS: dict[str, Callable[[list[Any]], int]] = {"COUNT": len, "COUNT_DISTINCT": lambda values: len(set(values))}
_RESULTS: dict[str, Callable[[list[Any]], Any]] = {
    "MIN": min,
    "MAX": max,
    "SUM": lambda values: sum(map(Decimal, values)),
    "AVG": lambda values: sum(map(Decimal, values)) / len(values),
}


class Groups:
    """The groups of one statement; a group is a row of its `key` and its `rows`."""

    def __init__(self, org: Org, select: Select, paths: Paths) -> None:
        self._org, self._select, self._paths = org, select, paths
        self._keys = [paths.grouped(path) for path in select.groups]
        self._names = [self._identity(path) for path in select.groups]

    def of(self, rows: list[Row]) -> list[Row]:
        """Return the groups of rows in the order in which each is met first, subtotals after what they sum.

        Without keys all rows are one group. A subtotal's `summed` names the keys it is over, which are null in it.
        """
        return [group for summed in self._levels() for group in self._level(rows, summed)]

    def _levels(self) -> list[frozenset[int]]:
        """Return which keys are summed over, by ROLLUP from the last one on, by CUBE in every way."""
        count = len(self._keys)
        if self._select.subtotals == "ROLLUP":
            return [frozenset(range(kept, count)) for kept in range(count, -1, -1)]
        if self._select.subtotals == "CUBE":
            return [frozenset(some) for size in range(count + 1) for some in combinations(range(count), size)]
        return [frozenset()]

    def _level(self, rows: list[Row], summed: frozenset[int]) -> list[Row]:
        groups: dict[tuple[Any, ...], list[Row]] = {} if self._keys else {(): rows}
        for row in rows if self._keys else ():
            key = tuple(None if place in summed else read(row) for place, read in enumerate(self._keys))
            groups.setdefault(key, []).append(row)
        return [{"key": key, "rows": own, "summed": summed} for key, own in groups.items()]

    def shown(self, group: Row) -> Row:
        """Return a group as its SELECT asks; what has a function and no alias is named expr0, expr1 ..."""
        made: Row = {"attributes": {"type": "AggregateResult"}}
        unnamed = 0
        for item in self._select.items:
            if not isinstance(item, Path | Aggregate):
                raise _ungrouped("(SELECT")
            field, read = self.compared(item)
            name = item.alias or field.name
            if not item.alias and (isinstance(item, Aggregate) or item.functions):
                name = f"expr{unnamed}"
                unnamed += 1
            if name in made:
                raise SalesforceError(400, "MALFORMED_QUERY", f"duplicate alias: {name}")
            made[name] = shown(field, read(group))
        return made

    def compared(self, path: Expression) -> tuple[SalesforceField, Reader]:
        """Return the type of what SELECT, HAVING or ORDER BY asks of a group, and how it is read off one."""
        if isinstance(path, Aggregate):
            return self._shown_aggregate(path)
        if path.functions == (GROUPING,):
            place = self._place(replace(path, functions=()))
            return _INT, lambda group: int(place in group["summed"])
        if self._identity(path) in self._names:
            place = self._place(path)
            return self._paths.find(path).field, lambda group: group["key"][place]
        return self._of_key(path)

    def _of_key(self, path: Path) -> tuple[SalesforceField, Reader]:
        """Return a function of a key: how it is shown, or a part of a date."""
        bare = replace(path, functions=())
        place, field = self._place(bare), self._paths.find(bare).field
        if not SHOWN.issuperset(path.functions) and field.type != "date":
            raise _ungrouped(path.text)
        money = self._org.money(None)
        return self._paths.find(path).field, lambda group: applied(path.functions, field, group["key"][place], money)

    def _place(self, path: Path) -> int:
        name = self._identity(path)
        if name not in self._names:
            raise _ungrouped(path.text)
        return self._names.index(name)

    def _identity(self, path: Path) -> tuple[object, ...]:
        """Return what a path means, however it is spelt."""
        place = self._paths.find(path)
        return (*(one.name for one in place.way), place.field.name, path.functions)

    def _shown_aggregate(self, item: Aggregate) -> tuple[SalesforceField, Reader]:
        field, read = self._aggregate(item)
        if not item.functions:
            return field, read
        if item.functions != ("FORMAT",):
            says = f"{item.function} can not be used with the function {item.functions[-1]}"
            raise SalesforceError(400, "MALFORMED_QUERY", says)
        made = result_field(item.functions, field)
        money = self._org.money(None)
        return made, lambda group: applied(item.functions, field, read(group), money)

    def _aggregate(self, item: Aggregate) -> tuple[SalesforceField, Reader]:
        if item.path is None:
            return _INT, lambda group: len(group["rows"])
        place = self._paths.find(item.path)
        read = self._in_corporate_currency(place, self._paths.reader(item.path))
        if item.function in _COUNTS:
            count = _COUNTS[item.function]
            return _INT, lambda group: count(_filled(read, group))
        make = _RESULTS[item.function]

        def result(group: Row) -> Any:
            values = _filled(read, group)
            return make(values) if values else None

        field = _NUMBER if item.function == "AVG" else place.field
        return field, result

    def _in_corporate_currency(self, place: Place, read: Reader) -> Reader:
        """Return how an amount is read for a sum: in the corporate currency, whatever its record's currency is.

        So Salesforce answers every aggregate of a currency field where there are several currencies.
        """
        currency = place.sobject.find("CurrencyIsoCode")
        if place.field.type != "currency" or currency is None:
            return read
        code = self._paths.read_over(place.way, currency)
        money = cache(self._org.money)

        def converted(row: Row) -> Decimal | None:
            amount = read(row)
            return None if amount is None else money(code(row)).converted(amount)

        return converted


def _filled(read: Reader, group: Row) -> list[Any]:
    return [value for value in map(read, group["rows"]) if value is not None]


def _ungrouped(text: str) -> SalesforceError:
    return SalesforceError(400, "MALFORMED_QUERY", f"Field must be grouped or aggregated: {text}")
