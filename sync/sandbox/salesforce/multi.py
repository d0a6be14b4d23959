"""sObject collections: up to 200 records in one call, each with its own outcome (FACTS.md 4)."""

import itertools
from collections.abc import Callable
from typing import Any

from sync.sandbox.salesforce.data.ids import long_id
from sync.sandbox.salesforce.data.org import Org
from sync.sandbox.salesforce.data.records import body_of, record
from sync.sandbox.salesforce.data.schema import SObject
from sync.sandbox.salesforce.errors import SalesforceError, SeveralMatchError, bad_request, not_found
from sync.sandbox.salesforce.replies import SalesforceCall, SalesforceReply
from sync.sandbox.salesforce.writes import DELETES, SalesforceWrites
from sync.sandbox.tables import Row

MOST = 200
MOST_RUNS = 10
"""How many runs of the same type a mixed list may fall into."""
_ROLLED_BACK = {
    "statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "message": "Record rolled back because not all records were valid and the request was using AllOrNone header",
    "fields": [],
}

Act = Callable[[Any], Row]


class Multi:
    """Answers requests below /composite/sobjects."""

    def __init__(self, org: Org, user: str) -> None:
        self._org, self._writes = org, SalesforceWrites(org, user)

    def answer(self, call: SalesforceCall) -> SalesforceReply:
        """Answer one request; raises SalesforceError where it is malformed as a whole."""
        parts = call.parts[2:]
        if not parts:
            return self._mixed(call)
        sobject = self._org.sobject(parts[0])
        if sobject is None:
            raise not_found()
        if len(parts) == 1 and call.method in ("GET", "POST"):
            return self._retrieved(call, sobject)
        if len(parts) == 2 and call.method == "PATCH":
            return self._upserted(call, sobject, parts[1])
        raise not_found()

    def _mixed(self, call: SalesforceCall) -> SalesforceReply:
        if call.method == "DELETE":
            identities = [one for one in call.query.get("ids", "").split(",") if one]
            self._org.tables.raise_counter(DELETES, len(identities))
            whole = call.query.get("allOrNone", "").lower() == "true"
            return self._done(identities, self._delete, all_or_none=whole)
        acts: dict[str, Act] = {"POST": self._create, "PATCH": self._update}
        if call.method not in acts:
            raise SalesforceError(405, "METHOD_NOT_ALLOWED", "Allowed are POST, PATCH, DELETE")
        rows = self._rows(call)
        types = [_type(row) for row in rows]
        runs = 1 + sum(left != right for left, right in itertools.pairwise(types))
        if runs > MOST_RUNS:
            raise bad_request("LIMIT_EXCEEDED", f"more than {MOST_RUNS} chunks of records of the same type", None)
        return self._done(rows, acts[call.method], all_or_none=_whole(call))

    def _upserted(self, call: SalesforceCall, sobject: SObject, name: str) -> SalesforceReply:
        rows = self._rows(call)
        if name.lower() != "id":
            self._writes.external_field(sobject, name)
        keys = [str(_get(row, name) or "").casefold() for row in rows]

        def upsert(row: Row) -> Row:
            value = str(_get(row, name) or "")
            if value and keys.count(value.casefold()) > 1:
                says = f"Duplicate external id specified: {value}"
                raise SalesforceError(400, "DUPLICATE_VALUE", says, [name])
            if not value and name.lower() != "id":
                raise SalesforceError(400, "MISSING_ARGUMENT", f"{name} not specified", [])
            body = {key: part for key, part in row.items() if key.lower() != name.lower()}
            return self._writes.upsert(sobject, name, value, body)

        return self._done(rows, upsert, all_or_none=_whole(call))

    def _retrieved(self, call: SalesforceCall, sobject: SObject) -> SalesforceReply:
        """Return records by id, null for each that is not there."""
        body = body_of(call) if call.method == "POST" else call.query
        ids, names = (_listed(body.get(key, "")) for key in ("ids", "fields"))
        if not names:
            raise bad_request("REQUIRED_FIELD_MISSING", "fields is required", None)
        found = [self._org.find(sobject.name, long_id(one)) for one in ids]
        live = [row if row is not None and not row["IsDeleted"] else None for row in found]
        return SalesforceReply(200, [record(sobject, row, names, call.base) if row else None for row in live])

    def _rows(self, call: SalesforceCall) -> list[Row]:
        rows = body_of(call).get("records")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise SalesforceError(400, "JSON_PARSER_ERROR", "records must be a list of records")
        if not rows:
            raise bad_request("REQUIRED_FIELD_MISSING", "At least 1 record is required", None)
        if len(rows) > MOST:
            says = f"record count limit reached. cannot submit more than {MOST} records into this call"
            raise bad_request("EXCEEDED_ID_LIMIT", says, None)
        return rows

    def _done(self, parts: list[Any], act: Act, *, all_or_none: bool) -> SalesforceReply:
        """Do every part in order; with allOrNone one refusal takes all back (FACTS.md 4)."""
        results: list[Row] = []
        failed = False
        with self._org.together():
            for part in parts:
                made = self._tried(part, act)
                failed = failed or not made["success"]
                results.append(made)
            if failed and all_or_none:
                self._org.take_back_all()
        if failed and all_or_none:
            results = [{"success": False, "errors": [_ROLLED_BACK]} if one["success"] else one for one in results]
        return SalesforceReply(200, results)

    def _tried(self, part: Any, act: Act) -> Row:
        try:
            made = act(part)
        except SalesforceError as refused:
            return {"success": False, "errors": [refused.item()]}
        except SeveralMatchError as several:
            says = f"{several.sobject}: more than one record found for external id field: {several.identities}"
            return {
                "success": False,
                "errors": [{"statusCode": "DUPLICATE_EXTERNAL_ID", "message": says, "fields": []}],
            }
        created = {"created": made["created"]} if "created" in made else {}
        return {"id": made["id"], "success": True, "errors": [], **created}

    def _create(self, row: Row) -> Row:
        return {"id": self._writes.create(self._sobject(row), row)}

    def _update(self, row: Row) -> Row:
        identity = _get(row, "Id")
        if not identity:
            raise SalesforceError(400, "MISSING_ARGUMENT", "Id not specified in an update call", [])
        body = {key: part for key, part in row.items() if key.lower() != "id"}
        sobject = self._sobject(row)
        found = self._writes.identity(sobject, str(identity))
        self._writes.update(sobject, found, body)
        return {"id": found}

    def _delete(self, identity: str) -> Row:
        found = long_id(identity)
        sobject = next((one for one in self._org.objects().values() if found.startswith(one.prefix)), None)
        if sobject is None:
            raise SalesforceError(400, "MALFORMED_ID", f"malformed id {identity}", [])
        self._writes.delete(sobject, found)
        return {"id": found}

    def _sobject(self, row: Row) -> SObject:
        sobject = self._org.sobject(_type(row))
        if sobject is None:
            raise SalesforceError(400, "INVALID_TYPE", f"sObject type '{_type(row)}' is not supported.", [])
        return sobject


def _type(row: Row) -> str:
    told = row.get("attributes")
    return str(told.get("type", "")) if isinstance(told, dict) else ""


def _get(row: Row, name: str) -> Any:
    return next((part for key, part in row.items() if key.lower() == name.lower()), None)


def _whole(call: SalesforceCall) -> bool:
    return bool(body_of(call).get("allOrNone"))


def _listed(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(one) for one in value]
    return [one.strip() for one in str(value).split(",") if one.strip()]
