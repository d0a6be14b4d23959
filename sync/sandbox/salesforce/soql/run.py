"""Runs a statement: the records it finds, and each of them as its SELECT asks (FACTS.md 3.3)."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sync.sandbox.salesforce.data.org import Org
from sync.sandbox.salesforce.data.schema import SalesforceField, SObject
from sync.sandbox.salesforce.errors import REFERENCE_HINT, SalesforceError
from sync.sandbox.salesforce.soql.functions import SHOWN
from sync.sandbox.salesforce.soql.groups import Groups
from sync.sandbox.salesforce.soql.language import refusal
from sync.sandbox.salesforce.soql.paths import Paths, Reader, field_reader
from sync.sandbox.salesforce.soql.tree import Aggregate, AllFields, Condition, Path, Select
from sync.sandbox.salesforce.soql.where import Compared, compiled, sorted_rows
from sync.sandbox.tables import Row

MOST_WITH_ALL_FIELDS = 200


@dataclass
class RowShape:
    """What is shown of a record, in the order of the SELECT."""

    sobject: SObject
    fields: dict[str, SalesforceField] = field(default_factory=dict)
    readers: dict[str, Reader] = field(default_factory=dict)
    parents: dict[str, tuple[SalesforceField, "RowShape"]] = field(default_factory=dict)
    children: dict[str, "SoqlFound"] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    def note(self, name: str) -> None:
        """Remember where a name came first."""
        if name not in self.order:
            self.order.append(name)


@dataclass
class SoqlFound:
    """The records of a statement; a child's are grouped by their parent's id."""

    rows: list[Row]
    shape: RowShape
    by_parent: dict[str, list[Row]] = field(default_factory=dict)
    counted: int | None = None
    aggregates: list[Row] | None = None


class Runner:
    """Runs statements against an org as a user; `deleted` finds the recycle bin's records too (queryAll)."""

    def __init__(self, org: Org, user: str, *, deleted: bool = False) -> None:
        self._org, self._user, self._deleted = org, user, deleted

    def run(self, select: Select) -> SoqlFound:
        """Return what a statement finds; raises SalesforceError."""
        sobject = self._org.sobject(select.sobject)
        if sobject is None:
            says = (
                f"sObject type '{select.sobject}' is not supported. If you are attempting to use a custom object, "
                f"be sure to append the '__c' after the entity name. {REFERENCE_HINT}"
            )
            raise refusal(select.text, select.place, says, "INVALID_TYPE")
        paths = Paths(self._org, select, sobject)
        if select.groups or any(isinstance(item, Aggregate) for item in select.items):
            return self._aggregated(select, paths)
        shape = self._shape(select, paths)
        return SoqlFound(self._cut(select, sorted_rows(select.orders, paths, self._kept(select, paths))), shape)

    def _kept(self, select: Select, paths: Paths) -> list[Row]:
        rows = self._in_scope(select, paths, self._org.rows(paths.sobject.name, deleted=self._deleted))
        return rows if select.where is None else self._filtered(select.where, paths, rows)

    def _in_scope(self, select: Select, paths: Paths, rows: list[Row]) -> list[Row]:
        if select.scope == "everything":
            return rows
        if select.scope != "mine" or paths.sobject.find("OwnerId") is None:
            says = f"Invalid scope: {select.scope} for {paths.sobject.name}"
            raise SalesforceError(400, "INVALID_QUERY_SCOPE", says)
        return [row for row in rows if row["OwnerId"] == self._user]

    def _filtered(self, condition: Condition, paths: Compared, rows: list[Row]) -> list[Row]:
        keeps = compiled(condition, paths, self._joined, date.fromisoformat(self._org.today()))
        return [row for row in rows if keeps(row)]

    def _joined(self, inner: Select) -> list[Any]:
        """Return the values of a semi-join's single field."""
        if len(inner.items) != 1 or not isinstance(inner.items[0], Path):
            raise refusal(inner.text, 0, "The inner select must have one field")
        found = self.run(inner)
        read = Paths(self._org, inner, found.shape.sobject).reader(inner.items[0])
        return [read(row) for row in found.rows]

    def _cut(self, select: Select, rows: list[Row]) -> list[Row]:
        rows = rows[select.offset :]
        return rows if select.limit is None else rows[: select.limit]

    def _shape(self, select: Select, paths: Paths) -> RowShape:
        shape = RowShape(paths.sobject)
        for item in select.items:
            if isinstance(item, AllFields):
                self._all_fields(select, item, shape)
            elif isinstance(item, Select):
                self._child(select, item, shape)
            elif isinstance(item, Path):
                self._field(shape, paths, item)
        return shape

    def _all_fields(self, select: Select, item: AllFields, shape: RowShape) -> None:
        if item.which == "ALL" and (select.limit is None or select.limit > MOST_WITH_ALL_FIELDS):
            says = "The SOQL FIELDS function must have a LIMIT of at most 200"
            raise SalesforceError(400, "MALFORMED_QUERY", says)
        for one in shape.sobject.fields:
            if item.which == "ALL" or one.custom == (item.which == "CUSTOM"):
                shape.fields[one.name] = one
                shape.readers[one.name] = field_reader(one)
                shape.note(one.name)

    def _field(self, shape: RowShape, paths: Paths, path: Path) -> None:
        place = paths.find(path)
        if not SHOWN.issuperset(path.functions):
            raise SalesforceError(400, "MALFORMED_QUERY", f"Field must be grouped or aggregated: {path.text}")
        if path.alias and not path.functions:
            says = "only aggregate expressions use field aliasing"
            raise refusal(paths.text, path.place, says)
        for reference in place.way:
            name = reference.relationship
            shape.note(name)
            target = self._org.objects()[reference.target]
            shape = shape.parents.setdefault(name, (reference, RowShape(target)))[1]
        name = path.alias or place.field.name
        shape.fields[name] = place.field
        shape.readers[name] = paths.last_reader(path)
        shape.note(name)

    def _child(self, outer: Select, inner: Select, shape: RowShape) -> None:
        ways = self._org.children(shape.sobject.name)
        way = ways.get(inner.sobject.lower())
        if way is None:
            says = (
                f"Didn't understand relationship '{inner.sobject}' in FROM part of query call. If you are attempting "
                f"to use a custom relationship, be sure to append the '__r' after the custom relationship name. "
                f"{REFERENCE_HINT}"
            )
            raise refusal(outer.text, inner.place, says, "INVALID_TYPE")
        sobject, reference = way
        child = self._org.objects()[sobject]
        paths = Paths(self._org, inner, child)
        rows = sorted_rows(inner.orders, paths, self._kept(inner, paths))
        found = SoqlFound([], self._shape(inner, paths))
        for row in rows:
            found.by_parent.setdefault(str(row.get(reference)), []).append(row)
        found.by_parent = {parent: self._cut(inner, own) for parent, own in found.by_parent.items()}
        name = next(one.children for one in child.fields if one.name == reference)
        shape.children[name] = found
        shape.note(name)

    def _aggregated(self, select: Select, paths: Paths) -> SoqlFound:
        rows = self._kept(select, paths)
        first = select.items[0]
        if len(select.items) == 1 and isinstance(first, Aggregate) and first.path is None:
            return SoqlFound([], RowShape(paths.sobject), counted=len(self._cut(select, rows)))
        groups = Groups(self._org, select, paths)
        made = groups.of(rows)
        if select.having is not None:
            made = self._filtered(select.having, groups, made)
        made = self._cut(select, sorted_rows(select.orders, groups, made))
        return SoqlFound([], RowShape(paths.sobject), aggregates=[groups.shown(group) for group in made])
