"""Creates, changes, upserts and deletes records, with the platform's refusals (FACTS.md 3.1, 3.2, 5)."""

from typing import Any

from sync.sandbox.salesforce.data.ids import long_id
from sync.sandbox.salesforce.data.objects import CASCADES, UNDELETED
from sync.sandbox.salesforce.data.org import Org, need
from sync.sandbox.salesforce.data.rules import after_write, derived, refuse_by_rules, refuse_choice
from sync.sandbox.salesforce.data.schema import SalesforceField, SObject
from sync.sandbox.salesforce.data.values import written
from sync.sandbox.salesforce.errors import (
    SalesforceError,
    SeveralMatchError,
    bad_request,
    no_external_field,
    no_such_column,
)
from sync.sandbox.tables import Row

DELETES = "deletes over the API"
"""The counter of DELETE calls: Kvitt never makes one (ARCHITECTURE.md: by what changed)."""

_DEFAULTS: dict[str, Row] = {"PricebookEntry": {"IsActive": True}, "Product2": {"IsActive": False}}


class SalesforceWrites:
    """Writes records as one user; each call is whole or leaves nothing behind."""

    def __init__(self, org: Org, user: str) -> None:
        self._org, self._user = org, user

    def create(self, sobject: SObject, body: Row) -> str:
        """Create a record and return its id."""
        if "Id" in _keys(body):
            says = "cannot specify Id in an insert call"
            raise bad_request("INVALID_FIELD_FOR_INSERT_UPDATE", says, ["Id"])
        with self._org.together():
            sent = self._sent(sobject, body, creating=True)
            return str(self._insert(sobject, sent)["Id"])

    def update(self, sobject: SObject, identity: str, body: Row) -> None:
        """Change a record; keys that are not sent stay as they are."""
        if "Id" in _keys(body):
            says = "The Id field should not be specified in the sobject data."
            raise SalesforceError(400, "INVALID_FIELD", says, ["Id"])
        with self._org.together():
            before = need(self._org, sobject.name, self.identity(sobject, identity))
            sent = self._sent(sobject, body, creating=False)
            self._refuse_cleared(sobject, sent)
            self._refuse_twins(sobject, sent, before["Id"])
            made = derived(self._org, sobject.name, before, sent, self._user)
            self._store(sobject, made, new=False)

    def upsert(self, sobject: SObject, name: str, value: str, body: Row, *, only_update: bool = False) -> Row:
        """Create or change the record that an external id names; returns its id and whether it is new."""
        if name.lower() == "id":
            return self._upsert_by_id(sobject, value, body)
        field = self.external_field(sobject, name)
        if field.name.lower() in _keys(body):
            says = f"The {field.name} field should not be specified in the sobject data."
            raise SalesforceError(400, "INVALID_FIELD", says, [field.name])
        found = self.matching(sobject, field, value)
        if len(found) > 1:
            raise SeveralMatchError(sobject.name, found)
        if found:
            self.update(sobject, found[0], body)
            return {"id": found[0], "created": False}
        if only_update:
            raise SalesforceError(404, "NOT_FOUND", "The requested resource does not exist")
        return {"id": self.create(sobject, {**body, field.name: value}), "created": True}

    def delete(self, sobject: SObject, identity: str) -> None:
        """Delete a record with what hangs on it: into the recycle bin, a line alone for good (FACTS.md 8.3)."""
        row = need(self._org, sobject.name, self.identity(sobject, identity))
        if not sobject.writable:
            raise bad_request("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", [])
        with self._org.together():
            if sobject.name in UNDELETED:
                self._org.bury(sobject.name, row["Id"])
            else:
                self._mark(sobject.name, row, deleted=True)
            after_write(self._org, sobject.name, row, self._user)

    def undelete(self, sobject: SObject, identity: str) -> None:
        """Take a record out of the recycle bin; one that is not there is refused."""
        row = self._org.find(sobject.name, self.identity(sobject, identity))
        if row is None or not row["IsDeleted"]:
            raise bad_request("UNDELETE_FAILED", "Entity is not in the recycle bin", [])
        with self._org.together():
            self._mark(sobject.name, row, deleted=False)

    def _mark(self, name: str, row: Row, *, deleted: bool) -> None:
        """Move a record and what hangs on it into the recycle bin or out of it."""
        orders = self._org.rows("Order") if name == "Account" and deleted else []
        if any(order["AccountId"] == row["Id"] for order in orders):
            says = f"Your attempt to delete {row['Name']} could not be completed because it has orders."
            raise bad_request("DELETE_FAILED", says, [])
        self._org.change(name, row | {"IsDeleted": deleted}, self._user)
        for kind, reference in CASCADES.get(name, ()):
            for child in self._org.rows(kind, deleted=True):
                if child[reference] == row["Id"] and child["IsDeleted"] != deleted:
                    self._mark(kind, child, deleted=deleted)

    def identity(self, sobject: SObject, text: str) -> str:
        """Return an id in its long form; one of another object is malformed (FACTS.md 3.8)."""
        found = long_id(text)
        if not found.startswith(sobject.prefix):
            raise SalesforceError(
                400, "MALFORMED_ID", f"{sobject.label} ID: id value of incorrect type: {text}", ["Id"]
            )
        return found

    def external_field(self, sobject: SObject, name: str) -> SalesforceField:
        """Return a field that upserts may go by; refuses anything else with 404 (FACTS.md 3.2)."""
        field = sobject.find(name)
        if field is None or not (field.external or field.lookup):
            raise no_external_field(name)
        return field

    def matching(self, sobject: SObject, field: SalesforceField, value: str) -> list[str]:
        """Return the ids of the records that have an external id, without regard to case."""
        wanted = str(value).strip().casefold()
        rows = self._org.rows(sobject.name)
        return [row["Id"] for row in rows if str(row.get(field.name) or "").casefold() == wanted and wanted]

    def _upsert_by_id(self, sobject: SObject, value: str, body: Row) -> Row:
        if not value:
            return {"id": self.create(sobject, body), "created": True}
        self.update(sobject, value, body)
        return {"id": self.identity(sobject, value), "created": False}

    def _insert(self, sobject: SObject, sent: Row) -> Row:
        missing = [one.name for one in sobject.fields if one.required and sent.get(one.name) is None]
        if missing:
            says = f"Required fields are missing: [{', '.join(missing)}]"
            raise bad_request("REQUIRED_FIELD_MISSING", says, missing)
        self._refuse_twins(sobject, sent, "")
        fields = {**_DEFAULTS.get(sobject.name, {}), **sent}
        if sobject.find("OwnerId") is not None:
            fields.setdefault("OwnerId", self._user)
        return self._store(sobject, derived(self._org, sobject.name, None, fields, self._user), new=True)

    def _store(self, sobject: SObject, row: Row, *, new: bool) -> Row:
        refuse_by_rules(self._org, sobject.name, row)
        made = self._org.add(sobject.name, row, self._user) if new else self._org.change(sobject.name, row, self._user)
        after_write(self._org, sobject.name, made, self._user)
        return made

    def _sent(self, sobject: SObject, body: Row, *, creating: bool) -> Row:
        if not sobject.writable:
            says = f"entity type {sobject.name} does not support {'insert' if creating else 'update'}"
            raise bad_request("INVALID_TYPE_FOR_OPERATION", says, [])
        sent: Row = {}
        for name, value in body.items():
            if name == "attributes":
                continue
            reference = sobject.parent(name) if isinstance(value, dict) else None
            if reference is not None and reference.target in self._org.objects():
                sent[reference.name] = self._referred(reference, value)
            else:
                field = self._writable(sobject, name, creating=creating)
                sent[field.name] = self._value(sobject, field, value)
        return sent

    def _writable(self, sobject: SObject, name: str, *, creating: bool) -> SalesforceField:
        field = sobject.find(name)
        if field is None:
            raise no_such_column(name, sobject.name)
        if not (field.createable if creating else field.updateable):
            says = (
                f"Unable to create/update fields: {field.name}. Please check the security settings of this field "
                f"and verify that it is read/write for your profile or permission set."
            )
            raise bad_request("INVALID_FIELD_FOR_INSERT_UPDATE", says, [field.name])
        return field

    def _value(self, sobject: SObject, field: SalesforceField, value: Any) -> Any:
        made = written(field, value, sobject.name)
        refuse_choice(self._org, sobject.name, field, made)
        if field.target and made is not None:
            self._refuse_reference(field, made)
        return made

    def _refuse_reference(self, field: SalesforceField, identity: str) -> None:
        target = self._org.objects().get(field.target)
        if target is None:
            raise bad_request("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [field.name])
        if not identity.startswith(target.prefix):
            says = f"{field.label}: id value of incorrect type: {identity}"
            raise bad_request("MALFORMED_ID", says, [field.name])
        row = self._org.find(field.target, identity)
        if row is None:
            raise bad_request("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [field.name])
        if row["IsDeleted"]:
            raise bad_request("ENTITY_IS_DELETED", "entity is deleted", [field.name])

    def _referred(self, reference: SalesforceField, value: Row) -> str:
        """Return the record that a parent's external id names: `"Account": {"Ext__c": "1001"}`."""
        target = self._org.objects()[reference.target]
        keys = [key for key in value if key != "attributes"]
        if len(keys) != 1:
            raise bad_request("INVALID_FIELD", f"{reference.relationship}: one external id is needed", [])
        field = self.external_field(target, keys[0])
        found = self.matching(target, field, value[keys[0]])
        if len(found) == 1:
            return found[0]
        says = f"Foreign key external ID: {value[keys[0]]} not found for field {field.name} in entity {target.name}"
        raise bad_request("INVALID_FIELD", says, [])

    def _refuse_cleared(self, sobject: SObject, sent: Row) -> None:
        cleared = [one.name for one in sobject.fields if one.required and one.name in sent and sent[one.name] is None]
        if cleared:
            says = f"Required fields are missing: [{', '.join(cleared)}]"
            raise bad_request("REQUIRED_FIELD_MISSING", says, cleared)

    def _refuse_twins(self, sobject: SObject, sent: Row, own: str) -> None:
        for field in sobject.fields:
            value = sent.get(field.name)
            if not field.unique or value is None:
                continue
            for identity in self.matching(sobject, field, value):
                if identity != own:
                    says = f"duplicate value found: {field.name} duplicates value on record with id: {identity}"
                    raise bad_request("DUPLICATE_VALUE", says, [])


def _keys(body: Row) -> set[str]:
    return {"Id" if name.lower() == "id" else name.lower() for name in body}
