"""Single records: describe, read, create, change, upsert, delete, and the lists of changes (FACTS.md 3.1, 3.2, 3.4)."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from sync.sandbox.salesforce.soql.cursors import attributes
from sync.sandbox.salesforce.describe import basic, describe, describe_all
from sync.sandbox.salesforce.errors import (
    SalesforceError,
    SeveralMatchError,
    bad_request,
    no_external_field,
    not_found,
)
from sync.sandbox.salesforce.data.ids import is_id
from sync.sandbox.salesforce.data.org import Org, gone, need
from sync.sandbox.salesforce.replies import SalesforceCall, SalesforceReply
from sync.sandbox.salesforce.data.schema import SObject
from sync.sandbox.salesforce.soql.paths import value_of
from sync.sandbox.salesforce.data.values import read_stamp, shown
from sync.sandbox.salesforce.writes import DELETES, SalesforceWrites
from sync.sandbox.tables import Row

CREATED_FLAG = 46
"""The version since which an upsert says whether it created, and answers a change with 200 (FACTS.md 3.2)."""

_VERBS = frozenset({"GET", "POST", "PATCH", "DELETE"})


class Records:
    """Answers requests below /sobjects."""

    def __init__(self, org: Org, user: str) -> None:
        self._org, self._writes = org, SalesforceWrites(org, user)

    def answer(self, call: SalesforceCall) -> SalesforceReply:
        """Answer one request; raises SalesforceError or SeveralMatchError."""
        parts = call.parts[1:]
        if call.method not in _VERBS:
            raise SalesforceError(405, "METHOD_NOT_ALLOWED", f"HTTP Method '{call.method}' not allowed.")
        if not parts:
            return SalesforceReply(200, describe_all(self._org, call.base))
        sobject = self._org.sobject(parts[0])
        if sobject is None:
            raise not_found()
        if len(parts) == 1:
            return self._whole(call, sobject)
        if len(parts) == 2:
            return self._single(call, sobject, parts[1])
        if len(parts) == 3:
            return self._by_external(call, sobject, parts[1], parts[2])
        raise not_found()

    def _whole(self, call: SalesforceCall, sobject: SObject) -> SalesforceReply:
        if call.method == "GET":
            return SalesforceReply(200, basic(self._org, sobject, call.base))
        if call.method != "POST":
            raise SalesforceError(405, "METHOD_NOT_ALLOWED", "Allowed are GET, POST")
        identity = self._writes.create(sobject, body_of(call))
        return self._made(call, sobject, identity)

    def _made(self, call: SalesforceCall, sobject: SObject, identity: str, **more: bool) -> SalesforceReply:
        place = f"{call.base}/sobjects/{sobject.name}/{identity}"
        return SalesforceReply(201, {"id": identity, "success": True, "errors": [], **more}, {"Location": place})

    def _single(self, call: SalesforceCall, sobject: SObject, part: str) -> SalesforceReply:
        lists = {"describe": self._describe, "updated": self._updated, "deleted": self._deleted}
        if part in lists and call.method == "GET":
            return lists[part](call, sobject)
        if not is_id(part) and len(part) not in (15, 18):
            raise no_external_field(part)
        identity = self._writes.identity(sobject, part)
        if call.method == "GET":
            return self._shown(call, sobject, identity)
        if call.method == "PATCH":
            self._guard(call, sobject, identity)
            self._writes.update(sobject, identity, body_of(call))
        elif call.method == "DELETE":
            self._org.tables.raise_counter(DELETES)
            self._writes.delete(sobject, identity)
        else:
            raise SalesforceError(405, "METHOD_NOT_ALLOWED", "Allowed are GET, PATCH, DELETE")
        return SalesforceReply(204)

    def _by_external(self, call: SalesforceCall, sobject: SObject, name: str, value: str) -> SalesforceReply:
        if call.method == "PATCH":
            return self._upserted(call, sobject, name, value)
        field = self._writes.external_field(sobject, name)
        found = self._writes.matching(sobject, field, value)
        if len(found) > 1:
            raise SeveralMatchError(sobject.name, found)
        if not found:
            raise not_found()
        return self._single(call, sobject, found[0])

    def _upserted(self, call: SalesforceCall, sobject: SObject, name: str, value: str) -> SalesforceReply:
        only_update = call.query.get("updateOnly", "").lower() == "true"
        made = self._writes.upsert(sobject, name, value, body_of(call), only_update=only_update)
        flagged = _version(call) >= CREATED_FLAG
        if made["created"]:
            return self._made(call, sobject, made["id"], **({"created": True} if flagged else {}))
        if not flagged:
            return SalesforceReply(204)
        return SalesforceReply(200, {"id": made["id"], "success": True, "errors": [], "created": False})

    def _shown(self, call: SalesforceCall, sobject: SObject, identity: str) -> SalesforceReply:
        row = need(self._org, sobject.name, identity)
        since = _http_date(call.headers.get("if-modified-since", ""))
        if since is not None and datetime.fromisoformat(row["SystemModstamp"]) <= since:
            return SalesforceReply(304)
        names = [name.strip() for name in call.query.get("fields", "").split(",") if name.strip()]
        return SalesforceReply(200, record(sobject, row, names, call.base))

    def _guard(self, call: SalesforceCall, sobject: SObject, identity: str) -> None:
        """Refuse a change of what has changed since (FACTS.md 3.6)."""
        told = call.headers.get("if-unmodified-since", "")
        since = _http_date(told)
        if told and since is None:
            raise bad_request("INVALID_HEADER", "If-Unmodified-Since is no HTTP date", None)
        row = self._org.find(sobject.name, identity)
        if since is not None and row is not None and datetime.fromisoformat(row["LastModifiedDate"]) > since:
            raise SalesforceError(412, "PRECONDITION_FAILED", "The record has been modified since")

    def _describe(self, call: SalesforceCall, sobject: SObject) -> SalesforceReply:
        return SalesforceReply(200, describe(self._org, sobject, call.base))

    def _updated(self, call: SalesforceCall, sobject: SObject) -> SalesforceReply:
        start, end = self._window(call, 30)
        rows = self._org.rows(sobject.name)
        found = [row["Id"] for row in rows if start <= row["SystemModstamp"] < end]
        return SalesforceReply(200, {"ids": found, "latestDateCovered": end})

    def _deleted(self, call: SalesforceCall, sobject: SObject) -> SalesforceReply:
        start, end = self._window(call, 15)
        rows = self._org.rows(sobject.name, deleted=True)
        found = [(row["Id"], row["SystemModstamp"]) for row in rows if row["IsDeleted"]]
        found += [(row["id"], row["at"]) for row in self._org.tables.rows(gone(sobject.name))]
        listed = [{"id": identity, "deletedDate": at} for identity, at in found if start <= at < end]
        return SalesforceReply(200, {"deletedRecords": listed, "earliestDateAvailable": start, "latestDateCovered": end})

    def _window(self, call: SalesforceCall, days: int) -> tuple[str, str]:
        """Return the asked span; it must lie in the last days and be longer than a minute (FACTS.md 3.4)."""
        start, end = (read_stamp(call.query.get(name, "").replace(" ", "+")) for name in ("start", "end"))
        if start is None or end is None:
            raise bad_request("INVALID_REPLICATION_DATE", "start and end must be date-times", None)
        began, ended = datetime.fromisoformat(start), datetime.fromisoformat(end)
        if ended - began <= timedelta(minutes=1):
            raise bad_request("INVALID_REPLICATION_DATE", "startDate before endDate by more than one minute", None)
        if began < self._org.clock.now() - timedelta(days=days):
            says = f"startDate cannot be more than {days} days ago"
            raise bad_request("INVALID_REPLICATION_DATE", says, None)
        return start, end


def record(sobject: SObject, row: Row, names: list[str], base: str) -> Row:
    """Return a record as it is read by id: all fields, or those that are named."""
    fields = list(sobject.fields)
    if names:
        fields = []
        for name in names:
            field = sobject.find(name)
            if field is None:
                says = f"No such column '{name}' on sobject of type {sobject.name}"
                raise SalesforceError(400, "INVALID_FIELD", says)
            fields.append(field)
        if not any(field.name == "Id" for field in fields):
            fields.append(sobject.by_name["id"])
    shown_fields = {field.name: shown(field, value_of(row, field)) for field in fields}
    return {"attributes": attributes(sobject.name, row["Id"], base), **shown_fields}


def body_of(call: SalesforceCall) -> Row:
    """Return a request's body, which must be a JSON object."""
    if not isinstance(call.body, dict):
        says = "The HTTP entity body is required, but this request has no entity body."
        raise SalesforceError(400, "JSON_PARSER_ERROR", says)
    found: dict[str, Any] = call.body
    return found


def _version(call: SalesforceCall) -> float:
    return float(call.base.rpartition("/v")[2])


def _http_date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
