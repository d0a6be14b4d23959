"""The recorded Salesforce traffic, and orgs seeded from it."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import simplejson

from sync.sandbox.salesforce.app import SalesforceApp
from sync.sandbox.salesforce.data.objects import OBJECTS
from sync.sandbox.salesforce.data.org import ORG_INFO
from sync.sandbox.tables import Tables
from tests.sandbox.fortnox_bench import StandingClock

SHARED = Path(os.environ.get("KVITT_SHARED", Path(__file__).parents[2] / "../shared"))
RECORDINGS = SHARED / "recordings" / "salesforce.jsonl"
VERSION = "v66.0"
_VERSIONS = re.compile(r"/v(?:xx|\d+)\.0")
_FROM = re.compile(r"\bFROM\s+(\w+)", re.IGNORECASE)

Row = dict[str, Any]


@dataclass
class Recording:
    """One recorded pair, its API version normalised to the sandbox's."""

    name: str
    method: str
    path: str
    query: Row
    sent: Any
    status: int
    answer: Any

    def statements(self) -> Iterator[tuple[str, Any]]:
        """Yield the queries that were asked with what each was answered."""
        if "q" in self.query:
            yield self.query["q"], self.answer
        if self.path.endswith("/composite"):
            parts = zip(self.sent["compositeRequest"], self.answer["compositeResponse"], strict=True)
            for wish, answer in parts:
                yield dict(parse_qsl(urlsplit(wish["url"]).query))["q"], answer["body"]

    def objects(self) -> set[str]:
        """Return the objects that the request is about."""
        found = {_FROM.search(statement)[1] for statement, _ in self.statements()}  # type: ignore[index]
        return found | set(str(self.query.get("sObjects", "")).split(",")) - {""}


def read_recordings() -> list[Recording]:
    if not RECORDINGS.exists():
        pytest.skip("the recordings are not beside this checkout (set KVITT_SHARED to their folder)")
    with RECORDINGS.open(encoding="utf-8") as lines:
        found = [simplejson.loads(_VERSIONS.sub(f"/{VERSION}", line), use_decimal=True) for line in lines]
    return [_recording(one) for one in found if one["kind"] == "recorded"]


def _recording(line: Row) -> Recording:
    request, response = line["request"], line["response"]
    for record in response["body"].get("records", ()) if isinstance(response["body"], dict) else ():
        # Some ids were made the same by whoever kept the recording; the address still has the record's own.
        if "Id" in record:
            record["Id"] = record["attributes"]["url"].rpartition("/")[2]
    return Recording(
        line["id"],
        request["method"],
        request["path"],
        request["query"] or {},
        request["body"],
        response["status"],
        response["body"],
    )


def org_of(recording: Recording) -> SalesforceApp:
    """Return an org that has what the recorded answer tells of, and what the request refers to."""
    tables = Tables()
    tables.put(*ORG_INFO, {"organization_id": "00D000000000001AAA", "integration_user": "005000000000001AAA"})
    app = SalesforceApp(tables, StandingClock())
    for statement, answer in recording.statements():
        found = _FROM.search(statement)
        if found is not None and found[1] in OBJECTS:
            _seed_answer(app, found[1], answer)
    records = (recording.sent or {}).get("records", ()) if isinstance(recording.sent, dict) else ()
    for record in records:
        for name, value in record.items():
            field = OBJECTS[record["attributes"]["type"]].find(name)
            if field is not None and isinstance(value, str) and (field.target or field.name == "Id"):
                _seed(app, field.target or record["attributes"]["type"], {"Id": value})
    return app


def _seed_answer(app: SalesforceApp, sobject: str, answer: Row) -> None:
    """Write the recorded records; those that were left out of the recording are made alike."""
    records = [one for one in answer["records"] if one["attributes"]["type"] != "AggregateResult"]
    shown = [one.get("expr0", 0) for one in answer["records"] if one not in records]
    missing = (sum(shown) or answer["totalSize"]) - len(records)
    for place, record in enumerate(records):
        identity = record["attributes"]["url"].rpartition("/")[2]
        fields = {name: value for name, value in record.items() if not isinstance(value, dict)}
        _seed(app, sobject, {**fields, "Id": record.get("Id", identity), "_place": place})
    for _ in range(missing):
        _seed(app, sobject, {})


def _seed(app: SalesforceApp, sobject: str, fields: Row) -> None:
    known = app.org.find(sobject, fields.get("Id", ""))
    if known is not None:
        app.org.put(sobject, known | fields)
        return
    blank = {"Name": "Recorded", "AccountId": None} if sobject != "Contact" else {"LastName": "Recorded"}
    app.org.add(sobject, {**blank, **fields}, "005000000000001AAA")


def plain(answer: Any, *, ids: bool) -> Any:
    """Return an answer as JSON without exponents; with `ids` every new id reads the same."""
    text = simplejson.dumps(answer, use_decimal=True, sort_keys=True)
    if ids:
        text = re.sub(r'"id": "\w{18}"', '"id": "<id>"', text)
    return json.loads(text)
