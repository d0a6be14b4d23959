"""Filters, order and pages of a list (FACTS.md 1.5)."""

import random
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from sync.sandbox.upsales.coerce import day, decimal_text, instant, truth
from sync.sandbox.upsales.data.figures import COMPUTED
from sync.sandbox.upsales.data.state import State
from sync.sandbox.upsales.data.templates import ORDER_ROW, TEMPLATES
from sync.sandbox.upsales.errors import failed_validation
from sync.sandbox.upsales.parameters import AnyOf, Filter, Test, sorts_of, tests_of
from sync.sandbox.upsales.views import Views
from sync.sandbox.words import words

Row = dict[str, Any]

_REFERENCES: dict[str, str] = {
    "client": "account",
    "clientConnection": "account",
    "parent": "account",
    "operationalAccount": "account",
    "user": "user",
    "users": "user",
    "regBy": "user",
    "contact": "contact",
    "stage": "stage",
    "product": "product",
    "orderRow": "orderrow",
}
_LOOSE = ("role", "roles", "category", "categories", "project", "projects", "addresses", "agreement")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Selection:
    """The rows of a kind that a query asks for, in the order it asks for.

    `parameters` are the (name, value) pairs of the URL; repeated names all have to hold.
    """

    def __init__(self, state: State, kind: str, parameters: list[tuple[str, str]]) -> None:
        self._state, self._kind, self._views = state, kind, Views(state)
        self._tests, self._sorts = tests_of(parameters), sorts_of(parameters)
        for test in self._tests:
            self._check_test(test)
        for sort in self._sorts:
            self._check(sort.path)

    def pick(self, rows: list[Row], shuffle: random.Random | None) -> list[Row]:
        """Return the matching rows, sorted; rows that no sort tells apart come in any order."""
        found = [row for row in rows if self._all_hold(row, self._tests)]
        if shuffle is not None:
            shuffle.shuffle(found)
        for sort in reversed(self._sorts):
            found = self._sorted(found, sort.path, sort.backwards)
        return found

    def _check_test(self, test: Test) -> None:
        if isinstance(test, AnyOf):
            for one in test.lists:
                for inner in one:
                    self._check_test(inner)
        else:
            self._check(test.path[:-1] if test.path[-1] == "custom" else test.path)

    def _check(self, path: tuple[str, ...]) -> None:
        kind = self._kind
        for name in path:
            if kind and name not in _attributes(kind):
                raise failed_validation(f"No such attribute: {'.'.join(path)}")
            kind = _REFERENCES.get(name, "")

    def _all_hold(self, row: Row, tests: Iterable[Test]) -> bool:
        return all(self._holds(row, test) for test in tests)

    def _holds(self, row: Row, test: Test) -> bool:
        if isinstance(test, AnyOf):
            return any(self._all_hold(row, one) for one in test.lists)
        leaves = list(self._leaves(row, test.path))
        if test.path[-1] == "custom":
            return self._custom_holds(leaves, test)
        ignore_case = self._state.quirks.text_ignores_case
        return any_holds(leaves, test, ignore_case)

    def _custom_holds(self, values: list[Any], test: Filter) -> bool:
        field, _, operand = test.operands[0].partition(":")
        if not field.isdigit():
            raise failed_validation(f"A custom filter is operator:fieldId:value, not {test.operands[0]}")
        found = [
            "" if value["value"] is None else str(value["value"]) for value in values if value["fieldId"] == int(field)
        ]
        return any_holds(found, Filter(test.path, test.operator, (operand,)), False, loose_numbers=True)

    def _leaves(self, row: Row, path: tuple[str, ...], kind: str = "") -> Iterator[Any]:
        """Yield every value a path leads to, through references and lists."""
        kind = kind or self._kind
        value = self._value(kind, row, path[0])
        target = _REFERENCES.get(path[0], "")
        for part in value if isinstance(value, list) else [value]:
            if len(path) == 1:
                yield part
            elif isinstance(part, dict):
                hop = (self._state.get(target, part["id"]) or part) if target in TEMPLATES else part
                yield from self._leaves(hop, path[1:], target or "loose")

    def _value(self, kind: str, row: Row, name: str) -> Any:
        if kind == "order" and name in COMPUTED:
            return self._views.figures(row)[name]
        if kind == "orderrow" and name == "productId":
            return row["product"]["id"]
        if kind == "account" and name == "user":
            return row["users"]
        return row.get(name)

    def _sorted(self, rows: list[Row], path: tuple[str, ...], backwards: bool) -> list[Row]:
        keyed = [(next(self._leaves(row, path), None), row) for row in rows]
        filled = [(_sort_key(key), row) for key, row in keyed if key is not None]
        filled.sort(key=lambda pair: pair[0], reverse=backwards)
        return [row for _, row in filled] + [row for key, row in keyed if key is None]


def any_holds(leaves: Iterable[Any], test: Filter, ignore_case: bool, *, loose_numbers: bool = False) -> bool:
    """Return whether a test holds for any of the values (`ne`: that none of them is an operand)."""
    if test.operator == "ne":
        same = Filter(test.path, "eq", test.operands)
        return not any_holds(leaves, same, ignore_case, loose_numbers=loose_numbers)
    return any(
        _compare(leaf, test, operand, ignore_case, loose_numbers) for leaf in leaves for operand in test.operands
    )


def _compare(leaf: Any, test: Filter, operand: str, ignore_case: bool, loose: bool) -> bool:
    operator = test.operator
    if leaf is None or isinstance(leaf, (dict, list)):
        return operator == "eq" and leaf is None and operand in ("null", "")
    if operator == "src":
        return operand.casefold() in str(leaf).casefold()
    if isinstance(leaf, bool):
        return operator == "eq" and leaf == truth(operand)
    if isinstance(leaf, (int, Decimal)):
        wanted = decimal_text(operand)
        if wanted is None:
            raise failed_validation(f"Invalid value for attribute {'.'.join(test.path)}: {operand}")
        return _ordered(Decimal(leaf), operator, wanted)
    return _compare_text(str(leaf), operator, operand, ignore_case, loose)


def _compare_text(leaf: str, operator: str, operand: str, ignore_case: bool, loose: bool) -> bool:
    if _INSTANT.match(leaf):
        return _ordered(leaf, operator, instant(operand) or operand)
    if _DAY.fullmatch(leaf):
        return _ordered(leaf, operator, day(operand) or operand)
    numbers = (decimal_text(leaf), decimal_text(operand)) if loose and operator != "eq" else (None, None)
    if numbers[0] is not None and numbers[1] is not None:
        return _ordered(numbers[0], operator, numbers[1])
    if ignore_case:
        leaf, operand = leaf.casefold(), operand.casefold()
    return _ordered(leaf, operator, operand)


def _ordered(left: Any, operator: str, right: Any) -> bool:
    if operator == "eq":
        return bool(left == right)
    if operator in ("gt", "gte"):
        return bool(left > right or (operator == "gte" and left == right))
    return bool(left < right or (operator == "lte" and left == right))


def _sort_key(value: Any) -> tuple[int, Any]:
    """Return a key that sorts numbers before texts, texts without regard to case."""
    return (0, value) if isinstance(value, (int, Decimal)) else (1, str(value).casefold())


def _attributes(kind: str) -> frozenset[str]:
    return _ATTRIBUTES.get(kind) or frozenset()


_ATTRIBUTES: dict[str, frozenset[str]] = {
    **{kind: frozenset(row) for kind, row in TEMPLATES.items()},
    "account": frozenset(TEMPLATES["account"]) | {"user"},
    "order": frozenset(TEMPLATES["order"]) | frozenset(COMPUTED),
    "orderrow": frozenset(ORDER_ROW) | {"productId"},
    "field": frozenset(words("id name alias datatype visible editable searchable sortId obligatoryField")),
    "agreement": frozenset(words("id description user client stage regDate modDate value currency")),
    "app": frozenset(words("id name alias active visible category")),
}


def page_numbers(parameters: list[tuple[str, str]], default: int) -> tuple[int, int]:
    """Return (limit, offset): limit at most 2000, nonsense counts as not given (FACTS.md 1.5)."""
    numbers = {name.lower(): value for name, value in parameters}
    limit, offset = numbers.get("limit", ""), numbers.get("offset", "")
    return (
        min(int(limit), 2000) if limit.isdecimal() else default,
        int(offset) if offset.isdecimal() else 0,
    )
