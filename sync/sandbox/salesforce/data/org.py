"""The records of the sandboxed org: its objects, references, ids, stamps, and a way to take writes back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sync.clock import Clock, stockholm_date
from sync.sandbox.salesforce.data.custom_fields import LEGAL_ENTITY
from sync.sandbox.salesforce.errors import SalesforceError
from sync.sandbox.salesforce.data.ids import make_id
from sync.sandbox.salesforce.data.objects import OBJECTS, WITH_CURRENCY
from sync.sandbox.salesforce.quirks import SalesforceQuirks
from sync.sandbox.salesforce.data.schema import SObject, children_of, read_fields
from sync.sandbox.salesforce.soql.functions import Money
from sync.sandbox.salesforce.data.values import stamp
from sync.sandbox.tables import Row, Tables

ORG_INFO = ("salesforce", "org")
"""Kind and key of the row that says which org this is (`seed.seed_salesforce` writes it)."""

PERMISSION = "FieldPermission"
"""The kind of rows that take a field's readability or editability away, by `Object.Field`."""

_CURRENCY = read_fields("CurrencyIsoCode picklist(3)")[0]


class Org:
    """The tables of one org, read and written in Salesforce's terms."""

    def __init__(self, tables: Tables, clock: Clock, quirks: SalesforceQuirks) -> None:
        self.tables, self.clock, self.quirks = tables, clock, quirks
        self._changes: list[tuple[str, str, Row | None]] | None = None
        self._objects: dict[str, SObject] = {}

    def info(self) -> Row:
        """Return the row about the org itself, empty where nothing was seeded."""
        return self.tables.get(*ORG_INFO) or {}

    @property
    def multi_currency(self) -> bool:
        """Say whether the org has several currencies."""
        wanted = self.quirks.multi_currency
        return bool(self.info().get("multi_currency")) if wanted is None else wanted

    def objects(self) -> dict[str, SObject]:
        """Return the org's objects as the integration user may see them, by API name."""
        if not self._objects:
            self._objects = {name: self._object(one) for name, one in OBJECTS.items() if self._has(name)}
        return self._objects

    def refresh(self) -> None:
        """Forget what was worked out about the objects: settings or permissions have changed."""
        self._objects = {}

    def sobject(self, name: str) -> SObject | None:
        """Return an object by its API name in any case."""
        wanted = name.lower()
        return next((one for key, one in self.objects().items() if key.lower() == wanted), None)

    def find(self, sobject: str, identity: str) -> Row | None:
        """Return a record by its 18-character id, deleted ones too, or None."""
        return self.tables.get(sobject, identity)

    def rows(self, sobject: str, *, deleted: bool = False) -> list[Row]:
        """Return all records of an object, with `deleted` those in the recycle bin too."""
        rows = self.tables.rows(sobject)
        return rows if deleted else [row for row in rows if not row["IsDeleted"]]

    def children(self, parent: str) -> dict[str, tuple[str, str]]:
        """Return the ways from an object to its children: relationship in lower case -> (object, field)."""
        return {one.relationship.lower(): (one.sobject, one.field) for one in children_of(self.objects(), parent)}

    def new_id(self, sobject: str) -> str:
        """Return a new id of an object."""
        return make_id(OBJECTS[sobject].prefix, self.tables.raise_counter(f"id:{sobject}"))

    def add(self, sobject: str, fields: Row, user: str, *, at: str = "") -> Row:
        """Store a new record with its system fields and return it; `at` is another moment than now."""
        moment = at or self.now()
        identity = fields.get("Id") or self.new_id(sobject)
        row = self.blank(sobject) | fields | {"Id": identity, "IsDeleted": False, "CreatedDate": moment}
        row |= {"CreatedById": user, "LastModifiedById": user, "LastModifiedDate": moment, "SystemModstamp": moment}
        self.put(sobject, row)
        return row

    def change(self, sobject: str, row: Row, user: str) -> Row:
        """Store a new version of a record, stamped now by a user, and return it."""
        moment = self.now()
        made = row | {"LastModifiedById": user, "LastModifiedDate": moment, "SystemModstamp": moment}
        self.put(sobject, made)
        return made

    def put(self, sobject: str, row: Row) -> None:
        """Store a version of a record as it is."""
        self._note(sobject, row["Id"])
        self.tables.put(sobject, row["Id"], row)

    def remove(self, sobject: str, identity: str) -> None:
        """Remove a record for good."""
        self._note(sobject, identity)
        self.tables.delete(sobject, identity)

    def bury(self, sobject: str, identity: str) -> None:
        """Remove a record past the recycle bin; the list of deleted records still names it (FACTS.md 8.3)."""
        self.remove(sobject, identity)
        self._note(gone(sobject), identity)
        self.tables.put(gone(sobject), identity, {"id": identity, "at": self.now()})

    def blank(self, sobject: str) -> Row:
        """Return a record with every stored field empty; check boxes are never null (FACTS.md 3.7)."""
        fields = (one for one in OBJECTS[sobject].fields if one.type != "address")
        row: Row = {one.name: False if one.type == "boolean" else None for one in fields}
        if sobject in WITH_CURRENCY:
            row["CurrencyIsoCode"] = self.corporate_currency()
        return row

    def now(self) -> str:
        """Return the present time as stamps are written, set back by the lag of commits."""
        return stamp(self.clock.now() - timedelta(seconds=self.quirks.commit_lag_seconds))

    def today(self) -> str:
        """Return the present date in Stockholm, the org's time zone."""
        return stockholm_date(self.clock.now()).isoformat()

    def corporate_currency(self) -> str:
        """Return the currency of a single-currency org, the corporate one elsewhere."""
        return str(self.info().get("currency", "SEK"))

    def money(self, code: str | None) -> Money:
        """Return a record's currency with its rate; one without a currency is in the corporate one."""
        corporate = self.corporate_currency()
        rates = {row["IsoCode"]: Decimal(row["ConversionRate"]) for row in self.rows("CurrencyType")}
        return Money(code or corporate, rates.get(code or corporate, Decimal(1)), corporate)

    def user(self) -> str:
        """Return the id of the integration user that the API's tokens run as."""
        return str(self.info().get("integration_user", make_id("005", 0)))

    @contextmanager
    def together(self, *, keep: bool = True) -> Iterator[None]:
        """Take back every write of the block where it raises (or `keep` is False)."""
        outer, self._changes = self._changes, []
        kept = False
        try:
            yield
            kept = keep
        finally:
            changes, self._changes = self._changes, outer
            if not kept:
                self._take_back(changes)
            elif outer is not None:
                outer += changes

    def take_back_all(self) -> None:
        """Take back what was written so far in the innermost `together`."""
        changes, self._changes = self._changes or [], []
        self._take_back(changes)

    def _take_back(self, changes: list[tuple[str, str, Row | None]]) -> None:
        for kind, key, row in reversed(changes):
            if row is None:
                self.tables.delete(kind, key)
            else:
                self.tables.put(kind, key, row)

    def _note(self, kind: str, key: str) -> None:
        if self._changes is not None:
            self._changes.append((kind, key, self.tables.get(kind, key)))

    def _has(self, name: str) -> bool:
        if name == "CurrencyType":
            return self.multi_currency
        return name != "DatedConversionRate" or (self.multi_currency and self.quirks.dated_rates)

    def _object(self, one: SObject) -> SObject:
        hidden, locked = self._denied(one.name)
        fields = []
        for each in (*one.fields, *self._currency_field(one.name)):
            if each.name in hidden:
                continue
            field = replace(each, updateable=False, createable=False) if each.name in locked else each
            fields.append(replace(field, choices=self._choices(one.name, field.name, field.choices)))
        return replace(one, fields=tuple(fields))

    def _currency_field(self, name: str) -> list[Any]:
        return [_CURRENCY] if self.multi_currency and name in WITH_CURRENCY else []

    def _choices(self, sobject: str, name: str, listed: tuple[str, ...]) -> tuple[str, ...]:
        if name == LEGAL_ENTITY:
            return tuple(self.info().get("companies", ()))
        if sobject == "Opportunity" and name == "StageName":
            return tuple(row["MasterLabel"] for row in self.rows("OpportunityStage"))
        if name == "CurrencyIsoCode":
            return tuple(row["IsoCode"] for row in self.rows("CurrencyType"))
        return listed

    def _denied(self, sobject: str) -> tuple[set[str], set[str]]:
        """Return an object's fields that cannot be read, and those that can but cannot be written."""
        hidden = {name.partition(".")[2] for name in self.quirks.hidden_fields if name.startswith(f"{sobject}.")}
        locked = {name.partition(".")[2] for name in self.quirks.locked_fields if name.startswith(f"{sobject}.")}
        for key, row in self.tables.items(PERMISSION):
            kind, _, name = key.partition(".")
            if kind == sobject and not row.get("readable", True):
                hidden.add(name)
            elif kind == sobject and not row.get("editable", True):
                locked.add(name)
        return hidden, locked


def gone(sobject: str) -> str:
    """Return the kind of rows that say which records of an object are gone for good."""
    return f"gone:{sobject}"


def need(org: Org, sobject: str, identity: str) -> Row:
    """Return a record that is there; refuses a deleted or missing one with 404 (FACTS.md 3.1, 5)."""
    row = org.find(sobject, identity)
    if row is None:
        raise SalesforceError(404, "NOT_FOUND", "The requested resource does not exist")
    if row["IsDeleted"]:
        raise SalesforceError(404, "ENTITY_IS_DELETED", "entity is deleted")
    return row
