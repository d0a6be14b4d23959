"""Which field a path of SOQL means, over parents, and how its value is read off a record."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sync.sandbox.salesforce.data.org import Org
from sync.sandbox.salesforce.data.schema import SalesforceField, SObject
from sync.sandbox.salesforce.errors import REFERENCE_HINT, SalesforceError
from sync.sandbox.salesforce.soql.functions import applied, result_field
from sync.sandbox.salesforce.soql.language import refusal
from sync.sandbox.salesforce.soql.tree import Aggregate, Expression, Path, Select
from sync.sandbox.tables import Row

Reader = Callable[[Row], Any]

MOST_PARENTS = 5
_PARTS = ("city", "country", "geocodeAccuracy", "latitude", "longitude", "postalCode", "state", "street")


@dataclass(frozen=True)
class Place:
    """Where a path ends: the references on the way, the object it is on, its field.

    Behind a function the field has the type of the function's result.
    """

    way: tuple[SalesforceField, ...]
    sobject: SObject
    field: SalesforceField


class Paths:
    """Finds fields by the paths of one statement; raises SalesforceError for what is not there."""

    def __init__(self, org: Org, select: Select, sobject: SObject) -> None:
        self._org, self._select, self.sobject, self.text = org, select, sobject, select.text

    def find(self, path: Path) -> Place:
        """Return what a path means."""
        parts = path.parts
        if len(parts) > 1 and parts[0].lower() in (self._select.alias.lower(), self.sobject.name.lower()):
            parts = parts[1:]
        way: list[SalesforceField] = []
        here = self.sobject
        for name in parts[:-1]:
            reference = here.parent(name)
            parent = self._org.objects().get(reference.target) if reference is not None else None
            if reference is None or parent is None or len(way) == MOST_PARENTS:
                raise self._unknown(path, self._no_parent(name, here))
            way.append(reference)
            here = parent
        field = here.find(parts[-1])
        if field is None:
            raise self._unknown(path, self._no_column(parts[-1], here))
        if path.functions:
            field = self._result(path, field)
        return Place(tuple(way), here, field)

    def _result(self, path: Path, field: SalesforceField) -> SalesforceField:
        try:
            return result_field(path.functions, field)
        except ValueError as wrong:
            says = f"field '{field.name}' can not be used with the function {wrong}"
            raise self._unknown(path, says) from None

    def reader(self, path: Path) -> Reader:
        """Return how a path's value is read off a record; a missing parent makes it null."""
        return self._over(self.find(path).way, self.last_reader(path))

    def last_reader(self, path: Path) -> Reader:
        """Return how a path's value is read off the record that the path ends on."""
        field, functions = self.find(replace(path, functions=())).field, path.functions
        if not functions:
            return field_reader(field)
        return lambda row: applied(functions, field, value_of(row, field), self._org.money(row.get("CurrencyIsoCode")))

    def read_over(self, way: tuple[SalesforceField, ...], field: SalesforceField) -> Reader:
        """Return how a field behind references is read off a record."""
        return self._over(way, field_reader(field))

    def _over(self, way: tuple[SalesforceField, ...], last: Reader) -> Reader:
        def read(row: Row) -> Any:
            here: Row | None = row
            for reference in way:
                identity = here.get(reference.name) if here else None
                here = self._org.find(reference.target, identity) if identity else None
            return last(here) if here else None

        return read

    def compared(self, path: Expression) -> tuple[SalesforceField, Reader]:
        """Return the field of WHERE or ORDER BY and how it is read; long texts and addresses cannot be compared."""
        if isinstance(path, Aggregate):
            says = f"Aggregate function not allowed here: {path.function}"
            raise SalesforceError(400, "MALFORMED_QUERY", says)
        place = self.find(path)
        if path.functions and path.functions[-1] in ("FORMAT", "CONVERTCURRENCY"):
            says = f"{path.functions[-1]} is not allowed here: {path.text}"
            raise SalesforceError(400, "MALFORMED_QUERY", says)
        if not place.field.filterable or place.field.type == "address":
            says = f"field '{place.field.name}' can not be filtered in a query call"
            raise self._unknown(path, says)
        return place.field, self.reader(path)

    def grouped(self, path: Path) -> Reader:
        """Return how a key of GROUP BY is read; amounts, moments, long texts and addresses are no keys."""
        place = self.find(path)
        if not place.field.groupable:
            raise self._unknown(path, f"field '{place.field.name}' can not be grouped in a query call")
        return self.reader(path)

    def _unknown(self, path: Path, says: str) -> Exception:
        return refusal(self.text, path.place, says, "INVALID_FIELD")

    def _no_parent(self, name: str, here: SObject) -> str:
        return (
            f"Didn't understand relationship '{name}' in field path. If you are attempting to use a custom "
            f"relationship, be sure to append the '__r' after the custom relationship name. {REFERENCE_HINT}"
        )

    def _no_column(self, name: str, here: SObject) -> str:
        return (
            f"No such column '{name}' on entity '{here.name}'. If you are attempting to use a custom field, "
            f"be sure to append the '__c' after the custom field name. {REFERENCE_HINT}"
        )


def field_reader(field: SalesforceField) -> Reader:
    """Return how a field is read off its own record."""
    return lambda row: value_of(row, field)


def value_of(row: Row, field: SalesforceField) -> Any:
    """Return a field of a record; a compound address is made of its parts (FACTS.md 3.7)."""
    if field.type != "address":
        return row.get(field.name)
    stem = field.name.removesuffix("Address")
    found = {part: row.get(f"{stem}{part[0].upper()}{part[1:]}") for part in _PARTS}
    if not any(found.values()):
        return None
    return found
