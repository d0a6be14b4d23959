"""A person's edit in Salesforce's own pages: the API's rules and arithmetic, but a person's stamp."""

from sync.sandbox.salesforce.app import SalesforceApp
from sync.sandbox.salesforce.data.org import PERMISSION, need
from sync.sandbox.salesforce.data.records import record
from sync.sandbox.salesforce.data.rules import RULE
from sync.sandbox.salesforce.errors import SalesforceError, bad_request
from sync.sandbox.salesforce.writes import SalesforceWrites
from sync.sandbox.tables import Row

_ACTION = "action"


def edit_by_hand(app: SalesforceApp, kind: str, key: str, fields: Row) -> Row:
    """Change a record as a person would and return it. Raises SalesforceError.

    An empty key makes a new record; no fields only touch one (SystemModstamp moves). `{"action": "delete"}` and
    `{"action": "undelete"}` move a record into the recycle bin and back. Kind `Session` with `{"action":
    "revoke"}` ends every session. Kind `FieldPermission` (key `Object.Field`, readable, editable) and kind
    `ValidationRule` (object, field, equals, message; none removes it) are an admin's settings.
    """
    org = app.org
    if kind == "Session":
        app.sessions.revoke_all()
        return {}
    if kind in (PERMISSION, RULE):
        if fields:
            org.tables.put(kind, key, fields)
        else:
            org.tables.delete(kind, key)
        org.refresh()
        return fields
    sobject = org.sobject(kind)
    if sobject is None:
        raise SalesforceError(404, "NOT_FOUND", f"There is no object {kind!r} to edit by hand here.")
    writes = SalesforceWrites(org, _person(app))
    action = fields.get(_ACTION)
    if action is not None and action not in ("delete", "undelete"):
        raise bad_request("INVALID_OPERATION", f"A record has no action {action!r}.")
    if action == "delete":
        writes.delete(sobject, key)
        return {}
    if action == "undelete":
        writes.undelete(sobject, key)
    elif key:
        writes.update(sobject, key, fields)
    else:
        key = writes.create(sobject, fields)
    row = need(org, sobject.name, writes.identity(sobject, key))
    return record(sobject, row, [], "/services/data/v66.0")


def _person(app: SalesforceApp) -> str:
    """Return the first user that is not the integration's own."""
    own = app.org.user()
    return next((str(row["Id"]) for row in app.org.rows("User") if row["Id"] != own), own)
